"""A full disk: pages still open, and what cannot be kept is said to be not kept."""

from __future__ import annotations

import errno
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import DatabaseError, OperationalError, connection
from django.http import HttpRequest, HttpResponse

from jiheng.web import transaction

log = logging.getLogger(__name__)
_NO_ROOM = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG))
_SQLITE = frozenset((sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY))
_SQLITE_WRITING = frozenset((
    sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_TRUNCATE,
    sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_SHMOPEN,
))  # fmt: skip
_POSTGRES = frozenset(("53100", "25006"))  # disk_full, read_only_sql_transaction
_MYSQL = frozenset((1021, 1036, 1114, 1290, 1836))
"""Disk full, table read-only, table full, server read-only, read-only mode."""


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _is_full(error: BaseException) -> bool:
    if isinstance(error, OSError):
        return error.errno in _NO_ROOM
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", 0)
        return code in _SQLITE_WRITING or code & 0xFF in _SQLITE
    if getattr(error, "sqlstate", None) in _POSTGRES:
        return True
    known = type(error).__module__.startswith("pymysql") and error.args
    return bool(known and error.args[0] in _MYSQL)


def is_full(error: BaseException | None) -> bool:
    """Whether something failed because there was no room to write it, or writing is switched off."""
    return any(_is_full(one) for one in _causes(error))


@contextmanager
def left_out_when_full() -> Iterator[None]:
    """What is written inside is worth less than the page that is being read: a count, a time of last use."""
    try:
        # Inside of a transaction, what failed must not take the rest with it.
        with transaction.atomic() if connection.in_atomic_block else nullcontext():
            yield
    except (DatabaseError, OSError) as error:
        if not is_full(error):
            raise
        log.warning("the disk is full, left out: %s", error)


class SpareSessions(SessionMiddleware):
    """Django's own, which lets a page be read whose session could not be kept longer."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """As Django's. Raises ``OperationalError`` where what the session says matters, as after a login."""
        try:
            kept: Any = super().process_response(request, response)
        except (DatabaseError, OSError, SessionInterrupted) as error:
            if not is_full(error):
                raise
            spare = request.method in ("GET", "HEAD") or getattr(request, "only_kept_longer", False)
            if not spare:  # Django takes it for a session that was ended meanwhile
                raise OperationalError("the session cannot be written") from error
            log.warning("the disk is full, session not kept: %s", error)
            return response
        return kept  # type: ignore[no-any-return]
