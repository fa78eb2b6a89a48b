from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiheng.model import Document, Project
from jiheng.policy import load, names
from jiheng.rules.engine import check
from jiheng.rules.finding import Finding, Severity
from jiheng.rules.registry import all_rules
from jiheng.scoring.review import decided_total, grade_of, review, review_projects

PACK = load("hebei-2023")
ITEMS = {i.name: i for i in PACK.review.items}


def _found(*codes: str) -> list[Finding]:
    return [Finding(c, Severity.ERROR, 1, None, "name", f"{c}。") for c in codes]


def _scores(*codes: str) -> dict[str, Decimal | None]:
    return {i.item.name: i.score for i in review(_found(*codes), PACK).items}


def test_the_sheet_is_the_official_one():
    by_aspect: dict[str, Decimal] = {}
    for i in PACK.review.items:
        by_aspect[i.aspect] = by_aspect.get(i.aspect, Decimal(0)) + i.points
    assert by_aspect == {"完整性": 20, "相关性": 30, "适当性": 30, "可行性": 20}
    assert len(ITEMS) == 8


def test_without_findings_what_only_a_person_can_judge_stays_open():
    sheet = review([], PACK)
    assert _scores() == {
        "规范完整性": 10, "明确清晰性": 10, "目标相关性": None, "指标科学性": 15,
        "绩效合理性": None, "资金匹配性": None, "实现可能性": None, "条件充分性": None,
    }  # fmt: skip
    assert (sheet.least, sheet.most) == (35, 100)
    assert sheet.grade_range == "差～优"
    assert sheet.open_items == ("目标相关性", "绩效合理性", "资金匹配性", "实现可能性", "条件充分性")


def test_worked_example():
    # One missing period (1), goals that are a stock phrase (3), two wrong directions (2), a plan by period (2).
    sheet = review(_found("C012", "M404", "V302", "V301", "P201"), PACK)
    assert {i.item.name: i.score for i in sheet.items if i.score is not None} == {
        "规范完整性": 9, "明确清晰性": 7, "指标科学性": 13, "实现可能性": 8,
    }  # fmt: skip
    assert sheet.least == 9 + 7 + 13
    assert sheet.most == 9 + 7 + 15 + 13 + 15 + 15 + 8 + 10
    assert next(i for i in sheet.items if i.item.name == "规范完整性").remark == "C012 扣 1 分"
    possible = next(i for i in sheet.items if i.item.name == "实现可能性").remark
    assert possible.startswith("P201 扣 2 分；需人工判断：")


def test_one_code_costs_no_more_than_its_limit():
    assert _scores(*["V302"] * 9)["指标科学性"] == 10
    assert _scores(*["V302"] * 9, *["V301"] * 9)["指标科学性"] == 5
    # The price of one finding may be above the limit; it is asked once.
    assert _scores("R502", "R502")["指标科学性"] == 7


def test_an_item_never_falls_below_nothing():
    assert _scores("C005", "M404", "M404", "M405", "D602", "X802")["明确清晰性"] == 0


def test_the_longest_beginning_of_a_code_counts():
    assert _scores("F905")["规范完整性"] == Decimal("9.75")
    assert _scores("F902")["规范完整性"] == 9


def test_silenced_findings_cost_nothing():
    silenced = [replace(f, silenced="已核实") for f in _found("C001", "V302")]
    assert review(silenced, PACK) == review([], PACK)


def test_each_project_has_its_own_sheet():
    document = Document("表.docx", "docx", projects=(Project(1, "甲"), Project(2, "乙")))
    found = [replace(f, project=n) for n, f in enumerate(_found("C014", "C001"))]
    sheets = review_projects(document, found, PACK)
    assert sheets[1].items[0].score == 8
    assert sheets[2] == review([], PACK)


def test_a_checked_project_gets_a_lower_score_than_a_clean_one():
    document = Document("表.docx", "docx", fiscal_year=2025, projects=(Project(1, None),))
    sheet = review_projects(document, check(document, PACK), PACK)[1]
    assert sheet.most < 90
    assert {"C001", "C003", "C005", "C006"} <= {d.finding.code for i in sheet.items for d in i.deductions}


@pytest.mark.parametrize("name", names())
def test_each_code_costs_at_one_item_only_and_exists(name):
    costs = [code for i in load(name).review.items for code in i.costs]
    assert len(costs) == len(set(costs))
    assert all(any(rule.startswith(code) for rule in all_rules()) for code in costs)


@pytest.mark.parametrize(
    "total, name",
    [(100, "优"), (90, "优"), ("89.75", "良"), (80, "良"), ("79.9", "中"), (60, "中"), (59, "差"), (0, "差")],
)
def test_grades(total, name):
    assert grade_of(Decimal(total), PACK.review.grades).name == name


def test_a_person_decides():
    sheet = review(_found("P201"), PACK)
    given_points = {
        "目标相关性": Decimal(12),
        "绩效合理性": Decimal(11),
        "资金匹配性": Decimal(13),
        "条件充分性": Decimal(9),
    }
    assert decided_total(sheet, given_points) == 10 + 10 + 12 + 15 + 11 + 13 + 8 + 9
    assert decided_total(sheet, given_points | {"实现可能性": Decimal(10)}) == 90
    with pytest.raises(ValueError, match="条件充分性"):
        decided_total(sheet, {k: v for k, v in given_points.items() if k != "条件充分性"})
    with pytest.raises(ValueError, match="满分 10 分"):
        decided_total(sheet, given_points | {"条件充分性": Decimal(11)})
    with pytest.raises(ValueError, match="没有“趣味性”"):
        decided_total(sheet, given_points | {"趣味性": Decimal(1)})


codes = st.lists(st.sampled_from([*sorted(all_rules()), "A101", "Z999"]), max_size=40)


@settings(max_examples=100, deadline=None)
@given(codes, codes)
def test_more_findings_never_raise_the_score(some, more):
    before, after = review(_found(*some), PACK), review(_found(*some, *more), PACK)
    assert after.most <= before.most
    assert after.least <= before.least
    for a, b in zip(after.items, before.items, strict=True):
        assert (a.item.points if a.score is None else a.score) <= (b.item.points if b.score is None else b.score)


@settings(max_examples=100, deadline=None)
@given(codes)
def test_scores_stay_within_their_points(some):
    sheet = review(_found(*some), PACK)
    assert 0 <= sheet.least <= sheet.most <= 100
    for i in sheet.items:
        assert i.score is None or 0 <= i.score <= i.item.points
        assert all(d.points >= 0 for d in i.deductions)
        if i.score:
            assert i.item.points - i.score == sum(d.points for d in i.deductions)
