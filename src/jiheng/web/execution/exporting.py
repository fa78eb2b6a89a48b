"""The list of projects with their money as a workbook."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from io import BytesIO

import xlsxwriter

from jiheng.web.execution.queries.lists import Row
from jiheng.web.plan.models import BudgetYear

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LIGHTS = {"green": "正常", "yellow": "落后", "red": "严重", "grey": "—"}
WAN = Decimal(10000)
COLUMNS = (
    ("项目代码", 24), ("项目名称", 36), ("单位", 26), ("全年预算数（万元）", 16), ("已支付（万元）", 16),
    ("未支付（万元）", 16), ("执行率（%）", 12), ("计划进度（%）", 12), ("偏离（百分点）", 12),
    ("预警", 8), ("说明", 50),
)  # fmt: skip


def workbook(rows: Iterable[Row], year: BudgetYear, on: date) -> bytes:
    """One row a project; texts are never taken for formulas."""
    out = BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(out, options)
    sheet = book.add_worksheet("预算执行")
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "vcenter"})
    title, money = book.add_format({"bold": True, "font_size": 14}), book.add_format({"num_format": "#,##0.00"})
    for column, (_, width) in enumerate(COLUMNS):
        sheet.set_column(column, column, width)
    sheet.write_string(0, 0, f"{year.year}年预算执行情况（截至{on:%Y年%m月%d日}）", title)
    for column, (label, _) in enumerate(COLUMNS):
        sheet.write_string(1, column, label, head)
    sheet.freeze_panes(2, 2)
    line = 1
    for line, row in enumerate(rows, 2):
        for column, text in enumerate((row.code, row.name, row.unit)):
            sheet.write_string(line, column, text)
        for column, number in enumerate((row.budget, row.paid, row.left), 3):
            sheet.write_number(line, column, round(number / WAN, 6), money)
        for column, percent in enumerate((row.rate, row.planned, row.gap), 6):
            if percent is not None:
                sheet.write_number(line, column, percent, money)
        sheet.write_string(line, 9, LIGHTS[row.light.light])
        sheet.write_string(line, 10, row.light.reason)
    sheet.autofilter(1, 0, line, len(COLUMNS) - 1)
    book.close()
    return out.getvalue()
