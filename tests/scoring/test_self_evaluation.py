from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from worked import examples

from jiheng.policy import load, names
from jiheng.readers.values import parse_reported, parse_target
from jiheng.scoring.comparison import Reported
from jiheng.scoring.execution import Execution
from jiheng.scoring.self_evaluation import (
    Adjusted,
    Score,
    category_points,
    check_weights,
    execution_score,
    indicator_score,
    indicator_weights,
    total_of,
)

PACK = load("central-2015")
TEN = Decimal(10)


def _reported(case: dict[str, Any]) -> Reported:
    parts = [Decimal(case[k]) if k in case else None for k in ("numerator", "denominator")]
    return Reported(parse_reported(case["actual"]) if "actual" in case else None, *parts)


@pytest.mark.parametrize("case", examples("indicator_score"), ids=lambda c: f"{c['target']}，{c['why']}")
def test_points_of_an_indicator(case: dict[str, Any]) -> None:
    attained = Decimal(case["attained"]) if "attained" in case else None
    score = indicator_score(
        parse_target(case["target"]), _reported(case), Decimal(case.get("weight", "10")), 2026,
        load(case.get("pack", "central-2015")), case.get("category", ""), case.get("band", ""), attained,
    )  # fmt: skip
    if "problem" in case:
        assert score.points is None
        assert case["problem"] in score.explanation
    else:
        assert score.points == Decimal(case["points"]), score.explanation
        assert score.explanation.endswith("。")


def test_a_share_where_a_percentage_is_asked_for_is_told_of() -> None:
    told = indicator_score(
        parse_target("≥95%"), Reported(parse_target("0.97%")), Decimal(10), 2026, load("central-2015")
    )
    assert told.explanation == "完成值 0.97%，指标值 95%（如果是 97%，请填 97），按 1.02% 计 0.1 分。"


def test_a_range_is_told_whole() -> None:
    told = indicator_score(
        parse_target("5-10万元"), Reported(parse_target("60000元")), Decimal(10), 2026, load("central-2015")
    )
    assert told.explanation == "完成值 6万元，指标值 5–10万元，达到目标，得满分。"


@pytest.mark.parametrize("case", examples("weights"), ids=lambda c: c["why"])
def test_points_by_category_and_indicator(case: dict[str, Any]) -> None:
    pack = load(case["pack"])
    weights = indicator_weights(case["level1"], pack)
    own = [pack.framework.level1(name) or "" for name in case["level1"]]
    assert weights == [Decimal(w) for w in case["weights"]]
    assert category_points(own, pack)["预算执行率"] == Decimal(case["execution"])
    assert sum(weights) + Decimal(case["execution"]) == 100


@pytest.mark.parametrize("name", names())
@given(counts=st.lists(st.integers(0, 7), min_size=4, max_size=4))
def test_weights_are_always_a_hundred_to_the_cent(name: str, counts: list[int]) -> None:
    pack = load(name)
    categories = ("产出", "效益", "满意度", "成本")
    level1 = [c for c, n in zip(categories, counts, strict=True) for _ in range(n)]
    known = [c for c in level1 if any(c in s.points for s in pack.self_evaluation.schemes)]
    weights = indicator_weights(level1, pack)
    assert sum(weights) == (90 if known else 0)
    assert all(w >= 0 for w in weights)


MONEY = (
    ("0", "0", "10", "不适用"), ("1000000", "923456.78", "9.23", "92.35%"), ("1000000", "1000000", "10", "100%"),
    ("1000000", "1200000", "10", "120%"), ("1000000", "0", "0", "0%"), ("0", "5", "0", "没有预算却有支出"),
    ("300000", "100000", "3.33", "33.33%"), ("1000000", "-200", "0", "-0.02%"),
)  # fmt: skip


@pytest.mark.parametrize("budget, paid, points, said", MONEY)
def test_points_of_the_execution_rate(budget: str, paid: str, points: str, said: str) -> None:
    score = execution_score(Execution(budget=Decimal(budget), paid=Decimal(paid)), TEN)
    assert score.points == Decimal(points)
    assert said in score.explanation


amounts = st.decimals(0, 10**6, places=2)


@given(target=st.decimals("0.01", 10**6, places=2), less=amounts, more=amounts, weight=st.decimals(0, 100, places=2))
def test_more_is_never_worse_until_the_target_was_too_low(
    target: Decimal, less: Decimal, more: Decimal, weight: Decimal
) -> None:
    low, high = sorted((less, more))
    if high > target * Decimal("1.3"):
        return
    scores = [
        indicator_score(parse_target(f"≥{target}个"), Reported(parse_target(f"{n}个")), weight, 2026, PACK)
        for n in (low, high)
    ]
    points = [s.points for s in scores if s.points is not None]
    assert len(points) == 2
    assert 0 <= points[0] <= points[1] <= weight


@given(limit=amounts, less=amounts, more=amounts, weight=st.decimals(0, 100, places=2))
def test_more_of_what_is_limited_is_never_better(limit: Decimal, less: Decimal, more: Decimal, weight: Decimal) -> None:
    low, high = sorted((less, more))
    scores = [
        indicator_score(parse_target(f"≤{limit}元"), Reported(parse_target(f"{n}元")), weight, 2026, PACK)
        for n in (low, high)
    ]
    points = [s.points for s in scores if s.points is not None]
    assert len(points) == 2
    assert weight >= points[0] >= points[1] >= 0


@given(points=st.lists(st.decimals(0, 10, places=2), max_size=10))
def test_the_total_is_the_sum_to_the_cent(points: list[Decimal]) -> None:
    total = total_of([Score(TEN, p, "。") for p in points], PACK)
    assert total.points == sum(points)
    assert 0 <= total.points <= 100
    assert total.missing == 0


GRADES = (
    ("100", "优"),
    ("90", "优"),
    ("89.99", "良"),
    ("80", "良"),
    ("79.99", "中"),
    ("60", "中"),
    ("59.99", "差"),
    ("0", "差"),
)


@pytest.mark.parametrize("points, grade", GRADES)
def test_grades(points: str, grade: str) -> None:
    assert total_of([Score(Decimal(100), Decimal(points), "。")], PACK).grade == grade


def test_what_has_no_points_yet_is_counted() -> None:
    total = total_of([Score(TEN, None, "没有填写完成值。"), Score(TEN, TEN, "。")], PACK)
    assert (total.points, total.missing) == (TEN, 1)


def test_a_person_changes_points_only_with_a_reason_and_within_bounds() -> None:
    computed = Score(TEN, Decimal(8), "。")
    assert total_of([Adjusted(computed, Decimal("6.5"), "抽查发现台账缺失")], PACK).points == Decimal("6.5")
    with pytest.raises(ValueError, match="理由"):
        Adjusted(computed, Decimal(9), " ")
    with pytest.raises(ValueError, match="0 至 10"):
        Adjusted(computed, Decimal("10.01"), "理由")


def test_bands_have_bounds() -> None:
    target, reported = parse_target("有效改善"), Reported(parse_target("改善"))
    with pytest.raises(ValueError, match="80% 至 100%"):
        indicator_score(target, reported, TEN, 2026, PACK, band="达成", attained=Decimal(79))
    with pytest.raises(ValueError, match="可选：达成、部分达成、未达成"):
        indicator_score(target, reported, TEN, 2026, PACK, band="优秀")


def test_weights_given_by_hand_are_checked() -> None:
    check_weights([Decimal(40), Decimal(60)])
    with pytest.raises(ValueError, match=r"现在是 99\.5 分"):
        check_weights({"产出": Decimal("39.5"), "效益": Decimal(60)})
    with pytest.raises(ValueError, match="不能为负"):
        check_weights([Decimal(-1), Decimal(101)])
