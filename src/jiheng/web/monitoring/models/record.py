"""What a unit reports of a project in a round (项目支出绩效运行监控表, 财预〔2019〕136号)."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models

from jiheng.web.monitoring.models.round import Light, MonitoringRound, RecordState
from jiheng.web.org.models import Scope
from jiheng.web.plan.models import Indicator, Project


class MonitoringRecord(models.Model):
    """The monitoring form of one project in one round. Amounts in 元, percentages as the number people see.

    Money is filled in from payments up to the round's ``period_end``; lights and reasons are computed when saved, and
    ``department`` and ``unit`` repeat the project's, so that a district adds up without joins. ``initial_*`` is the
    budget of the beginning of the year, ``budget_*`` the one after adjustments. ``announced`` remembers that the red
    light of the money was told to later stages, so that it is told once.
    """

    round = models.ForeignKey(MonitoringRound, on_delete=models.PROTECT, related_name="records")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="monitoring_records")
    unit = models.ForeignKey("org.Unit", on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey("org.Department", on_delete=models.PROTECT, related_name="+")
    state = models.CharField("状态", max_length=20, choices=RecordState.choices, default=RecordState.DRAFT)
    state_since = models.DateTimeField(auto_now_add=True)
    revision = models.IntegerField(default=0)
    is_reported = models.BooleanField("已填报", default=False)
    initial_fiscal = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    initial_carry_over = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    initial_other = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    budget_fiscal = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    budget_carry_over = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    budget_other = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    executed_fiscal = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    executed_carry_over = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    executed_other = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    forecast_fiscal = models.DecimalField("全年预计财政拨款", max_digits=18, decimal_places=2, null=True, blank=True)
    forecast_carry_over = models.DecimalField("全年预计结转", max_digits=18, decimal_places=2, null=True, blank=True)
    forecast_other = models.DecimalField("全年预计其他", max_digits=18, decimal_places=2, null=True, blank=True)
    planned_percent = models.DecimalField("计划进度", max_digits=7, decimal_places=2, null=True, blank=True)
    executed_percent = models.DecimalField("执行率", max_digits=9, decimal_places=2, null=True, blank=True)
    money_light = models.CharField("资金", max_length=8, choices=Light.choices, default=Light.GREY)
    money_reason = models.CharField(max_length=300, blank=True)
    result_light = models.CharField("目标", max_length=8, choices=Light.choices, default=Light.GREY)
    result_percent = models.DecimalField("目标完成率", max_digits=9, decimal_places=2, null=True, blank=True)
    light = models.CharField("预警", max_length=8, choices=Light.choices, default=Light.GREY)
    light_reason = models.CharField(max_length=500, blank=True)
    progress_text = models.TextField("年度总体目标完成情况", blank=True)
    measures = models.TextField("纠偏措施", blank=True)
    announced = models.BooleanField(default=False)
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["project"]
        constraints = [models.UniqueConstraint(fields=["round", "project"], name="monitoring_record")]
        indexes = [
            models.Index(fields=["round", "department", "light"]),
            models.Index(fields=["round", "unit", "state"]),
            models.Index(fields=["round", "light"]),
        ]
        verbose_name = "监控表"

    def __str__(self) -> str:
        return f"{self.project} {self.round.label}监控表"

    def scope(self) -> Scope:
        """Where it belongs."""
        return self.project.scope()

    @property
    def fiscal_year(self) -> int:
        """The year, for permissions."""
        return self.round.budget_year.year

    @property
    def budget(self) -> Decimal:
        """The year's budget on the day, 元."""
        return self.budget_fiscal + self.budget_carry_over + self.budget_other

    @property
    def initial(self) -> Decimal:
        """The budget of the beginning of the year, 元."""
        return self.initial_fiscal + self.initial_carry_over + self.initial_other

    @property
    def budget_wan(self) -> Decimal:
        """The same in 万元."""
        return self.budget / 10000

    @property
    def executed_wan(self) -> Decimal:
        """What was spent by the day, 万元."""
        return self.executed / 10000

    @property
    def executed(self) -> Decimal:
        """What was spent by the day, 元."""
        return self.executed_fiscal + self.executed_carry_over + self.executed_other


class IndicatorReport(models.Model):
    """The row of one indicator in a monitoring form; name and target are kept as they were when the round opened.

    A percentage keeps the ``numerator`` and ``denominator`` it came from, so that sums over units are right.
    """

    class Likelihood(models.TextChoices):
        CERTAIN = "certain", "确定能"
        POSSIBLE = "possible", "有可能"
        IMPOSSIBLE = "impossible", "完全不可能"

    class Reason(models.TextChoices):
        FUNDS = "funds", "经费保障"
        RULES = "rules", "制度保障"
        STAFF = "staff", "人员保障"
        EQUIPMENT = "equipment", "硬件条件保障"
        OTHER = "other", "其他"

    record = models.ForeignKey(MonitoringRecord, on_delete=models.CASCADE, related_name="rows")
    indicator = models.ForeignKey(Indicator, on_delete=models.SET_NULL, null=True, related_name="reports")
    order = models.IntegerField(default=0)
    level1 = models.CharField("一级指标", max_length=50, blank=True)
    level2 = models.CharField("二级指标", max_length=50, blank=True)
    name = models.CharField("三级指标", max_length=500, blank=True)
    target_raw = models.CharField("年度指标值", max_length=500, blank=True)
    actual_raw = models.CharField("执行情况", max_length=500, blank=True)
    numerator = models.DecimalField("分子", max_digits=24, decimal_places=6, null=True, blank=True)
    denominator = models.DecimalField("分母", max_digits=24, decimal_places=6, null=True, blank=True)
    forecast_raw = models.CharField("全年预计完成情况", max_length=500, blank=True)
    reasons = models.JSONField("偏差原因", default=list)
    reason_text = models.TextField("原因说明", blank=True)
    measures = models.TextField("改进措施", blank=True)
    likelihood = models.CharField("完成可能性", max_length=16, choices=Likelihood.choices, blank=True)
    completion = models.DecimalField("完成率", max_digits=12, decimal_places=2, null=True, blank=True)
    light = models.CharField("预警", max_length=8, choices=Light.choices, default=Light.GREY)
    light_reason = models.CharField(max_length=300, blank=True)
    note = models.TextField("备注", blank=True)
    announced = models.BooleanField(default=False)
    """Whether later stages were told that it is red."""

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = "指标执行情况"

    def __str__(self) -> str:
        return self.name

    def scope(self) -> Scope:
        """Where it belongs."""
        return self.record.scope()


class MonitoringStep(models.Model):
    """One step of a monitoring form through its states, with the opinion given."""

    record = models.ForeignKey(MonitoringRecord, on_delete=models.CASCADE, related_name="steps")
    name = models.CharField(max_length=32)
    source = models.CharField(max_length=20, choices=RecordState.choices)
    target = models.CharField(max_length=20, choices=RecordState.choices)
    reason = models.TextField("意见", blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = "监控流转"
