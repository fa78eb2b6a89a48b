"""What a workbench shows, in a handful of queries whatever the district's size."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from jiheng.web.org.models import Person, Unit
from jiheng.web.org.permissions import reach_in
from jiheng.web.org.roles import Role
from jiheng.web.pages import by_keys
from jiheng.web.plan.models import BudgetYear, Project
from jiheng.web.plan.queries.projects import marked, years_of
from jiheng.web.plan.states import State

SHOWN = 10
_MINE: dict[str, tuple[State, ...]] = {
    Role.CLERK: (State.DRAFT,),
    Role.UNIT_HEAD: (State.DRAFT,),
    Role.DEPARTMENT_REVIEWER: (State.SUBMITTED, State.DEPARTMENT_REVIEW),
    Role.FINANCE_REVIEWER: (State.FINANCE_REVIEW,),
    Role.FINANCE_LEADER: (State.FINANCE_REVIEW,),
}
"""In which states a table waits for somebody of this role."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of the year's cycle: how many tables stand in it, and by when they should have left it."""

    state: str
    label: str
    count: int
    deadline: date | None
    days: int | None
    """Days left; negative when it is over."""
    is_now: bool
    is_over: bool

    @property
    def overdue(self) -> int:
        """Days since the deadline; 0 before it."""
        return max(0, -(self.days or 0))


@dataclass(frozen=True, slots=True)
class Bar:
    """How far one unit or department is: tables by state, as shares of 100."""

    name: str
    total: int
    passed: int
    errors: int
    budget: Decimal
    shares: list[tuple[str, str, int, int]]
    """(state, label, percent, where it begins) of each state that occurs."""


def current_year(person: Person) -> BudgetYear | None:
    """The newest budget year that the person has to do with, an open one before others."""
    return years_of(person).select_related("district").order_by("-is_open", "-year").first()


def reachable(person: Person, year: BudgetYear) -> QuerySet[Project]:
    """The projects of a year that the person may see."""
    return Project.objects.filter(reach_in(person, "plan.view", year), budget_year=year)


def by_state(projects: QuerySet[Project]) -> list[dict[str, Any]]:
    """The tables of each unit in each state: how many, their errors and money. Read once, from an index alone."""
    rows = projects.order_by().values("unit", "state")
    return list(rows.annotate(n=Count("pk"), wrong=Sum("errors"), money=Sum("budget_total")))


def stages(rows: list[dict[str, Any]], year: BudgetYear, today: date) -> list[Stage]:
    """The cycle of the year, with the first stage that still holds tables as the present one."""
    counts: Counter[str] = Counter()
    for row in rows:
        counts[row["state"]] += row["n"]
    now = next((s for s in State if counts.get(s.value)), None)
    found = []
    for state in State:
        text = year.deadlines.get(state.value)
        deadline = date.fromisoformat(text) if text else None
        days = (deadline - today).days if deadline else None
        is_over = now is not None and list(State).index(state) < list(State).index(now)
        found.append(Stage(state.value, state.label, counts.get(state.value, 0), deadline, days, state is now, is_over))
    return found


def waiting(person: Person, projects: QuerySet[Project], year: BudgetYear) -> QuerySet[Project]:
    """The tables of a year that wait for this person, riskiest first.

    Before them, those handed over to the unit's head (``handed_over``), who alone is asked for them then, and those
    that ``came_back``.
    """
    turn = Q(pk__in=[])
    for held in person.held():
        if held.role in _MINE:
            mine = Q(state__in=_MINE[held.role]) & held.in_year(year, "unit__")
            turn |= mine & Q(handed_over=False) if held.role == Role.CLERK else mine
    return marked(projects).filter(turn).order_by("-handed_over", "-came_back", "-risk", "name")


def first(found: QuerySet[Project]) -> list[Project]:
    """The first few of a list as the workbench shows them."""
    light = Project.objects.select_related("unit").defer("findings", "purpose", "explanation")
    return by_keys(found[:SHOWN], marked(light))


def summary(mine: QuerySet[Project]) -> dict[str, Any]:
    """How many wait, and their money (万元)."""
    return mine.order_by().aggregate(count=Count("pk"), budget=Sum("budget_total"))


def progress(rows: list[dict[str, Any]], by: str) -> list[Bar]:
    """Bars by ``unit`` or ``department``, those furthest behind first."""
    code, name = ("code", "name") if by == "unit" else ("department__code", "department__name")
    units = Unit.objects.filter(pk__in={row["unit"] for row in rows}).values_list("pk", code, name)
    places = {pk: place for pk, *place in units}
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(tuple(places[row["unit"]]), []).append(row)
    bars = [_bar(key[1], found) for key, found in sorted(groups.items())]
    return sorted(bars, key=lambda b: (b.passed / b.total, b.name))


def _bar(name: str, rows: Sequence[dict[str, Any]]) -> Bar:
    total = sum(r["n"] for r in rows)
    counts: Counter[str] = Counter()
    for row in rows:
        counts[row["state"]] += row["n"]
    shares, begin = [], 0
    for state in State:
        if part := counts[state.value]:
            end = begin + part
            start = round(begin * 100 / total)
            shares.append((state.value, state.label, round(end * 100 / total) - start, start))
            begin = end
    passed = sum(n for state, n in counts.items() if state in (State.APPROVED, State.PUBLISHED))
    money = sum((r["money"] or Decimal(0) for r in rows), Decimal(0))
    return Bar(name, total, passed, sum(r["wrong"] or 0 for r in rows), money, shares)


def red_list(projects: QuerySet[Project], without: list[Project]) -> list[Project]:
    """The tables with errors that carry the most risk, wherever they stand before approval, but for those that the
    page shows already."""
    before = (State.DRAFT, State.SUBMITTED, State.DEPARTMENT_REVIEW, State.FINANCE_REVIEW)
    found = projects.filter(errors__gt=0, state__in=before).exclude(pk__in=[p.pk for p in without])
    return first(found.order_by("-risk", "name"))
