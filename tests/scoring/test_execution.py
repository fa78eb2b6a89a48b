from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from worked import examples

from jiheng.scoring.execution import Execution, curve, period_end, plan_points, planned_at, time_gone, total

D = Decimal


def _points(case: dict[str, Any]) -> Any:
    return plan_points(case["labels"], [D(p) for p in case["percents"]], 2026)


@pytest.mark.parametrize("case", examples("plan"), ids=lambda c: c["why"])
def test_what_should_be_spent_by_a_day(case: dict[str, Any]) -> None:
    assert planned_at(_points(case), case["on"]) == D(case["planned"])


LABELS = (
    ("3月底", date(2026, 3, 31)), ("2月底", date(2026, 2, 28)), ("10月底前", date(2026, 10, 31)),
    ("第一季度", date(2026, 3, 31)), ("二季度", date(2026, 6, 30)), ("第4季度", date(2026, 12, 31)),
    ("上半年", date(2026, 6, 30)), ("全年", date(2026, 12, 31)), ("11月15日", date(2026, 11, 15)),
    ("2月30日", None), ("13月底", None), ("进度", None), ("", None),
)  # fmt: skip


@pytest.mark.parametrize("label, day", LABELS)
def test_the_day_a_column_means(label: str, day: date | None) -> None:
    assert period_end(label, 2026) == day


def test_without_a_plan_nothing_is_planned() -> None:
    assert planned_at(plan_points(["进度"], [D(50)], 2026), date(2026, 6, 30)) is None
    assert planned_at(plan_points(["3月底"], [None], 2026), date(2026, 6, 30)) is None


@given(
    percents=st.lists(st.decimals(0, 100, places=1), min_size=4, max_size=4).map(sorted),
    days=st.tuples(st.integers(0, 400), st.integers(0, 400)),
)
def test_a_plan_that_accumulates_never_falls(percents: list[Decimal], days: tuple[int, int]) -> None:
    points = plan_points(["3月底", "6月底", "10月底", "12月底"], percents, 2026)
    first, second = (planned_at(points, date(2025, 12, 15) + timedelta(n)) for n in sorted(days))
    assert first is not None
    assert second is not None
    assert 0 <= first <= second <= 100


GONE = ((date(2026, 6, 30), "49.59"), (date(2026, 12, 31), "100"), (date(2025, 12, 31), "0"), (date(2027, 5, 1), "100"), (date(2028, 2, 29), "16.39"))  # fmt: skip


@pytest.mark.parametrize("on, gone", GONE)
def test_how_much_of_the_year_is_over(on: date, gone: str) -> None:
    assert time_gone(on, 2028 if on.year == 2028 else 2026) == D(gone)


def test_sources_add_up_to_the_cent() -> None:
    sources = {
        "fiscal": Execution(D("100"), D("120.50"), D("60.25")),
        "carry_over": Execution(D(0), D("9.50"), D("4.75")),
    }
    together = total(sources)
    assert together == Execution(D(100), D("130.00"), D("65.00"))
    assert (together.rate, together.left) == (D(50), D(65))
    assert Execution().rate is None


def test_the_curve_of_two_projects() -> None:
    steady = plan_points(["6月底", "12月底"], [D(50), D(100)], 2026)
    late = plan_points(["12月底"], [D(100)], 2026)
    payments = [(date(2026, 1, 20), D(1000)), (date(2026, 6, 30), D(4000)), (date(2026, 9, 1), D(500))]
    months = curve([(D(10000), steady), (D(20000), late)], payments, 2026, date(2026, 7, 15))
    assert [m.day.month for m in months] == list(range(1, 13))
    june, july, december = months[5], months[6], months[11]
    assert june.planned == D(5000) + D("9918.00")  # 20,000 × 49.59%
    assert (june.paid, july.paid, december.paid) == (D(5000), D(5000), None)
    assert december.planned == D(30000)
