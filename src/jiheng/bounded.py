"""Check documents within limits of processor time and memory; small ones on the spot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

from jiheng import policy
from jiheng.confined import Confined, Stopped
from jiheng.model import Document
from jiheng.readers import limits
from jiheng.readers.bounded import BoundedReader, packed, unpacked
from jiheng.readers.errors import ReadError
from jiheng.rules.engine import check
from jiheng.rules.finding import Finding

SHORT_TEXT = 400
"""A text up to so many characters cannot keep a pattern busy for long, whatever is in it …"""
LONG_TEXT = 2_000
"""A text with more characters than any real cell has may keep a pattern busy for hours."""
SMALL = 20_000
"""… and a document with so many characters in all is checked in less time than it takes to hand it over."""


def check_file(reader: BoundedReader, document: Document, pack: str) -> list[Finding]:
    """What a check of this document, read by ``reader``, finds. Raises :class:`ReadError` where it is stopped."""
    return reader.call("检查", document.source, limits.CHECK_SECONDS, _check, packed(document), pack, (), ())


def check_live(
    document: Document, pack: str, select: Sequence[str] = (), ignore: Sequence[str] = ()
) -> list[Finding] | None:
    """What a check finds while somebody waits; ``None`` where it would take too long."""
    if is_small(document):
        return check(document, policy.load(pack), select, ignore)
    return check_within(limits.LIVE_SECONDS, document, pack, select, ignore)


def check_within(
    seconds: int, document: Document, pack: str, select: Sequence[str] = (), ignore: Sequence[str] = ()
) -> list[Finding] | None:
    """What a check finds in so many seconds of processor time; ``None`` where it takes longer."""
    with Confined(limits.FILE_MEMORY) as process:
        try:
            return process.call(seconds, _check, packed(document), pack, select, ignore)
        except Stopped:
            return None


def _check(content: bytes, pack: str, select: Sequence[str], ignore: Sequence[str]) -> list[Finding]:
    return check(unpacked(content), policy.load(pack), select, ignore)


def reason_not_to_check(reader: BoundedReader, document: Document, pack: str) -> str:
    """Why this document cannot be checked together with others, without limits, on the spot; empty where it can.

    Only one with a very long text is tried, alone and within the limits.
    """
    if all(len(text) <= LONG_TEXT for text in _texts(document)):
        return ""
    try:
        check_file(reader, document, pack)
    except ReadError as error:
        return str(error)
    return ""


def is_small(document: Document) -> bool:
    """Whether no text of the document, nor all together, can keep the rules busy for long."""
    size = 0
    for text in _texts(document):
        size += len(text)
        if len(text) > SHORT_TEXT or size > SMALL:
            return False
    return True


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple | list):
        for one in value:
            yield from _texts(one)
    elif is_dataclass(value):
        for field in fields(value):
            if field.name != "anchors":
                yield from _texts(getattr(value, field.name))
