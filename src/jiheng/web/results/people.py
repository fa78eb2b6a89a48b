"""Who has to do with an item: the unit that answers for it (责任方), and those who see to it (督办方)."""

from __future__ import annotations

from typing import Any

from jiheng.web.org.models import Person
from jiheng.web.org.permissions import PERMISSIONS
from jiheng.web.org.queries import people_for
from jiheng.web.results.models import Rectification


def holding(permission: str, item: Rectification) -> list[Person]:
    """The active people whose role lets them do this with the item."""
    scope = item.scope()
    roles = PERMISSIONS[permission][1]
    people = Person.objects.filter(is_active=True, roles__role__in=roles, roles__district=scope.district).distinct()
    return [
        person
        for person in people.prefetch_related("roles")
        if any(a.role in roles and a.covers(scope, item.fiscal_year) for a in person.roles.all())
    ]


def answering(item: Rectification) -> list[Any]:
    """The owner, where one is named, else everybody at the unit who may answer."""
    return [item.owner] if item.owner is not None else holding("results.answer", item)


def overseeing(item: Rectification) -> list[Any]:
    """Who raised it, else whoever may verify it."""
    if item.raised_by is not None and item.raised_by.is_active:
        return [item.raised_by]
    return holding("results.verify", item)


def owners_for(item: Rectification) -> list[Person]:
    """Whom the unit may name as the owner: its active people, though it was renamed since."""
    return list(people_for([item.unit]).order_by("name"))
