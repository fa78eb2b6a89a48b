from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from worked import examples

from jiheng.policy import load, names
from jiheng.readers.values import parse_reported, parse_target
from jiheng.scoring.comparison import Reported
from jiheng.scoring.monitoring import (
    ORDER,
    Judgement,
    grows_through_year,
    indicator_light,
    money_light,
    project_light,
    results_light,
    rounds_of,
    sum_of_rates,
    worst,
)

PACK = load("central-2015")


def _percent(case: dict[str, Any]) -> Decimal | None:
    return Decimal(case["percent"]) if "percent" in case else None


@pytest.mark.parametrize("case", examples("lights", "money"), ids=lambda c: c["why"])
def test_the_light_of_money(case: dict[str, Any]) -> None:
    found = money_light(Decimal(case["paid"]), Decimal(case["budget"]), Decimal(case["planned"]), PACK)
    assert (found.light, found.percent) == (case["light"], _percent(case)), found.reason
    assert found.reason.endswith("。")


@pytest.mark.parametrize("case", examples("lights", "indicator"), ids=lambda c: f"{c['target']}，{c['why']}")
def test_the_light_of_an_indicator(case: dict[str, Any]) -> None:
    found = indicator_light(
        parse_target(case["target"]), Reported(parse_reported(case["actual"])), 2026, Decimal(case["gone"]), PACK,
        case.get("likelihood", ""), case.get("grows", True),
    )  # fmt: skip
    assert (found.light, found.percent) == (case["light"], _percent(case)), found.reason
    assert found.reason.endswith("。")


def test_the_reason_has_the_numbers() -> None:
    money = money_light(Decimal(250000), Decimal(1000000), Decimal(50), PACK)
    assert money.reason == "执行率 25%，计划 50%，落后 25 个百分点，超过 20 个百分点的界限。"
    row = indicator_light(parse_target("≥40间"), Reported(parse_target("13间")), 2026, Decimal(50), PACK)
    assert row.reason == "已完成 13间，全年 40间，时间进度 50%，折算完成率 65%，低于 70%。"


def test_the_light_of_a_project_is_the_worse_of_both() -> None:
    good, bad = Judgement("green", "好。", Decimal(95)), Judgement("red", "差。", Decimal(40))
    results = results_light([good, bad, Judgement("grey", "没报。")])
    assert (results.light, results.reason, results.percent) == (
        "red",
        "3 项指标中 1 项偏离、1 项未报。",
        Decimal("67.5"),
    )
    assert project_light(good, results).light == "red"
    assert project_light(bad, results_light([good])).light == "red"
    assert project_light(good, results_light([])).light == "grey"  # nothing reported is not normal
    assert project_light(good, results_light([good])).reason == "资金：好。目标：1 项指标全部正常。"


@given(st.lists(st.sampled_from(ORDER), min_size=1))
def test_worst_is_one_of_them_and_none_is_worse(lights: list[Any]) -> None:
    found = worst(lights)
    assert found in lights
    assert all(ORDER.index(light) <= ORDER.index(found) for light in lights)


@given(paid=st.decimals(0, 1000, places=2), more=st.decimals(0, 1000, places=2), planned=st.decimals(0, 100, places=2))
def test_spending_more_of_the_budget_never_darkens_the_light(paid: Decimal, more: Decimal, planned: Decimal) -> None:
    low, high = sorted((paid, more))
    lights = [money_light(p, Decimal(1000), planned, PACK).light for p in (low, high)]
    assert ORDER.index(lights[1]) <= ORDER.index(lights[0])


GROWTH = (
    ("数量指标", "≥40间", True), ("质量指标", "≥96%", False), ("时效指标", "≤30天", False), ("成本指标", "≤1.2万元", False),
    ("社会效益指标", "≥5000人", True), ("服务对象满意度指标", "≥90%", False), ("数量指标", "≥85%", False),
    ("数量指标", "有效改善", False), ("经济效益指标", "≥300元/人", False), ("质量指标", "≥3项", False),
)  # fmt: skip


@pytest.mark.parametrize("level2, target, grows", GROWTH)
def test_what_adds_up_through_the_year(level2: str, target: str, grows: bool) -> None:
    assert grows_through_year(level2, parse_target(target)) is grows


def test_rates_are_summed_by_what_they_came_from() -> None:
    # 90 of 100 and 2 of 10: together 92 of 110, not the mean of 90% and 20%.
    assert sum_of_rates([(Decimal(90), Decimal(100)), (Decimal(2), Decimal(10))]) == Decimal("83.64")
    assert sum_of_rates([]) is None


def test_rounds_of_a_year() -> None:
    rounds = rounds_of(load("hebei-2023"), 2026)
    assert [r.label for r in rounds] == ["3月底", "6月底", "10月底", "12月底"]
    assert rounds[-1].period_end == date(2026, 12, 31)
    assert rounds[-1].opens == date(2027, 1, 1)
    assert [r.label for r in rounds_of(PACK, 2026)] == ["1–7月"]
    with pytest.raises(KeyError, match="没有名为“双月”的监控期次"):
        rounds_of(PACK, 2026, "双月")


@pytest.mark.parametrize("pack", names())
def test_every_calendar_of_every_pack_is_in_order(pack: str) -> None:
    assert load(pack).calendar in load(pack).rounds
    for calendar in load(pack).rounds:
        for year in (2027, 2028):
            rounds = rounds_of(load(pack), year, calendar)
            for r in rounds:
                assert r.period_end < r.opens <= r.closes < r.locks
            assert list(rounds) == sorted(rounds, key=lambda r: r.period_end)
