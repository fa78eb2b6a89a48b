"""What is to be done from time to time without anybody asking: rounds that open and close, reminders.

A tick is called every few minutes by the worker (``manage work``), by hand or by cron (``manage tick``), and by several
workers at once. It must look at what is due, do it once, and be able to be killed and called again at any moment.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from jiheng.web.retrying import retried
from jiheng.web.supervision.actor import acting

log = logging.getLogger(__name__)
EVERY_SECONDS = 300
Tick = Callable[[], object]
_ticks: dict[str, Tick] = {}


def tick(name: str) -> Callable[[Tick], Tick]:
    """Declare the function below as something to be done from time to time; apps import it when they are ready."""

    def declare(work: Tick) -> Tick:
        _ticks[name] = work
        return work

    return declare


def run_ticks() -> list[str]:
    """Do all that is due; the names of those that went wrong, which stop no other and are tried again next time."""
    failed = []
    for name, work in list(_ticks.items()):
        try:
            with acting(None, "定时任务"):
                retried(work, resumable=True)
        except Exception:
            log.exception("tick %s failed", name)
            failed.append(name)
    return failed
