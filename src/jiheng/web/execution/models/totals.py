"""The sums of a project's money, kept beside it so that a district of 100,000 projects adds up at once."""

from __future__ import annotations

from decimal import Decimal

from django.db import models

from jiheng.web.plan.models import BudgetYear, Project


class ExecutionTotal(models.Model):
    """Budget and payments of a project by fund source, in 元; written by :mod:`jiheng.web.execution.services` alone.

    ``initial_*`` is the approved budget, ``budget_*`` the one after adjustments, ``paid_*`` what was spent.
    ``planned_1`` … ``planned_12`` is what the spending plan wants paid by the end of each month, of the budget after
    adjustments (empty without a plan); ``spent_1`` … ``spent_12`` what was paid by then. ``department`` and ``unit``
    repeat the project's, so that sums need no joins.
    """

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="execution")
    budget_year = models.ForeignKey(BudgetYear, on_delete=models.CASCADE, related_name="+")
    unit = models.ForeignKey("org.Unit", on_delete=models.CASCADE, related_name="+")
    department = models.ForeignKey("org.Department", on_delete=models.CASCADE, related_name="+")
    initial_fiscal = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    initial_carry_over = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    initial_other = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    budget_fiscal = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    budget_carry_over = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    budget_other = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    allotted = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    paid_fiscal = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    paid_carry_over = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    paid_other = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    last_paid_on = models.DateField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [
            models.Index(fields=["budget_year", "department"]),
            models.Index(fields=["budget_year", "unit", "last_paid_on"]),
        ]

    @property
    def budget(self) -> Decimal:
        """The year's budget after adjustments, 元."""
        return self.budget_fiscal + self.budget_carry_over + self.budget_other

    @property
    def paid(self) -> Decimal:
        """What was spent, 元."""
        return self.paid_fiscal + self.paid_carry_over + self.paid_other


for _month in range(1, 13):
    # Columns and not a JSON value: a district's curve is then one sum in the database.
    ExecutionTotal.add_to_class(f"planned_{_month}", models.DecimalField(max_digits=18, decimal_places=2, null=True))
    ExecutionTotal.add_to_class(f"spent_{_month}", models.DecimalField(max_digits=18, decimal_places=2, default=0))
