"""Budget execution: rates by fund source, and the spending plan as a curve against what was paid."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from jiheng.scoring.numbers import HUNDRED, percent_of, to_cents

NOTHING = Decimal(0)
Point = tuple[date, Decimal]
"""A day and the cumulative percentage that should be spent by its end."""


@dataclass(frozen=True, slots=True)
class Execution:
    """Money of one fund source, or of all, in 元: initial budget (年初预算数), after adjustments (全年预算数), paid."""

    initial: Decimal = NOTHING
    budget: Decimal = NOTHING
    paid: Decimal = NOTHING

    @property
    def rate(self) -> Decimal | None:
        """Execution rate (执行率) in %: paid of the budget after adjustments (财预〔2020〕10号)."""
        return percent_of(self.paid, self.budget)

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


_QUARTERS = {"一": 3, "二": 6, "三": 9, "四": 12, "1": 3, "2": 6, "3": 9, "4": 12}
_QUARTER = re.compile(r"第?([一二三四1-4])季")
_MONTH_DAY = re.compile(r"(\d{1,2})月(\d{1,2})[日号]")
_MONTH = re.compile(r"(\d{1,2})月")
_HALF = {"上半年": 6, "下半年": 12, "全年": 12, "年底": 12, "年末": 12}


def _end_of(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def period_end(label: str, year: int) -> date | None:
    """The last day that a plan's column means (3月底, 10月底前, 第一季度, 上半年, 11月30日), ``None`` where none."""
    if found := _QUARTER.search(label):
        return _end_of(year, _QUARTERS[found[1]])
    if found := _MONTH_DAY.search(label):
        month, day = int(found[1]), int(found[2])
        known = 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]
        return date(year, month, day) if known else None
    if found := _MONTH.search(label):
        return _end_of(year, int(found[1])) if 1 <= int(found[1]) <= 12 else None
    return next((_end_of(year, month) for word, month in _HALF.items() if word in label), None)


def plan_points(labels: Sequence[str], percents: Sequence[Decimal | None], year: int) -> tuple[Point, ...]:
    """The spending plan (资金支出计划, cumulative %) as points in time, without columns that lack a day or a number."""
    points = [
        (day, number)
        for label, number in zip(labels, percents, strict=True)
        if number is not None and (day := period_end(label, year)) is not None
    ]
    return tuple(sorted(points))


def planned_at(points: Sequence[Point], on: date) -> Decimal | None:
    """What should be spent by the end of this day, in %: between two points of the plan it grows evenly day by day.

    The year begins at 0; after the last point its number stays. ``None`` without a plan.
    """
    if not points:
        return None
    before, reached = date(points[0][0].year - 1, 12, 31), NOTHING
    if on <= before:
        return NOTHING
    for day, number in points:
        if on <= day:
            share = Decimal((on - before).days) / Decimal((day - before).days)
            return to_cents(reached + (number - reached) * share)
        before, reached = day, number
    return to_cents(reached)


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
        day = _end_of(year, month)
        shares = [(budget, planned_at(points, day)) for budget, points in known]
        planned = sum((budget * share / HUNDRED for budget, share in shares if share is not None), NOTHING)
        has_plan = any(share is not None for _, share in shares)
        spent = sum((amount for on, amount in paid if on <= min(day, until)), NOTHING)
        is_known = day <= until or (day.year, day.month) == (until.year, until.month)
        found.append(CurvePoint(day, to_cents(planned) if has_plan else None, spent if is_known else None))
    return tuple(found)
