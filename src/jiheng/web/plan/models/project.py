"""A project's target table (绩效目标表), cell for cell."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django_fsm import FSMField

from jiheng.web.org.models import Scope, Unit
from jiheng.web.plan.models.edit import Edit
from jiheng.web.plan.models.year import BudgetYear
from jiheng.web.plan.states import State


class Project(models.Model):
    """A project of a unit in a year, with its target table. Amounts in 万元.

    ``revision`` grows with every saved change: a save names the revision it saw, and a stale one is refused.
    ``errors`` … ``risk`` are what the checker found at ``checked_revision``, kept for lists and queues.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="projects", verbose_name="单位")
    budget_year = models.ForeignKey(
        BudgetYear, on_delete=models.PROTECT, related_name="projects", verbose_name="预算年度"
    )
    order = models.IntegerField(default=0)
    code = models.CharField("项目编码", max_length=40, blank=True, db_index=True)
    name = models.CharField("项目名称", max_length=255, blank=True)
    title = models.CharField("表名", max_length=255, blank=True)
    budget_total = models.DecimalField("预算数", max_digits=16, decimal_places=4, null=True, blank=True)
    budget_fiscal = models.DecimalField("财政资金", max_digits=16, decimal_places=4, null=True, blank=True)
    budget_other = models.DecimalField("其他资金", max_digits=16, decimal_places=4, null=True, blank=True)
    purpose = models.TextField("资金用途", blank=True)
    state = FSMField("状态", default=State.DRAFT, choices=State.choices, protected=True, db_index=True)
    state_since = models.DateTimeField(auto_now_add=True)
    revision = models.IntegerField(default=0)
    version = models.IntegerField(default=1)
    previous = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="next_years")
    explanation = models.TextField("对错误项的说明", blank=True)
    errors = models.IntegerField(default=0)
    warnings = models.IntegerField(default=0)
    hints = models.IntegerField(default=0)
    risk = models.IntegerField(default=0, db_index=True)
    checked_revision = models.IntegerField(default=-1)
    findings = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["unit", "order", "pk"]
        indexes = [
            models.Index(fields=["budget_year", "state", "-risk"]),
            # All that lists filter, sort and add up: they read this and leave the wide rows alone.
            models.Index(
                fields=[
                    "budget_year",
                    "unit",
                    "order",
                    "state",
                    "errors",
                    "warnings",
                    "risk",
                    "budget_total",
                    "updated_at",
                    "state_since",
                    "code",
                    "name",
                    "id",
                ],
                name="project_lists",
            ),
            models.Index(fields=["budget_year", "name"]),
        ]
        verbose_name = "项目"

    def __str__(self) -> str:
        return self.name or self.code or f"未命名项目 {self.pk}"

    def refresh_from_db(self, using: Any = None, fields: Any = None, from_queryset: Any = None) -> None:
        """Read anew; the state, which nobody may assign, is let go first."""
        if fields is None or "state" in fields:
            self.__dict__.pop("state", None)
        super().refresh_from_db(using, fields, from_queryset)

    def scope(self) -> Scope:
        """Where it belongs."""
        return self.unit.scope()

    @property
    def fiscal_year(self) -> int:
        """The year, for permissions."""
        return self.budget_year.year


class PlanPeriod(models.Model):
    """A period of the spending plan: the percentage is cumulative, the number people see."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="periods")
    order = models.IntegerField(default=0)
    label = models.CharField("期次", max_length=30)
    raw = models.CharField("进度", max_length=30, blank=True)

    class Meta:
        ordering = ["order", "pk"]


class ProjectGoal(models.Model):
    """One performance goal (绩效目标) of a project."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="goals")
    order = models.IntegerField(default=0)
    text = models.TextField("绩效目标", blank=True)

    class Meta:
        ordering = ["order", "pk"]


class Indicator(models.Model):
    """A row of the indicator table; comparator, value, unit and kind are read from ``target_raw``, which is printed."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="indicators")
    order = models.IntegerField(default=0)
    level1 = models.CharField("一级指标", max_length=50, blank=True)
    level2 = models.CharField("二级指标", max_length=50, blank=True)
    name = models.CharField("三级指标", max_length=500, blank=True)
    description = models.TextField("绩效指标描述", blank=True)
    target_raw = models.CharField("指标值", max_length=500, blank=True)
    comparator = models.CharField(max_length=2, blank=True)
    value = models.DecimalField(max_digits=24, decimal_places=6, null=True, blank=True)
    unit = models.CharField("计量单位", max_length=50, blank=True)
    kind = models.CharField(max_length=16, blank=True)
    basis = models.TextField("指标值确定依据", blank=True)

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = "绩效指标"

    def __str__(self) -> str:
        return self.name


class CellEdit(Edit):
    """One saved change of a target table."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="edits")

    class Meta(Edit.Meta):
        indexes = [models.Index(fields=["project", "-revision"])]


class Presence(models.Model):
    """Who has the table open for editing, and in which cell: a second editor is warned."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="present")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    cell = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "person"], name="presence")]
