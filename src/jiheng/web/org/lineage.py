"""Units over the years: which one carries on the work of which.

A unit that was renamed, renumbered or merged ends with a year and names its successor. What it did stays its own; who
holds a role at the successor holds it for that too: somebody must still account for last year's projects.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps
from django.db.models import F, Q


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


def carriers(units: Iterable[Any]) -> list[int]:
    """The keys of these units and of those that carry them on: whose people do their work now."""
    return list(dict.fromkeys(key for unit in units for key in (unit.pk, *(u.pk for u in heirs(unit)))))


def unit_of_year(unit: Any, year: int) -> Any:
    """The unit that was, or will be, this one in a year: the one whose things of that year its people answer for.

    Itself while it exists, else what it was before or became; itself where nothing of its line exists then.
    """
    later = unit_in(unit, year)
    if later is not None:
        return later
    before = apps.get_model("org", "Unit")._base_manager.filter(in_use(year), pk__in=Lineage().before(unit.pk))
    return before.select_related("department").order_by("-valid_from", "code").first() or unit


class OtherNames:
    """The codes and names that units had before they were renewed, or have since; read once.

    A merger gives a unit no other name: its successor was there before.
    """

    def __init__(self) -> None:
        ended = apps.get_model("org", "Unit")._base_manager.filter(successor__valid_from=F("valid_to") + 1)
        self._after: dict[int, int] = {}
        self._before: dict[int, list[int]] = defaultdict(list)
        self._names: dict[int, tuple[str, str]] = {}
        fields = ("pk", "code", "name", "successor_id", "successor__code", "successor__name")
        for pk, code, name, successor, new_code, new_name in ended.values_list(*fields):
            self._names[pk], self._names[successor] = (code, name), (new_code, new_name)
            self._after[pk] = successor
            self._before[successor].append(pk)

    def _line(self, unit: int) -> set[int]:
        found = {unit}
        later: int | None = unit
        while (later := self._after.get(later or 0)) is not None and later not in found:
            found.add(later)
        waiting = [unit]
        while waiting:
            new = set(self._before.get(waiting.pop(), ())) - found
            found |= new
            waiting += new
        return found

    def of(self, unit: int) -> list[tuple[str, str]]:
        """(code, name) of what the unit was and became, without its own."""
        return [self._names[key] for key in sorted(self._line(unit) - {unit})]

    def called(self, code: str) -> set[int]:
        """The keys of the units that have or had this code, of those that were ever renewed."""
        return {key for pk, (own, _) in self._names.items() if own == code for key in self._line(pk)}


def coded(code: str, path: str = "unit__") -> Q:
    """What belongs to the unit of this code, whether it had it before it was renewed or has it since."""
    return Q(**{f"{path}code": code}) | Q(**{f"{path}pk__in": OtherNames().called(code)})


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
