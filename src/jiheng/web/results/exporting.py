"""The register as a file: Excel to work with, Word to print and sign."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date

import xlsxwriter
from django.utils import timezone

from jiheng.web.results.models import Rectification
from jiheng.writers.docx_markup import Box, Line, table, text
from jiheng.writers.docx_package import LANDSCAPE_WIDTH, package
from jiheng.writers.excel_layout import height_of, print_on_a4

KINDS = {"xlsx": "Excel", "docx": "Word"}
MOST = 20000
_OPEN_XML = "application/vnd.openxmlformats-officedocument."
MEDIA = {"xlsx": f"{_OPEN_XML}spreadsheetml.sheet", "docx": f"{_OPEN_XML}wordprocessingml.document"}
HEADINGS = (
    "编号", "来源", "责任单位", "项目", "问题", "程度", "责任人", "整改期限", "状态", "整改措施", "整改结果", "提出人",
    "销号日期",
)  # fmt: skip
_WIDTHS = (18, 9, 18, 18, 28, 6, 9, 11, 10, 28, 28, 9, 11)


def row_of(item: Rectification, today: date) -> list[str]:
    """What the register says of an item, column by column."""
    late = item.state == Rectification.State.OPEN and item.due_on < today
    state = f"逾期 {(today - item.due_on).days} 天" if late else item.get_state_display()
    return [
        item.number, item.get_source_display(), str(item.unit.name), str(item.project or ""), item.title,
        item.get_severity_display(), item.owner.name if item.owner else "", item.due_on.isoformat(), state,
        item.measures, item.outcome, item.raised_by.name if item.raised_by else "系统",
        timezone.localdate(item.closed_at).isoformat() if item.closed_at else "",
    ]  # fmt: skip


def export(items: Sequence[Rectification], kind: str, title: str, today: date) -> tuple[bytes, str]:
    """The file and its media type."""
    rows = [row_of(item, today) for item in items]
    if kind == "xlsx":
        return _excel(rows, title), MEDIA["xlsx"]
    return _word(rows, title, today), MEDIA["docx"]


def _excel(rows: Sequence[Sequence[str]], title: str) -> bytes:
    out = io.BytesIO()
    # Texts stay texts: what people typed is no formula and no link.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(out, options)
    sheet = book.add_worksheet("整改台账")
    head = book.add_format({"bold": True, "bg_color": "#E8EFF8", "border": 1, "valign": "vcenter", "text_wrap": True})
    cell = book.add_format({"border": 1, "valign": "vcenter", "text_wrap": True})
    for column, (heading, width) in enumerate(zip(HEADINGS, _WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, heading, head)
    sheet.set_row(0, 24)
    for n, row in enumerate(rows, 1):
        sheet.set_row(n, height_of(zip(row, _WIDTHS, strict=True)))
        for column, said in enumerate(row):
            sheet.write_string(n, column, said, cell)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(1, len(rows)), len(HEADINGS) - 1)
    print_on_a4(sheet)
    sheet.set_header(f"&C&14{title}")
    book.close()
    return out.getvalue()


# On paper: number, source and project stand with the problem, so that it can be read.
_PAPER = (
    ("序号", 5),
    ("责任单位、项目", 18),
    ("问题", 24),
    ("整改措施", 20),
    ("整改结果", 16),
    ("期限", 10),
    ("状态", 7),
)


def _word(rows: Sequence[Sequence[str]], title: str, today: date) -> bytes:
    widths = [LANDSCAPE_WIDTH * share // 100 for _, share in _PAPER]
    head = Line([Box(name, width, "FormLabel") for (name, _), width in zip(_PAPER, widths, strict=True)], head=True)
    lines = [head]
    for n, row in enumerate(rows, 1):
        said = dict(zip(HEADINGS, row, strict=True))
        where = "\n".join(part for part in (said["责任单位"], said["项目"]) if part)
        what = f"{said['问题']}\n（{said['来源']}，{said['程度']}，{said['编号']}）"
        texts = (str(n), where, what, said["整改措施"], said["整改结果"], said["整改期限"], said["状态"])
        styles = ("FormCenter", *["FormText"] * 4, "FormCenter", "FormCenter")
        lines.append(Line([Box(t, w, s) for t, w, s in zip(texts, widths, styles, strict=True)]))
    made = f"共 {len(rows)} 项，{today.year}年{today.month}月{today.day}日制表"
    body = text(title, "Heading1") + text(made, "FormRight") + table(lines) + text("", "Gap")
    return package(body, title, landscape=True)
