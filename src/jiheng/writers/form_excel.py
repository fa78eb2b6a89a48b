"""Projects as official forms (绩效目标表) in one workbook, a sheet each, to be filled in offline and brought back.

Labels are protected (without a password), values are open; categories and subcategories are offered as lists. Each
sheet carries a stamp (:mod:`jiheng.stamp`) in a hidden cell. What it says, the reader reads back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from typing import Any

import xlsxwriter

from jiheng import stamp
from jiheng.model import Project
from jiheng.writers.form_excel_sheet import FormSheet

_NO_TAB = re.compile(r"[\[\]:*?/\\\x00-\x1f']")
_TAB_LENGTH = 31
LISTS = "选项"


@dataclass(frozen=True, slots=True)
class Form:
    """A form to be filled in: what it says now, the key that it comes back with, the name for its tab."""

    project: Project
    key: str
    name: str


def _tab(name: str, number: int, used: set[str]) -> str:
    clean = _NO_TAB.sub("", name).strip() or "项目"
    tab = f"{number} {clean}"[:_TAB_LENGTH].strip()
    assert tab.lower() not in used  # the number in front is its own
    used.add(tab.lower())
    return tab


def write_forms(
    forms: Sequence[Form], framework: Mapping[str, Sequence[str]], title: str, notes: Sequence[str] = ()
) -> bytes:
    """The workbook: a sheet of instructions (``notes``, and a list of the forms), a sheet a form.

    ``framework`` maps a category as printed (产出指标) to its subcategories; ``title`` is the head of the first sheet.
    """
    out = BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    book = xlsxwriter.Workbook(out, options)
    book.set_properties({"title": title})
    used: set[str] = {LISTS}
    tabs = [_tab(form.name, n, used) for n, form in enumerate(forms, 1)]
    _instructions(book, forms, tabs, title, notes)
    lists = _Lists(framework)
    for form, tab in zip(forms, tabs, strict=True):
        FormSheet(book, tab, form.project, form.key, lists.sources).write()
    lists.write(book)
    book.close()
    return out.getvalue()


class _Lists:
    """The hidden sheet of what the lists offer; ``sources`` are the formulas of its two kinds of list."""

    def __init__(self, framework: Mapping[str, Sequence[str]]) -> None:
        self.framework = {name: list(below) for name, below in framework.items()}
        count, most = max(1, len(self.framework)), max((len(b) for b in self.framework.values()), default=1)
        heads = f"'{LISTS}'!$A$2:${_letter(count - 1)}$2"
        # Below the category chosen in the same row; where it is none of ours, below the first.
        at = f"IFERROR(MATCH($B{{row}},{heads},0),1)-1"
        below = f"OFFSET('{LISTS}'!$A$3,0,{at},MAX(1,COUNTA(OFFSET('{LISTS}'!$A$3,0,{at},{most},1))),1)"
        self.sources = (f"={heads}", f"={below}") if self.framework else ("", "")

    def write(self, book: Any) -> None:
        """Write the sheet, last of all and out of sight."""
        sheet = book.add_worksheet(LISTS)
        sheet.hide()
        sheet.write_string(0, 0, stamp.FURNITURE)
        for column, (name, below) in enumerate(self.framework.items()):
            for row, text in enumerate([name, *below], 1):
                sheet.write_string(row, column, text)


def _letter(column: int) -> str:
    return chr(ord("A") + column)


def _instructions(book: Any, forms: Sequence[Form], tabs: Sequence[str], title: str, notes: Sequence[str]) -> None:
    sheet = book.add_worksheet("填表说明")
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 6)
    sheet.set_column(1, 1, 58)
    sheet.set_column(2, 2, 34)
    sheet.set_column(3, 3, 16)
    sheet.set_column(26, 26, None, None, {"hidden": True})
    sheet.write_string(0, 26, stamp.FURNITURE)
    sheet.set_row(0, 34)
    sheet.merge_range(0, 0, 0, 3, title, book.add_format({"bold": True, "font_size": 16, "valign": "vcenter"}))
    row, plain = 1, book.add_format({"text_wrap": True, "valign": "top"})
    for number, note in enumerate(notes, 1):
        sheet.write_string(row, 0, f"{number}.", book.add_format({"align": "right", "valign": "top"}))
        sheet.merge_range(row, 1, row, 3, note, plain)
        sheet.set_row(row, 16 * max(1, -(-2 * len(note) // 104)))
        row += 1
    row += 1
    head = book.add_format({"bold": True, "bg_color": "#EEF2F7", "border": 1, "align": "center"})
    for column, label in enumerate(("序号", "项目（点名称转到它的表）", "单位", "预算数（万元）")):
        sheet.write_string(row, column, label, head)
    cell = {"border": 1, "valign": "vcenter", "text_wrap": True}
    line, right = book.add_format(cell), book.add_format({**cell, "num_format": "#,##0.00##"})
    centred = book.add_format({**cell, "align": "center"})
    link = book.add_format({**cell, "font_color": "#1F5FAF", "underline": 1})
    for number, (form, tab) in enumerate(zip(forms, tabs, strict=True), 1):
        p = form.project
        sheet.write_number(row + number, 0, number, centred)
        sheet.write_url(row + number, 1, f"internal:'{tab}'!A1", link, p.name or form.name)
        sheet.write_string(row + number, 2, p.unit_name or "", line)
        total: Decimal | None = p.budget.total
        if total is None:
            sheet.write_blank(row + number, 3, None, right)
        else:
            sheet.write_number(row + number, 3, total, right)
    sheet.protect("", {"select_locked_cells": True})
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
