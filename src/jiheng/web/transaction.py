"""Transactions of the platform: Django's, with things to do last before the COMMIT.

What changes data imports ``transaction`` from here, never from Django (tests/web/test_transaction.py holds that): only
the outermost of these blocks knows what waits for the end of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar, overload

from django.db import connection
from django.db import transaction as django

on_commit = django.on_commit
Work = TypeVar("Work", bound=Callable[..., Any])
Act = Callable[[list[Any]], object]

_waiting: ContextVar[list[tuple[Act, Any]] | None] = ContextVar("waiting", default=None)
_committed: ContextVar[list[bool] | None] = ContextVar("committed", default=None)


@overload
def atomic(work: Work) -> Work: ...


@overload
def atomic() -> AbstractContextManager[None]: ...


def atomic(work: Callable[..., Any] | None = None) -> Any:
    """All or nothing, as a decorator (``@transaction.atomic``) or a block (``with transaction.atomic():``)."""
    return _block() if work is None else _block()(work)


def before_commit(act: Act, item: Any) -> None:
    """Call ``act`` with this item as the last thing before the COMMIT; once, with all items it was given by then.

    What every transaction must write to, such as the head of the audit trail, is locked so for a moment only. An item
    of a block that is rolled back is forgotten. Outside of a transaction, ``act`` is called at once in one of its own.
    """
    waiting = _waiting.get()
    if waiting is not None:
        waiting.append((act, item))
        return
    with _block():
        before_commit(act, item)


@contextmanager
def commits() -> Iterator[list[bool]]:
    """A list that is empty until an outermost block inside has been committed."""
    seen: list[bool] = []
    token = _committed.set(seen)
    try:
        yield seen
    finally:
        _committed.reset(token)


@contextmanager
def _block() -> Iterator[None]:
    waiting = _waiting.get()
    if waiting is not None:
        with _savepoint(waiting):
            yield
        return
    token = _waiting.set([])
    try:
        with django.atomic():
            yield
            _finish()
    finally:
        _waiting.reset(token)
    if (seen := _committed.get()) is not None:
        seen.append(True)


@contextmanager
def _savepoint(waiting: list[tuple[Act, Any]]) -> Iterator[None]:
    before = len(waiting)
    try:
        with django.atomic():
            yield
            if connection.needs_rollback:
                del waiting[before:]
    except BaseException:
        del waiting[before:]
        raise


def _finish() -> None:
    """What waits for the end of the transaction, in the order in which it was first asked for."""
    waiting = _waiting.get()
    if not waiting or connection.needs_rollback:
        return
    if connection.vendor == "postgresql":
        # Foreign keys are looked after at the COMMIT; whoever holds a row of theirs is waited for before, not while
        # everybody waits for this transaction.
        connection.check_constraints()
    acts: dict[Act, list[Any]] = {}
    for act, item in waiting:
        acts.setdefault(act, []).append(item)
    for act, items in acts.items():
        act(items)
