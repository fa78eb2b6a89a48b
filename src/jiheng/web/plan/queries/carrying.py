"""Which projects of the year before go on into a year, what becomes of each, and what stands in the way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from jiheng.web.org.models import Unit
from jiheng.web.plan.models import BudgetYear, Project
from jiheng.web.plan.queries.projects import editing_units, visible_projects
from jiheng.web.plan.states import State

_LONGEST_CHAIN = 9


@dataclass(frozen=True, slots=True)
class Carried:
    """A project of the year before: the unit that it goes on in, why it does not (``""`` where it does), and in how
    many cells the old year is written, to be changed afterwards."""

    project: Project
    unit: Unit
    obstacle: str
    old_years: int
    indicators: int

    @property
    def note(self) -> str:
        """What to know before it is carried over."""
        notes = [f"并入“{self.unit.name}”"] if self.unit.pk != self.project.unit_id else []
        if self.project.state not in (State.APPROVED, State.PUBLISHED):
            notes.append(f"上年停在“{self.project.get_state_display()}”")
        if self.old_years:
            notes.append(f"{self.old_years} 处写着 {self.project.budget_year.year}，带入后请改")
        return "；".join(notes)


def successor_in(unit: Unit, year: int, units: dict[int, Unit]) -> Unit | None:
    """The unit itself where it is still in use in a year, else the one that it ended in."""
    for _ in range(_LONGEST_CHAIN):
        if unit.valid_to is None or unit.valid_to >= year:
            return unit
        following = units.get(unit.successor_id or 0)
        if following is None:
            return None
        unit = following
    return None


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _mentions(project: Project, year: str) -> int:
    texts = [project.name, project.title, project.purpose, *(g.text for g in project.goals.all())]
    for i in project.indicators.all():
        texts += [i.name, i.description, i.target_raw, i.basis]
    return sum(year in text for text in texts)


def carried_over(person: Any, year: BudgetYear, keys: Iterable[int] | None = None) -> list[Carried]:
    """The projects of the year before in units where this person writes, those that cannot go on included."""
    found = visible_projects(person, "plan.edit").filter(
        budget_year__district_id=year.district_id, budget_year__year=year.year - 1
    )
    if keys is not None:
        found = found.filter(pk__in=list(keys))
    rows = list(found.prefetch_related("goals", "indicators").order_by("unit__code", "order", "pk"))
    all_units = {u.pk: u for u in Unit.objects.filter(department__district_id=year.district_id)}
    own = {u.pk for u in editing_units(person, year)}
    here = Project.objects.filter(budget_year=year, unit__department__district_id=year.district_id)
    there = list(here.values_list("unit_id", "code", "name", "previous_id"))
    gone_on = {previous for *_, previous in there if previous}
    codes = {(unit, _squeezed(code)) for unit, code, _, _ in there if code.strip()}
    names = {(unit, _squeezed(name)) for unit, _, name, _ in there if name.strip()}
    carried = []
    for row in rows:
        unit = successor_in(row.unit, year.year, all_units)
        obstacle = ""
        if row.pk in gone_on:
            obstacle = "已带入"
        elif unit is None:
            obstacle = "单位已停用，没有继任单位"
        elif unit.pk not in own:
            obstacle = f"继任单位“{unit.name}”不由您编写"
        elif row.code.strip() and (unit.pk, _squeezed(row.code)) in codes:
            obstacle = "本年已有同编码的项目"
        elif (unit.pk, _squeezed(row.name)) in names:
            obstacle = "本年已有同名的项目"
        old_years = _mentions(row, str(row.budget_year.year))
        carried.append(Carried(row, unit or row.unit, obstacle, old_years, len(row.indicators.all())))
    return carried
