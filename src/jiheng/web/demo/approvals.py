"""The approvals of what is approved already: a document number for each department and year, every table frozen.

Without them, whoever adjusts a target after approval would have nothing to compare it with.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby

from django.utils import timezone

from jiheng.web.org.models import Person
from jiheng.web.plan.models import Approval, BudgetYear, Project, Version
from jiheng.web.plan.states import State
from jiheng.web.plan.workflow import content_of


def approve(years: Iterable[BudgetYear]) -> None:
    """Approve what has come so far, as a finance leader would have done in the January of each year."""
    leader = Person.objects.get(username="lingdao")
    for year in years:
        found = Project.objects.filter(budget_year=year, state__in=(State.APPROVED, State.PUBLISHED))
        found = found.select_related("unit__department", "budget_year")
        found = found.prefetch_related("periods", "goals", "indicators")
        ordered = found.order_by("unit__department__code", "unit__code", "order")
        at = min(timezone.now(), datetime(year.year, 1, 25, 10, tzinfo=timezone.get_current_timezone()))
        for n, (department, projects) in enumerate(groupby(ordered, key=lambda p: p.unit.department), start=1):
            approval = Approval.objects.create(
                number=f"云财绩〔{year.year}〕{n}号", department=department, budget_year=year, by=leader
            )
            label = f"批复 {approval.number}"
            Version.objects.bulk_create(
                Version(project=p, number=1, label=label, content=content_of(p), approval=approval, by=leader)
                for p in projects
            )
        Approval.objects.filter(budget_year=year).update(at=at)
        Version.objects.filter(approval__budget_year=year).update(at=at)
