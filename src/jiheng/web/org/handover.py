"""What pages show of a handover (交接): what stands in whose name, and who could take it over."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet

from jiheng.web.org.holdings import Holding, holdings, movable
from jiheng.web.org.models import Person, RoleAssignment, Unit
from jiheng.web.org.permissions import reachable_units
from jiheng.web.org.roles import ADMINISTRATORS

SHOWN = 20
"""Rows of a kind that are named; the others are counted."""
SEES_LEFT = ("monitoring.assign", "workbench.overview")
"""Who answers for a unit, a department or the district: they see what stands in the name of nobody who is there."""


@dataclass(frozen=True, slots=True)
class Held:
    """What of one kind stands in somebody's name."""

    holding: Holding
    count: int
    shown: list[tuple[str, str]]

    @property
    def more(self) -> int:
        """How many are not named."""
        return self.count - len(self.shown)


@dataclass(frozen=True, slots=True)
class RoleHeld:
    """A role, and whether nobody else who is active holds it at its place."""

    assignment: RoleAssignment
    is_sole: bool


def held_by(someone: Person) -> list[Held]:
    """What stands in this person's name, kind by kind; kinds of which there is nothing are left out."""
    found = []
    for holding in holdings():
        rows = holding.of(someone)
        if count := rows.count():
            found.append(Held(holding, count, [holding.show(row) for row in rows[:SHOWN]]))
    return found


def open_count(someone: Person) -> int:
    """How many things of this person wait at a unit for whoever does them next; unread messages alone do not."""
    return sum(holding.of(someone).count() for holding in movable() if holding.unit)


def roles_held(someone: Person) -> list[RoleHeld]:
    """The roles of this person."""
    found = []
    for held in someone.roles.select_related("unit", "department", "district"):
        same = RoleAssignment.objects.filter(
            role=held.role, district=held.district_id, department=held.department_id, unit=held.unit_id
        )
        others = same.filter(person__is_active=True).exclude(person=someone)
        found.append(RoleHeld(held, not others.exists()))
    return found


def successors_of(someone: Person) -> QuerySet[Person]:
    """Who could take over: active people of the same department, or who hold a role that this person holds."""
    roles = set(someone.roles.values_list("role", flat=True)) - ADMINISTRATORS
    district = someone.scope().district
    fits = Q(roles__role__in=roles, roles__district=district)
    if someone.unit is not None:
        fits |= Q(unit__department=someone.unit.department_id)
    found = Person.objects.filter(fits, is_active=True).exclude(pk=someone.pk)
    found = found.exclude(roles__role__in=ADMINISTRATORS)
    return found.select_related("unit").distinct().order_by("unit__code", "name")


def _left(viewer: Any, holding: Holding) -> QuerySet[Any]:
    """What of this kind stands in the name of people who have left, at the units that this person answers for."""
    units = Unit.objects.filter(reduce(or_, (reachable_units(viewer, permission) for permission in SEES_LEFT)))
    return holding.rows().filter(**{f"{holding.person}__is_active": False, f"{holding.unit}__in": units})


def left_with(viewer: Any) -> list[Held]:
    """What stands in the name of people whose account is disabled, of the units that this person answers for."""
    found = []
    for holding in movable():
        if not holding.unit:
            continue
        rows = _left(viewer, holding).select_related(holding.person)
        if count := rows.count():
            found.append(Held(holding, count, [_with_name(holding, row) for row in rows[: SHOWN * 10]]))
    return found


def _with_name(holding: Holding, row: Any) -> tuple[str, str]:
    words, link = holding.show(row)
    return f"{getattr(row, holding.person).name}：{words}", link


def left_count(viewer: Any) -> int:
    """How many of them there are. One query."""
    first, *others = (_left(viewer, h).order_by().values_list("pk") for h in movable() if h.unit)
    return first.union(*others, all=True).count()
