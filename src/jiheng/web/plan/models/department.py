"""Part one of the 绩效文本: a department's own goals for a year."""

from __future__ import annotations

from django.db import models

from jiheng.web.org.models import Department, Scope
from jiheng.web.plan.models.edit import Edit
from jiheng.web.plan.models.year import BudgetYear


class DepartmentGoals(models.Model):
    """Overall goal, itemised goals and safeguards of a department for a year."""

    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="goals", verbose_name="部门")
    budget_year = models.ForeignKey(BudgetYear, on_delete=models.PROTECT, related_name="department_goals")
    overall = models.TextField("总体绩效目标", blank=True)
    """One paragraph a line."""
    revision = models.IntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["department", "budget_year"], name="department_goals")]
        verbose_name = "部门整体绩效目标"

    def __str__(self) -> str:
        return f"{self.department} {self.budget_year}部门整体绩效目标"

    def scope(self) -> Scope:
        """Where it belongs."""
        return Scope(self.department.district_id, self.department_id)

    @property
    def fiscal_year(self) -> int:
        """The year, for permissions."""
        return self.budget_year.year


class ItemizedGoal(models.Model):
    """An itemised goal (分项绩效目标)."""

    goals = models.ForeignKey(DepartmentGoals, on_delete=models.CASCADE, related_name="itemized")
    order = models.IntegerField(default=0)
    number = models.CharField("序号", max_length=10, blank=True)
    title = models.CharField("名称", max_length=255, blank=True)
    goal = models.TextField("绩效目标", blank=True)
    indicators_text = models.TextField("绩效指标", blank=True)

    class Meta:
        ordering = ["order", "pk"]


class Safeguard(models.Model):
    """A safeguard (工作保障措施)."""

    goals = models.ForeignKey(DepartmentGoals, on_delete=models.CASCADE, related_name="safeguards")
    order = models.IntegerField(default=0)
    number = models.CharField("序号", max_length=10, blank=True)
    title = models.CharField("名称", max_length=255, blank=True)
    text = models.TextField("内容", blank=True)

    class Meta:
        ordering = ["order", "pk"]


class GoalsEdit(Edit):
    """One saved change of a department's goals."""

    goals = models.ForeignKey(DepartmentGoals, on_delete=models.CASCADE, related_name="edits")

    class Meta(Edit.Meta):
        indexes = [models.Index(fields=["goals", "-revision"])]


class DepartmentCheck(models.Model):
    """What the checker found in all of a department's projects together, kept with when and of what.

    ``state`` tells what was checked (see ``queries.department_check.state_of``): where it is another by now, the result
    is out of date. ``job`` is the check that was asked for last.
    """

    department = models.ForeignKey(Department, on_delete=models.CASCADE, related_name="checks")
    budget_year = models.ForeignKey(BudgetYear, on_delete=models.CASCADE, related_name="department_checks")
    state = models.CharField(max_length=80, blank=True)
    findings = models.JSONField(default=list)
    """``{"code", "name", "severity", "cell", "message", "advice", "project": key or 0, "title", "unit"}``."""
    projects = models.IntegerField(default=0)
    at = models.DateTimeField(null=True)
    job = models.ForeignKey("jobs.Job", on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["department", "budget_year"], name="department_check")]
        verbose_name = "全部门检查"
