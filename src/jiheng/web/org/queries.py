"""What pages of the organisation show."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.shortcuts import get_object_or_404

from jiheng.web.org.lineage import Lineage, carriers, heirs
from jiheng.web.org.models import District, Person, RoleAssignment, Section, Unit
from jiheng.web.org.roles import Role

_SHOWN_PER_ROLE = 3


def demo_accounts() -> list[tuple[str, list[Person]]]:
    """Some accounts of each role, for the login page of the demonstration."""
    found: dict[str, list[Person]] = {}
    held = RoleAssignment.objects.filter(person__is_active=True).select_related("person__unit").order_by("person_id")
    for assignment in held.only("role", "person__username", "person__name", "person__unit__name"):
        people = found.setdefault(assignment.role, [])
        if len(people) < _SHOWN_PER_ROLE and assignment.person not in people:
            people.append(assignment.person)
    return [(role.label, found[role]) for role in Role if role in found]


def district_or_404(person: Person) -> District:
    """The district in which somebody holds a role. Raises ``Http404`` where there is none."""
    held = person.held()
    return get_object_or_404(District, pk=held[0].district_id if held else 0)


def people_in(district: District) -> QuerySet[Person]:
    """The accounts of a district, as :meth:`Person.scope` says: what its administrators see and manage."""
    by_role = RoleAssignment.objects.filter(district=district).values("person")
    nowhere = Q(unit=None, district=None, pk__in=by_role)
    return Person.objects.filter(Q(unit__department__district=district) | Q(unit=None, district=district) | nowhere)


def person_waiting(pk: Any) -> Person | None:
    """The active person who gave the right password and still owes a one-time code."""
    return Person.objects.filter(pk=pk, is_active=True).exclude(totp_secret="").first()


def system_administrators(username: str = "") -> list[Person]:
    """The active system administrators, or the one of that name."""
    found = Person.objects.filter(roles__role=Role.SYSTEM_ADMIN, is_active=True).distinct()
    return list(found.filter(username=username) if username else found)


def units_of(district: District) -> QuerySet[Unit]:
    """The units of a district, with their departments."""
    return Unit.objects.filter(department__district=district).select_related("department", "successor")


def unit_or_404(district: District, pk: int) -> Unit:
    """A unit of the district. Raises ``Http404``."""
    return get_object_or_404(units_of(district), pk=pk)


def line_of(unit: Unit) -> list[Unit]:
    """What the unit was before, itself, and what it became, in the order of the years."""
    keys = {*Lineage().before(unit.pk), unit.pk, *(u.pk for u in heirs(unit))}
    found = Unit.objects.filter(pk__in=keys).select_related("department", "successor")
    return sorted(found, key=lambda u: (u.valid_from, u.valid_to or 9999, u.code))


def people_for(units: Iterable[Unit]) -> QuerySet[Person]:
    """The active people who do the work of these units: theirs, and those of the units that carry them on."""
    return Person.objects.filter(unit__in=carriers(units), is_active=True)


def sections_like(section: Section) -> QuerySet[Section]:
    """The section by whatever name its unit has or had: those of the same name in the line of its unit."""
    keys = [*carriers([section.unit]), *Lineage().before(section.unit_id)]
    return Section.objects.filter(unit__in=keys, name=section.name)


def sections_for(units: Iterable[Unit]) -> list[Section]:
    """The sections of these units, and such as there are since in the units that carry them on; each name once."""
    found: list[Section] = []
    for unit in units:
        line = carriers([unit])
        rows = Section.objects.filter(unit__in=line).select_related("unit__department").order_by("name")
        known: dict[str, Section] = {}
        for section in sorted(rows, key=lambda s: line.index(s.unit_id)):
            known.setdefault(section.name, section)
        found += sorted(known.values(), key=lambda s: s.name)
    return list(dict.fromkeys(found))


def successors_for(unit: Unit) -> QuerySet[Unit]:
    """The units that may carry this one on: of its district, in use, not before it."""
    found = units_of(unit.department.district).exclude(pk__in={unit.pk, *Lineage().before(unit.pk)})
    return found.filter(Q(valid_to=None) | Q(pk=unit.successor_id)).order_by("code")


def sections_of(unit: Unit) -> QuerySet[Section]:
    """The sections of a unit, with how many ``headcount`` people are in each."""
    return unit.sections.annotate(headcount=Count("people", filter=Q(people__is_active=True)))


def active_person(username: str) -> Person | None:
    """The active account of exactly this name, also where the database thinks letters of either case are the same."""
    found = Person.objects.filter(username=username, is_active=True).first()
    return found if found is not None and found.username == username else None
