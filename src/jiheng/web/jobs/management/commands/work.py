"""``manage work``: pick up what a killed server left, then do jobs as they come, and what is due from time to time."""

from __future__ import annotations

import threading
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connections

from jiheng.web.jobs.services import pick_up
from jiheng.web.jobs.ticks import EVERY_SECONDS, run_ticks


def _keep_time(stop: threading.Event) -> None:
    while True:
        run_ticks()
        connections.close_all()
        if stop.wait(EVERY_SECONDS):
            return


class Command(BaseCommand):
    """The background worker."""

    help = "执行后台任务和定时事项"

    def handle(self, *args: Any, **options: Any) -> None:
        pick_up()
        stop = threading.Event()
        clock = threading.Thread(target=_keep_time, args=(stop,), name="ticks", daemon=True)
        clock.start()
        try:
            call_command("db_worker", "--interval", "0.5", verbosity=0)
        finally:
            stop.set()
