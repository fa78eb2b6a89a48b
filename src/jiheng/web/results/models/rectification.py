"""Rectification (整改): what was found, who puts it right by when, and who verified that it is."""

from __future__ import annotations

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models

from jiheng.web.org.models import Scope, Unit
from jiheng.web.plan.models import BudgetYear, Project


class Rectification(models.Model):
    """One item of the register (整改台账)."""

    class Source(models.TextChoices):
        REVIEW = "review", "目标审核"
        MONITORING = "monitoring", "运行监控"
        EVALUATION = "evaluation", "绩效评价"
        AUDIT = "audit", "审计监督"

    class State(models.TextChoices):
        OPEN = "open", "整改中"
        REPORTED = "reported", "待核验"
        CLOSED = "closed", "已销号"
        CANCELLED = "cancelled", "已撤销"

    class Severity(models.TextChoices):
        SERIOUS = "serious", "严重"
        COMMON = "common", "一般"

    budget_year = models.ForeignKey(BudgetYear, on_delete=models.PROTECT, related_name="rectifications")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="rectifications", verbose_name="责任单位")
    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, null=True, blank=True, related_name="rectifications", verbose_name="项目"
    )
    source = models.CharField("来源", max_length=16, choices=Source.choices)
    content_type = models.ForeignKey(ContentType, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    object_id = models.BigIntegerField(null=True, blank=True)
    origin = GenericForeignKey("content_type", "object_id")
    key = models.CharField(max_length=100, unique=True, null=True, blank=True)
    """Names what gave birth to an automatic item, so that it is born once."""
    number = models.CharField("编号", max_length=30, unique=True)
    title = models.CharField("问题", max_length=300)
    description = models.TextField("问题描述", blank=True)
    severity = models.CharField("程度", max_length=16, choices=Severity.choices, default=Severity.COMMON)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="rectifications",
        verbose_name="责任人",
    )  # fmt: skip
    due_on = models.DateField("整改期限")
    asked_due_on = models.DateField("申请延期至", null=True, blank=True)
    state = models.CharField("状态", max_length=16, choices=State.choices, default=State.OPEN, db_index=True)
    measures = models.TextField("整改措施", blank=True)
    outcome = models.TextField("整改结果", blank=True)
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    """Empty where the system raised it; then whoever may verify items of its source does."""
    raised_at = models.DateTimeField(auto_now_add=True)
    reported_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    reminded_on = models.DateField(null=True, blank=True)
    revision = models.IntegerField(default=0)

    class Meta:
        ordering = ["due_on", "pk"]
        indexes = [models.Index(fields=["budget_year", "state", "due_on"]), models.Index(fields=["unit", "state"])]
        verbose_name = "整改事项"

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def scope(self) -> Scope:
        """Where it belongs."""
        return self.unit.scope()

    @property
    def fiscal_year(self) -> int:
        """The year, for permissions."""
        return self.budget_year.year


class RectificationStep(models.Model):
    """One step of an item: raised, measures, extension asked or granted, reported, returned, verified."""

    item = models.ForeignKey(Rectification, on_delete=models.CASCADE, related_name="steps")
    name = models.CharField(max_length=32)
    text = models.TextField("说明", blank=True)
    due_before = models.DateField(null=True, blank=True)
    due_after = models.DateField(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = "整改流转"
