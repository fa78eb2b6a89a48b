from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from jiheng.policy import load
from jiheng.scoring.aggregation import Scored, distribution, points_rate, ranking, summary_of

PACK = load("central-2015")
D = Decimal


def test_a_department_is_weighted_by_money() -> None:
    found = summary_of(
        [Scored("甲", D(95), D(900000), D(810000)), Scored("乙", D(60), D(100000), D(50000)), Scored("丙", None, D(50000))],
        PACK,
    )  # fmt: skip
    assert (found.count, found.scored) == (3, 2)
    assert found.mean == D("77.5")
    assert found.weighted == D("91.5")  # (95 × 90 + 60 × 10) ÷ 100
    assert found.grade == "优"
    assert found.grades == {"优": 1, "良": 0, "中": 1, "差": 0}
    assert found.rate == D("81.90")  # 860,000 ÷ 1,050,000


def test_without_money_all_count_alike() -> None:
    assert summary_of([Scored("甲", D(90)), Scored("乙", D(71))], PACK).weighted == D("80.5")
    nothing = summary_of([], PACK)
    assert (nothing.weighted, nothing.grade, nothing.rate) == (None, "", None)


def test_equal_scores_share_a_place() -> None:
    places = ranking(
        [Scored("丁", D(80)), Scored("乙", D(90)), Scored("甲", D(90)), Scored("丙", None), Scored("戊", D(95))]
    )
    assert [(p.place, p.item.name) for p in places] == [(1, "戊"), (2, "乙"), (2, "甲"), (4, "丁")]


@given(st.lists(st.decimals(0, 100, places=2)))
def test_every_score_is_in_one_interval(scores: list[Decimal]) -> None:
    found = distribution(scores)
    assert sum(n for _, _, n in found) == len(scores)
    assert found[-1][2] == sum(1 for s in scores if s >= 95)


@given(st.lists(st.tuples(st.decimals(0, 100, places=2), st.decimals(0, 10**9, places=2)), min_size=1))
def test_the_weighted_mean_lies_between_the_scores(pairs: list[tuple[Decimal, Decimal]]) -> None:
    found = summary_of([Scored(str(n), s, b) for n, (s, b) in enumerate(pairs)], PACK)
    scores = [s for s, _ in pairs]
    assert found.weighted is not None
    assert min(scores) <= found.weighted <= max(scores)


def test_points_of_a_section_are_what_it_reached_of_what_it_could() -> None:
    assert points_rate([(D("12.25"), D("12.5")), (D(27), D(30)), (None, D("7.5"))]) == D("78.5")  # 39.25 ÷ 50
    assert points_rate([]) is None
