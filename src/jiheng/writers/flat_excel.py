"""A flat workbook for filters and pivot tables: one row an indicator, with the columns of its project."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from jiheng.model import Document, Indicator, Project, Target
from jiheng.writers.docx_forms import numbered
from jiheng.writers.place import place

ROW_LIMIT = 1_048_576
"""Rows of a worksheet, by the file format; what goes beyond continues on another sheet."""
CELL_LIMIT = 32_767
"""Characters of a cell, by the file format."""

Value = str | int | Decimal | None
Cell = Callable[[Document, Project, Indicator], Value]


def _target(get: Callable[[Target], Value]) -> Cell:
    return lambda document, project, indicator: get(indicator.target)


def _project(get: Callable[[Project], Value]) -> Cell:
    return lambda document, project, indicator: get(project)


def _indicator(get: Callable[[Indicator], Value]) -> Cell:
    return lambda document, project, indicator: get(indicator)


def _plan(project: Project) -> str:
    plan = project.plan
    return "，".join(f"{label} {raw}" for label, raw in zip(plan.labels, plan.raw, strict=False))


COLUMNS: tuple[tuple[str, int, Cell], ...] = (
    ("来源文件", 24, lambda d, p, i: d.source),
    ("年度", 8, lambda d, p, i: d.fiscal_year),
    ("部门", 24, lambda d, p, i: d.department.name),
    ("序号", 6, _project(lambda p: p.sequence)),
    ("单位编码", 10, _project(lambda p: p.unit_code)),
    ("单位名称", 24, _project(lambda p: p.unit_name)),
    ("项目编码", 24, _project(lambda p: p.code)),
    ("项目名称", 30, _project(lambda p: p.name)),
    ("预算数（万元）", 14, _project(lambda p: p.budget.total)),
    ("财政资金（万元）", 14, _project(lambda p: p.budget.fiscal)),
    ("其他资金（万元）", 14, _project(lambda p: p.budget.other)),
    ("资金用途", 40, _project(lambda p: p.purpose)),
    ("资金支出计划", 30, _project(_plan)),
    ("绩效目标", 40, _project(lambda p: numbered(p.goals))),
    ("一级指标", 12, _indicator(lambda i: i.level1)),
    ("二级指标", 14, _indicator(lambda i: i.level2)),
    ("三级指标", 24, _indicator(lambda i: i.name)),
    ("绩效指标描述", 40, _indicator(lambda i: i.description)),
    ("指标值", 14, _target(lambda t: t.raw)),
    ("比较符", 8, _target(lambda t: t.comparator)),
    ("数值", 10, _target(lambda t: t.value)),
    ("上限", 10, _target(lambda t: t.upper)),
    ("计量单位", 10, _target(lambda t: t.unit)),
    ("中期指标值", 14, _indicator(lambda i: i.midterm.raw if i.midterm else None)),
    ("指标值确定依据", 30, _indicator(lambda i: i.basis)),
    ("位置", 24, _indicator(lambda i: place(i.anchors.get("name") or i.anchors.get("target")))),
)
_NOTE_COLUMNS = (("来源文件", 24), ("位置", 24), ("提示", 60), ("原文", 60))
_NO_INDICATOR = Indicator(None, None, None)


class _Sheets:
    """Rows under one head, on as many worksheets as they need."""

    def __init__(self, book: Any, name: str, head: Sequence[tuple[str, int]]) -> None:
        self.book, self.name, self.head = book, name, head
        self.bold = book.add_format({"bold": True, "bottom": 1})
        self.count = 0
        self._begin()

    def _begin(self) -> None:
        self.count += 1
        self.row = 0
        self.sheet = self.book.add_worksheet(self.name if self.count == 1 else f"{self.name}{self.count}")
        for column, (label, width) in enumerate(self.head):
            self.sheet.set_column(column, column, width)
            self.sheet.write_string(0, column, label, self.bold)
        self.sheet.freeze_panes(1, 0)

    def add(self, values: Sequence[Value]) -> None:
        """One more row."""
        if self.row + 1 >= ROW_LIMIT:
            self.finish()
            self._begin()
        self.row += 1
        for column, value in enumerate(values):
            if isinstance(value, str):
                # Written as a string whatever it begins with: "=1+1" from a document is no formula.
                self.sheet.write_string(self.row, column, value[:CELL_LIMIT])
            elif value is not None:
                self.sheet.write_number(self.row, column, value)

    def finish(self) -> None:
        """Filters over what was written."""
        self.sheet.autofilter(0, 0, self.row, len(self.head) - 1)


class FlatExcel:
    """Write documents into one workbook, row by row, with memory that does not grow; ``close`` completes the file.

    ``rows`` counts the indicators.
    """

    def __init__(self, path: Path | BytesIO) -> None:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self.rows = 0
        self._book = xlsxwriter.Workbook(path if isinstance(path, BytesIO) else str(path), options)
        self._indicators = _Sheets(self._book, "指标", [(label, width) for label, width, _ in COLUMNS])
        self._notes = _Sheets(self._book, "提示", _NOTE_COLUMNS)

    def add(self, document: Document) -> None:
        """The indicators of the document; a project without any has one row."""
        for project in document.projects:
            for indicator in project.indicators or (_NO_INDICATOR,):
                self.rows += indicator is not _NO_INDICATOR
                self._indicators.add([cell(document, project, indicator) for _, _, cell in COLUMNS])
        for warning in document.warnings:
            self.note(document.source, warning.message, place(warning.anchor), warning.text)

    def note(self, source: str, message: str, where: str = "", text: str = "") -> None:
        """A row of the second sheet: what could not be read or placed."""
        self._notes.add([source, where, message, text])

    def close(self) -> str | None:
        """Write the file; what went wrong, in words, where it could not be written."""
        self._indicators.finish()
        self._notes.finish()
        try:
            self._book.close()
        except FileCreateError as error:
            return f"不能写入（{error}）。请检查文件夹是否存在、是否有权限、文件是否正被 Excel 或 WPS 打开。"
        return None


def write_flat_excel(documents: Iterable[Document]) -> bytes:
    """The documents as one flat workbook."""
    out = BytesIO()
    book = FlatExcel(out)
    for document in documents:
        book.add(document)
    book.close()
    return out.getvalue()
