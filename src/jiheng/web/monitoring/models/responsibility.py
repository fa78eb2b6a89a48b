"""Who answers for what (目标逐级分解)."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from jiheng.web.org.models import Scope, Section, Unit
from jiheng.web.plan.models import Indicator, ItemizedGoal, Project


class Responsibility(models.Model):
    """An itemised goal of a department, a project or one of its indicators, assigned to a section or a person."""

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="responsibilities")
    goal = models.ForeignKey(ItemizedGoal, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, null=True, blank=True, related_name="responsible")
    indicator = models.ForeignKey(
        Indicator, on_delete=models.CASCADE, null=True, blank=True, related_name="responsible"
    )
    section = models.ForeignKey(Section, on_delete=models.CASCADE, null=True, blank=True, related_name="duties")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="duties"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["section"]), models.Index(fields=["person"])]
        verbose_name = "责任分解"

    def scope(self) -> Scope:
        """Where it belongs."""
        return self.unit.scope()
