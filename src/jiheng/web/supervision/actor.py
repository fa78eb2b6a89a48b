"""Who acts, and from where, while a request or a job is handled."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Actor:
    """A person (``None`` for the system itself) at an address."""

    person: Any = None
    address: str = ""


_NOBODY = Actor()
_current: ContextVar[Actor] = ContextVar("actor", default=_NOBODY)


def actor() -> Actor:
    """Who acts now."""
    return _current.get()


@contextmanager
def acting(person: Any, address: str = "") -> Iterator[None]:
    """Let everything inside be recorded as this person's doing."""
    token = _current.set(Actor(person, address))
    try:
        yield
    finally:
        _current.reset(token)
