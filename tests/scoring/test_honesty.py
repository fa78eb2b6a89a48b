from __future__ import annotations

from decimal import Decimal

import pytest

from jiheng.policy import load
from jiheng.readers.values import parse_target
from jiheng.scoring.comparison import Reported
from jiheng.scoring.execution import Execution
from jiheng.scoring.honesty import Claim, doubts_of, pattern_of

PACK = load("central-2015")
D = Decimal
SPENT = Execution(D(100), D(100), D(90))


def _claim(target: str, actual: str, monitored: str = "", level2: str = "数量指标", points: str = "10") -> Claim:
    return Claim(
        "更新路灯", level2, parse_target(target), Reported(parse_target(actual)), D(points), D(10),
        Reported(parse_target(monitored)) if monitored else Reported(), True,
    )  # fmt: skip


def _codes(*claims: Claim, money: Execution = SPENT, score: str = "90") -> list[str]:
    return [d.code for d in doubts_of(claims, money, D(score), 2026, PACK)]


def test_an_honest_table_is_left_alone() -> None:
    assert _codes(_claim("≥20盏", "21盏", "15盏"), _claim("≥95%", "96%", "95.5%"), _claim("≤30天", "28天")) == []


CONTRADICTIONS = (
    ("≥20盏", "20盏", "22盏", ["H01"]),  # a count fell by 9.09 %
    ("≥20盏", "21盏", "22盏", []),  # by 4.55 %, within the pack's 5 %
    ("≥20盏", "31盏", "15盏", ["H01"]),  # more than doubled after the last round
    ("≥20盏", "30盏", "15盏", []),  # doubled exactly
    ("≥95%", "99%", "80%", ["H01"]),  # a rate leapt by 23.75 %
    ("≥95%", "82%", "80%", []),
    ("≤30天", "20天", "29天", ["H01"]),  # a delay shrank by 31 %
)


@pytest.mark.parametrize("target, actual, monitored, codes", CONTRADICTIONS)
def test_against_monitoring(target: str, actual: str, monitored: str, codes: list[str]) -> None:
    assert _codes(_claim(target, actual, monitored)) == codes


def test_every_value_equal_to_its_target() -> None:
    copied = [_claim(t, t.strip("≥≤")) for t in ("≥20盏", "≥95%", "≤30天")]
    assert _codes(*copied) == ["H02"]
    assert _codes(*copied[:2]) == []  # two numbers say nothing
    assert _codes(*copied, _claim("≥5次", "6次")) == []


def test_money_contradicts() -> None:
    claim = _claim("≥20盏", "21盏")
    assert _codes(claim, money=Execution(D(100), D(100), D(0)), score="85") == ["H03"]
    assert _codes(claim, money=Execution(D(100), D(100), D(0)), score="79.99") == []
    (over,) = doubts_of([claim], Execution(D(100), D(100), D("101")), D(90), 2026, PACK)
    assert over.message == "支出 101.00 元，超过全年预算 1.00 元（执行率 101%）。"


def test_hardly_anything_spent_contradicts_as_nothing_does() -> None:
    claim = _claim("≥20盏", "21盏")
    (doubt,) = doubts_of([claim], Execution(D(100), D(100), D(5)), D("90.5"), 2026, PACK)
    assert doubt.message == "全年只支出 5.00 元（执行率 5%），自评却得 90.5 分，请说明如何完成。"
    assert _codes(claim, money=Execution(D(100), D(100), D("5.01")), score="90.5") == []


def test_a_cost_above_all_the_money_of_the_project() -> None:
    money = Execution(D(1_000_000), D(1_000_000), D(900_000))
    cost = _claim("≤120万元", "118万元", level2="成本指标")
    (doubt,) = doubts_of([cost], money, D(90), 2026, PACK)
    assert doubt.message == "“更新路灯”填 118万元，超过项目全年预算 1,000,000.00 元，请核实。"
    assert _codes(_claim("≤120万元", "100万元", level2="成本指标"), money=money) == []
    assert _codes(_claim("≤120万元/座", "118万元/座", level2="成本指标"), money=money) == []  # the price of one


def test_a_broken_limit_with_full_points() -> None:
    assert _codes(_claim("≤2万元/盏", "2.5万元/盏", level2="成本指标")) == ["H06"]
    assert _codes(_claim("≤2万元/盏", "2.5万元/盏", level2="成本指标", points="8")) == []
    assert _codes(_claim("≤2万元/盏", "2万元/盏", level2="成本指标")) == []


def test_missing_evidence_names_the_row() -> None:
    bare = Claim("更新路灯", "数量指标", parse_target("≥20盏"), Reported(parse_target("21盏")), D(10), D(10))
    (doubt,) = doubts_of([bare], SPENT, D(90), 2026, PACK)
    assert (doubt.code, doubt.row) == ("H05", 0)
    assert doubts_of([bare], SPENT, D(90), 2026, PACK, asks_evidence=False) == []


PATTERNS = (
    (["98", "99", "100", "98.5"], True), (["98", "99", "100", "97.99"], False), (["98", "99", "100"], False),
    (["98", "99", "100", "98", "70"], True),
)  # fmt: skip


@pytest.mark.parametrize("scores, is_pattern", PATTERNS)
def test_all_at_the_top(scores: list[str], is_pattern: bool) -> None:
    found = pattern_of([D(s) for s in scores], PACK)
    assert (found is not None) is is_pattern


def test_a_share_of_more_than_all_is_doubted() -> None:
    claim = Claim(
        "管材抽检合格率", "质量指标", parse_target("≥95%"), Reported(parse_target("212%")), D(0), D(10),
        has_evidence=True, level1="产出指标",
    )  # fmt: skip
    (doubt,) = doubts_of([claim], SPENT, D(90), 2026, PACK)
    assert (doubt.code, doubt.severity, doubt.row) == ("H08", "error", 0)
