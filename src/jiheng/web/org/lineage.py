"""Units over the years: which one carries on the work of which.

A unit that was renamed, renumbered or merged ends with a year and names its successor. What it did stays its own; who
holds a role at the successor holds it for that too: somebody must still account for last year's projects.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db.models import Q


def in_use(year: int, path: str = "") -> Q:
    """The units that exist in a year, as a condition on them, or on what has one at ``path`` (unit__)."""
    ended = Q(**{f"{path}valid_to": None}) | Q(**{f"{path}valid_to__gte": year})
    return ended & Q(**{f"{path}valid_from__lte": year})


def heirs(unit: Any) -> Iterator[Any]:
    """The units that carry this one on, nearest first. One that is in use costs no query."""
    seen = {unit.pk}
    while unit.successor_id is not None and unit.successor_id not in seen:
        seen.add(unit.successor_id)
        unit = unit.successor
        yield unit


def unit_in(unit: Any, year: int) -> Any:
    """The unit that does this one's work in a year: itself while it exists, else the first successor that does.

    ``None`` where the line ends before.
    """
    for one in (unit, *heirs(unit)):
        if one.valid_from <= year and (one.valid_to is None or one.valid_to >= year):
            return one
    return None


class Lineage:
    """Which units were before which, read once, and only where something asks."""

    def __init__(self) -> None:
        self._before: dict[int, list[tuple[int, int]]] | None = None

    def _direct(self, unit: int) -> list[tuple[int, int]]:
        """(the unit before, its department) of each that this one carries on."""
        if self._before is None:
            self._before = {}
            ended = apps.get_model("org", "Unit")._base_manager.filter(successor__isnull=False)
            for pk, department, successor in ended.values_list("pk", "department_id", "successor_id"):
                self._before.setdefault(successor, []).append((pk, department))
        return self._before.get(unit, [])

    def before(self, unit: int) -> set[int]:
        """Every unit that this one carries on, however far back."""
        found: set[int] = set()
        waiting = [unit]
        while waiting:
            new = {pk for pk, _ in self._direct(waiting.pop())} - found - {unit}
            found |= new
            waiting += new
        return found

    def before_department(self, department: int) -> set[int]:
        """The units of other departments that units of this one carry on."""
        self._direct(0)
        assert self._before is not None
        mine = apps.get_model("org", "Unit")._base_manager.filter(department_id=department, pk__in=list(self._before))
        found: set[int] = set()
        for pk in mine.values_list("pk", flat=True) if self._before else ():
            found |= self.before(pk)
        return found
