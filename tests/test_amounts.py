"""Amounts and calculations in Chinese sentences."""

from decimal import Decimal

import pytest

from jiheng.amounts import amounts_in, equations_in
from jiheng.readers.values import plain


def _amounts(text: str) -> list[tuple[Decimal, bool]]:
    return [(a.value, a.is_unit_price) for a in amounts_in(plain(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("采购水泵需88.3万元。铺设管道需11.7万元", [(Decimal("88.3"), False), (Decimal("11.7"), False)]),
        ("检测费12,000.50元", [(Decimal("1.200050"), False)]),
        ("债券资金1.5亿元", [(Decimal(15000), False)]),
        ("预算200万，其余自筹", [(Decimal(200), False)]),
        ("每季900元", [(Decimal("0.09"), True)]),
        ("护林员800元/人/月", [(Decimal("0.08"), True)]),
        ("每村每年1元的标准", [(Decimal("0.0001"), True)]),
        ("45个×3000元", [(Decimal("0.3"), True)]),
        ("建档15万人，改厕约2万户", []),
        ("2025年完成42公里", []),
    ],
)
def test_amounts(text, expected):
    assert _amounts(text) == expected


def test_an_amount_knows_where_it_stands():
    text = plain("合同价款664万元，本年度支出200万元")
    assert [text[a.start : a.end] for a in amounts_in(text)] == ["664万元", "200万元"]


@pytest.mark.parametrize(
    ("text", "computed", "unit"),
    [
        ("400*187/人=7.48万元", Decimal(74800), "元"),
        ("（187人+120人）*500/人天*3天=46.05万元", Decimal(460500), "元"),
        ("会议费10万元＋培训费20万元=30万元", Decimal(300000), "元"),
        ("2.5万元×4次=10万元", Decimal(100000), "元"),
        ("120人×15%=18人", Decimal(18), "人"),
        ("12,000.50元×2=24,001元", Decimal(24001), "元"),
        ("900元÷3月=300元", Decimal(300), "元"),
    ],
)
def test_right_equations(text, computed, unit):
    (equation,) = equations_in(plain(text))
    assert (equation.computed, equation.unit, equation.is_right) == (computed, unit, True)


@pytest.mark.parametrize("text", ["45个×3000元/个=15万元", "会议费10万元+培训费20万元=35万元", "5*(3+2)=24次"])
def test_wrong_equations(text):
    (equation,) = equations_in(plain(text))
    assert not equation.is_right


@pytest.mark.parametrize(
    ("text", "is_right"),
    [("600元×33人=2万元", True), ("600元×33人=1.9万元", True), ("600元×33人=1.8万元", False), ("7元×3=20元", False)],
)
def test_a_claim_may_be_rounded_or_cut_at_its_last_digit(text, is_right):
    assert [e.is_right for e in equations_in(plain(text))] == [is_right]


@pytest.mark.parametrize(
    "text",
    [
        "=100%",
        "每期50人*300元=6万元",
        "2025年*2=3",
        "3-5人*100元=800元",
        "A=B",
        "(3+2=5",
        "5个3元=15元",
        "10*2=若干",
        "8/0=1",
        "42=42",
    ],
)
def test_what_is_no_plain_calculation_is_left_out(text):
    assert equations_in(plain(text)) == []


def test_each_claim_of_a_chain_is_held_against_its_beginning():
    first, second = equations_in(plain("300元×12个月×5人=18000元=1.9万元"))
    assert (first.is_right, second.is_right) == (True, False)
