"""Heads of one row and of two, found below titles and above rows."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
import xlsxwriter

from jiheng.readers.grids import read_grids
from jiheng.readers.sheets import Sheet
from jiheng.web.execution.importing.columns import vocabulary
from jiheng.web.tabular.columns import amount_unit, digest
from jiheng.web.tabular.heads import find_head


def row(*texts: str) -> dict[int, str]:
    return {n: text for n, text in enumerate(texts) if text}


def test_the_head_is_found_below_titles_and_above_rows() -> None:
    sheet = Sheet("1", {
        0: row("2026年3月授权支付明细表"), 1: row("单位：万元", "", "打印日期：2026-04-01"),
        3: row("项目代码", "项目名称", "支付日期", "支付金额"), 4: row("1", "项目名称写在这里的项目", "2026-03-02", "3.5"),
    })  # fmt: skip
    head = find_head(sheet, vocabulary())
    assert head is not None and (head.first, head.last) == (3, 3)
    assert find_head(Sheet("1", {0: row("甲", "乙"), 1: row("1", "2")}), vocabulary()) is None


def merged() -> Sheet:
    """支出 and 收入 over two columns each, what stands alone merged downwards; a title above."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet("收支")
    sheet.merge_range(0, 0, 0, 6, "2026年收支明细")
    for column, text in ((0, "项目代码"), (1, "项目名称"), (6, "摘要")):
        sheet.merge_range(1, column, 2, column, text)
    sheet.merge_range(1, 2, 1, 3, "收入")
    sheet.merge_range(1, 4, 1, 5, "支出")
    sheet.write_row(2, 2, ["日期", "金额", "日期", "金额"])
    sheet.write_row(3, 0, ["P1", "道路", "2026-01-02", 9, "2026-03-04", 7, "苗木"])
    book.close()
    return read_grids(out.getvalue(), "收支.xlsx")[0]


def unmerged() -> Sheet:
    text = "项目,,收入,,支出,,摘要\n代码,名称,日期,金额,日期,金额,\nP1,道路,2026-01-02,9,2026-03-04,7,苗木\n"
    return read_grids(text.encode(), "收支.csv")[0]


@pytest.mark.parametrize("sheet, first", ((merged(), 1), (unmerged(), 0)), ids=("merged", "csv"))
def test_heads_of_two_rows_are_understood(sheet: Any, first: int) -> None:
    head = find_head(sheet, vocabulary())
    assert head is not None and (head.first, head.last) == (first, first + 1)
    assert [head.texts[c] for c in (4, 5, 6)] == ["支出 日期", "支出 金额", "摘要"]
    # of two days the one that stands beside the amount that is paid
    found = vocabulary().match(head.texts, head.groups)
    assert found == {"code": 0, "project": 1, "on": 4, "amount": 5, "note": 6}


def test_a_row_of_the_list_is_no_part_of_the_head() -> None:
    sheet = Sheet(
        "1", {0: row("项目代码", "支付日期", "金额", "摘要"), 1: row("P1", "2026年3月4日", "7", "支付日期待核")}
    )
    head = find_head(sheet, vocabulary())
    assert head is not None and head.last == 0


@pytest.mark.parametrize("heading, above, unit", (
    ("支付金额", "", ""), ("支付金额（元）", "单位：万元", "yuan"), ("支付金额(万元)", "", "wan"), ("金额/万元", "", "wan"),
    ("支付金额", "单位：万元", "wan"), ("支付金额", "金额单位:人民币元", "yuan"), ("金额（千元）", "", "千元"),
    ("金额", "单位：百万元", "百万元"),
))  # fmt: skip
def test_the_unit_of_amounts_stands_in_the_heading_or_above(heading: str, above: str, unit: str) -> None:
    assert amount_unit(heading, above) == unit


def test_heads_are_told_apart() -> None:
    assert digest(row("甲", "乙")) != digest(row("甲", "", "乙"))
