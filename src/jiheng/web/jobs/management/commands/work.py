"""``manage work``: pick up what a killed server left, then do jobs as they come, and what is due by the clock."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connections

from jiheng.web.jobs.services import BEAT, pick_up, take_back
from jiheng.web.jobs.ticks import EVERY_SECONDS, run_ticks

log = logging.getLogger(__name__)


def _again_and_again(work: Callable[[], Any], seconds: float, over: threading.Event) -> None:
    """Do this now and every so many seconds, until it is over."""
    while True:
        try:
            work()
        except DatabaseError as error:  # busy or away for a moment
            log.warning("could not %s: %s", work.__name__, error)
        finally:
            connections.close_all()
        if over.wait(seconds):
            return


class Command(BaseCommand):
    """The background worker."""

    help = "执行后台任务"

    def handle(self, *args: Any, **options: Any) -> None:
        pick_up()
        over = threading.Event()
        for work, seconds in ((take_back, BEAT), (run_ticks, EVERY_SECONDS)):
            clock = threading.Thread(target=_again_and_again, args=(work, seconds, over), daemon=True)
            clock.name = work.__name__
            clock.start()
        try:
            call_command("db_worker", "--interval", "0.5", verbosity=0)
        finally:
            over.set()
