"""``manage work``: do jobs as they come, those first that a killed worker left, and what is due by the clock."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from jiheng.web.jobs.worker import Worker


class Command(BaseCommand):
    """The background worker."""

    help = "执行后台任务"

    def handle(self, *args: Any, **options: Any) -> None:
        Worker().run()
