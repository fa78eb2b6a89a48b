"""What the checker hands out: JSON, SARIF, Excel, the HTML report, the terminal."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook
from rich.console import Console

import make_demo
from jiheng.model import Document
from jiheng.policy import choose
from jiheng.readers import read
from jiheng.rules.engine import check
from jiheng.rules.finding import Finding
from jiheng.writers.findings_excel import as_excel
from jiheng.writers.findings_json import as_json
from jiheng.writers.findings_sarif import as_sarif
from jiheng.writers.findings_text import show, summarize
from jiheng.writers.report import as_html


@pytest.fixture(scope="module")
def checked() -> list[tuple[Document, list[Finding]]]:
    documents = [read(p) for p in sorted(make_demo.DEMO.glob("*.docx"))]
    return [(d, check(d)) for d in documents]


def hostile(checked: list[tuple[Document, list[Finding]]]) -> list[tuple[Document, list[Finding]]]:
    """The first document with names that a careless writer would let loose."""
    document, _ = checked[0]
    first = replace(document.projects[0], name='=HYPERLINK("http://x","y")<script>alert(1)</script>', title=None)
    spoiled = replace(document, source="<b>坏</b>.docx", projects=(first, *document.projects[1:]))
    return [(spoiled, check(spoiled))]


def test_json_has_the_published_shape(checked: list[tuple[Document, list[Finding]]]) -> None:
    data = json.loads(as_json(checked))
    assert [d["source"] for d in data["documents"]] == [d.source for d, _ in checked]
    found = [f for d in data["documents"] for f in d["findings"]]
    assert len(found) == sum(len(f) for _, f in checked) > 10
    wanted = {"code", "severity", "project", "indicator", "field", "message", "advice", "anchor", "fix"}
    assert all(wanted <= f.keys() for f in found)
    assert {f["severity"] for f in found} <= {"error", "warning", "info"}
    assert all(f["anchor"] and isinstance(f["project"], int) for f in found)
    assert any(f["fix"] and f["fix"]["edits"][0]["new"] for f in found)


def test_sarif(checked: list[tuple[Document, list[Finding]]]) -> None:
    log = json.loads(as_sarif(checked))
    run = log["runs"][0]
    assert log["version"] == "2.1.0"
    known = {r["id"] for r in run["tool"]["driver"]["rules"]}
    assert len(run["results"]) == sum(len(f) for _, f in checked)
    assert {r["ruleId"] for r in run["results"]} <= known
    assert {r["level"] for r in run["results"]} <= {"error", "warning", "note"}
    assert all(r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for r in run["results"])


def test_excel_lists_what_counts_and_lets_no_formula_in(checked: list[tuple[Document, list[Finding]]]) -> None:
    silenced = [(d, [replace(f, silenced="已说明") for f in found]) for d, found in checked[1:]]
    book = as_excel(hostile(checked) + silenced)
    read_back = CalamineWorkbook.from_filelike(BytesIO(book))
    assert len(read_back.get_sheet_by_name("问题清单").to_python()) - 1 == len(hostile(checked)[0][1])
    summary = read_back.get_sheet_by_name("按项目汇总").to_python()
    assert any(str(cell).startswith("=HYPERLINK") for row in summary for cell in row)
    parts = zipfile.ZipFile(BytesIO(book))
    sheets = [parts.read(name) for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]
    assert len(sheets) == 2
    assert not any(b"<f>" in sheet or b"<f " in sheet for sheet in sheets)


def test_html_is_one_file_that_escapes_everything(checked: list[tuple[Document, list[Finding]]]) -> None:
    page = as_html(hostile(checked), choose, date(2026, 1, 2)).decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<b>坏</b>" not in page
    assert 'src="' not in page
    assert "<link" not in page
    assert page.count("<script>") == 1
    assert "2026-01-02" in page


def test_html_marks_the_cells(checked: list[tuple[Document, list[Finding]]]) -> None:
    page = as_html(checked, choose).decode()
    for _, found in checked:
        for f in found:
            assert f.code in page
    assert page.count('<table class="form">') == sum(len(d.projects) for d, _ in checked)
    assert 'data-findings="' in page
    assert "需人工判断" in page
    # What is said of a whole table is marked on its first heading.
    assert any(f.field == "indicators" for _, found in checked for f in found)
    assert '<th colspan="2" data-findings="' in page


def test_terminal_says_worst_first_and_sums_up(checked: list[tuple[Document, list[Finding]]]) -> None:
    out = io.StringIO()
    console = Console(file=out, width=200)
    document, found = next((d, f) for d, f in checked if "水利" in d.source)
    show(document, found, console)
    summarize(checked, 1, console)
    text = out.getvalue()
    assert text.index("农村集中供水工程维修养护") < text.index("水利信息化平台运行维护")
    assert "→ 改为“≥95%”" in text
    assert "1 份不能读取" in text
    assert "最需要改的项目" in text
