"""What was published: the document as it stood, in every form it can be downloaded in."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from jiheng.web.org.models import Department, Scope
from jiheng.web.plan.models import BudgetYear


class Publication(models.Model):
    """A department's 绩效文本 of a year, made public. ``content`` is the document in its published JSON shape.

    Published again (after an adjustment), the department gets a new publication with the next ``edition``; the old
    stays readable. A withdrawn one is not shown, but kept with the reason.
    """

    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="publications", verbose_name="部门"
    )
    budget_year = models.ForeignKey(BudgetYear, on_delete=models.PROTECT, related_name="publications")
    edition = models.IntegerField("版次", default=1)
    content = models.JSONField()
    project_count = models.IntegerField("项目数", default=0)
    budget_total = models.DecimalField("预算合计", max_digits=18, decimal_places=4, default=0)
    pdf = models.CharField(max_length=255, blank=True)
    """Below ``MEDIA_ROOT``; empty until it has been made, or where LibreOffice is not installed."""
    published_at = models.DateTimeField("公开时间", auto_now_add=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)
    withdrawn_reason = models.TextField("撤回原因", blank=True)

    class Meta:
        ordering = ["-budget_year__year", "department__code", "-edition"]
        constraints = [
            models.UniqueConstraint(fields=["department", "budget_year", "edition"], name="publication_edition")
        ]
        verbose_name = "公开文本"

    def __str__(self) -> str:
        return f"{self.department.name}{self.budget_year.year}年绩效文本"

    def scope(self) -> Scope:
        """Where it belongs."""
        return Scope(self.department.district_id, self.department_id)

    @property
    def fiscal_year(self) -> int:
        """The year, for permissions."""
        return self.budget_year.year
