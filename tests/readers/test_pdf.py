"""PDF: rulings to grids, wrapped lines, tables over pages, cut rows, and what is no readable PDF."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pdf_writer import PdfWriter

import make_demo
from jiheng.model import Document
from jiheng.readers import ReadError, read, read_bytes
from jiheng.readers.blocks import Paragraph, Table
from jiheng.readers.errors import BrokenFile, EmptyFile, Encrypted, NotPerformance, Scanned
from jiheng.readers.office import available, convert
from jiheng.readers.pdf import read_pdf
from jiheng.readers.values import plain

XS = [50.0, 110.0, 180.0, 260.0, 340.0, 420.0, 545.0]
HEAD = ["一级指标", "二级指标", "三级指标", "绩效指标描述", "指标值", "指标值确定依据"]


def form(pdf: PdfWriter, top: float = 100.0) -> float:
    """Heading and head table of a form; gives where it ends."""
    pdf.text(200, top - 20, "1.绿道维护绩效目标表")
    ys = [top + 20 * n for n in range(5)]
    rows = [
        ["项目编码", "A1", "项目名称", "绿道维护"],
        ["资金支出计划", "3月底", "6月底", "10月底", "12月底"],
        ["", "10%", "40%", "80%", "100%"],
        ["绩效目标", "1.维护绿道"],
    ]
    for row, y in enumerate(ys[:-1]):
        edges = {0: [50.0, 150, 300, 400, 545], 3: [50.0, 150, 545]}.get(row, [50.0, 150, 250, 350, 450, 545])
        for x in edges:
            pdf.line(x, y, x, y + 20)
        for c, text in enumerate(rows[row]):
            pdf.text(edges[c] + 4, y + 14, text)
    for n, y in enumerate(ys):
        pdf.line(50 if n != 2 else 150, y, 545, y)
    return ys[-1]


def blocks(pdf: PdfWriter) -> list[Paragraph | Table]:
    return read_pdf(pdf.to_bytes()).blocks


def test_form_with_merged_cells_and_wrapped_texts() -> None:
    pdf = PdfWriter()
    pdf.page()
    end = form(pdf)
    ys = [end + 20, end + 40, end + 66, end + 92]
    rows = [
        HEAD,
        ["产出指标", "数量指标", "维护绿道里\n程", "全年维护的\n里程", "≥12公里", "养护计划"],
        ["", "质量指标", "设施完好率", "完好设施占\n比", "≥95%", "养护规范"],
    ]
    pdf.table(XS, ys, rows, frozenset({(2, 0)}))
    project = read_bytes(pdf.to_bytes(), "a.pdf").projects[0]
    assert (project.title, project.name, project.plan.percent) == ("绿道维护", "绿道维护", (10, 40, 80, 100))
    assert [(i.level1, i.level2, i.name, i.description, i.target.raw) for i in project.indicators] == [
        ("产出指标", "数量指标", "维护绿道里程", "全年维护的里程", "≥12公里"),
        ("产出指标", "质量指标", "设施完好率", "完好设施占比", "≥95%"),
    ]


def two_pages(above: list[str], below: list[str], repeat: bool = True) -> list[list[str]]:
    """Texts of the data rows of a table whose last row stands on one page and whose next on the following."""
    pdf = PdfWriter()
    pdf.page()
    pdf.table(XS, [700, 720, 760], [HEAD, above])
    pdf.page()
    ys = [50, 70, 110] if repeat else [50, 90]
    pdf.table(XS, [float(y) for y in ys], [HEAD, below] if repeat else [below])
    (table,) = blocks(pdf)
    assert isinstance(table, Table)
    return [[c.text for c in row.cells] for row in table.rows[1:]]


def test_row_cut_by_a_page_break_is_whole_again() -> None:
    above = [
        "产出指标",
        "数量指标",
        "全区绿道设施维\n护更换座椅灯具",
        "更换的座椅和灯\n具数量加上维修",
        "≥120件",
        "养护计划",
    ]
    rows = two_pages(above, ["", "", "数量", "数量之和", "", ""])
    name, description = "全区绿道设施维护更换座椅灯具数量", "更换的座椅和灯具数量加上维修数量之和"
    assert rows == [["产出指标", "数量指标", name, description, "≥120件", "养护计划"]]


@pytest.mark.parametrize("repeat", [True, False])
def test_whole_rows_on_both_pages_stay_two(repeat: bool) -> None:
    below = ["", "质量指标", "设施完好率", "完好设施占比", "≥95%", "养护规范"]
    rows = two_pages(["产出指标", "数量指标", "维护里程", "里程", "≥12公里", "养护计划"], below, repeat)
    assert len(rows) == 2
    assert rows[1] == below


def boxed(pdf: PdfWriter, x0: float, y0: float, x1: float, y1: float, sides: str = "tblr") -> None:
    """A cell as browsers draw it: each of its sides a line of its own, those at the edge of the page left out."""
    for side, ends in {
        "t": (x0, y0, x1, y0),
        "b": (x0, y1, x1, y1),
        "l": (x0, y0, x0, y1),
        "r": (x1, y0, x1, y1),
    }.items():
        if side in sides:
            pdf.line(*ends)


def test_lines_drawn_cell_by_cell_and_a_row_left_open_at_the_page_break() -> None:
    pdf = PdfWriter()
    pdf.page()
    cut = ["产出指标", "数量指标", "全区绿道设施维\n护更换座椅灯具", "更换件数", "≥120件", "养护计划"]
    whole = ["", "质量指标", "设施完好率", "完好占比", "≥95%", "规范"]
    for y0, y1, texts, sides in ((700, 720, HEAD, "tblr"), (720, 760, cut, "tlr")):
        for c, text in enumerate(texts):
            boxed(pdf, XS[c], y0, XS[c + 1], y1, sides)
            for n, line in enumerate(text.split("\n")):
                pdf.text(XS[c] + 4, y0 + 12 + 12 * n, line)
    pdf.page()
    for y0, y1, texts, sides in ((50, 66, ["", "", "数量"] + [""] * 3, "blr"), (66, 86, whole, "tblr")):
        for c, text in enumerate(texts):
            boxed(pdf, XS[c], y0, XS[c + 1], y1, sides)
            pdf.text(XS[c] + 4, y0 + 12, text)
    (table,) = blocks(pdf)
    assert isinstance(table, Table)
    assert [[c.text for c in row.cells] for row in table.rows[1:]] == [
        ["产出指标", "数量指标", "全区绿道设施维护更换座椅灯具数量", "更换件数", "≥120件", "养护计划"], whole,
    ]  # fmt: skip


def test_a_table_whose_last_rows_are_narrower_goes_on_over_the_page() -> None:
    pdf = PdfWriter()
    pdf.page()
    pdf.table([50.0, 200.0, 545.0], [680.0, 700.0], [["项目名称", "绿道维护"]])
    narrow = [50.0, 110.0, 180.0, 260.0, 340.0, 400.0, 480.0]
    pdf.table(narrow, [700.0, 720.0, 740.0], [HEAD, ["产出指标", "数量指标", "里程", "里程", "≥12公里", "计划"]])
    pdf.page()
    pdf.table(narrow, [50.0, 70.0], [["效益指标", "社会效益指标", "人次", "人次", "≥9人次", "计划"]])
    (table,) = blocks(pdf)
    assert isinstance(table, Table)
    assert [row.cells[0].text for row in table.rows] == ["项目名称", "一级指标", "产出指标", "效益指标"]


def test_short_headings_stay_paragraphs_and_text_apart_is_parted_by_a_tab() -> None:
    pdf = PdfWriter()
    pdf.page()
    pdf.text(50, 60, "2025年项目支出绩效目标表")
    pdf.text(50, 76, "绿道维护绩效目标表")
    pdf.text(300, 76, "3")
    pdf.table([50.0, 200.0, 545.0], [100.0, 120.0], [["项目名称", "绿道维护"]])
    texts = [b.text for b in blocks(pdf) if isinstance(b, Paragraph)]
    assert texts == ["2025年项目支出绩效目标表", "绿道维护绩效目标表\t3"]


def test_lines_drawn_as_thin_rectangles() -> None:
    pdf = PdfWriter()
    pdf.page()
    for x in (50, 200, 400):
        pdf.bar(x, 100, x + 0.5, 140)
    for y in (100, 120, 140):
        pdf.bar(50, y, 400.5, y + 0.5)
    for n, (a, b) in enumerate((("项目名称", "绿道维护"), ("绩效目标", "1.维护绿道"))):
        pdf.text(54, 114 + 20 * n, a)
        pdf.text(204, 114 + 20 * n, b)
    (table,) = blocks(pdf)
    assert isinstance(table, Table)
    assert [[c.text for c in r.cells] for r in table.rows] == [["项目名称", "绿道维护"], ["绩效目标", "1.维护绿道"]]


def test_paragraphs_run_on_over_full_lines_and_pages() -> None:
    line = "保障全区绿道和公园设施安全运行方便群众健身休闲做好日常巡查维护工作及时更换损坏设施提升服务水平"
    pdf = PdfWriter()
    for n, (first, last) in enumerate((("一、总体绩效目标", line), (f"{line[:9]}。", "二、分项绩效目标"))):
        pdf.page()
        pdf.text(50, 120, first)
        pdf.text(50, 140, last)
        pdf.text(290, 830, f"- {n + 1} -")
    assert [b.text for b in blocks(pdf) if isinstance(b, Paragraph)] == [
        "一、总体绩效目标",
        f"{line}{line[:9]}。",
        "二、分项绩效目标",
    ]


def test_scanned_pages_are_said_to_be_so() -> None:
    pdf = PdfWriter()
    pdf.page()
    pdf.picture()
    with pytest.raises(Scanned, match="扫描"):
        read_bytes(pdf.to_bytes(), "a.pdf")


def test_pages_without_anything() -> None:
    pdf = PdfWriter()
    pdf.page()
    with pytest.raises(EmptyFile, match="没有任何文字"):
        read_bytes(pdf.to_bytes(), "a.pdf")


def test_password() -> None:
    pdf = PdfWriter()
    pdf.page()
    locked = pdf.to_bytes().replace(
        b"trailer<<",
        b"trailer<</Encrypt<</Filter/Standard/V 1/R 2/O(" + b"o" * 32 + b")/U(" + b"u" * 32 + b")/P -4>>/ID[(a)(a)]",
    )
    with pytest.raises(Encrypted, match="密码"):
        read_bytes(locked, "a.pdf")


def test_truncated() -> None:
    with pytest.raises(BrokenFile, match="损坏"):
        read_bytes(b"%PDF-1.7\n1 0 obj\n<</Type/Catalog", "a.pdf")


def test_not_a_performance_document() -> None:
    pdf = PdfWriter()
    pdf.page()
    pdf.text(50, 100, "会议通知")
    with pytest.raises(NotPerformance):
        read_bytes(pdf.to_bytes(), "a.pdf")


def _sample() -> bytes:
    pdf = PdfWriter()
    pdf.page()
    end = form(pdf)
    pdf.table(
        XS, [end + 20, end + 40, end + 60], [HEAD, ["产出指标", "数量指标", "维护里程", "里程", "≥12公里", "计划"]]
    )
    return pdf.to_bytes()


SAMPLE = _sample()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(st.integers(0, len(SAMPLE) - 1), st.integers(0, 255)), max_size=12), st.integers(0, len(SAMPLE))
)
def test_damage_never_crashes(flips: list[tuple[int, int]], length: int) -> None:
    data = bytearray(SAMPLE[: length or None])
    for at, value in flips:
        if at < len(data):
            data[at] = value
    with contextlib.suppress(ReadError):
        document = read_bytes(bytes(data), "a.pdf")
        assert document.projects or document.goals.overall or document.goals.itemized


def said(document: Document) -> str:
    """Everything a document says, without blanks: where a line is full at one, print does not show it."""
    bare = [replace(p, anchors={}, plan=replace(p.plan, anchors=()), indicators=()) for p in document.projects]
    rows = [replace(i, anchors={}) for p in document.projects for i in p.indicators]
    goals = document.goals
    return plain(repr((goals.overall, [(g.title, g.goal, g.indicators_text) for g in goals.itemized], bare, rows)))


@pytest.mark.skipif(not available(), reason="LibreOffice is not installed: no PDF of the samples can be made")
def test_samples_printed_to_pdf_read_as_their_originals(tmp_path: Path) -> None:
    paths = sorted(make_demo.DEMO.glob("*.docx"))
    printed = convert([(p.name, p.read_bytes()) for p in paths], "pdf")
    for path, pdf in zip(paths, printed, strict=True):
        assert isinstance(pdf, bytes), pdf
        original, again = read(path), read_bytes(pdf, path.name)
        assert said(again) == said(original)
        assert all(p.anchors["name"].page is not None for p in again.projects)
