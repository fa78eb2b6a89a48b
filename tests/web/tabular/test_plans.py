"""Which sheet is chosen, and what a person is told of each."""

from __future__ import annotations

from typing import Any

import pytest

from jiheng.readers.sheets import Sheet
from jiheng.web.execution.importing.columns import vocabulary
from jiheng.web.tabular.plans import lines, look, survey
from jiheng.web.tabular.told import notes, overlooked, standing, trouble

HEAD = {0: "项目代码", 1: "支付日期", 2: "金额（元）"}
ROW = {0: "P1", 1: "2026-03-04", 2: "7"}


def sheet(name: str, rows: int = 1, head: dict[int, str] = HEAD, **more: Any) -> Sheet:
    return Sheet(name, {0: dict(head), **{n + 1: dict(ROW) for n in range(rows)}}, **more)


def chosen(*sheets: Sheet) -> list[str]:
    return [plan.name for plan in survey(sheets, vocabulary()) if plan.is_chosen]


def test_a_summary_is_not_booked_before_the_list() -> None:
    assert chosen(sheet("支付汇总", 3), sheet("支付明细", 2)) == ["支付明细"]
    assert chosen(sheet("Sheet1", head={0: "项目名称", 1: "金额"}), sheet("Sheet2")) == ["Sheet2"]
    assert chosen(sheet("一月", 0), sheet("二月")) == ["二月"]
    assert chosen(sheet("明细", hidden=True), sheet("汇总")) == ["汇总"]
    assert chosen(sheet("明细", hidden=True)) == []


def test_of_several_months_one_is_chosen_and_the_others_are_told() -> None:
    months = [sheet("1月", 2), sheet("2月", 3), sheet("说明", head={0: "填表说明"}), sheet("旧", hidden=True)]
    plans = survey(months, vocabulary())
    assert [p.rows for p in plans] == [2, 3, 0, 1]
    assert overlooked(plans, vocabulary()) == ["2月"]
    assert standing(plans[2], vocabulary()) == "没有找到“项目代码（或项目名称）”、“日期”、“金额”列"
    plans[1].is_chosen = True
    assert [line.ref for line in lines(plans, months, vocabulary())] == ["0:2", "0:3", "1:2", "1:3", "1:4"]


def test_what_is_missing_is_named_with_what_was_found() -> None:
    plans = survey([sheet("明细", head={0: "项目代码", 1: "支付日期", 2: "数"})], vocabulary())
    (said,) = trouble(plans, vocabulary())
    assert "“明细”还没有找到“金额”是哪一列。第 1 行写的是：项目代码、支付日期、数。" in said


@pytest.mark.parametrize(
    "only, said",
    (
        (sheet("明细", 0), "“明细”只有表头，下面一行数据也没有，没有导入任何内容"),
        (sheet("明细", 2, hidden_rows={1, 2}), "“明细”里的行都是隐藏的，没有导入任何内容"),
        (sheet("明细", head=HEAD | {2: "金额（千元）"}), "金额单位写的是“千元”，平台只认元和万元"),
    ),
)
def test_why_nothing_can_be_read(only: Sheet, said: str) -> None:
    assert said in trouble(survey([only], vocabulary()), vocabulary())[0]


def test_no_sheet_chosen_is_said() -> None:
    assert "没有选工作表" in trouble(survey([sheet("旧", hidden=True)], vocabulary()), vocabulary())[0]


def test_hidden_columns_are_told_and_not_used_by_themselves() -> None:
    head = {0: "项目代码", 1: "支付日期", 2: "金额", 3: "收款人", 4: "经手人"}
    one = sheet("明细", head=head, hidden_columns={0, 3})
    (plan,) = survey([one], vocabulary())
    assert plan.mapping == {"on": 1, "amount": 2}
    said = "\n".join(notes(plan, vocabulary()))
    assert "隐藏的列没有使用：A 列“项目代码”、D 列“收款人”" in said
    assert "没有用到的列：E 列“经手人”" in said
    assert "文件没有写金额单位，现按“元”读取" in said
    plan.mapping["code"] = 0
    look(plan, one, vocabulary())
    assert "按您的选择使用了隐藏的列：A 列“项目代码”" in "\n".join(notes(plan, vocabulary()))


def test_rows_left_out_and_columns_that_are_alike_are_told() -> None:
    one = sheet("明细", 3, head=HEAD | {3: "金额(元)"}, hidden_rows={2})
    one.rows[9] = {0: "合计", 2: "21"}
    (plan,) = survey([one], vocabulary())
    said = "\n".join(notes(plan, vocabulary()))
    assert "隐藏（含筛选掉）的 1 行没有导入：第 3 行" in said
    assert "第 10 行合计“合计　21”" in said
    assert "叫“金额（元）”的有 2 列（C、D），金额用的是 C 列" in said


def test_a_head_is_remembered_with_what_it_hides() -> None:
    head = {0: "码", 1: "付讫", 2: "数"}
    shown, hiding = sheet("明细", head=head), sheet("明细", head=head, hidden_columns={1})
    asked: list[str] = []

    def remembered(header: str) -> tuple[dict[str, int], str]:
        asked.append(header)
        return {"code": 0, "on": 1, "amount": 2}, "wan"

    (plan,) = survey([shown], vocabulary(), remembered)
    assert (plan.is_remembered, plan.amount_unit, plan.mapping["on"]) == (True, "wan", 1)
    survey([hiding], vocabulary(), remembered)
    assert asked[0] != asked[1]
