"""The list of projects with their money as a workbook."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from io import BytesIO

import xlsxwriter

from jiheng.web.execution.queries.lists import Row
from jiheng.web.plan.models import BudgetYear
from jiheng.writers.excel_layout import height_of, print_on_a4

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LIGHTS = {"green": "正常", "yellow": "落后", "red": "严重", "grey": "—"}
WAN = Decimal(10000)
COLUMNS = (
    ("项目代码", 24), ("项目名称", 28), ("单位", 24), ("全年预算数\n（万元）", 14), ("已支付\n（万元）", 14),
    ("未支付\n（万元）", 14), ("执行率\n（%）", 10), ("计划进度\n（%）", 10), ("偏离\n（百分点）", 11),
    ("预警", 8), ("说明", 42),
)  # fmt: skip


def workbook(rows: Iterable[Row], year: BudgetYear, on: date) -> bytes:
    """One row a project; texts are never taken for formulas."""
    out = BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(out, options)
    sheet = book.add_worksheet("预算执行")
    ruled = {"border": 1, "valign": "vcenter"}
    head = book.add_format(ruled | {"bold": True, "bg_color": "#E8EFF8", "text_wrap": True, "align": "center"})
    title = book.add_format({"bold": True, "font_size": 14, "valign": "vcenter"})
    words, money = book.add_format(ruled | {"text_wrap": True}), book.add_format(ruled | {"num_format": "#,##0.00"})
    for column, (_, width) in enumerate(COLUMNS):
        sheet.set_column(column, column, width)
    sheet.set_row(0, 28)
    sheet.write_string(
        0, 0, f"{year.district}{year.year}年预算执行情况（截至{on.year}年{on.month}月{on.day}日）", title
    )
    sheet.set_row(1, height_of((label, width) for label, width in COLUMNS))
    for column, (label, _) in enumerate(COLUMNS):
        sheet.write_string(1, column, label, head)
    sheet.freeze_panes(2, 2)
    line = 1
    for line, row in enumerate(rows, 2):
        texts = {0: row.code, 1: row.name, 2: row.unit, 9: LIGHTS[row.light.light], 10: row.light.reason}
        sheet.set_row(line, height_of((text, COLUMNS[column][1]) for column, text in texts.items()))
        for column, text in texts.items():
            sheet.write_string(line, column, text, words)
        for column, number in enumerate((row.budget, row.paid, row.left), 3):
            sheet.write_number(line, column, round(number / WAN, 6), money)
        for column, percent in enumerate((row.rate, row.planned, row.gap), 6):
            if percent is None:
                sheet.write_blank(line, column, None, money)
            else:
                sheet.write_number(line, column, percent, money)
    print_on_a4(sheet, heads=2)
    sheet.autofilter(1, 0, line, len(COLUMNS) - 1)
    book.close()
    return out.getvalue()
