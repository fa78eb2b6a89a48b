"""Self-evaluation (绩效自评) of projects and of departments (项目支出绩效自评表, 财预〔2020〕10号)."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models

from jiheng.web.monitoring.models import RecordState
from jiheng.web.org.models import Department, Scope
from jiheng.web.plan.models import BudgetYear, Indicator, Project


class SelfEvaluation(models.Model):
    """The self-evaluation of one project. Amounts in 元; scores are points of 100.

    ``computed`` is what the pack's rules give; ``score`` is what counts: a person may change the points of a row, with
    a reason. ``department`` and ``unit`` repeat the project's, so that a district adds up without joins.
    """

    project = models.OneToOneField(Project, on_delete=models.PROTECT, related_name="self_evaluation")
    budget_year = models.ForeignKey(BudgetYear, on_delete=models.PROTECT, related_name="self_evaluations")
    unit = models.ForeignKey("org.Unit", on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey("org.Department", on_delete=models.PROTECT, related_name="+")
    state = models.CharField("状态", max_length=20, choices=RecordState.choices, default=RecordState.DRAFT)
    state_since = models.DateTimeField(auto_now_add=True)
    revision = models.IntegerField(default=0)
    initial_fiscal = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    initial_carry_over = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    initial_other = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    budget_fiscal = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    budget_carry_over = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    budget_other = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    executed_fiscal = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    executed_carry_over = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    executed_other = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    budget = models.DecimalField("全年预算数", max_digits=18, decimal_places=2, default=0)
    executed = models.DecimalField("全年执行数", max_digits=18, decimal_places=2, default=0)
    execution_weight = models.DecimalField("执行率分值", max_digits=6, decimal_places=2, default=10)
    execution_rate = models.DecimalField("执行率", max_digits=9, decimal_places=2, null=True, blank=True)
    execution_points = models.DecimalField("执行率得分", max_digits=6, decimal_places=2, null=True, blank=True)
    execution_explanation = models.CharField(max_length=500, blank=True)
    goals_actual = models.TextField("年度总体目标实际完成情况", blank=True)
    computed = models.DecimalField("计算总分", max_digits=6, decimal_places=2, null=True, blank=True)
    score = models.DecimalField("总分", max_digits=6, decimal_places=2, null=True, blank=True)
    grade = models.CharField("等级", max_length=4, blank=True)
    whole = models.SmallIntegerField(null=True, blank=True)
    missing = models.IntegerField("未计分的行", default=0)
    """Rows that have no points yet; while there are any there is no score."""
    adjusted = models.IntegerField("人工调整的行", default=0)
    honesty = models.JSONField("诚信核查", default=list)
    """Findings: ``[{"code", "name", "severity", "message", "rows"}]``; rows by key."""
    doubts = models.IntegerField("核查问题数", default=0)
    monitored = models.CharField("监控期次", max_length=30, blank=True)
    """The round whose values stand beside the rows."""
    honesty_explanation = models.TextField("对核查问题的说明", blank=True)
    filled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["project"]
        indexes = [
            models.Index(fields=["budget_year", "department", "whole"]),
            models.Index(fields=["budget_year", "-score", "project"]),
            models.Index(fields=["budget_year", "unit", "state"]),
            models.Index(fields=["budget_year", "state"]),
        ]
        verbose_name = "自评表"

    def __str__(self) -> str:
        return f"{self.project}自评表"

    @property
    def initial(self) -> Decimal:
        """The budget of the beginning of the year (年初预算数), 元."""
        return self.initial_fiscal + self.initial_carry_over + self.initial_other

    def scope(self) -> Scope:
        """Where it belongs."""
        return self.project.scope()

    @property
    def fiscal_year(self) -> int:
        """The year, for permissions."""
        return self.budget_year.year


class EvaluatedIndicator(models.Model):
    """The row of one indicator in a self-evaluation form."""

    evaluation = models.ForeignKey(SelfEvaluation, on_delete=models.CASCADE, related_name="rows")
    indicator = models.ForeignKey(Indicator, on_delete=models.SET_NULL, null=True, related_name="evaluated")
    order = models.IntegerField(default=0)
    level1 = models.CharField("一级指标", max_length=50, blank=True)
    level2 = models.CharField("二级指标", max_length=50, blank=True)
    name = models.CharField("三级指标", max_length=500, blank=True)
    target_raw = models.CharField("年度指标值", max_length=500, blank=True)
    weight = models.DecimalField("分值", max_digits=6, decimal_places=2, default=0)
    actual_raw = models.CharField("实际完成值", max_length=500, blank=True)
    numerator = models.DecimalField("分子", max_digits=24, decimal_places=6, null=True, blank=True)
    denominator = models.DecimalField("分母", max_digits=24, decimal_places=6, null=True, blank=True)
    attainment = models.CharField("定性达成程度", max_length=16, blank=True)
    """The band of a qualitative indicator, as the policy pack names it …"""
    attained = models.DecimalField("达成百分比", max_digits=5, decimal_places=2, null=True, blank=True)
    """… and the percent within it; empty means the band's usual one."""
    monitored_raw = models.CharField("监控填报值", max_length=500, blank=True)
    monitored_numerator = models.DecimalField(max_digits=24, decimal_places=6, null=True, blank=True)
    monitored_denominator = models.DecimalField(max_digits=24, decimal_places=6, null=True, blank=True)
    computed = models.DecimalField("计算得分", max_digits=6, decimal_places=2, null=True, blank=True)
    explanation = models.CharField("计分说明", max_length=500, blank=True)
    given = models.DecimalField("调整得分", max_digits=6, decimal_places=2, null=True, blank=True)
    given_reason = models.TextField("调整理由", blank=True)
    deviation = models.TextField("偏差原因分析及改进措施", blank=True)

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = "自评指标"

    def __str__(self) -> str:
        return self.name

    @property
    def points(self) -> Decimal | None:
        """What counts: the points a person gave, else those computed."""
        return self.computed if self.given is None else self.given

    def scope(self) -> Scope:
        """Where it belongs."""
        return self.evaluation.scope()


class EvaluationStep(models.Model):
    """One step of a self-evaluation through its states, with the opinion given."""

    evaluation = models.ForeignKey(SelfEvaluation, on_delete=models.CASCADE, related_name="steps")
    name = models.CharField(max_length=32)
    source = models.CharField(max_length=20, choices=RecordState.choices)
    target = models.CharField(max_length=20, choices=RecordState.choices)
    reason = models.TextField("意见", blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = "自评流转"


class EvaluationYear(models.Model):
    """The self-evaluation of a budget year was opened: since when, by whom, until when it is to be submitted."""

    budget_year = models.OneToOneField(BudgetYear, on_delete=models.PROTECT, related_name="evaluation")
    closes_on = models.DateField("截止日期", null=True, blank=True)
    opened_at = models.DateTimeField("开展时间", auto_now_add=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    job = models.IntegerField(null=True, blank=True)
    """The key of the job that makes the forms."""

    class Meta:
        verbose_name = "年度自评"

    def __str__(self) -> str:
        return f"{self.budget_year}绩效自评"

    def scope(self) -> Scope:
        """Where it belongs."""
        return self.budget_year.scope()

    @property
    def fiscal_year(self) -> int:
        """The year, for permissions."""
        return self.budget_year.year


class DepartmentSelfEvaluation(models.Model):
    """A department's overall self-evaluation (部门整体自评): the sums over its projects, and what it says."""

    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="self_evaluations")
    budget_year = models.ForeignKey(BudgetYear, on_delete=models.PROTECT, related_name="department_evaluations")
    state = models.CharField("状态", max_length=20, choices=RecordState.choices, default=RecordState.DRAFT)
    overview = models.TextField("基本情况", blank=True)
    achievements = models.TextField("绩效目标完成情况", blank=True)
    problems = models.TextField("存在的问题及原因", blank=True)
    measures = models.TextField("改进措施和结果应用", blank=True)
    content = models.JSONField(default=dict)
    """The sums as they were when it was submitted."""
    reason = models.TextField("财政意见", blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    score = models.DecimalField("得分", max_digits=6, decimal_places=2, null=True, blank=True)
    grade = models.CharField("等级", max_length=4, blank=True)
    revision = models.IntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["department", "budget_year"], name="department_evaluation")]
        verbose_name = "部门整体自评"

    def __str__(self) -> str:
        return f"{self.department} {self.budget_year}整体自评"

    def scope(self) -> Scope:
        """Where it belongs."""
        return Scope(self.department.district_id, self.department_id)

    @property
    def fiscal_year(self) -> int:
        """The year, for permissions."""
        return self.budget_year.year
