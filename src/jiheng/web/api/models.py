"""Tokens of the REST API."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone

from jiheng.web.api.scopes import TokenScope
from jiheng.web.org.models import Scope


class ApiToken(models.Model):
    """A token by which another system reads what a person may see.

    Only the SHA-256 of the token is kept: a copy of the database lets nobody in. The token has 256 random bits, so
    that a slow hash would add nothing.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens", verbose_name="人员"
    )
    name = models.CharField("用途", max_length=100)
    digest = models.CharField("SHA-256", max_length=64, unique=True)
    scopes = models.JSONField("范围", default=list)
    created_at = models.DateTimeField("创建时间", auto_now_add=True)
    expires_at = models.DateTimeField("有效期至")
    last_used_at = models.DateTimeField("最近使用", null=True, blank=True)
    """To the minute: it is not written at every request."""
    revoked_at = models.DateTimeField("撤销时间", null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = "接口令牌"

    def __str__(self) -> str:
        return self.name

    def scope(self) -> Scope:
        """Where it belongs: with its person."""
        return self.person.scope()

    def is_live(self, now: datetime | None = None) -> bool:
        """Whether it is neither revoked nor expired."""
        return self.revoked_at is None and self.expires_at > (now or timezone.now())

    def scope_labels(self) -> list[str]:
        """Its scopes in words, in the order of the table."""
        return [str(s.label) for s in TokenScope if s.value in self.scopes]
