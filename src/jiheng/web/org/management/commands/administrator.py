"""``administrator ACCOUNT``: what no administrator may do for another, done at the server by who operates it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from jiheng.web.org.models import Person
from jiheng.web.org.services.people import renew_administrator
from jiheng.web.org.services.places import Wrong


class Command(BaseCommand):
    """The command."""

    help = "给系统、安全或审计管理员一个新的初始口令（只显示一次），或停用其账号；都记入审计日志"

    def add_arguments(self, parser: Any) -> None:
        """An account, and whether it ends."""
        parser.add_argument("username", help="管理员的账号")
        parser.add_argument("--disable", action="store_true", help="停用这个账号")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it."""
        someone = Person.objects.filter(username=options["username"]).first()
        if someone is None:
            raise CommandError(f"没有账号“{options['username']}”。")
        try:
            password = renew_administrator(someone, active=not options["disable"])
        except Wrong as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"新的初始口令：{password}（首次登录须修改）" if password else f"{someone}已停用。")
