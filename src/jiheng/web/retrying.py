"""What met somebody else's change in the database is done again from the beginning: a few times, never for ever."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from itertools import count
from typing import TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, IntegrityError, NotSupportedError, OperationalError, connection

from jiheng.web import transaction

log = logging.getLogger(__name__)
TRIES = 10
"""Of work that met a lock …"""
LOOKS = 3
"""… and of work that found something else than it had read: the second look tells what to say."""
LONGEST = 20.0
"""Seconds after which nothing is tried again."""
FIRST_PAUSE = 0.02
RETRY_AFTER = 5
"""Seconds after which whoever was sent away may come again."""
_SQLSTATES = {"40001", "40P01", "55P03"}
"""PostgreSQL: cannot be serialized, deadlock, lock not to be had."""
_NUMBERS = {1205, 1213, 1020}
"""MariaDB: lock wait timeout, deadlock, record changed since it was read."""
Result = TypeVar("Result")


class Busy(Exception):
    """Others were in the way at every try. ``is_partial`` where something had been committed before."""

    def __init__(self, is_partial: bool = False) -> None:
        super().__init__("others were in the way at every try")
        self.is_partial = is_partial


def met_a_lock(error: BaseException) -> bool:
    """Whether the database gave this transaction up in favour of another one."""
    if not isinstance(error, OperationalError):
        return False
    cause = error.__cause__
    if getattr(cause, "sqlstate", None) in _SQLSTATES:
        return True
    if getattr(cause, "sqlite_errorname", "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return True
    return bool(error.args) and error.args[0] in _NUMBERS


def has_changed(error: BaseException) -> bool:
    """Whether the work may have failed because what it had read was changed meanwhile: a row came or went."""
    # "Save with update_fields did not affect any rows" is a bare DatabaseError.
    return isinstance(error, IntegrityError | ObjectDoesNotExist) or type(error) is DatabaseError


def retried(work: Callable[[], Result], *, resumable: bool = False) -> Result:
    """Do the work, and again where others were in the way, unless it has committed something already.

    ``work`` must begin from what the database holds, not from what was read before. ``resumable`` work goes on where
    it was, and may be done again also after it has committed a part. Inside of a transaction nothing is repeated: that
    is for whoever began it. Raises :class:`Busy` where every try was in vain.
    """
    if connection.in_atomic_block:
        return work()
    until = time.monotonic() + LONGEST
    for tries in count(1):
        with transaction.commits() as committed:
            try:
                return work()
            except (DatabaseError, ObjectDoesNotExist) as error:
                if isinstance(error, NotSupportedError) or not (met_a_lock(error) or has_changed(error)):
                    raise
                is_over = not resumable and (bool(committed) or time.monotonic() > until)
                if has_changed(error) and (is_over or tries >= LOOKS):
                    raise
                if is_over or tries >= TRIES:
                    raise Busy(bool(committed)) from error
                log.info("try %s met somebody else's change: %s", tries, str(error).partition("\n")[0])
        # Chance keeps two that hinder each other from coming again at the same moment.
        time.sleep(random.uniform(0.2, 1) * FIRST_PAUSE * 2 ** min(tries, 5))  # noqa: S311
    raise AssertionError  # count() never ends
