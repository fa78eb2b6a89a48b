"""Word packages: merged cells, wrappers, tracked changes, generated numbers, text boxes, torn headings, anchors."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

from jiheng.model import Anchor, Budget, Document, Indicator, Project
from jiheng.readers import read_bytes
from jiheng.readers.blocks import Paragraph, Table
from jiheng.readers.docx import MOVED, TBL, TC, TR, P, T, read_docx
from jiheng.readers.texts import flat
from jiheng.readers.values import parse_target, plain
from samples import cell, heading, package, paragraph, table, write_sample

SHARED = Path(__file__).parents[3] / "shared"
DEMO = Path(__file__).parents[2] / "demo"
HEAD = "一级指标 二级指标 三级指标 绩效指标描述 指标值 指标值确定依据".split()
GRID = [
    [cell(h) for h in HEAD],
    [
        cell("产出指标"),
        cell("数量指标"),
        cell("修缮校舍面积"),
        cell("修缮校舍建筑面积"),
        cell("≥1200平方米"),
        cell("修缮方案"),
    ],
]


def form(name: str = "校舍修缮", rows: list[list[str]] | None = None) -> str:
    head = [
        [cell("701003青石县第三小学", 4), cell("单位：万元", 2)],
        [cell("项目编码"), cell("13029925P00000000001"), cell("项目名称", 2), cell(name, 2)],
        [cell("预算规模及资金用途", 1, "restart"), cell("预算数"), cell("36.5"), cell("其中：财政资金"), cell("36.5"), cell("")],
        [cell("", 1, "continue"), cell("用于教学楼屋面修缮", 5)],
        [cell("资金支出计划（%）", 1, "restart"), cell("3月底"), cell("6月底"), cell("10月底"), cell("12月底", 2)],
        [cell("", 1, "continue"), cell("10%"), cell("40%"), cell("80%"), cell("100%", 2)],
        [cell("绩效目标"), cell("1.完成教学楼屋面修缮\n2.消除漏雨隐患", 5)],
    ]  # fmt: skip
    return table(head + (GRID if rows is None else rows), 6)


def test_merged_cells_and_several_paragraphs_in_a_cell() -> None:
    rows = [
        *GRID,
        [cell("", 1, "continue"), cell("质量指标", 1, "restart"), cell("验收\n合格率"), cell("合格  面积占比"), cell("=100%"), cell("验收规范", 1, "restart")],
        [cell("", 1, "continue"), cell("", 1, "continue"), cell("返工次数"), cell("返工"), cell("≤1次"), cell("", 1, "continue")],
        [cell("满意度指标"), cell(""), cell("师生满意度"), cell("问卷"), cell("≥95%"), cell("")],
    ]  # fmt: skip
    project = read_bytes(package(form(rows=rows)), "a.docx").projects[0]
    got = [(i.level1, i.level2, i.name, i.description, i.basis) for i in project.indicators]
    assert got[1:] == [
        ("产出指标", "质量指标", "验收合格率", "合格 面积占比", "验收规范"),
        ("产出指标", "质量指标", "返工次数", "返工", "验收规范"),
        ("满意度指标", None, "师生满意度", "问卷", None),
    ]
    assert project.goals == ("完成教学楼屋面修缮", "消除漏雨隐患")
    assert project.budget == Budget(Decimal("36.5"), Decimal("36.5"), None)
    assert project.unit_code == "701003"


def test_rows_and_cells_inside_content_controls_and_before_grid() -> None:
    row = GRID[1]
    wrapped = f"<w:sdt><w:sdtContent>{row[4]}</w:sdtContent></w:sdt>"
    xml = form(rows=[GRID[0], [*row[:4], wrapped, row[5]]])
    xml = xml.replace("<w:tr>", '<w:sdt><w:sdtContent><w:tr><w:trPr><w:gridBefore w:val="0"/></w:trPr>', 1)
    xml = xml.replace("</w:tr>", "</w:tr></w:sdtContent></w:sdt>", 1)
    project = read_bytes(package(f"<w:sdt><w:sdtContent>{xml}</w:sdtContent></w:sdt>"), "a.docx").projects[0]
    assert project.unit_name == "青石县第三小学"
    assert project.indicators[0].target.value == 1200


def test_placeholder_of_an_empty_content_control_is_no_text() -> None:
    asked = "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent><w:r><w:t>单击此处输入文字</w:t></w:r></w:sdtContent></w:sdt>"
    xml = form().replace(cell("修缮方案"), f"<w:tc><w:tcPr/><w:p>{asked}</w:p></w:tc>")
    assert read_bytes(package(xml), "a.docx").projects[0].indicators[0].basis is None


def test_tracked_changes_are_read_as_accepted() -> None:
    deleted = '<w:del w:id="1" w:author="甲"><w:r><w:delText>≤</w:delText></w:r></w:del>'
    inserted = '<w:ins w:id="2" w:author="甲"><w:r><w:t>≥</w:t></w:r></w:ins>'
    moved = '<w:moveFrom w:id="3" w:author="甲"><w:r><w:t>9</w:t></w:r></w:moveFrom>'
    changed = f"<w:tc><w:tcPr/><w:p>{deleted}{inserted}{moved}<w:r><w:t>1500平方米</w:t></w:r></w:p></w:tc>"
    gone = [cell("产出指标"), cell("时效指标"), cell("删去的一行"), cell(""), cell("=1年"), cell("")]
    gone[0] = '<w:trPr><w:del w:id="4" w:author="甲"/></w:trPr>' + gone[0]
    xml = form(rows=[*GRID, gone]).replace(cell("≥1200平方米"), changed)
    indicators = read_bytes(package(xml), "a.docx").projects[0].indicators
    assert [i.target.raw for i in indicators] == ["≥1500平方米"]


def test_deleted_paragraph_mark_joins_the_lines() -> None:
    mark = '<w:pPr><w:rPr><w:del w:id="1" w:author="甲"/></w:rPr></w:pPr>'
    two = f"<w:p>{mark}<w:r><w:t>屋面修缮</w:t></w:r></w:p><w:p><w:r><w:t>与外墙粉刷</w:t></w:r></w:p>"
    blocks = read_docx(package(two)).blocks
    assert [b.text for b in blocks if isinstance(b, Paragraph)] == ["屋面修缮与外墙粉刷"]


NUMBERING = (
    '<w:numbering xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:abstractNum w:abstractNumId="0">'
    '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="（%1）"/></w:lvl>'
    '<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%2."/></w:lvl></w:abstractNum>'
    '<w:num w:numId="7"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
)
DOCUMENT_RELS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/numbering" Target="numbering.xml"/></Relationships>'
)


def numbered(text: str, level: int = 0) -> str:
    return paragraph(text, f'<w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="7"/></w:numPr></w:pPr>')


def test_numbers_that_word_generates_are_part_of_the_text() -> None:
    body = heading("一、总体绩效目标") + paragraph("办好人民满意的教育。") + heading("二、分项绩效目标")
    body += (
        numbered("校舍安全")
        + paragraph("绩效目标：校舍无隐患。")
        + numbered("教师培训")
        + paragraph("绩效目标：全员轮训。")
    )
    cell_text = (
        f'<w:tc><w:tcPr><w:gridSpan w:val="5"/></w:tcPr>{numbered("修缮屋面", 1)}{numbered("更换门窗", 1)}</w:tc>'
    )
    body += heading("第二部分") + form().replace(cell("1.完成教学楼屋面修缮\n2.消除漏雨隐患", 5), cell_text)
    parts = {"word/numbering.xml": NUMBERING, "word/_rels/document.xml.rels": DOCUMENT_RELS}
    document = read_bytes(package(body, parts), "a.docx")
    assert [(g.number, g.title) for g in document.goals.itemized] == [("一", "校舍安全"), ("二", "教师培训")]
    assert document.projects[0].goals == ("修缮屋面", "更换门窗")


def test_text_box_is_read_once() -> None:
    box = f"<w:txbxContent>{paragraph('校舍修缮绩效目标表')}</w:txbxContent>"
    mc = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    host = (
        f"<w:p><w:r><mc:AlternateContent {mc}><mc:Choice Requires=\"wps\"><w:drawing>{box}</w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )  # fmt: skip
    document = read_bytes(package(host + form()), "a.docx")
    assert document.projects[0].title == "校舍修缮"
    assert document.warnings == ()


def test_nested_indicator_table() -> None:
    nested = f'<w:tc><w:tcPr><w:gridSpan w:val="6"/></w:tcPr>{table(GRID, 6)}<w:p/></w:tc>'
    document = read_bytes(package(form(rows=[[nested]])), "a.docx")
    assert [i.name for i in document.projects[0].indicators] == ["修缮校舍面积"]


def test_table_split_over_pages_without_a_second_head() -> None:
    more = [[cell(t) for t in ("", "质量指标", "验收合格率", "合格占比", "=100%", "规范")]]
    document = read_bytes(package(form() + paragraph("") + table(more, 6)), "a.docx")
    assert [(i.level1, i.name) for i in document.projects[0].indicators] == [
        ("产出指标", "修缮校舍面积"),
        ("产出指标", "验收合格率"),
    ]


@pytest.mark.parametrize(
    "before, after, title",
    [
        (heading("3．校舍修缮绩效目标表"), "", "校舍修缮"),
        (heading("青石县第三小学校舍修缮") + heading("项目绩效目标表"), "", "青石县第三小学校舍修缮项目"),
        (heading("青石县校舍"), heading("修缮项目绩效目标表"), "青石县校舍修缮项目"),
    ],
    ids=["numbered", "two lines", "torn apart by its table"],
)
def test_headings(before: str, after: str, title: str) -> None:
    body = heading("第二部分") + before + form() + after + heading("4．图书采购绩效目标表") + form("图书采购")
    document = read_bytes(package(body), "a.docx")
    assert [p.title for p in document.projects] == [title, "图书采购"]
    assert document.warnings == ()


def test_what_cannot_be_placed_is_said_with_its_place() -> None:
    rows = [[*GRID[0], cell("经办意见")], [*GRID[1], cell("请领导酌定")]]
    document = read_bytes(package(form(rows=rows) + paragraph("另附说明材料三份。")), "a.docx")
    assert [(w.text, w.anchor) for w in document.warnings] == [
        ("另附说明材料三份。", Anchor(paragraph=0)),
        ("请领导酌定", Anchor(0, 8, 6)),
    ]


def test_central_form_with_two_halves() -> None:
    rows = [
        ("产出指标", "数量指标", "改造泵站", "≥6座", "≥2座"),
        ("效益指标", "社会效益指标", "受益人口", "≥9万人", "≥3万人"),
    ]
    indicators = tuple(
        Indicator(a, b, c, None, parse_target(annual), None, parse_target(mid)) for a, b, c, mid, annual in rows
    )
    project = Project(
        1, "城区泵站改造", unit_name="临江市排水管理处", budget=Budget(Decimal(300), Decimal(280), Decimal(20)),
        goals=("改造泵站2座", "汛期不积水"), indicators=indicators, supervisor="临江市住房和城乡建设局 406", attribute="新增",
        period="2025年—2027年", midterm=Budget(Decimal(900), Decimal(840), Decimal(60)), midterm_goals=("三年改造泵站6座",),
    )  # fmt: skip
    document = read_bytes(write_sample(Document("a", "docx", projects=(project,)), "central"), "a.docx")
    read = document.projects[0]
    assert read == project
    assert document.warnings == ()


# -- anchors ------------------------------------------------------------------------------------------------------


def anchored(document: Document) -> Iterator[tuple[str, Anchor]]:
    """(text, anchor) of every value that has one."""
    yield from zip(document.goals.overall, document.goals.overall_anchors, strict=True)
    for part in (*document.goals.itemized, *document.goals.safeguards):
        texts = {field: getattr(part, field) for field in part.anchors}
        yield from ((text.split("\n")[0], part.anchors[field]) for field, text in texts.items() if text)
    for p in document.projects:
        yield from of_project(p)
        for i in p.indicators:
            fields = {**{field: getattr(i, field, None) for field in i.anchors}, "target": i.target.raw}
            if i.midterm is not None:
                fields["midterm"] = i.midterm.raw
            yield from ((text, i.anchors[field]) for field, text in fields.items() if text)


def of_project(p: Project) -> Iterator[tuple[str, Anchor]]:
    for field in ("title", "name", "code", "unit_name", "supervisor", "attribute", "period", "purpose"):
        if text := getattr(p, field):
            yield text, p.anchors[field]
    for field in ("total", "fiscal", "other"):
        if (amount := getattr(p.budget, field)) is not None:
            yield str(amount), p.anchors[f"budget_{field}"]
        if (amount := getattr(p.midterm, field)) is not None:
            yield str(amount), p.anchors[f"midterm_{field}"]
    yield from ((text, p.anchors[f"goals.{n}"]) for n, text in enumerate(p.goals))
    yield from ((text, p.anchors[f"midterm_goals.{n}"]) for n, text in enumerate(p.midterm_goals))
    yield from ((raw, a) for raw, a in zip(p.plan.raw, p.plan.anchors, strict=True) if a is not None)


class Stored:
    """A package as stored, asked by anchor, without any code of the reader."""

    def __init__(self, data: bytes) -> None:
        self.root = etree.fromstring(zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml"))
        self.tables = list(self.root.iter(TBL))
        self.paragraphs = [p for p in self.root.iter(P) if next(p.iterancestors(TBL), None) is None]

    def text(self, anchor: Anchor) -> str:
        if anchor.table is None:
            assert anchor.paragraph is not None
            return self._of(self.paragraphs[anchor.paragraph])
        tbl = self.tables[anchor.table]
        rows = [tr for tr in tbl.iter(TR) if next(tr.iterancestors(TBL)) is tbl]
        assert anchor.row is not None
        assert anchor.column is not None
        tr = rows[anchor.row]
        tc = [c for c in tr.iter(TC) if next(c.iterancestors(TR)) is tr][anchor.column]
        lines = [self._of(p) for p in tc.iter(P)]
        return "\n".join(lines) if anchor.paragraph is None else lines[anchor.paragraph]

    @staticmethod
    def _of(p: etree._Element) -> str:
        return "".join(t.text or "" for t in p.iter(T) if next(t.iterancestors(MOVED), None) is None)


def check_anchors(data: bytes, name: str) -> int:
    document, stored, seen = read_bytes(data, name), Stored(data), 0
    for text, anchor in anchored(document):
        there, wanted = plain(stored.text(anchor)), plain(flat(text) or "")
        # a sentence that runs on over a hard line break begins in its anchored paragraph
        runs_on = anchor.table is None and len(there) < len(wanted)
        assert (wanted[:12] if runs_on else wanted) in there, (text, there)
        seen += 1
    return seen


def test_every_anchor_leads_back_to_its_cell() -> None:
    assert check_anchors(package(heading("1.校舍修缮绩效目标表") + form()), "a.docx") == 19


@pytest.mark.parametrize("path", sorted(DEMO.glob("*.docx")), ids=lambda p: p.stem[-14:])
def test_every_anchor_of_the_samples_leads_back_to_its_cell(path: Path) -> None:
    assert check_anchors(path.read_bytes(), path.name) > 50


def test_anchors_lead_through_merges_changes_and_controls() -> None:
    """Rows and cells are counted as stored: what was deleted counts, what a content control wraps counts too."""
    gone = ['<w:trPr><w:del w:id="4" w:author="甲"/></w:trPr>' + cell("删去的一行"), *[cell("")] * 5]
    moved = '<w:moveFrom w:id="3" w:author="甲"><w:r><w:t>9</w:t></w:r></w:moveFrom>'
    changed = f'<w:tc><w:tcPr/><w:p>{moved}<w:ins w:id="2" w:author="甲"><w:r><w:t>≥1500平方米</w:t></w:r></w:ins></w:p></w:tc>'
    wrapped = f"<w:sdt><w:sdtContent>{cell('验收方案')}</w:sdtContent></w:sdt>"
    rows = [
        GRID[0],
        gone,
        [cell("产出指标", 1, "restart"), cell("数量指标"), cell("修缮面积"), cell("面积"), changed, wrapped],
        [cell("", 1, "continue"), cell("质量指标", 1, "restart"), cell("合格率"), cell("占比"), cell("=100%"), cell("规范")],
        [cell("", 1, "continue"), cell("", 1, "continue"), cell("返工次数"), cell("返工"), cell("≤1次"), cell("规范")],
    ]  # fmt: skip
    data = package(heading("1.校舍修缮绩效目标表") + form(rows=rows))
    assert [i.target.raw for i in read_bytes(data, "a.docx").projects[0].indicators] == ["≥1500平方米", "=100%", "≤1次"]
    assert check_anchors(data, "a.docx") == 31


@pytest.mark.parametrize("boxed", [False, True])
def test_anchors_lead_into_nested_tables_and_text_boxes(boxed: bool) -> None:
    inner = form(rows=[]) + "<w:p/>" + table(GRID, 6)
    if boxed:
        xml = f"<w:p><w:r><w:pict><w:txbxContent>{inner}</w:txbxContent></w:pict></w:r></w:p>"
    else:
        xml = table([[f"<w:tc><w:tcPr/><w:p/>{inner}<w:p/></w:tc>"]], 1)
    assert check_anchors(package(heading("1.校舍修缮绩效目标表") + xml), "a.docx") == 19


@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared with the corpus is not here")
@pytest.mark.parametrize("path", sorted((SHARED / "corpus").glob("*.docx")), ids=lambda p: p.stem[:3])
def test_every_anchor_of_the_corpus_leads_back_to_its_cell(path: Path) -> None:
    assert check_anchors(path.read_bytes(), path.name) > 100


def test_plain_and_careful_walks_agree() -> None:
    data = package(heading("1.校舍修缮绩效目标表") + form())
    xml = zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml").decode()
    careful = package(xml.partition("<w:body>")[2].rpartition("</w:body>")[0] + "<w:p><w:r><w:tab/></w:r></w:p>")
    tables = [[b for b in read_docx(d).blocks if isinstance(b, Table)] for d in (data, careful)]
    assert tables[0] == tables[1]
