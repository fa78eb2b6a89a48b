"""Plain text: tabbed tables with rows torn by empty lines, encodings, Markdown."""

from __future__ import annotations

from decimal import Decimal

import pytest

from jiheng.model import Document
from jiheng.readers import ReadError, read_bytes
from jiheng.readers.errors import EmptyFile


def tabbed(*rows: str) -> str:
    return "\n\n".join("\n".join(f"\t{c}" for c in row.split("|")) for row in rows) + "\n\n"


HEAD = "一级指标|二级指标|三级指标|绩效指标描述|指标值|指标值确定依据"
FORM = (
    "[bookmark: _Toc_1]1.泵站检修绩效目标表\n"
    + tabbed(
        "602001石河县水务局本级|单位：万元",
        "项目编码|13029725P00000000001|项目名称|泵站检修",
        "预算规模及资金用途|预算数|42.80|其中：财政    资金|42.80|其他资金|",
        "|用于6座泵站检修",
        "资金支出计划（%）|3月底|6月底|10月底|12月底",
        "|10%|40%|80%|100%",
        "绩效目标|1.检修泵站6座；",
    )
    + "\n\n \n"
)


def read(text: str) -> Document:
    return read_bytes(text.encode(), "样例.txt")


def test_empty_lines_inside_cells_do_not_tear_rows() -> None:
    grid = (
        tabbed(HEAD, "产出指标|数量指标|检修泵站数量")
        + "\t检修的泵站\n\n\n\t≥6座\n\t检修计划\n\n\t\n\t质量指标\n\t一次\n验收合格率\n\t合格占比\n\t\n≥95%\n\t规程\n"
    )
    project = read(FORM + grid).projects[0]
    rows = [(i.level1, i.level2, i.name, i.target.raw, i.basis) for i in project.indicators]
    assert rows == [
        ("产出指标", "数量指标", "检修泵站数量", "≥6座", "检修计划"),
        ("产出指标", "质量指标", "一次验收合格率", "≥95%", "规程"),
    ]


def test_a_row_cut_off_at_the_end_of_the_file_is_kept() -> None:
    project = read(FORM + tabbed(HEAD, "产出指标|数量指标|检修泵站数量|检修的泵站")).projects[0]
    assert [(i.name, i.target.raw, i.target.kind) for i in project.indicators] == [("检修泵站数量", "", None)]


def test_value_shifted_under_the_label_is_kept_by_column_and_said() -> None:
    shifted = FORM.replace("\t\n\t10%\n\t40%\n\t80%\n\t100%", "\t10\n\t40\n\t80\n\t100\n\t10")
    document = read(shifted + tabbed(HEAD, "产出指标|数量指标|检修泵站数量|检修的泵站|≥6座|计划"))
    assert document.projects[0].plan.raw == ("40", "80", "100", "10")
    assert [w.text for w in document.warnings] == ["10"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings(encoding: str) -> None:
    assert read_bytes(FORM.encode(encoding), "a.txt").projects[0].name == "泵站检修"


def test_markdown_tables() -> None:
    text = (
        "# 泵站检修绩效目标表\n\n| 项目编码 | 13029725P00000000001 | 项目名称 | 泵站检修 |\n|---|---|---|---|\n\n"
        "| 一级指标 | 二级指标 | 三级指标 | 指标值 |\n|---|---|---|---|\n| 产出指标 | 数量指标 | 检修泵站数量 | ≥6座 |\n"
    )
    project = read(text).projects[0]
    assert (project.title, project.indicators[0].target.value) == ("泵站检修", 6)


def test_amounts_in_yuan_become_wan() -> None:
    text = FORM.replace("单位：万元", "单位：元").replace("42.80", "428,000.00")
    assert read(text).projects[0].budget.total == Decimal("42.8")
    assert read(text).printed_unit == "元"


def test_blank_text_is_an_empty_file() -> None:
    with pytest.raises(EmptyFile, match="空"):
        read(" \n \n")


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(ReadError):
        read_bytes(bytes(range(128, 256)) * 40, "a.txt")
