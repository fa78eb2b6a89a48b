"""What the endpoints read: exactly what the token's person sees on the pages."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from jiheng.web.api.models import ApiToken
from jiheng.web.disclosure.models import Publication
from jiheng.web.disclosure.queries import public
from jiheng.web.org.lineage import coded
from jiheng.web.org.models import Department
from jiheng.web.org.permissions import PERMISSIONS, units_for
from jiheng.web.org.queries import people_in
from jiheng.web.plan.models import Project
from jiheng.web.plan.queries.projects import visible_projects


def tokens_in(person: Any) -> QuerySet[ApiToken]:
    """The tokens of everybody in the districts whose tokens this person may revoke; live ones first."""
    roles = PERMISSIONS["api.revoke"][1]
    mine = {a.district for a in person.held() if a.role in roles}
    people = [people_in(d).values("pk") for d in mine]
    theirs = reduce(or_, (Q(person__in=p) for p in people), Q(pk__in=[]))
    return ApiToken.objects.filter(theirs).select_related("person__unit").order_by("revoked_at", "-created_at", "-pk")


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
    """The projects that the person sees; units and departments are named by their codes.

    A unit that was renumbered answers to the code of before and to the one since.
    """
    asked = {"budget_year__year": year, "unit__department__code": department, "state": state}
    found = visible_projects(person).filter(**{field: value for field, value in asked.items() if value})
    found = found.filter(coded(unit)) if unit else found
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
