"""A workbook of tables that share their columns: a name, then figures."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from io import BytesIO
from typing import Any

import xlsxwriter

from jiheng.writers.excel_layout import height_of, print_on_a4

_NAMES, _FIGURES = 30, 10
"""Widths of the columns, in characters."""


def write_tables(title: str, headings: Sequence[str], tables: Sequence[tuple[str, Sequence[Sequence[Any]]]]) -> bytes:
    """One sheet a table (its name, its rows), such as 科室 and 个人. Decimals are shown with two places, integers
    and texts as they are, ``None`` as nothing."""
    out = BytesIO()
    # Texts stay texts: what people typed is no formula and no link.
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    ruled = {"border": 1, "valign": "vcenter"}
    head = book.add_format(ruled | {"bold": True, "bg_color": "#E8EFF8", "align": "center", "text_wrap": True})
    named, short = book.add_format(ruled | {"text_wrap": True}), book.add_format(ruled | {"align": "center"})
    whole, share = book.add_format(ruled), book.add_format(ruled | {"num_format": "0.00"})
    big = book.add_format({"bold": True, "font_size": 14, "align": "center", "valign": "vcenter"})
    for name, rows in tables:
        sheet = book.add_worksheet(name)
        sheet.merge_range(0, 0, 0, len(headings) - 1, f"{title}（{name}）", big)
        sheet.set_row(0, 28)
        sheet.set_row(1, height_of((heading, _FIGURES) for heading in headings))
        sheet.write_row(1, 0, headings, head)
        for n, row in enumerate(rows, 2):
            sheet.set_row(n, height_of([(str(row[0]), _NAMES)]))
            for column, value in enumerate(row):
                if isinstance(value, str) or value is None:
                    sheet.write_string(n, column, value or "", short if column else named)
                else:
                    sheet.write_number(n, column, value, share if isinstance(value, Decimal) else whole)
        sheet.set_column(0, 0, _NAMES)
        sheet.set_column(1, len(headings) - 1, _FIGURES)
        sheet.freeze_panes(2, 1)
        print_on_a4(sheet, heads=2)
    book.close()
    return out.getvalue()
