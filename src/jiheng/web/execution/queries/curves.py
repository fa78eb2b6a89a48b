"""Planned cumulative spending against what was paid: of a project by the day, of many by the month. Amounts in 元."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

from jiheng.scoring.execution import planned_at
from jiheng.scoring.spending_plan import month_end
from jiheng.web.execution.models import Payment
from jiheng.web.execution.planning import periods_of, plan_points
from jiheng.web.plan.models import Project

NOTHING = Decimal(0)
WAN = Decimal(10000)
Points = list[tuple[date, Decimal]]


@dataclass(frozen=True, slots=True)
class Month:
    """A line of the table beside the chart; ``paid`` is ``None`` in months to come, ``planned`` without a plan."""

    month: int
    planned: Decimal | None
    paid: Decimal | None


@dataclass(frozen=True, slots=True)
class Curve:
    """Both curves as days and cumulative amounts, and by months for the table."""

    planned: Points
    paid: Points
    months: list[Month]

    def as_chart(self) -> dict[str, Any]:
        """For the chart: days and amounts in 万元."""

        def line(points: Points) -> list[list[Any]]:
            return [[on.isoformat(), float(round(amount / WAN, 2))] for on, amount in points]

        return {
            "kind": "curve", "unit": "万元",
            "series": [
                {"name": "计划累计", "points": line(self.planned), "role": "plan"},
                {"name": "实际累计", "points": line(self.paid), "role": "actual"},
            ],
        }  # fmt: skip


def planned_percent(project: Project, on: date) -> Decimal | None:
    """How much of the budget the project's plan wants paid by the end of a day, %; ``None`` without a plan."""
    plan = plan_points(periods_of([project])[project.pk], project.budget_year.year)
    return planned_at(plan, on)


def curve_of_project(project: Project, budget: Decimal, until: date) -> Curve:
    """A project's: the plan from period to period, each day with payments up to ``until``."""
    year = project.budget_year.year
    begin = date(year - 1, 12, 31)
    plan = plan_points(periods_of([project])[project.pk], year)
    planned = [(begin, NOTHING), *((p.on, budget * p.percent / 100) for p in plan)] if plan else []
    rows = Payment.objects.filter(project=project, on__lte=until).order_by("on", "pk").values_list("on", "amount")
    paid: Points = [(begin, NOTHING)]
    for on, entries in groupby(rows, key=lambda row: row[0]):
        amount = sum((a for _, a in entries), NOTHING)
        if on - timedelta(days=1) > paid[-1][0]:
            # Money moves in steps: nothing is paid between two payments.
            paid.append((on - timedelta(days=1), paid[-1][1]))
        paid.append((on, paid[-1][1] + amount))
    paid.append((until, paid[-1][1]))
    total = getattr(project, "execution", None)
    return Curve(planned, paid, months_of(total, year, until, paid[-1][1]))


def months_of(total: Any, year: int, until: date, paid_now: Decimal) -> list[Month]:
    """The twelve months from a kept sum, or from a mapping with those of many."""
    get = total.get if isinstance(total, dict) else lambda name: getattr(total, name, None)
    found = []
    for month in range(1, 13):
        is_known = date(year, month, 1) <= until
        so_far = get(f"spent_{month}") if month_end(year, month) <= until else paid_now
        found.append(Month(month, get(f"planned_{month}"), (so_far or NOTHING) if is_known else None))
    return found


SUMS = tuple(f"{kind}_{month}" for kind in ("planned", "spent") for month in range(1, 13))
"""The months of kept sums."""


def curve_of_many(sums: dict[str, Any], year: int, until: date, paid_now: Decimal) -> Curve:
    """A unit's, a department's or a district's, by the end of each month, from what they come to."""
    months = months_of(sums, year, until, paid_now)
    begin = date(year - 1, 12, 31)
    planned = [(month_end(year, m.month), m.planned) for m in months if m.planned is not None]
    paid = [(min(month_end(year, m.month), until), m.paid) for m in months if m.paid is not None]
    return Curve([(begin, NOTHING), *planned] if planned else [], [(begin, NOTHING), *paid], months)
