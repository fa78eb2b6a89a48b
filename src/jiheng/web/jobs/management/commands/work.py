"""``manage work``: pick up what a killed server left, then do jobs as they come."""

from __future__ import annotations

import logging
import threading
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection

from jiheng.web.jobs.services import BEAT, pick_up, take_back

log = logging.getLogger(__name__)


def _watch(over: threading.Event) -> None:
    """Take back the jobs of other workers that died."""
    while not over.wait(BEAT):
        try:
            take_back()
        except DatabaseError as error:  # busy or away for a moment
            log.warning("could not look for jobs of dead workers: %s", error)
        finally:
            connection.close()


class Command(BaseCommand):
    """The background worker."""

    help = "执行后台任务"

    def handle(self, *args: Any, **options: Any) -> None:
        pick_up()
        over = threading.Event()
        threading.Thread(target=_watch, args=(over,), daemon=True, name="watch").start()
        try:
            call_command("db_worker", "--interval", "0.5", verbosity=0)
        finally:
            over.set()
