"""Tokens of somebody, for the day that they leave: they end with the account."""

from __future__ import annotations

from django.utils import timezone

from jiheng.web.api.models import ApiToken
from jiheng.web.org.holdings import Holding, hold


def declare() -> None:
    """Tell the organisation."""
    hold(Holding(
        "api.tokens", "有效的接口令牌",
        lambda: ApiToken.objects.filter(revoked_at=None, expires_at__gt=timezone.now()), "person",
        lambda row: (row.name, ""), "停用账号后立即失效；对接的系统请由接手人用自己的账号另申请令牌。",
    ))  # fmt: skip
