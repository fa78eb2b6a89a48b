"""What the pages of disclosure read."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from jiheng.web.asked import holding
from jiheng.web.disclosure.models import Publication
from jiheng.web.disclosure.services import PDF_JOB
from jiheng.web.jobs.models import Job
from jiheng.web.org.models import Department, Person
from jiheng.web.org.permissions import At, allowed, units_for
from jiheng.web.plan.models import BudgetYear, Project
from jiheng.web.plan.states import FROZEN


@dataclass(frozen=True, slots=True)
class Line:
    """A department's document of one year, as listed."""

    department: Department
    year: BudgetYear
    total: int
    approved: int
    budget: Decimal
    publication: Publication | None
    may_open: bool
    """Whether the person may look at the whole document before it is public; a unit may not."""


def public() -> QuerySet[Publication]:
    """Everything that anybody may read: the newest edition of each document that was not withdrawn."""
    return (
        Publication.objects.filter(withdrawn_at=None)
        .select_related("department__district", "budget_year")
        .defer("content")
    )


def newest(publications: QuerySet[Publication]) -> list[Publication]:
    """One publication a department and year: the last edition."""
    found: dict[tuple[int, int], Publication] = {}
    for p in publications.order_by("-budget_year__year", "department__code", "-edition"):
        found.setdefault((p.department_id, p.budget_year_id), p)
    return list(found.values())


def printing() -> set[int]:
    """The publications whose PDF is being made."""
    jobs = Job.objects.filter(kind=PDF_JOB, state__in=Job.OPEN)
    return {payload["publication"] for payload in jobs.values_list("payload", flat=True)}


def search(text: str, year: int | None) -> list[Publication]:
    """Public documents whose department or content mentions the text."""
    found = public()
    if year:
        found = found.filter(budget_year__year=year)
    if text:
        by_name = holding(text, "department__name")
        projects = Project.objects.filter(holding(text, "name"), state="published")
        found = found.filter(by_name | Q(department__units__projects__in=projects)).distinct()
    return newest(found)


def public_years() -> list[int]:
    """The years in which something is public, newest first."""
    return list(public().order_by("-budget_year__year").values_list("budget_year__year", flat=True).distinct())


def left_out(department: Department, year: BudgetYear) -> int:
    """How many projects are not in the department's document because they are not approved."""
    return Project.objects.filter(unit__department=department, budget_year=year).exclude(state__in=FROZEN).count()


def lines(person: Person, year: BudgetYear) -> list[Line]:
    """The documents of a year that a person may see, department by department."""
    units = units_for(person, "plan.view", year.year)
    departments = Department.objects.filter(units__in=units).distinct().order_by("code")
    counts = {
        row["unit__department"]: row
        for row in Project.objects.filter(budget_year=year, unit__department__in=departments)
        .order_by()
        .values("unit__department")
        .annotate(total=Count("pk"), approved=Count("pk", filter=Q(state__in=FROZEN)), budget=Sum("budget_total"))
    }
    mine = public().filter(budget_year=year, department__in=departments)
    publications = {p.department_id: p for p in newest(mine)}
    found = []
    for d in departments:
        row: dict[str, Any] = counts.get(d.pk, {})
        may_open = allowed(person, "plan.export", At(d, year.year))
        totals = (row.get("total", 0), row.get("approved", 0), row.get("budget") or Decimal(0))
        found.append(Line(d, year, *totals, publications.get(d.pk), may_open))
    return found
