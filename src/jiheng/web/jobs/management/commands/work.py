"""``manage work``: pick up what a killed server left, then do jobs as they come."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from jiheng.web.jobs.services import pick_up


class Command(BaseCommand):
    """The background worker."""

    help = "执行后台任务"

    def handle(self, *args: Any, **options: Any) -> None:
        pick_up()
        call_command("db_worker", "--interval", "0.5", verbosity=0)
