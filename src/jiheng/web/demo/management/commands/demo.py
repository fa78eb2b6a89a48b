"""``manage demo``: build the demonstration district where there is none."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand

from jiheng.web.demo.build import build, is_built


class Command(BaseCommand):
    """Idempotent: an existing district is left alone."""

    help = "在空数据库里建立演示区（云溪区）"

    def handle(self, *args: Any, **options: Any) -> None:
        if is_built():
            self.stdout.write("数据库里已有数据，未改动。")
            return
        begin = time.monotonic()
        build(lambda step: self.stdout.write(f"  {step} … {time.monotonic() - begin:.0f} s"))
