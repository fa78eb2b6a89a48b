"""What pages of the organisation show."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from jiheng.web.org.models import District, Person, RoleAssignment
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


def people_in(district: District) -> QuerySet[Person]:
    """The accounts of a district, as :meth:`Person.scope` says: what its administrators see and manage."""
    by_role = RoleAssignment.objects.filter(district=district).values("person")
    nowhere = Q(unit=None, district=None, pk__in=by_role)
    return Person.objects.filter(Q(unit__department__district=district) | Q(unit=None, district=district) | nowhere)


def whom_to_ask() -> list[Person]:
    """The security administrators who can lift a lock."""
    return list(Person.objects.filter(roles__role=Role.SECURITY_ADMIN, is_active=True).distinct()[:_SHOWN_PER_ROLE])


def person_waiting(pk: Any) -> Person | None:
    """The active person who gave the right password and still owes a one-time code."""
    return Person.objects.filter(pk=pk, is_active=True).exclude(totp_secret="").first()


def system_administrators(username: str = "") -> list[Person]:
    """The active system administrators, or the one of that name."""
    found = Person.objects.filter(roles__role=Role.SYSTEM_ADMIN, is_active=True).distinct()
    return list(found.filter(username=username) if username else found)
