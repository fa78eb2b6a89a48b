"""A day of the past, by fund source and place: only the entries up to then."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from jiheng.policy import load
from jiheng.web.execution.queries.overview import added, groups, sums_of_units, together
from jiheng.web.execution.queries.past import sums_on

pytestmark = pytest.mark.django_db
D, PACK = Decimal, load("central-2015")
APRIL, OCTOBER = date(2026, 4, 30), date(2026, 10, 31)


@pytest.fixture
def money(make_project: Any, pay: Any, person: Any) -> list[int]:
    """Two units: the one with 40 + 10 万元 and money of all sources, the other with 20 万元; their keys."""
    one, other = make_project(fiscal="40", other="10"), make_project("河道清淤", fiscal="20", unit="601002")
    for amount, month, more in (
        ("60000", 3, {}), ("-1000", 4, {}), ("90000", 8, {}), ("7000", 4, {"source": "other"}),
        ("100000", 4, {"kind": "adjustment", "source": "carry_over"}), ("30000", 4, {"source": "carry_over"}),
        ("-200000", 9, {"kind": "adjustment"}), ("300000", 2, {"kind": "allotment"}),
        ("100000", 7, {"kind": "allotment"}),
    ):  # fmt: skip
        pay(one, amount, month=month, **more)
    from jiheng.web.execution.services import Entry, add_entry

    add_entry(person("clerk", "second", unit=other.unit), other, "payment", Entry(date(2026, 4, 30), D("20000")))
    return [one.unit_id, other.unit_id]


def test_by_source_and_place_on_a_day(year: Any, money: list[int]) -> None:
    sums = sums_on(year, money, APRIL, OCTOBER, PACK)
    executed, whole = together(added(sums.values()), PACK)
    assert [(x.source, x.initial, x.budget, x.paid) for x in executed.lines] == [
        ("fiscal", 600000, 600000, 79000), ("carry_over", 0, 100000, 30000), ("other", 100000, 100000, 7000),
    ]  # fmt: skip
    assert (executed.allotted, whole.budget, whole.paid, whole.rate) == (300000, 800000, 116000, D("14.50"))
    # 10% by 31 March, 40% by 30 June: 30 of the 91 days between them add 9.89 points.
    assert whole.planned == D("19.89")
    first, second = sorted(groups(sums, "unit", PACK), key=lambda r: -r.budget)
    assert (first.budget, first.paid, second.budget, second.paid) == (600000, 96000, 200000, 20000)
    assert sums_on(year, money[:1], APRIL, OCTOBER, PACK).keys() == {money[0]}


def test_the_last_day_known_says_what_is_kept(year: Any, money: list[int]) -> None:
    then, now = sums_on(year, money, OCTOBER, OCTOBER, PACK), sums_of_units(year, money, OCTOBER, PACK)
    assert together(added(then.values()), PACK) == together(added(now.values()), PACK)


def test_the_page_keeps_the_day_through_its_links(client: Any, person: Any, money: list[int]) -> None:
    client.force_login(person("finance_leader"), "django.contrib.auth.backends.ModelBackend")
    page = client.get("/execution/overview/?on=2026-04-30").content.decode()
    assert "14.50%" in page
    assert "截至 2026年4月30日" in page
    assert "&amp;on=2026-04-30" in page
    unit = client.get(f"/execution/overview/?unit={money[1]}&on=2026-04-29").content.decode()
    assert "截至 2026年4月29日" in unit
    assert "14.50%" not in unit
