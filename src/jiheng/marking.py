"""A marked copy of any document: its Word file with the findings as comments on the cells, fixes as tracked changes.

``marked(data, name, kind, document, check, fixes=False, when=None) -> bytes``

``data`` is the file as it was read, ``kind`` what it was found to be (``document.format``). A .docx is marked itself;
a kind that LibreOffice converts (.doc .wps .odt .rtf) is marked in its converted copy; any other, and a .docx that
cannot be marked in place (ISO strict), in a new one written from ``document``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from jiheng.fixing import Check, fix
from jiheng.model import Document
from jiheng.readers import ReadError
from jiheng.readers.office import convert
from jiheng.readers.reading import CONVERTED, read_as
from jiheng.rules.finding import Finding
from jiheng.writers.docx_comments import with_comments
from jiheng.writers.docx_document import write_document


def marked(
    data: bytes,
    name: str,
    kind: str,
    document: Document,
    check: Check,
    fixes: bool = False,
    when: datetime | None = None,
) -> bytes:
    """A .docx with a comment for each finding of ``check``; with ``fixes``, certain corrections as tracked changes
    and comments for what they do not put right. ``check`` is asked again wherever the places differ from those of
    ``document``. Raises :class:`~jiheng.readers.ReadError` where a copy cannot be converted."""
    mark: Callable[[bytes, list[Finding] | None], bytes] = (
        (lambda docx, _: _fixed(docx, name, check, when))
        if fixes
        else (lambda docx, known: with_comments(docx, _found(docx, name, check) if known is None else known, when))
    )
    if kind == "docx" or kind in CONVERTED:
        # places in a converted copy are those of the document: that copy is what was read
        try:
            return mark(data if kind == "docx" else _converted(data, name, kind), check(document))
        except ValueError:
            pass  # ISO strict
    return mark(write_document(document), None)


def _found(docx: bytes, name: str, check: Check) -> list[Finding]:
    return check(read_as(docx, name, "docx"))


def _fixed(docx: bytes, name: str, check: Check, when: datetime | None) -> bytes:
    changed, _, remaining = fix(docx, name, check, when)
    return with_comments(changed, remaining, when)


def _converted(data: bytes, name: str, kind: str) -> bytes:
    result = convert([(name, data)], CONVERTED[kind])[0]
    if isinstance(result, ReadError):
        raise result
    return result
