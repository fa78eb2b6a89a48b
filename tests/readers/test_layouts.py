"""Forms laid out as other departments do: every wording and shape leads to the same project, and nothing is taken for
something else."""

from __future__ import annotations

from decimal import Decimal

import pytest

from jiheng.model import Budget, Document, Project
from jiheng.readers import read_bytes
from jiheng.readers.blocks import Cell, Paragraph, Row, Table
from jiheng.readers.tables import TablesReader

HEAD = "一级指标|二级指标|三级指标|绩效指标描述|指标值|指标值确定依据"
ROW = "产出指标|数量指标|加装台数|完成加装的台数|≥52台|方案"


def table(*rows: str, number: int = 0) -> Table:
    """Rows of cells parted by ``|``; ``text*3`` covers three columns."""
    made = []
    for n, row in enumerate(rows):
        cells, column = [], 0
        for k, part in enumerate(row.split("|")):
            text, _, width = part.partition("*")
            cells.append(Cell(text, column, int(width or 1), k))
            column += int(width or 1)
        made.append(Row(cells, n))
    return Table(made, number)


def read(*blocks: Table | str) -> tuple[list[Project], list[str]]:
    reader = TablesReader()
    for n, block in enumerate(blocks):
        reader.paragraph(Paragraph(block, n)) if isinstance(block, str) else reader.table(block)
    projects = reader.finish()
    return projects, [w.message for w in reader.warnings]


@pytest.mark.parametrize(
    ("head", "row"),
    [
        ("三级指标|指标性质|指标值|计量单位", "加装台数|≥|52|台"),
        ("三级指标|指标值|度量单位|绩效指标描述", "加装台数|≥52|台|"),
        ("三级指标|运算符|目标值|单位", "加装台数|大于等于|52|台"),
        ("三级指标|符号|指标值|计量单位", "加装台数|≥|≥52台|台"),
        ("三级指标|指标值|比较符|数值|计量单位", "加装台数|≥52台|≥|52|台"),
    ],
)
def test_target_in_several_columns(head: str, row: str) -> None:
    projects, warnings = read(table("项目编码|A1|项目名称|加装电梯", f"一级指标|{head}", f"产出指标|{row}"))
    target = projects[0].indicators[0].target
    assert (target.comparator, target.value, target.unit) == (">=", 52, "台")
    assert warnings == []


def test_words_in_the_column_of_signs_are_said_and_no_part_of_the_value() -> None:
    projects, warnings = read(
        table(
            "项目编码|A1|项目名称|加装电梯",
            "一级指标|三级指标|指标性质|指标值|计量单位",
            "产出指标|加装台数|正向指标|52|台",
        )
    )
    assert projects[0].indicators[0].target.raw == "52台"
    assert warnings == ["指标表里表示比较符的一栏不是比较符，没有读入"]


def test_unit_before_the_indicators_is_who_spends() -> None:
    projects, _ = read(table(f"单位|项目名称|预算数（元）|{HEAD}", f"青石县住建局|加装电梯|2605000|{ROW}"))
    assert projects[0].unit_name == "青石县住建局"
    assert projects[0].budget.total == Decimal("260.5")
    assert projects[0].indicators[0].target.raw == "≥52台"


@pytest.mark.parametrize(
    "rows",
    [
        ["预算规模及资金用途|预算数|260.5|其中：财政资金|200.5|其他资金|60", "|用于加装电梯*6"],
        ["预算规模|预算数（元）|2605000|其中：财政资金（元）|2005000|其他资金（元）|600000", "资金用途|用于加装电梯*6"],
        ["资金情况（万元）|年度资金总额：*3|260.5*3", "|其中：财政拨款*3|200.5*3", "|其他资金*3|60*3", "主要用途|用于加装电梯*6"],
        ["项目资金（万元）|合计|260.5|财政拨款|200.5|其他|60", "项目用途|用于加装电梯*6"],
        ["预算规模（万元）|预算数*2|财政资金*2|其他资金*2", "|260.5*2|200.5*2|60*2", "资金用途|用于加装电梯*6"],
        ["预算数：260.5万元*3|其中：财政资金：200.5万元*2|其他资金：60万元*2", "资金用途|用于加装电梯*6"],
    ],
)  # fmt: skip
def test_budget_however_it_is_laid_out(rows: list[str]) -> None:
    projects, warnings = read(table("项目编码|A1*2|项目名称|加装电梯*3", *rows, HEAD, ROW))
    assert projects[0].budget == Budget(Decimal("260.5"), Decimal("200.5"), Decimal(60))
    assert projects[0].purpose == "用于加装电梯"
    assert warnings == []


def test_what_has_no_place_in_the_model_is_said_once_and_taken_for_nothing_else() -> None:
    projects, warnings = read(
        table(
            "项目编码|A1|项目名称|加装电梯",
            "联系电话|0312-1234567|起止时间|2025年1月至12月",
            "预算规模及资金用途|预算数|260.5|",
            "|上年结转|5|",
            "|县里另外安排|7|",
            "|用于加装电梯*3",
            HEAD,
            ROW,
            "备注||填表人|李四",
        )
    )
    assert [(p.code, p.period, p.purpose, len(p.indicators)) for p in projects] == [
        ("A1", "2025年1月至12月", "用于加装电梯", 1)
    ]
    assert [w.split("”")[0].strip("“") for w in warnings] == ["联系电话", "上年结转", "县里另外安排", "填表人"]


def test_a_label_further_on_in_the_row_is_the_name_of_an_indicator() -> None:
    projects, warnings = read(
        table("项目编码|A1|项目名称|加装电梯", HEAD, ROW, "|时效指标|实施期限|期限|12月底|方案", ROW)
    )
    assert [i.name for i in projects[0].indicators] == ["加装台数", "实施期限", "加装台数"]
    assert warnings == []


@pytest.mark.parametrize(
    "rows",
    [
        ["支出计划|3月底|10%|6月底|40%", "|10月底|80%|12月底|100%"],
        ["支出计划|3月底*2|10%*2", "|6月底*2|40%*2", "|10月底*2|80%*2", "|12月底*2|100%*2"],
        ["支出计划|3月底*2|6月底*2", "|10%*2|40%*2", "|10月底*2|12月底*2", "|80%*2|100%*2"],
        ["资金使用进度计划|3月底 10%|6月底 40%|10月底 80%|12月底 100%"],
    ],
)
def test_plan_in_several_rows(rows: list[str]) -> None:
    projects, warnings = read(table("项目编码|A1|项目名称|加装电梯*2", *rows))
    assert projects[0].plan.labels == ("3月底", "6月底", "10月底", "12月底")
    assert projects[0].plan.raw == ("10%", "40%", "80%", "100%")
    assert warnings == []


@pytest.mark.parametrize("number", ["1.", "（一）", "项目1：", "附件1：", "表一 ", "三、"])
def test_numbers_before_a_title(number: str) -> None:
    projects, warnings = read(f"{number}加装电梯绩效目标表", table("项目编码|A1|项目名称|加装电梯", HEAD, ROW))
    assert projects[0].title == "加装电梯"
    assert warnings == []


@pytest.mark.parametrize(
    "line", ["512001-青石县住建局", "单位：512001青石县住建局", "单位编码：512001  单位名称：青石县住建局  单位：万元"]
)
@pytest.mark.parametrize("in_table", [True, False])
def test_unit_in_a_line_of_its_own(line: str, in_table: bool) -> None:
    forms = []
    for name in ("加装电梯", "智能门禁"):
        head = [f"{line}*4"] if in_table else []
        forms += [
            f"1.{name}绩效目标表",
            *([] if in_table else [line]),
            table(*head, f"项目编码|A1|项目名称|{name}", HEAD, ROW),
        ]
    projects, warnings = read(*forms)
    assert [(p.title, p.unit_code, p.unit_name) for p in projects] == [
        ("加装电梯", "512001", "青石县住建局"), ("智能门禁", "512001", "青石县住建局"),
    ]  # fmt: skip
    assert warnings == []


def test_unit_fields_of_the_next_form_do_not_go_to_the_one_before() -> None:
    rows = ["{0}绩效目标表*4", "预算单位编码|{1}|预算单位名称|{0}站", "项目编码|A1|项目名称|{0}", HEAD, ROW]
    projects, warnings = read(table(*(r.format(*of) for of in (("电梯", "512001"), ("门禁", "512002")) for r in rows)))
    assert [(p.title, p.unit_code, p.unit_name) for p in projects] == [
        ("电梯", "512001", "电梯站"), ("门禁", "512002", "门禁站"),
    ]  # fmt: skip
    assert warnings == []


def read_text(text: str) -> Document:
    return read_bytes(text.encode(), "a.txt")


def test_fields_in_paragraphs_before_the_table() -> None:
    grid = "\n".join(row.replace("|", "\t") for row in (HEAD, ROW))
    document = read_text(
        "一、总体绩效目标\n改善居住条件。\n1.加装电梯绩效目标表\n项目名称：加装电梯\n项目编码：A1\n"
        f"预算数：100万元，其中：财政资金80万元\n绩效目标：1.加装52台。2.方便出行。\n{grid}\n"
    )
    project = document.projects[0]
    assert (project.title, project.name, project.code) == ("加装电梯", "加装电梯", "A1")
    assert project.budget == Budget(Decimal(100), Decimal(80), None)
    assert project.goals == ("加装52台。", "方便出行。")
    assert document.goals.overall == ("改善居住条件。",)
    assert document.warnings == ()


def test_rows_pasted_from_a_worksheet() -> None:
    text = (
        '加装电梯绩效目标表\n项目编码\tA1\t项目名称\t加装电梯\t\t\n绩效目标\t"1.加装52台。\n2.方便出行。"\t\t\t\t\n'
        f"{HEAD}\n{ROW}\n\t质量指标\t合格率\t占比\t=100%\t规程\n".replace("|", "\t")
    )
    project = read_text(text).projects[0]
    assert project.goals == ("加装52台。", "方便出行。")
    assert [(i.level1, i.level2, i.name, i.target.raw) for i in project.indicators] == [
        ("产出指标", "数量指标", "加装台数", "≥52台"), ("产出指标", "质量指标", "合格率", "=100%"),
    ]  # fmt: skip


def test_contents_with_page_numbers_after_a_blank_and_page_numbers_in_the_text() -> None:
    form = f"项目编码|A1|项目名称|加装电梯||\n{HEAD}\n{ROW}\n".replace("|", "\t")
    document = read_text(
        "第一部分 部门整体绩效目标 1\n一、总体绩效目标 1\n第二部分 预算项目绩效目标 2\n1.加装电梯绩效目标表 2\n"
        f"一、总体绩效目标\n改善居住条件。\n二、预算项目绩效目标\n1.加装电梯\n\n绩效目标表\n{form}— 2 —\n"
    )
    assert document.goals.overall == ("改善居住条件。",)
    assert [p.title for p in document.projects] == ["加装电梯"]
    assert document.warnings == ()
