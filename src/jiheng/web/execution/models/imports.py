"""Files of the finance system that were brought in, and the columns people matched once."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from jiheng.web.org.models import District, Scope
from jiheng.web.plan.models import BudgetYear


class ImportBatch(models.Model):
    """One file of payments, allotments or adjustments: previewed, applied as a whole, and possibly taken back."""

    class Kind(models.TextChoices):
        PAYMENT = "payment", "支付明细"
        ALLOTMENT = "allotment", "指标下达"
        ADJUSTMENT = "adjustment", "预算调整"

    class State(models.TextChoices):
        WAITING = "waiting", "等待读取"
        READ = "read", "已读取，待确认"
        FAILED = "failed", "读取失败"
        APPLYING = "applying", "正在入账"
        APPLIED = "applied", "已入账"
        TAKEN_BACK = "taken_back", "已撤回"
        DISCARDED = "discarded", "已放弃"

    budget_year = models.ForeignKey(BudgetYear, on_delete=models.PROTECT, related_name="import_batches")
    kind = models.CharField("类别", max_length=16, choices=Kind.choices, default=Kind.PAYMENT)
    name = models.CharField("文件名", max_length=255)
    path = models.CharField(max_length=255)
    """Below ``MEDIA_ROOT``; never made of what the uploader typed."""
    sm3 = models.CharField(max_length=64, db_index=True)
    state = models.CharField("状态", max_length=16, choices=State.choices, default=State.WAITING, db_index=True)
    header_row = models.IntegerField(default=0)
    mapping = models.JSONField(default=dict)
    """Field → column number, from 0."""
    rows = models.IntegerField("行数", default=0)
    good = models.IntegerField("可入账", default=0)
    duplicates = models.IntegerField("重复", default=0)
    problems = models.JSONField(default=list)
    """``[{"row", "column", "text", "message"}]``; rows as Excel counts them."""
    amount = models.DecimalField("合计（元）", max_digits=20, decimal_places=2, default=0)
    message = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    applied_at = models.DateTimeField(null=True, blank=True)
    taken_back_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-at"]
        verbose_name = "执行数据导入"

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.name}"

    def scope(self) -> Scope:
        """Where it belongs."""
        return self.budget_year.scope()

    @property
    def fiscal_year(self) -> int:
        """The year, for permissions."""
        return self.budget_year.year


class ColumnMapping(models.Model):
    """How the columns of a file with this header were matched last time."""

    district = models.ForeignKey(District, on_delete=models.CASCADE, related_name="column_mappings")
    kind = models.CharField(max_length=16, choices=ImportBatch.Kind.choices)
    header = models.CharField(max_length=64)
    """Digest of the header's cells."""
    mapping = models.JSONField(default=dict)
    """Field → the heading of its column."""
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["district", "kind", "header"], name="column_mapping")]
