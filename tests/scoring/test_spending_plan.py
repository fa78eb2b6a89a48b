"""The plan's curve: labels to days, percentages to what is expected on any day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiheng.model import SpendingPlan
from jiheng.scoring.spending_plan import (
    Point,
    execution_rate,
    month_end,
    period_end,
    planned_by_month,
    planned_percent,
    points,
)  # fmt: skip

D = Decimal


@pytest.mark.parametrize("label, month, day", (
    ("3月底", 3, 31), ("6月末", 6, 30), ("10月 底前", 10, 31), ("12月31日", 12, 31), ("9月15日前", 9, 15),
    ("1-7月", 7, 31), ("1月至8月", 8, 31), ("第一季度", 3, 31), ("二季度末", 6, 30), ("3季度", 9, 30), ("前三季度", 9, 30),
    ("上半年", 6, 30), ("下半年", 12, 31), ("全年", 12, 31), ("年底", 12, 31), ("截至4月", 4, 30),
))  # fmt: skip
def test_a_label_names_a_day(label: str, month: int, day: int) -> None:
    assert period_end(label, 2026) == date(2026, month, day)


@pytest.mark.parametrize("label", ("", "第一期", "13月底", "进度", "0月", "2月30日"))
def test_a_label_that_names_no_time(label: str) -> None:
    assert period_end(label, 2026) is None


def test_february() -> None:
    assert (month_end(2024, 2), month_end(2026, 2), month_end(2100, 2)) == (
        date(2024, 2, 29), date(2026, 2, 28), date(2100, 2, 28),
    )  # fmt: skip


def test_the_days_of_a_plan_in_order() -> None:
    found = points(SpendingPlan(("12月底", "第一期", "6月底"), ("100", "5", "40"), (D(100), D(5), D(40))), 2026)
    assert found == (Point(date(2026, 6, 30), D(40)), Point(date(2026, 12, 31), D(100)))


def test_shares_of_each_period_are_added_up_and_nothing_falls() -> None:
    quarters = ("一季度", "二季度", "三季度", "四季度")
    shares = points(SpendingPlan(quarters, ("25",) * 4, (D(25),) * 4), 2026)
    assert [p.percent for p in shares] == [25, 50, 75, 100]
    falls = points(SpendingPlan(quarters, ("",) * 4, (D(30), D(20), D(110), None)), 2026)
    assert [p.percent for p in falls] == [30, 30, 100]


def test_between_two_days_money_is_expected_evenly() -> None:
    # 181 days from New Year's Eve to 30 June at 0 → 40; 31 January is day 31: 40 × 31 / 181 = 6.850… → 6.85.
    curve = points(SpendingPlan(("6月底", "10月底"), ("40", "80"), (D(40), D(80))), 2026)
    assert planned_percent(curve, date(2026, 1, 31), 2026) == D("6.85")
    assert planned_percent(curve, date(2026, 6, 30), 2026) == 40
    # 123 days from 30 June to 31 October; 62 of them by 31 August: 40 + 40 × 62 / 123 = 60.162… → 60.16.
    assert planned_percent(curve, date(2026, 8, 31), 2026) == D("60.16")
    assert planned_percent(curve, date(2026, 12, 31), 2026) == 80
    assert planned_percent(curve, date(2025, 12, 31), 2026) == 0
    assert planned_by_month(curve, 2026)[5] == 40


def test_without_a_plan_money_is_expected_evenly_over_the_year() -> None:
    assert planned_percent((), date(2026, 3, 14), 2026) == D("20.00")  # day 73 of 365
    assert planned_by_month((), 2026)[-1] == 100


@given(st.lists(st.decimals(0, 150, places=1), min_size=1, max_size=6), st.integers(1, 365), st.integers(1, 365))
def test_the_curve_never_falls_and_stays_within_bounds(percents: list[Decimal], a: int, b: int) -> None:
    labels = tuple(f"{2 * n + 1}月底" for n in range(len(percents)))
    curve = points(SpendingPlan(labels, tuple(map(str, percents)), tuple(percents)), 2026)
    first, second = (date.fromordinal(date(2025, 12, 31).toordinal() + n) for n in sorted((a, b)))
    assert 0 <= planned_percent(curve, first, 2026) <= planned_percent(curve, second, 2026) <= 100


@pytest.mark.parametrize("paid, budget, rate", (
    ("50", "200", "25.00"), ("1", "3", "33.33"), ("2", "3", "66.67"), ("210", "200", "105.00"), ("-5", "200", "-2.50"),
    ("0", "200", "0.00"), ("5", "0", None), ("5", "-1", None),
))  # fmt: skip
def test_execution_rate(paid: str, budget: str, rate: str | None) -> None:
    assert execution_rate(D(paid), D(budget)) == (None if rate is None else D(rate))
