"""Budget years."""

from __future__ import annotations

from django.db import models

from jiheng.web.org.models import District, Scope


class BudgetYear(models.Model):
    """A fiscal year of a district, under one policy pack, with its calendar."""

    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="budget_years", verbose_name="区划")
    year = models.IntegerField("预算年度")
    pack = models.CharField("策略包", max_length=64, default="central-2015")
    is_open = models.BooleanField("开放编报", default=True)
    errors_block = models.BooleanField("有错误不得上报", default=False)
    """Where false, errors of the checker may be submitted with a written explanation."""
    deadlines = models.JSONField("截止日期", default=dict)
    """State to leave → ISO date: draft, submitted, department_review, finance_review, approved."""

    class Meta:
        ordering = ["-year"]
        constraints = [models.UniqueConstraint(fields=["district", "year"], name="budget_year")]
        verbose_name = "预算年度"

    def __str__(self) -> str:
        return f"{self.year}年"

    def scope(self) -> Scope:
        """Where it belongs."""
        return Scope(self.district_id)

    @property
    def fiscal_year(self) -> int:
        """The year, for permissions."""
        return self.year
