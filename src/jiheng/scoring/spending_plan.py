"""The spending plan (资金支出计划) as a curve over the year, and what was paid against it.

Percentages are those people see (40 for 40%). Between two days of the plan money is expected evenly, day by day: a
project that plans 40% by the end of June and 80% by the end of October is expected at 60% in the middle of the two.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import accumulate, pairwise
from typing import NamedTuple

from jiheng.model import SpendingPlan
from jiheng.scoring.numbers import HUNDRED, percent_of, to_cents

NOTHING = Decimal(0)
_ROUNDING = Decimal("0.15")
"""Parts rounded for print need not add up to 100 to the last digit: 33.3 + 33.3 + 33.3."""
_DIGITS = str.maketrans("一二三四", "1234")
_QUARTER = re.compile(r"(?:第|前)?([1-4])个?季度")
_DAY = re.compile(r"(\d{1,2})月(\d{1,2})[日号]")
_MONTH = re.compile(r"(\d{1,2})月")
_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class Point(NamedTuple):
    """By the end of this day the plan wants ``percent`` of the budget paid, all earlier periods included."""

    on: date
    percent: Decimal


def month_end(year: int, month: int) -> date:
    """The last day of a month."""
    leap = month == 2 and (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0))
    return date(year, month, _DAYS[month - 1] + leap)


def period_end(label: str, year: int) -> date | None:
    """The last day of a period of the plan as its column is labelled: 3月底, 6月30日, 1-7月, 第一季度, 上半年, 年底.

    ``None`` where the label names no time.
    """
    text = "".join(label.split()).translate(_DIGITS)
    if found := _QUARTER.search(text):
        return month_end(year, int(found[1]) * 3)
    if "上半年" in text or "半年" in text.replace("下半年", ""):
        return month_end(year, 6)
    for month, day in _DAY.findall(text)[-1:]:
        known = 1 <= int(month) <= 12 and 1 <= int(day) <= month_end(year, int(month)).day
        return date(year, int(month), int(day)) if known else None
    for month in _MONTH.findall(text)[-1:]:
        if 1 <= int(month) <= 12:
            return month_end(year, int(month))
    if any(word in text for word in ("年底", "年末", "全年", "下半年")):
        return month_end(year, 12)
    return None


def _cumulative(values: Sequence[Decimal]) -> list[Decimal]:
    """What was written as shares of each period (25, 25, 25, 25) added up; nothing falls, nothing passes 100."""
    if values and values[-1] != HUNDRED and abs(sum(values) - HUNDRED) <= _ROUNDING and min(values) >= 0:
        values = [*list(accumulate(values))[:-1], HUNDRED]
    return [min(HUNDRED, v) for v in accumulate(values, max, initial=NOTHING)][1:]


def points(plan: SpendingPlan, year: int) -> tuple[Point, ...]:
    """The days of the plan that name a time and a percentage, in order; empty where there is none."""
    pairs = zip((period_end(label, year) for label in plan.labels), plan.percent, strict=True)
    found = sorted((on, n, percent) for n, (on, percent) in enumerate(pairs) if on is not None and percent is not None)
    values = _cumulative([percent for _, _, percent in found])
    return tuple(Point(on, value) for (on, _, _), value in zip(found, values, strict=True))


def planned_percent(plan: Sequence[Point], on: date, year: int) -> Decimal:
    """How much of the budget of ``year`` the plan wants paid by the end of a day, in percent to two decimals.

    Before the year 0; after the last day of the plan what that says. Without a plan money is expected evenly over the
    year.
    """
    begin = date(year - 1, 12, 31)
    if on <= begin:
        return NOTHING
    curve = [Point(begin, NOTHING), *(plan or (Point(date(year, 12, 31), HUNDRED),))]
    for before, after in pairwise(curve):
        if on < after.on:
            share = Decimal((on - before.on).days) / Decimal((after.on - before.on).days)
            return to_cents(before.percent + (after.percent - before.percent) * share)
    return to_cents(curve[-1].percent)


def planned_by_month(plan: Sequence[Point], year: int) -> tuple[Decimal, ...]:
    """The same at the end of each of the twelve months."""
    return tuple(planned_percent(plan, month_end(year, month), year) for month in range(1, 13))


def execution_rate(paid: Decimal, budget: Decimal) -> Decimal | None:
    """执行率: paid of the budget after adjustments, in percent to two decimals (财预〔2020〕10号).

    Above 100 where more was paid; ``None`` where there is no budget to be executed.
    """
    return percent_of(paid, budget) if budget > 0 else None
