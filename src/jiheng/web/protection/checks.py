"""What ``manage check --deploy`` asks beyond Django's own questions."""

from __future__ import annotations

import os
from itertools import islice
from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register

from jiheng.web.database import file_of
from jiheng.web.protection.private import exposed


@register(Tags.security, deploy=True)
def demonstration_is_off(**_: Any) -> list[Error]:
    """The passwords of the demonstration are known to everybody."""
    if not settings.DEMO:
        return []
    return [Error("演示模式开着：演示账号的口令是公开的。", hint="正式环境不要设置 JIHENG_DEMO。", id="jiheng.E001")]


@register(Tags.security, deploy=True)
def hosts_are_named(**_: Any) -> list[Error]:
    """A host header that anybody may choose lets links lead elsewhere."""
    if "*" not in settings.ALLOWED_HOSTS:
        return []
    return [Error("没有限定域名。", hint="用 JIHENG_HOSTS 写明本系统的域名，逗号分隔。", id="jiheng.E002")]


@register(Tags.security, deploy=True)
def files_are_private(**_: Any) -> list[Warning]:
    """Whoever can read the database, the uploads or the keys needs no account."""
    found = list(islice(exposed(settings.VAR, file_of(os.environ.get("JIHENG_DATABASE_URL", ""))), 5))
    hint = "启动 jiheng serve 时会自动改正属于本账号的；属于别的账号的，用 chown 改为运行平台的账号。"
    return [Warning(f"{path} {why}。", hint=hint, id="jiheng.W003") for path, why in found]
