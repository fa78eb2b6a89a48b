"""``manage totals``: make the kept sums of all projects anew from their entries."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from jiheng.web.execution.services.totals import rebuild_totals


class Command(BaseCommand):
    """Rebuild ``ExecutionTotal``."""

    help = "按明细重新汇总各项目的预算和支付"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--year", type=int, help="只汇总这个年度")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"已重新汇总 {rebuild_totals(options['year'])} 个项目。")
