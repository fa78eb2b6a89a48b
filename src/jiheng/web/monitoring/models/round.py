"""Rounds of monitoring in a budget year."""

from __future__ import annotations

from django.db import models

from jiheng.web.org.models import Scope
from jiheng.web.plan.models import BudgetYear


class Light(models.TextChoices):
    """The alert (预警灯) of a value, a project or a sum of projects; grey where nothing was reported."""

    GREEN = "green", "正常"
    YELLOW = "yellow", "预警"
    RED = "red", "偏离"
    GREY = "grey", "未报"


class RecordState(models.TextChoices):
    """The way of a report, a self-evaluation alike: 单位填报 → 部门审核 → 财政审核 → 审核通过."""

    DRAFT = "draft", "填报中"
    DEPARTMENT_REVIEW = "department_review", "部门审核"
    FINANCE_REVIEW = "finance_review", "财政审核"
    ACCEPTED = "accepted", "审核通过"


class MonitoringRound(models.Model):
    """A round of monitoring (监控期次): reports what happened up to ``period_end``."""

    class State(models.TextChoices):
        PLANNED = "planned", "未开始"
        OPEN = "open", "填报中"
        CLOSED = "closed", "已截止"
        LOCKED = "locked", "已锁定"

    budget_year = models.ForeignKey(BudgetYear, on_delete=models.PROTECT, related_name="monitoring_rounds")
    order = models.IntegerField()
    label = models.CharField("期次", max_length=30)
    period_end = models.DateField("数据截止日")
    opens_on = models.DateField("开始填报")
    closes_on = models.DateField("截止填报")
    locks_on = models.DateField("锁定")
    state = models.CharField("状态", max_length=16, choices=State.choices, default=State.PLANNED, db_index=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    locked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["budget_year", "order"]
        constraints = [models.UniqueConstraint(fields=["budget_year", "order"], name="monitoring_round")]
        verbose_name = "监控期次"

    def __str__(self) -> str:
        return f"{self.budget_year.year}年{self.label}"

    def scope(self) -> Scope:
        """Where it belongs."""
        return self.budget_year.scope()

    @property
    def fiscal_year(self) -> int:
        """The year, for permissions."""
        return self.budget_year.year
