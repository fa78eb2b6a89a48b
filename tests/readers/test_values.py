"""Printed values to typed ones."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiheng.readers.goals import split_goals
from jiheng.readers.values import budgets_in, parse_amount, parse_percent, parse_reported, parse_target


@pytest.mark.parametrize(
    "raw, comparator, value, unit",
    [
        ("≥90%", ">=", "90", "%"),
        ("＝3000元/个", "=", "3000", "元/个"),
        ("＞200万", ">", "200", "万"),
        ("大于等于90%", ">=", "90", "%"),
        ("90%以上", ">=", "90", "%"),
        ("≥90%以上", ">=", "90", "%"),
        ("95%（含）以上", ">=", "95", "%"),
        ("不低于1.5万人次", ">=", "1.5", "万人次"),
        ("不超过3次", "<=", "3", "次"),
        ("24小时以内", "<=", "24", "小时"),
        (">=12", ">=", "12", None),
        ("1,200.50元", "=", "1200.50", "元"),
        ("13590.2平方米", "=", "13590.2", "平方米"),
        ("每季900元", "=", "900", "元"),
        ("≤30个工作日", "<=", "30", "个工作日"),
        ("≥100落实补助的比例", ">=", "100", None),
        ("100%完成", "=", "100", "%"),
        ("≥3个百分点", ">=", "3", "个百分点"),
        ("达到95%", "=", "95", "%"),
        ("\n≤100%", "<=", "100", "%"),
    ],
)
def test_quantitative_targets(raw: str, comparator: str, value: str, unit: str | None) -> None:
    target = parse_target(raw)
    assert (target.comparator, target.value, target.unit, target.kind) == (
        comparator,
        Decimal(value),
        unit,
        "quantitative",
    )
    assert target.raw == raw


@pytest.mark.parametrize(
    "raw",
    [
        "完成",
        "2025年12月31日",
        "2025年12底前",
        "10月底",
        "6月30日前",
        "明显改善",
        "第1名",
        "提高3个村的服务水平和群众获得感",
        "全年",
    ],
)
def test_words_and_dates_are_qualitative(raw: str) -> None:
    target = parse_target(raw)
    assert (target.kind, target.comparator, target.value, target.unit) == ("qualitative", None, None, None)


def test_ranges_keep_both_numbers() -> None:
    target = parse_target("85%-95%")
    assert (target.value, target.upper, target.unit) == (85, 95, "%")
    assert parse_target("3～5次").upper == 5


def test_nothing_printed_has_no_kind() -> None:
    assert parse_target(" \n ").kind is None


@given(st.text(max_size=40))
def test_any_text_gives_a_target(text: str) -> None:
    target = parse_target(text)
    assert (target.value is None) == (target.kind != "quantitative")


@pytest.mark.parametrize(
    "text, amount",
    [("82.00", "82"), ("1,234.5", "1234.5"), ("36万元", "36"), ("5000元", "0.5"), ("0", "0"), ("1.2亿元", "12000")],
)
def test_amounts(text: str, amount: str) -> None:
    assert parse_amount(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["", "—", "/", "无"])
def test_empty_amounts(text: str) -> None:
    assert parse_amount(text) is None


def test_what_is_no_amount() -> None:
    with pytest.raises(ValueError, match="待定"):
        parse_amount("待定")


def test_percent_is_the_number_people_see() -> None:
    assert [parse_percent(t) for t in ("25%", "83", "100.00", "", "一半")] == [25, 83, 100, None, None]


def test_budgets_inside_a_sentence() -> None:
    sentence = (
        "预算数 187.02 万元，财政资金150万元（本级资金150万元），其他资金37.02万元。用于设备购置，合同总额664万元。"
    )
    assert budgets_in(sentence) == {"total": Decimal("187.02"), "fiscal": 150, "other": Decimal("37.02")}
    assert budgets_in("用于办公。") == {}


@pytest.mark.parametrize(
    "text, goals",
    [
        ("1.修路5公里；\n2.改造桥梁2座。", ["修路5公里；", "改造桥梁2座。"]),
        ("目标1：修路\n目标2养护", ["修路", "养护"]),
        ("1、修路2.5公里。2、改桥", ["修路2.5公里。", "改桥"]),
        ("①修路②改桥", ["修路", "改桥"]),
        ("（1）修路\n（2）改桥", ["修路", "改桥"]),
        ("1.按计划\t\n完成工作", ["按计划完成工作"]),
        ("修路，\n改桥", ["修路，改桥"]),
        ("2025年修路3条", ["2025年修路3条"]),
        ("", []),
    ],
)
def test_goals_are_cut_at_their_numbers(text: str, goals: list[str]) -> None:
    assert split_goals(text) == goals


@pytest.mark.parametrize("raw, value, unit", [("-3%", "-3", "%"), ("－0.5", "-0.5", None), ("负2次", "-2", "次")])
def test_a_unit_may_report_less_than_nothing(raw: str, value: str, unit: str | None) -> None:
    found = parse_reported(raw)
    assert (found.raw, found.value, found.unit) == (raw, Decimal(value), unit)


@pytest.mark.parametrize("raw", ["-", "97%", "正在实施", "--", ""])
def test_everything_else_is_reported_as_a_target_is_read(raw: str) -> None:
    assert parse_reported(raw) == parse_target(raw)
