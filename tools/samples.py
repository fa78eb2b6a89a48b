"""Write a :class:`~jiheng.model.Document` as a .docx in one of the layouts that real documents have.

A writer for samples and tests, with no part in the product: bare WordprocessingML, so that a test decides every tag.

Layouts: ``2020`` (one table a project, 效果指标), ``2023`` (head and grid two tables), ``2024`` (amounts inside the
purpose sentence, quarters, 目标1：), ``2025`` (as 2023, with spurious empty columns), ``central`` (财预〔2015〕88号).
"""

from __future__ import annotations

import io
import zipfile
from decimal import Decimal
from xml.sax.saxutils import escape

from jiheng.model import Document, Indicator, Project

LAYOUTS = ("2020", "2023", "2024", "2025", "central")
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELS = (
    '<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)
_RUN = '<w:rPr><w:rFonts w:eastAsia="宋体" w:hint="eastAsia"/><w:sz w:val="21"/><w:szCs w:val="21"/></w:rPr>'
_BORDERS = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)
NUMBERS = "一二三四五六七八九十"


def paragraph(text: str, style: str = "") -> str:
    """A body paragraph."""
    return f'<w:p>{style}<w:r>{_RUN}<w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'


def heading(text: str) -> str:
    """A centred heading."""
    return paragraph(text, '<w:pPr><w:jc w:val="center"/></w:pPr>')


def cell(text: str | None, span: int = 1, merge: str = "") -> str:
    """A table cell; ``merge`` is ``restart`` or ``continue`` for vertical merges."""
    properties = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    if merge:
        properties += '<w:vMerge w:val="restart"/>' if merge == "restart" else "<w:vMerge/>"
    lines = "".join(paragraph(line) for line in (text or "").split("\n"))
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{lines}</w:tc>"


def table(rows: list[list[str]], columns: int) -> str:
    """A ruled table of cells made by :func:`cell`."""
    grid = f'<w:gridCol w:w="{9000 // columns}"/>' * columns
    body = "".join(f"<w:tr>{''.join(row)}</w:tr>" for row in rows)
    return f'<w:tbl><w:tblPr><w:tblW w:w="5000" w:type="pct"/><w:tblBorders>{_BORDERS}</w:tblBorders></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{body}</w:tbl>'


def package(body: str, parts: dict[str, str] | None = None) -> bytes:
    """A .docx whose document body is this XML."""
    out = io.BytesIO()
    document = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document xmlns:w="{_W}"><w:body>{body}</w:body></w:document>'
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {
            "[Content_Types].xml": _TYPES,
            "_rels/.rels": _RELS,
            "word/document.xml": document,
            **(parts or {}),
        }.items():
            archive.writestr(zipfile.ZipInfo(name, (2025, 1, 1, 0, 0, 0)), text, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _amount(amount: Decimal | None) -> str:
    return "" if amount is None else str(amount)


def _part_one(d: Document, layout: str) -> list[str]:
    out = []
    if layout in ("2020", "2024"):
        out.append(
            heading(f"{d.fiscal_year}年部门预算绩效信息" if layout == "2020" else f"{d.fiscal_year}年部门整体绩效目标")
        )
    if layout == "2024" and d.department.name:
        out.insert(0, paragraph(f"{d.department.name}编制"))
    if layout in ("2023", "2025"):
        out += [heading("第一部分"), heading("部门整体绩效目标"), paragraph("")]
    bracketed = layout == "2020"
    sections = iter(NUMBERS)

    def section(title: str) -> str:
        number = next(sections)
        return heading(f"（{number}）{title}：" if bracketed else f"{number}、{title}")

    out.append(section("总体绩效目标"))
    out += [paragraph(text) for text in d.goals.overall]
    out.append(section("分项绩效目标"))
    for goal in d.goals.itemized:
        out.append(
            paragraph(
                f"{goal.number}、{goal.title}" if layout in ("2020", "2023") else f"（{goal.number}）{goal.title}"
            )
        )
        if goal.indicators_text is None:
            out += [paragraph(line) for line in (goal.goal or "").split("\n")]
        else:
            out += [paragraph(f"绩效目标：{goal.goal}"), paragraph(f"绩效指标：{goal.indicators_text}")]
    out.append(section("工作保障措施"))
    stop = "，" if layout == "2020" else "。"
    for guard in d.goals.safeguards:
        number = f"{guard.number}、" if layout in ("2020", "2023") else f"（{guard.number}）"
        out.append(paragraph(f"{number}{guard.title}{stop}{guard.text}" if guard.text else f"{number}{guard.title}"))
    return out


def _goals(p: Project, layout: str) -> str:
    if layout == "2024":
        return "\n".join(f"目标{n}：{goal}" for n, goal in enumerate(p.goals, 1))
    mark = "、" if layout == "2020" else "."
    return "\n".join(f"{n}{mark}{goal}" for n, goal in enumerate(p.goals, 1))


def _grid(p: Project, extra: bool) -> list[list[str]]:
    """The indicator table; ``extra`` puts an empty column before the values. Equal neighbours are merged."""
    gap = [cell("")] if extra else []
    heads = "一级指标 二级指标 三级指标 绩效指标描述 指标值 指标值确定依据".split()
    rows = [[*(cell(h) for h in heads[:4]), *gap, *(cell(h) for h in heads[4:])]]
    before: Indicator | None = None
    for i in p.indicators:
        same1 = before is not None and before.level1 == i.level1
        same2 = same1 and before is not None and before.level2 == i.level2
        rows.append(
            [
                cell("" if same1 else i.level1, 1, "continue" if same1 else "restart"),
                cell("" if same2 else i.level2, 1, "continue" if same2 else "restart"),
                cell(i.name), cell(i.description), *gap, cell(i.target.raw), cell(i.basis),
            ]
        )  # fmt: skip
        before = i
    return rows


def _head(p: Project, layout: str) -> list[list[str]]:
    b = p.budget
    plan = list(zip(p.plan.labels, p.plan.raw, strict=True))
    each = 10 // max(1, len(plan))
    widths = [each] * (len(plan) - 1) + [10 - each * (len(plan) - 1)] if plan else []
    rows = []
    if layout != "2024":
        unit = f"{p.unit_code or ''}{p.unit_name or ''}"
        rows.append([cell(unit, 8), cell("单位：万元", 4)])
        rows.append([cell("项目编码", 2), cell(p.code, 4), cell("项目名称", 2), cell(p.name, 4)])
        rows.append(
            [
                cell("预算规模及资金用途", 2, "restart"), cell("预算数", 2), cell(_amount(b.total), 2), cell("其中：财政    资金", 2),
                cell(_amount(b.fiscal), 2), cell("其他资金"), cell(_amount(b.other)),
            ]
        )  # fmt: skip
        rows.append([cell("", 2, "continue"), cell(p.purpose, 10)])
    else:
        rows.append([cell("项目编码", 2), cell(p.code, 4), cell("项目名称", 2), cell(p.name, 4)])
        rows.append([cell("项目资金主要用途", 2), cell(p.purpose, 10)])
    label = "资金支出计划（累计进度%）" if layout == "2024" else "资金支出计划（%）"
    rows.append([cell(label, 2, "restart"), *(cell(t, w) for (t, _), w in zip(plan, widths, strict=True))])
    rows.append([cell("", 2, "continue"), *(cell(v, w) for (_, v), w in zip(plan, widths, strict=True))])
    rows.append([cell("绩效目标", 2), cell(_goals(p, layout), 10)])
    return rows


def _widened(rows: list[list[str]]) -> list[list[str]]:
    """Six narrow cells a row made two grid columns wide each, to share a table with a head of twelve."""
    return [[c.replace("<w:tcPr>", '<w:tcPr><w:gridSpan w:val="2"/>', 1) for c in row] for row in rows]


def _central(p: Project) -> str:
    b, m = p.budget, p.midterm
    rows = [
        [cell("项目名称", 2), cell(p.name, 6)],
        [cell("主管部门及代码", 2), cell(p.supervisor, 2), cell("实施单位", 2), cell(p.unit_name, 2)],
        [cell("项目属性", 2), cell(p.attribute, 2), cell("项目期", 2), cell(p.period, 2)],
        [cell("项目资金（万元）", 2, "restart"), cell("中期资金总额：", 2), cell(_amount(m.total)), cell("年度资金总额：", 2), cell(_amount(b.total))],
        [cell("", 2, "continue"), cell("其中：财政拨款", 2), cell(_amount(m.fiscal)), cell("其中：财政拨款", 2), cell(_amount(b.fiscal))],
        [cell("", 2, "continue"), cell("其他资金", 2), cell(_amount(m.other)), cell("其他资金", 2), cell(_amount(b.other))],
        [cell("总体目标", 2, "restart"), cell("中期目标（2025年—2027年）", 3), cell("年度目标", 3)],
        [cell("", 2, "continue"), cell("\n".join(f"目标{n}：{g}" for n, g in enumerate(p.midterm_goals, 1)), 3),
         cell("\n".join(f"目标{n}：{g}" for n, g in enumerate(p.goals, 1)), 3)],
        [cell("绩效指标", 1, "restart"), *(cell(h) for h in "一级指标 二级指标 三级指标 指标值 二级指标 三级指标 指标值".split())],
    ]  # fmt: skip
    before = None
    for i in p.indicators:
        same = before == i.level1
        midterm = i.midterm.raw if i.midterm else ""
        rows.append(
            [
                cell("", 1, "continue"), cell("" if same else i.level1, 1, "continue" if same else "restart"), cell(i.level2),
                cell(i.name), cell(midterm), cell(i.level2), cell(i.name), cell(i.target.raw),
            ]
        )  # fmt: skip
        before = i.level1
    return table(rows, 8)


def _project(p: Project, n: int, layout: str) -> list[str]:
    if layout == "central":
        return [heading("项目支出绩效目标申报表"), paragraph(""), _central(p), paragraph("")]
    number = {"2020": f"{n}、", "2024": ""}.get(layout, f"{n}.")
    out = [heading(f"{number}{p.title}绩效目标表")]
    if layout in ("2020", "2024"):
        out.append(table(_head(p, layout) + _widened(_grid(p, False)), 12))
    else:
        out += [
            table(_head(p, layout), 12),
            paragraph(""),
            table(_grid(p, layout == "2025"), 7 if layout == "2025" else 6),
        ]
    return [*out, paragraph("")]


def write_sample(d: Document, layout: str) -> bytes:
    """The document as a .docx in this layout."""
    body = [] if layout == "central" else _part_one(d, layout)
    if layout in ("2020", "2023", "2025"):
        body.append(heading("第二部分  预算项目绩效目标"))
    for n, p in enumerate(d.projects, 1):
        body += _project(p, n, layout)
    return package("".join(body) + '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/></w:sectPr>')
