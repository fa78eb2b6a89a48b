"""What the spending plan of a stored project wants paid, in 元."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from jiheng.model import SpendingPlan
from jiheng.readers.values import parse_percent
from jiheng.scoring.spending_plan import Point, month_end, planned_by_month, points
from jiheng.web.plan.models import PlanPeriod, Project, Version
from jiheng.web.plan.states import FROZEN

CENT = Decimal("0.01")


Periods = list[tuple[str, str]]


def periods_of(projects: Iterable[Project]) -> dict[int, Periods]:
    """Project → labels and percentages of the plan in force: while a table is being adjusted, as approved last."""
    known = list(projects)
    adjusting = [p.pk for p in known if p.state not in FROZEN and p.version > 1]
    found: dict[int, Periods] = defaultdict(list)
    rows = PlanPeriod.objects.filter(project__in=[p.pk for p in known]).order_by("project_id", "order", "pk")
    for project, label, raw in rows.values_list("project_id", "label", "raw"):
        found[project].append((label, raw))
    plans = Version.objects.filter(project__in=adjusting).order_by("project_id", "number") if adjusting else ()
    for version in plans:
        plan = version.content.get("plan") or {}
        found[version.project_id] = list(zip(plan.get("labels", ()), plan.get("raw", ()), strict=True))
    return found


def plan_points(periods: Iterable[tuple[str, str]], year: int) -> tuple[Point, ...]:
    """The plan of the periods' labels and percentages as the form prints them."""
    found = list(periods)
    plan = SpendingPlan(
        tuple(label for label, _ in found),
        tuple(raw for _, raw in found),
        tuple(parse_percent(raw) for _, raw in found),
    )
    return points(plan, year)


def planned_amounts(periods: Iterable[tuple[str, str]], year: int, budget: Decimal) -> list[Decimal | None]:
    """What the plan wants paid of a budget by the end of each month of the year, 元; ``None`` without a plan."""
    plan = plan_points(periods, year)
    if not plan:
        return [None] * 12
    return [(budget * percent / 100).quantize(CENT, ROUND_HALF_UP) for percent in planned_by_month(plan, year)]


def month_share(on: date) -> Decimal:
    """How far into its month a day is, its own end included: 0.5 on 15 April, 1 on the 30th."""
    return Decimal(on.day) / Decimal(month_end(on.year, on.month).day)
