"""Files that were brought in, kept as they were."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from jiheng.web.org.models import Scope, Unit
from jiheng.web.plan.models.year import BudgetYear


class Upload(models.Model):
    """An uploaded document: what was read of it waits here until it is imported or discarded."""

    class State(models.TextChoices):
        WAITING = "waiting", "等待读取"
        READ = "read", "已读取，待确认"
        FAILED = "failed", "读取失败"
        IMPORTED = "imported", "已导入"
        DISCARDED = "discarded", "已放弃"

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="uploads")
    budget_year = models.ForeignKey(BudgetYear, on_delete=models.PROTECT, related_name="uploads")
    name = models.CharField("文件名", max_length=255)
    path = models.CharField(max_length=255)
    """Below ``MEDIA_ROOT``; never made of what the uploader typed."""
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.BigIntegerField(default=0)
    state = models.CharField("状态", max_length=16, choices=State.choices, default=State.WAITING, db_index=True)
    error = models.TextField(blank=True)
    document = models.JSONField(null=True)
    """The document as read, in the published JSON shape."""
    findings = models.JSONField(default=list)
    sheets = models.JSONField(default=dict)
    """Of a workbook that was handed out: sequence of a project → the form that it is, see ``importing.handed_out``."""
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    imported_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-at"]
        verbose_name = "上传的文件"

    def __str__(self) -> str:
        return self.name

    def scope(self) -> Scope:
        """Where it belongs."""
        return self.unit.scope()

    @property
    def fiscal_year(self) -> int:
        """The year, for permissions."""
        return self.budget_year.year
