"""Grids of every shape: labels decide, layout helps, nothing is dropped silently, nothing crashes."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jiheng.model import Project
from jiheng.policy.labels import labels
from jiheng.readers.blocks import Cell, Paragraph, Row, Table
from jiheng.readers.tables import TablesReader
from jiheng.readers.values import plain


def table(*rows: str, number: int = 0) -> Table:
    """Rows of cells parted by ``|``; every cell one column wide."""
    return Table([Row([Cell(t, n, 1, n) for n, t in enumerate(r.split("|"))], k) for k, r in enumerate(rows)], number)


def read(*blocks: Table | Paragraph) -> tuple[list[Project], list[str]]:
    reader = TablesReader()
    for block in blocks:
        reader.table(block) if isinstance(block, Table) else reader.paragraph(block)
    projects = reader.finish()
    return projects, [w.text for w in reader.warnings]


HEAD = "一级指标|二级指标|三级指标|绩效指标描述|指标值|指标值确定依据"


def test_label_printed_again_on_every_row_it_stands_beside() -> None:
    projects, warnings = read(
        table(
            "项目编码|A1|项目名称|林道修复",
            "预算规模及资金用途|预算数|20|其中：财政资金|20",
            "预算规模及资金用途|用于林道修复|||",
            "资金支出计划（%）|3月底|6月底|10月底|12月底",
            "资金支出计划（%）|0%|50%|80%|100%",
            "绩效目标|1.修复林道|||",
            "绩效目标|2.方便巡护|||",
            HEAD,
            "产出指标|数量指标|修复里程|里程|≥9公里|计划",
        )
    )
    assert warnings == []
    assert projects[0].purpose == "用于林道修复"
    assert projects[0].plan.raw == ("0%", "50%", "80%", "100%")
    assert projects[0].goals == ("修复林道", "方便巡护")


def test_forms_stacked_on_one_sheet() -> None:
    form = [
        "1.{0}绩效目标表|||||",
        "项目编码|{1}|项目名称|{0}||",
        "绩效目标|1.做好{0}||||",
        HEAD,
        "产出指标|数量指标|{0}数量|数量|≥2处|计划",
    ]
    rows = [
        r.format(name, code)
        for name, code in (("林道修复", "A1"), ("瞭望塔新建", "A2"), ("苗圃运行", "A3"))
        for r in form
    ]
    projects, warnings = read(table(*rows))
    assert warnings == []
    assert [(p.title, p.code, len(p.indicators)) for p in projects] == [
        ("林道修复", "A1", 1), ("瞭望塔新建", "A2", 1), ("苗圃运行", "A3", 1),
    ]  # fmt: skip


def test_list_with_one_row_an_indicator() -> None:
    projects, warnings = read(
        table(
            "项目编码|项目名称|预算数|资金用途|" + HEAD,
            "A1|林道修复|20|修路|产出指标|数量指标|修复里程|里程|≥9公里|计划",
            "||||产出指标|质量指标|验收合格率|合格占比|=100%|规程",
            "A2|瞭望塔新建|35.5|建塔|产出指标|数量指标|新建座数|座数|=1座|批复",
        )
    )
    assert warnings == []
    assert [(p.code, str(p.budget.total), len(p.indicators)) for p in projects] == [("A1", "20", 2), ("A2", "35.5", 1)]


def test_value_in_three_columns_under_one_head() -> None:
    top = Row(
        [Cell(t, n, 1, n) for n, t in enumerate(HEAD.split("|")[:4])]
        + [Cell("指标值", 4, 3, 4), Cell("指标值确定依据", 7, 1, 5)],
        0,
    )
    sub = Row(
        [Cell("", n, 1, n, True) for n in range(4)]
        + [Cell(t, 4 + n, 1, 4 + n) for n, t in enumerate(("符号", "值", "单位（文字描述）"))],
        1,
    )
    row = table("产出指标|数量指标|修复里程|里程|≥|9|公里|计划").rows[0]
    projects, warnings = read(Table([top, sub, row], 0))
    target = projects[0].indicators[0].target
    assert (target.raw, target.comparator, target.value, target.unit, warnings) == ("≥9公里", ">=", 9, "公里", [])


def test_head_repeated_on_a_new_page_carries_the_categories_on() -> None:
    first = table("项目编码|A1|项目名称|林道修复||", HEAD, "产出指标|数量指标|修复里程|里程|≥9公里|计划")
    second = table(HEAD, "||涵洞数量|涵洞|≥3处|计划", number=1)
    projects, _ = read(first, second)
    assert [(i.level1, i.level2, i.name) for i in projects[0].indicators][1] == ("产出指标", "数量指标", "涵洞数量")


def test_plan_in_words() -> None:
    projects, warnings = read(
        table("项目编码|A1|项目名称|林道修复", "资金支出计划|3月底10%，6月底40%，10月底80%，12月底100%||")
    )
    assert projects[0].plan.labels == ("3月底", "6月底", "10月底", "12月底")
    assert projects[0].plan.percent == (10, 40, 80, 100)
    assert warnings == []


def test_goals_in_two_columns() -> None:
    projects, _ = read(table("项目编码|A1|项目名称|林道修复", "绩效目标|目标1|修复林道9公里|", "|目标2|方便巡护|"))
    assert projects[0].goals == ("修复林道9公里", "方便巡护")


def test_amount_that_is_none_is_said() -> None:
    projects, warnings = read(table("项目编码|A1|项目名称|林道修复", "预算规模及资金用途|预算数|待定|"))
    assert projects[0].budget.total is None
    assert warnings == ["待定"]


WORDS = sorted(
    {
        *labels().head,
        *labels().blocks,
        *labels().columns,
        "3月底",
        "第一季度",
        "单位：万元",
        "701003某某单位",
        "甲项目绩效目标表",
    }
)
TEXTS = st.one_of(
    st.sampled_from(WORDS),
    st.sampled_from(["", "25%", "100", "≥90%", "1.修路\n2.养护", "产出指标"]),
    st.text(max_size=6),
)


@st.composite
def grids(draw: st.DrawFn) -> Table:
    rows = []
    for number in range(draw(st.integers(0, 8))):
        cells, column = [], 0
        for n in range(draw(st.integers(1, 7))):
            width = draw(st.integers(1, 3))
            continued = draw(st.booleans()) and draw(st.booleans())
            cells.append(Cell("" if continued else draw(TEXTS), column, width, n, continued))
            column += width
        rows.append(Row(cells, number))
    return Table(rows, 0)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(grids(), TEXTS.map(lambda t: Paragraph(t, 0))), max_size=4))
def test_any_grid_is_read_and_no_value_is_lost(blocks: list[Table | Paragraph]) -> None:
    reader = TablesReader()
    for block in blocks:
        reader.table(block) if isinstance(block, Table) else reader.paragraph(block)
    said = plain(repr(reader.finish()) + repr(reader.warnings))
    for block in blocks:
        texts = [c.text for r in block.rows for c in r.cells] if isinstance(block, Table) else []
        for text in texts:
            if text == "1.修路\n2.养护":
                assert "修路" in said
