"""Budget execution: rates by fund source, and the spending plan as a curve against what was paid."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from jiheng.model import SpendingPlan
from jiheng.scoring.numbers import HUNDRED, to_cents
from jiheng.scoring.spending_plan import Point, execution_rate, month_end, period_end, planned_percent, points

__all__ = [
    "CurvePoint", "Execution", "Point", "curve", "period_end", "plan_points", "planned_at", "time_gone", "total",
]  # fmt: skip

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Execution:
    """Money of one fund source, or of all, in 元: initial budget (年初预算数), after adjustments (全年预算数), paid."""

    initial: Decimal = NOTHING
    budget: Decimal = NOTHING
    paid: Decimal = NOTHING

    @property
    def rate(self) -> Decimal | None:
        """Execution rate (执行率) in %: paid of the budget after adjustments (财预〔2020〕10号)."""
        return execution_rate(self.paid, self.budget)

    @property
    def left(self) -> Decimal:
        """What is not spent, 元; negative where more was paid than budgeted."""
        return self.budget - self.paid


def total(sources: Mapping[str, Execution] | Iterable[Execution]) -> Execution:
    """All fund sources together."""
    lines = list(sources.values() if isinstance(sources, Mapping) else sources)
    return Execution(
        sum((line.initial for line in lines), NOTHING),
        sum((line.budget for line in lines), NOTHING),
        sum((line.paid for line in lines), NOTHING),
    )


def plan_points(labels: Sequence[str], percents: Sequence[Decimal | None], year: int) -> tuple[Point, ...]:
    """The spending plan (资金支出计划, cumulative %) as points in time, without columns that lack a day or a number."""
    return points(SpendingPlan(tuple(labels), ("",) * len(labels), tuple(percents)), year)


def planned_at(plan: Sequence[Point], on: date) -> Decimal | None:
    """What should be spent by the end of this day, in %: between two points of the plan it grows evenly day by day.

    The year begins at 0; after the last point its number stays. ``None`` without a plan.
    """
    return planned_percent(plan, on, plan[0].on.year) if plan else None


def time_gone(on: date, year: int) -> Decimal:
    """How much of the fiscal year is over at the end of this day, in % of its days; 0 before it, 100 after it."""
    days = (on - date(year - 1, 12, 31)).days
    whole = 366 if calendar.isleap(year) else 365
    return to_cents(Decimal(min(max(days, 0), whole)) * HUNDRED / whole)


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """A month's end: planned and paid, both cumulative in 元; ``paid`` is ``None`` for days to come."""

    day: date
    planned: Decimal | None
    paid: Decimal | None


def curve(
    plans: Iterable[tuple[Decimal, Sequence[Point]]], payments: Iterable[tuple[date, Decimal]], year: int, until: date
) -> tuple[CurvePoint, ...]:
    """Planned against paid at the end of each month, for one project or many together.

    ``plans`` are budgets in 元, each with the points of its plan; ``payments`` days and amounts in 元; what was paid
    after ``until`` is not known yet.
    """
    known, paid = list(plans), sorted(payments)
    found = []
    for month in range(1, 13):
        day = month_end(year, month)
        shares = [(budget, planned_at(plan, day)) for budget, plan in known]
        planned = sum((budget * share / HUNDRED for budget, share in shares if share is not None), NOTHING)
        has_plan = any(share is not None for _, share in shares)
        spent = sum((amount for on, amount in paid if on <= min(day, until)), NOTHING)
        is_known = day <= until or (day.year, day.month) == (until.year, until.month)
        found.append(CurvePoint(day, to_cents(planned) if has_plan else None, spent if is_known else None))
    return tuple(found)
