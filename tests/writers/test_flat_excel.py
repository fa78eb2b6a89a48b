from __future__ import annotations

import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from jiheng.model import Anchor, Budget, Document, Indicator, Project, SpendingPlan, Target, Warning
from jiheng.writers import flat_excel
from jiheng.writers.flat_excel import COLUMNS, FlatExcel

HEAD = [label for label, _, _ in COLUMNS]


def _document(*projects: Project) -> Document:
    return Document("青禾县.docx", "docx", fiscal_year=2026, projects=projects)


def _write(path: Path, *documents: Document) -> dict[str, list[list[object]]]:
    book = FlatExcel(path)
    for document in documents:
        book.add(document)
    assert book.close() is None
    read = CalamineWorkbook.from_path(str(path))
    return {name: read.get_sheet_by_name(name).to_python() for name in read.sheet_names}


def test_every_column_has_its_value(tmp_path: Path) -> None:
    target = Target("85%-95%", ">=", Decimal(85), "%", "quantitative", Decimal(95))
    anchors = {"name": Anchor(table=2, row=7, column=2)}
    indicator = Indicator(
        "产出指标", "质量指标", "完好率", "巡查完好的比例", target, "养护标准", Target("≥80%"), anchors
    )
    project = Project(
        3, "绿地养护", code="P1", unit_code="310001", unit_name="公园管理中心", goals=("目标一", "目标二"),
        budget=Budget(Decimal("12.50"), Decimal(10), Decimal("2.5")), purpose="养护",
        plan=SpendingPlan(("6月底", "12月底"), ("40%", "100%"), (Decimal(40), Decimal(100))), indicators=(indicator,),
    )  # fmt: skip
    rows = _write(tmp_path / "a.xlsx", _document(project))["指标"]
    assert rows[0] == HEAD
    assert dict(zip(HEAD, rows[1], strict=True)) == {
        "来源文件": "青禾县.docx", "年度": 2026.0, "部门": "", "序号": 3.0, "单位编码": "310001", "单位名称": "公园管理中心",
        "项目编码": "P1", "项目名称": "绿地养护", "预算数（万元）": 12.5, "财政资金（万元）": 10.0, "其他资金（万元）": 2.5,
        "资金用途": "养护", "资金支出计划": "6月底 40%，12月底 100%", "绩效目标": "1.目标一\n2.目标二", "一级指标": "产出指标",
        "二级指标": "质量指标", "三级指标": "完好率", "绩效指标描述": "巡查完好的比例", "指标值": "85%-95%", "比较符": ">=",
        "数值": 85.0, "上限": 95.0, "计量单位": "%", "中期指标值": "≥80%", "指标值确定依据": "养护标准",
        "位置": "第 3 张表第 8 行第 3 格",
    }  # fmt: skip


@pytest.mark.parametrize("text", ("=1+1", '=HYPERLINK("x")', "+1", "-1", "@SUM(A1)", "https://example.org/a", "{=1}"))
def test_texts_of_documents_never_become_formulas_or_links(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.xlsx"
    sheets = _write(path, _document(Project(1, text)))
    assert sheets["指标"][1][HEAD.index("项目名称")] == text
    with zipfile.ZipFile(path) as package:
        sheet = package.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b"<hyperlink" not in sheet


def test_a_project_without_indicators_has_a_row(tmp_path: Path) -> None:
    rows = _write(tmp_path / "a.xlsx", _document(Project(1, "甲"), Project(2, "乙")))["指标"]
    assert [row[HEAD.index("项目名称")] for row in rows[1:]] == ["甲", "乙"]


def test_warnings_go_to_the_second_sheet(tmp_path: Path) -> None:
    document = Document("a.xls", "xls", warnings=(Warning("无处可放", Anchor(sheet="表1", row=1, column=4), "合计"),))
    assert _write(tmp_path / "a.xlsx", document)["提示"][1] == [
        "a.xls",
        "工作表“表1”第 2 行第 5 列",
        "无处可放",
        "合计",
    ]


def test_more_rows_than_a_sheet_holds_continue_on_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flat_excel, "ROW_LIMIT", 3)
    sheets = _write(tmp_path / "a.xlsx", _document(*(Project(n, str(n)) for n in range(1, 6))))
    column = HEAD.index("序号")
    assert [[row[column] for row in sheets[name]] for name in ("指标", "指标2", "指标3")] == [
        ["序号", 1.0, 2.0],
        ["序号", 3.0, 4.0],
        ["序号", 5.0],
    ]


def test_a_text_longer_than_a_cell_holds_is_cut(tmp_path: Path) -> None:
    rows = _write(tmp_path / "a.xlsx", _document(Project(1, "长", purpose="字" * 40_000)))["指标"]
    assert rows[1][HEAD.index("资金用途")] == "字" * flat_excel.CELL_LIMIT
