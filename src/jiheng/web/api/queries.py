"""What the endpoints read: exactly what the token's person sees on the pages."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from jiheng.web.disclosure.models import Publication
from jiheng.web.disclosure.queries import public
from jiheng.web.org.models import Department
from jiheng.web.org.permissions import units_for
from jiheng.web.plan.models import Project
from jiheng.web.plan.queries.projects import visible_projects


def departments(person: Any) -> QuerySet[Department]:
    """The departments with units that the person sees, and of their units only those."""
    units = units_for(person, "plan.view")
    return (
        Department.objects.filter(pk__in=units.values("department"))
        .select_related("district")
        .prefetch_related(Prefetch("units", queryset=units.select_related("successor")))
        .order_by("district__code", "code")
    )


def projects(
    person: Any, year: int | None = None, unit: str = "", department: str = "", state: str | None = None
) -> QuerySet[Project]:
    """The projects that the person sees; units and departments are named by their codes."""
    asked = {
        "budget_year__year": year, "unit__code": unit, "unit__department__code": department, "state": state,
    }  # fmt: skip
    found = visible_projects(person).filter(**{field: value for field, value in asked.items() if value})
    return found.defer("findings", "explanation").order_by("-budget_year__year", "unit__code", "order", "pk")


def publications(year: int | None = None, department: str = "") -> QuerySet[Publication]:
    """What anybody may read on the public pages: of each document the newest edition that was not withdrawn."""
    newer = Publication.objects.filter(
        withdrawn_at=None, department=OuterRef("department"), budget_year=OuterRef("budget_year"),
        edition__gt=OuterRef("edition"),
    )  # fmt: skip
    asked = {"budget_year__year": year, "department__code": department}
    found = public().filter(**{field: value for field, value in asked.items() if value})
    return found.exclude(Exists(newer)).order_by("-budget_year__year", "department__code", "pk")
