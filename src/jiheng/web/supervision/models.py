"""The audit trail as stored: entries that are only ever added, and the head of their chain."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models

from jiheng.web.supervision.chain import FIELDS, GENESIS


class Untouchable(Exception):
    """Someone tried to change or delete an entry of the audit trail."""


class AuditEntry(models.Model):
    """One change: who, when, from where, what it was before and after. Added by :func:`services.record` alone."""

    sequence = models.BigIntegerField("序号", unique=True)
    at = models.CharField("时间", max_length=32)
    """ISO 8601 in UTC, as text: what was hashed is what is stored, on every database."""
    person = models.CharField("操作人", max_length=150, db_index=True)
    """Account and name at that time, or 系统."""
    person_id_then = models.BigIntegerField(null=True, db_index=True)
    district_id_then = models.BigIntegerField(null=True, db_index=True)
    """Whose it is: the district of the object, else of the person; empty for what concerns the whole platform."""
    address = models.CharField("来源地址", max_length=64)
    action = models.CharField("操作", max_length=64, db_index=True)
    kind = models.CharField("对象类别", max_length=64)
    object_id = models.CharField("对象编号", max_length=64)
    object_name = models.CharField("对象", max_length=255)
    before = models.TextField("变更前")
    after = models.TextField("变更后")
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["-sequence"]
        indexes = [models.Index(fields=["kind", "object_id"])]
        verbose_name = "审计日志"

    def __str__(self) -> str:
        return f"{self.sequence} {self.action} {self.object_name}"

    @property
    def when(self) -> datetime:
        """The moment of ``at``, which the chain keeps as text in UTC."""
        return datetime.fromisoformat(self.at)

    def as_chained(self) -> dict[str, Any]:
        """The entry as the chain's functions take it."""
        return {f: getattr(self, f) for f in (*FIELDS, "previous", "hash")}

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise Untouchable("审计日志只能追加，不能修改。")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise Untouchable("审计日志只能追加，不能删除。")


class AuditHead(models.Model):
    """The end of the chain: one row, locked at the very end of each transaction that adds entries."""

    sequence = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default=GENESIS)


class Notification(models.Model):
    """A message to one person, shown in the app (and mailed where e-mail is configured)."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications")
    text = models.CharField(max_length=500)
    link = models.CharField(max_length=255, blank=True)
    at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["person", "read_at"])]

    def __str__(self) -> str:
        return self.text

    @property
    def leads_inside(self) -> bool:
        """Whether the link is a path of the platform, and nothing else that a browser would follow."""
        return self.link.startswith("/") and not self.link.startswith(("//", "/\\"))
