"""Part one: sections, items, labels, hard line breaks."""

from __future__ import annotations

import pytest

from jiheng.model import Goals
from jiheng.readers.blocks import Paragraph
from jiheng.readers.outline import read_outline


def outline(text: str) -> Goals:
    goals, _, warnings = read_outline([Paragraph(line, n) for n, line in enumerate(text.strip().split("\n"))])
    assert warnings == []
    return goals


def test_items_with_labels() -> None:
    goals = outline("""
一、总体绩效目标
保障全县粮食安全。
二、分项绩效目标
（一）粮食储备
绩效目标：落实储备规模。
绩效指标：储备粮2万吨，
轮换及时。
（二）仓储管理。
绩效目标：仓库安全运行。
绩效目标：虫害监测每月1次。
三、工作保障措施
（一）完善制度。修订储备粮管理办法。
（二）责任到人，层层签订责任书。
""")
    assert goals.overall == ("保障全县粮食安全。",)
    first, second = goals.itemized
    assert (first.number, first.title, first.goal) == ("一", "粮食储备", "落实储备规模。")
    assert first.indicators_text == "储备粮2万吨，轮换及时。"
    assert (second.title, second.indicators_text) == ("仓储管理", "虫害监测每月1次。")
    assert [(g.title, g.text) for g in goals.safeguards] == [
        ("完善制度", "修订储备粮管理办法。"),
        ("责任到人", "层层签订责任书。"),
    ]


@pytest.mark.parametrize("number", ["1.", "1、", "（1）", "一、", "（一）"])
def test_items_however_numbered(number: str) -> None:
    following = number.translate(str.maketrans("1一", "2二"))
    goals = outline(f"""
（二）分项绩效目标：
{number}粮食储备
绩效目标：落实储备规模。
{following}仓储管理
绩效目标：仓库安全运行。
""")
    assert [g.title for g in goals.itemized] == ["粮食储备", "仓储管理"]


def test_labels_in_the_line_of_the_title() -> None:
    goals = outline("""
二、分项绩效目标
（一）粮食储备。绩效目标：落实储备规模。绩效指标：储备粮2万吨。
""")
    item = goals.itemized[0]
    assert (item.title, item.goal, item.indicators_text) == ("粮食储备", "落实储备规模。", "储备粮2万吨。")


def test_items_without_labels_are_all_goal_and_keep_their_lines() -> None:
    goals = outline("""
（二）分项绩效目标：
一、粮食储备
落实储备规模，细化为：
1储备小麦。
2储备成品粮。
""")
    assert goals.itemized[0].goal == "落实储备规模，细化为：\n1储备小麦。\n2储备成品粮。"
    assert goals.itemized[0].indicators_text is None


def test_line_breaks_inside_a_sentence_go_and_headings_stay_apart() -> None:
    goals = outline("""
一、总体绩效目标
1、储备管理
完成储备粮轮换任务，确保数量真实、质
量良好、储存安全。
2、市场监测
按旬报送价格。
""")
    assert goals.overall == (
        "1、储备管理",
        "完成储备粮轮换任务，确保数量真实、质量良好、储存安全。",
        "2、市场监测",
        "按旬报送价格。",
    )


def test_table_of_contents_is_passed_over() -> None:
    goals = outline("""
目录
一、总体绩效目标\t1
二、分项绩效目标......2
一、总体绩效目标
保障粮食安全。
二、分项绩效目标
（一）粮食储备
绩效目标：落实储备规模。
""")
    assert goals.overall == ("保障粮食安全。",)
    assert len(goals.itemized) == 1


def test_text_that_belongs_to_no_item_is_said() -> None:
    lines = ["二、分项绩效目标", "本节按职责分工编写如下。", "（一）粮食储备", "绩效目标：落实储备规模。"]
    goals, _, warnings = read_outline([Paragraph(line, n) for n, line in enumerate(lines)])
    assert [w.text for w in warnings] == ["本节按职责分工编写如下。"]
    assert len(goals.itemized) == 1
