"""Frozen versions of a target table, and the approvals that froze them."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from jiheng.web.org.models import Department
from jiheng.web.plan.models.project import Project
from jiheng.web.plan.models.year import BudgetYear


class Approval(models.Model):
    """An approval (批复) with its document number, for one or many projects."""

    number = models.CharField("批复文号", max_length=100)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="approvals")
    budget_year = models.ForeignKey(BudgetYear, on_delete=models.PROTECT, related_name="approvals")
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-at"]
        verbose_name = "批复"

    def __str__(self) -> str:
        return self.number


class Version(models.Model):
    """A snapshot of a target table in the published JSON shape of a project; never changed."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="versions")
    number = models.IntegerField("版本")
    label = models.CharField("说明", max_length=200)
    content = models.JSONField()
    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, null=True, blank=True, related_name="versions")
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["project", "number"], name="version_number")]
        verbose_name = "版本"
