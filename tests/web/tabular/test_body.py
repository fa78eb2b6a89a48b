"""What stands below a head: rows of the list, and what is none of it."""

from __future__ import annotations

import pytest

from jiheng.readers.sheets import Sheet
from jiheng.web.execution.importing.columns import vocabulary
from jiheng.web.tabular.body import lost_digits, read_body
from jiheng.web.tabular.heads import Head

HEAD = Head(0, 0, {0: "项目代码", 1: "支付日期", 2: "金额", 3: "摘要", 4: "经手人"})
MAPPING = {"code": 0, "on": 1, "amount": 2, "note": 3}
GOOD = {0: "P1", 1: "2026-03-04", 2: "7"}


def body(rows: dict[int, dict[int, str]], **more: object) -> tuple[list[int], list[tuple[int, str]]]:
    found = read_body(Sheet("1", {0: dict(HEAD.texts), **rows}, **more), HEAD, MAPPING, vocabulary())  # type: ignore[arg-type]
    return list(found.rows), [(row, why) for row, _, why in found.aside]


@pytest.mark.parametrize("cells, why", (
    ({0: "合 计", 2: "100"}, "合计"), ({0: "公园管理中心小计", 2: "100"}, "合计"), ({1: "本月合计", 2: "100"}, "合计"),
    ({0: "总计：", 2: "5"}, "合计"), ({0: "注：本表由国库集中支付系统导出"}, "说明或签字"),
    ({0: "制表人：张三", 2: "审核人：李四", 4: "2026-04-01"}, "说明或签字"), ({4: "王五"}, "说明或签字"),
    ({0: "二、城市维护项目"}, "说明或签字"), (dict(HEAD.texts), "重复的表头"), ({0: "第1页"}, "说明或签字"),
))  # fmt: skip
def test_totals_notes_and_signatures_are_no_rows(cells: dict[int, str], why: str) -> None:
    assert body({1: GOOD, 2: cells, 3: GOOD}) == ([2, 4], [(3, why)])


@pytest.mark.parametrize("cells", (
    {0: "P1", 1: "2026-03-04", 2: "7", 3: "上月合计"}, {0: "合计工程", 1: "2026-03-04", 2: "100"}, {2: "100"}, {0: "P1"},
    {0: "打印：复印费", 1: "2026-03-04", 2: "7"}, {0: "P1", 2: "7"},
))  # fmt: skip
def test_what_may_be_a_row_is_one_and_its_faults_are_told(cells: dict[int, str]) -> None:
    assert body({1: GOOD, 2: cells}) == ([2, 3], [])


def test_rows_below_a_gap_are_read() -> None:
    assert body({1: GOOD, 300: GOOD, 301: {0: "合计", 2: "14"}}) == ([2, 301], [(302, "合计")])


def test_the_numbers_of_columns_below_the_head_are_no_row() -> None:
    assert body({1: {0: "1", 1: "2", 2: "3", 3: "4"}, 2: GOOD}) == ([3], [(2, "栏次")])


def test_hidden_rows_are_told_and_read_only_where_that_is_chosen() -> None:
    sheet = Sheet("1", {0: dict(HEAD.texts), 1: GOOD, 2: GOOD, 3: {0: "合计", 2: "14"}}, hidden_rows={2, 3})
    found = read_body(sheet, HEAD, MAPPING, vocabulary())
    assert (list(found.rows), found.hidden) == ([2], [3])
    assert list(read_body(sheet, HEAD, MAPPING, vocabulary(), with_hidden=True).rows) == [2, 3]


def test_another_list_below_is_not_read_under_this_head() -> None:
    other = {0: "支付日期", 1: "项目代码", 2: "金额"}
    sheet = Sheet("1", {0: dict(HEAD.texts), 1: GOOD, 5: other, 6: {0: "2026-03-04", 1: "P1", 2: "7"}})
    found = read_body(sheet, HEAD, MAPPING, vocabulary())
    assert (list(found.rows), found.other_head) == ([2], 6)


def test_a_project_merged_over_rows_is_said_of_each_and_an_amount_is_not() -> None:
    rows = {1: GOOD, 2: {1: "2026-03-05", 2: "8"}, 3: {1: "2026-03-06"}}
    sheet = Sheet("1", {0: dict(HEAD.texts), **rows}, merges=[(1, 0, 3, 0), (2, 2, 3, 2)])
    found = read_body(sheet, HEAD, MAPPING, vocabulary())
    assert found.rows[3] == {0: "P1", 1: "2026-03-05", 2: "8"}
    assert found.rows[4] == {0: "P1", 1: "2026-03-06"}


def test_numbers_that_lost_digits_are_known_in_workbooks_and_in_text() -> None:
    sheet = Sheet("1", {1: {0: "12345678901234500000"}}, long_numbers={(1, 0)})
    assert lost_digits(sheet, 2, 0, "12345678901234500000")
    assert not lost_digits(sheet, 3, 0, "12345678901234512345")
    assert lost_digits(sheet, 3, 0, "1.23457E+19")
    assert not lost_digits(sheet, 3, 0, "13E+02-7")
