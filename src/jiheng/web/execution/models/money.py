"""Money that moves: allotments (指标下达), budget adjustments (预算调整), payments (支付). Amounts in 元."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from jiheng.web.execution.models.imports import ImportBatch
from jiheng.web.org.models import Scope
from jiheng.web.plan.models import Project


class FundSource(models.TextChoices):
    """The fund sources of the official monitoring form (财预〔2019〕136号)."""

    FISCAL = "fiscal", "财政拨款"
    CARRY_OVER = "carry_over", "上年结转"
    OTHER = "other", "其他资金"


class MoneyEntry(models.Model):
    """One dated amount of a project from one fund source."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="%(class)ss", verbose_name="项目")
    source = models.CharField("资金来源", max_length=16, choices=FundSource.choices, default=FundSource.FISCAL)
    amount = models.DecimalField("金额（元）", max_digits=18, decimal_places=2)
    on = models.DateField("日期")
    number = models.CharField("文号或凭证号", max_length=100, blank=True)
    note = models.CharField("摘要", max_length=500, blank=True)
    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, null=True, blank=True, related_name="%(class)ss")
    key = models.CharField(max_length=64, db_index=True, blank=True)
    """Digest of what makes the entry itself (project, date, amount, source, number): tells duplicates."""
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True
        ordering = ["-on", "-pk"]

    def __str__(self) -> str:
        return f"{self.project} {self.on} {self.amount}元"

    def scope(self) -> Scope:
        """Where it belongs."""
        return self.project.scope()

    @property
    def fiscal_year(self) -> int:
        """The year, for permissions."""
        return self.project.fiscal_year


class Allotment(MoneyEntry):
    """An allotment (指标下达): money the unit may now spend."""

    class Meta(MoneyEntry.Meta):
        verbose_name = "指标下达"
        indexes = [models.Index(fields=["project", "on"])]


class BudgetAdjustment(MoneyEntry):
    """A budget adjustment (预算调整): the amount is added to the year's budget, or taken off where negative."""

    class Meta(MoneyEntry.Meta):
        verbose_name = "预算调整"
        indexes = [models.Index(fields=["project", "on"])]


class Payment(MoneyEntry):
    """A payment (支付); a refund is negative."""

    payee = models.CharField("收款人", max_length=200, blank=True)
    contract = models.ForeignKey(
        "execution.Contract", on_delete=models.SET_NULL, null=True, blank=True, related_name="payments"
    )

    class Meta(MoneyEntry.Meta):
        verbose_name = "支付"
        indexes = [models.Index(fields=["project", "on"])]


ENTRIES: dict[str, Any] = {"payment": Payment, "allotment": Allotment, "adjustment": BudgetAdjustment}
