"""What a workbench shows, in a handful of queries whatever the district's size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from jiheng.web.org.models import Person
from jiheng.web.org.permissions import reach
from jiheng.web.org.roles import Role
from jiheng.web.pages import by_keys
from jiheng.web.plan.models import BudgetYear, Project, Transition
from jiheng.web.plan.queries.projects import years_of
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
    by_state: dict[str, int]


def current_year(person: Person) -> BudgetYear | None:
    """The newest budget year that the person has to do with, an open one before others."""
    return years_of(person).select_related("district").order_by("-is_open", "-year").first()


def reachable(person: Person, year: BudgetYear) -> QuerySet[Project]:
    """The projects of a year that the person may see."""
    return Project.objects.filter(reach(person, "plan.view"), budget_year=year)


def counted(projects: QuerySet[Project], bars: Sequence[Bar]) -> dict[str, int]:
    """How many tables stand in each state; the bars, where there are any, have counted them already."""
    if not bars:
        return dict(projects.order_by().values_list("state").annotate(Count("pk")))
    return {state.value: sum(bar.by_state.get(state.value, 0) for bar in bars) for state in State}


def stages(counts: Mapping[str, int], year: BudgetYear, today: date) -> list[Stage]:
    """The cycle of the year, with the first stage that still holds tables as the present one."""
    now = next((s for s in State if counts.get(s.value)), None)
    found = []
    for state in State:
        text = year.deadlines.get(state.value)
        deadline = date.fromisoformat(text) if text else None
        days = (deadline - today).days if deadline else None
        is_over = now is not None and list(State).index(state) < list(State).index(now)
        found.append(Stage(state.value, state.label, counts.get(state.value, 0), deadline, days, state is now, is_over))
    return found


def waiting(person: Person, projects: QuerySet[Project]) -> QuerySet[Project]:
    """The tables that wait for this person, riskiest first; those that came back are marked ``came_back``."""
    turn = Q(pk__in=[])
    for held in person.held():
        if held.role in _MINE:
            turn |= Q(state__in=_MINE[held.role]) & held.units("unit__") & held.years("budget_year__year")
    return projects.filter(turn).annotate(came_back=_came_back()).order_by("-came_back", "-risk", "name")


def _came_back() -> Exists:
    return Exists(Transition.objects.filter(project=OuterRef("pk"), name__contains="return", target=OuterRef("state")))


def first(found: QuerySet[Project]) -> list[Project]:
    """The first few of a list as the workbench shows them."""
    light = Project.objects.select_related("unit").defer("findings", "purpose", "explanation")
    return by_keys(found[:SHOWN], light.annotate(came_back=_came_back()))


def summary(mine: QuerySet[Project]) -> dict[str, Any]:
    """Counts over everything that waits: how many, with errors, money."""
    return mine.order_by().aggregate(
        count=Count("pk"),
        with_errors=Count("pk", filter=Q(errors__gt=0)),
        errors=Sum("errors"),
        budget=Sum("budget_total"),
    )


def progress(projects: QuerySet[Project], by: str) -> list[Bar]:
    """Bars by ``unit`` or ``department``, those furthest behind first."""
    name = "unit__name" if by == "unit" else "unit__department__name"
    code = "unit__code" if by == "unit" else "unit__department__code"
    rows = (
        projects.order_by()
        .values(code, name, "state")
        .annotate(n=Count("pk"), wrong=Sum("errors"), money=Sum("budget_total"))
    )
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault((row[code], row[name]), []).append(row)
    bars = [_bar(key[1], found) for key, found in sorted(groups.items())]
    return sorted(bars, key=lambda b: (b.passed / b.total, b.name))


def _bar(name: str, rows: Sequence[dict[str, Any]]) -> Bar:
    total = sum(r["n"] for r in rows)
    by_state = {r["state"]: r["n"] for r in rows}
    shares, begin = [], 0
    for state in State:
        if part := by_state.get(state.value, 0):
            end = begin + part
            start = round(begin * 100 / total)
            shares.append((state.value, state.label, round(end * 100 / total) - start, start))
            begin = end
    passed = sum(n for state, n in by_state.items() if state in (State.APPROVED, State.PUBLISHED))
    money = sum((r["money"] or Decimal(0) for r in rows), Decimal(0))
    return Bar(name, total, passed, sum(r["wrong"] or 0 for r in rows), money, shares, by_state)


def red_list(projects: QuerySet[Project]) -> list[Project]:
    """The tables with errors that carry the most risk, wherever they stand before approval."""
    before = (State.DRAFT, State.SUBMITTED, State.DEPARTMENT_REVIEW, State.FINANCE_REVIEW)
    return first(projects.filter(errors__gt=0, state__in=before).order_by("-risk", "name"))
