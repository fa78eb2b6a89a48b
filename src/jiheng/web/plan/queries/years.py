"""Budget years as the finance bureau sees them."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone

from jiheng import policy
from jiheng.web.org.models import District
from jiheng.web.org.permissions import PERMISSIONS
from jiheng.web.plan.models import BudgetYear


def districts_of_finance(person: Any) -> QuerySet[District]:
    """The districts whose years a person may open."""
    roles = PERMISSIONS["plan.open_year"][1]
    return District.objects.filter(pk__in={a.district_id for a in person.held() if a.role in roles})


def years_with_counts(district: District) -> list[BudgetYear]:
    """All budget years, latest first, each with ``project_count`` and ``pack_title``."""
    found = list(
        BudgetYear.objects.filter(district=district).annotate(project_count=Count("projects")).order_by("-year")
    )
    for year in found:
        year.pack_title = policy.load(year.pack).title
    return found


def next_year(years: list[BudgetYear]) -> int:
    """The year to be opened next."""
    return years[0].year + 1 if years else timezone.localdate().year + 1
