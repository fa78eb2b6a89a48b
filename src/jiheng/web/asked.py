"""What a request says, taken for what it is meant to be; nonsense names nothing, and breaks nothing."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import or_

from django.db.models import Q
from django.http import Http404
from django.http.request import RawPostDataException

MALFORMED = (
    ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError, RawPostDataException,
)  # fmt: skip
"""What reading JSON of any shape may raise: of wrong types, too deep, too large, or a form in its place."""
_DIGITS = 18
"""A key of the database has no more; Python refuses to read some thousand, and SQLite chokes on twenty."""


def number(text: object) -> int | None:
    """A whole number from 0 on, or ``None`` for anything else; for keys, years and places."""
    said = str(text or "")
    return int(said) if said.isdecimal() and len(said) <= _DIGITS else None


def number_or_404(text: object) -> int:
    """As :func:`number` takes it, 0 where nothing is said. Raises ``Http404`` for anything else."""
    found = number(text)
    if text and found is None:
        raise Http404("地址不对。")
    return found or 0


def numbers(texts: Iterable[str]) -> list[int]:
    """The whole numbers among them, as :func:`number` takes them."""
    return [found for text in texts if (found := number(text)) is not None]


def holding(text: str, *fields: str) -> Q:
    """What has this text in one of these fields, in capitals or not.

    Chinese has none, and to bring 100,000 names into capitals takes two thirds of the time of looking through them.
    """
    test = "contains" if text.upper() == text.lower() else "icontains"
    return reduce(or_, (Q(**{f"{field}__{test}": text}) for field in fields))
