"""``manage tick``: do what is due now (rounds, reminders), for those who run no worker or call it by cron."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from jiheng.web.jobs.ticks import run_ticks


class Command(BaseCommand):
    """Everything that is due, once."""

    help = "执行到期的定时事项（监控期次开放、提醒、截止、锁定等）"

    def handle(self, *args: Any, **options: Any) -> None:
        if failed := run_ticks():
            raise CommandError(f"有 {len(failed)} 项没有成功：{'、'.join(failed)}。原因见日志，下次会再试。")
