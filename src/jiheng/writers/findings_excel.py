"""Findings as the workbook that a bureau sends back to its departments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

import xlsxwriter

from jiheng.rules.finding import Severity
from jiheng.rules.registry import all_rules
from jiheng.writers.excel_layout import height_of, print_on_a4
from jiheng.writers.findings_json import Checked
from jiheng.writers.findings_text import WORDS
from jiheng.writers.place import place

_COLUMNS = (
    ("文件", 18), ("部门", 14), ("序号", 6), ("项目编码", 13), ("项目名称", 18), ("级别", 7), ("编号", 7), ("问题", 15),
    ("三级指标", 16), ("原文", 18), ("说明", 32), ("修改建议", 30), ("位置", 13), ("单位整改情况", 16),
)  # fmt: skip
_SUMMARY = (
    ("文件", 30),
    ("序号", 6),
    ("项目编码", 24),
    ("项目名称", 34),
    ("预算数（万元）", 14),
    ("错误", 8),
    ("警告", 8),
    ("提示", 8),
)
_MOST_LINES = 6
"""The lines after which a cell is cut on paper: a long purpose must not fill a page."""
_MOST = 32_000
"""Characters of a cell, a little below what the file format allows."""


def as_excel(checked: Iterable[Checked]) -> bytes:
    """Two sheets: every finding with a column for the unit's answer, and the counts by project."""
    out = BytesIO()
    documents = list(checked)
    with xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        _findings(book, documents)
        _summary(book, documents)
    return out.getvalue()


def _begin(book: Any, name: str, columns: Sequence[tuple[str, int]]) -> Any:
    sheet = book.add_worksheet(name)
    head = book.add_format({"bold": True, "bg_color": "#E8EFF8", "border": 1, "align": "center", "valign": "vcenter"})
    for n, (label, width) in enumerate(columns):
        sheet.set_column(n, n, width)
        sheet.write_string(0, n, label, head)
    sheet.freeze_panes(1, 0)
    print_on_a4(sheet)
    return sheet


def _write(sheet: Any, row: int, values: Sequence[object], formats: Sequence[Any]) -> None:
    """Strings as strings, whatever they begin with: a formula in a document must not become one here."""
    for n, (value, cell_format) in enumerate(zip(values, formats, strict=True)):
        if value is None or value == "":
            sheet.write_blank(row, n, None, cell_format)
        elif isinstance(value, str):
            sheet.write_string(row, n, value[:_MOST], cell_format)
        else:
            sheet.write_number(row, n, value, cell_format)


def _findings(book: Any, documents: Sequence[Checked]) -> None:
    sheet = _begin(book, "问题清单", _COLUMNS)
    plain = book.add_format({"text_wrap": True, "valign": "top", "border": 1, "border_color": "#D9DFE7"})
    colours = {Severity.ERROR: "#C0312B", Severity.WARNING: "#B26A00", Severity.INFO: "#5D6B7C"}
    levels = {
        s: book.add_format({"font_color": c, "valign": "top", "border": 1, "border_color": "#D9DFE7"})
        for s, c in colours.items()
    }
    rules, row = all_rules(), 0
    for document, found in documents:
        projects = {p.sequence: p for p in document.projects}
        for f in sorted(found, key=lambda f: (f.project, -f.severity, f.row or 0)):
            if f.silenced is not None:
                continue
            row += 1
            p = projects.get(f.project)
            values = (
                document.source, document.department.name, f.project or None, p.code if p else None,
                p.name if p else "部门整体部分", WORDS[f.severity], f.code, rules[f.code].name, f.indicator, f.content,
                f.message, f.advice, place(f.anchor), "",
            )  # fmt: skip
            texts = [(v[:_MOST], w) for v, (_, w) in zip(values, _COLUMNS, strict=True) if isinstance(v, str)]
            sheet.set_row(row, height_of(texts, _MOST_LINES))
            _write(sheet, row, values, [levels[f.severity] if n == 5 else plain for n in range(len(values))])
    sheet.autofilter(0, 0, max(row, 1), len(_COLUMNS) - 1)


def _summary(book: Any, documents: Sequence[Checked]) -> None:
    sheet = _begin(book, "按项目汇总", _SUMMARY)
    plain, row = book.add_format({"valign": "top"}), 0
    for document, found in documents:
        for p in document.projects:
            row += 1
            count = Counter(f.severity for f in found if f.project == p.sequence and f.silenced is None)
            by = [count[s] for s in (Severity.ERROR, Severity.WARNING, Severity.INFO)]
            _write(
                sheet, row, (document.source, p.sequence, p.code, p.name, p.budget.total, *by), [plain] * len(_SUMMARY)
            )
    sheet.autofilter(0, 0, max(row, 1), len(_SUMMARY) - 1)
