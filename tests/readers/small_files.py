"""One small document of the usual kind in every format that tests damage."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import xlsxwriter
from pdf_writer import PdfWriter

from samples import cell, heading, package, paragraph, table

HEAD = "一级指标 二级指标 三级指标 绩效指标描述 指标值 指标值确定依据".split()
PROJECT = [
    ["701003青石县第三小学", "单位：万元"],
    ["项目编码", "13029925P00000000001", "项目名称", "校舍修缮"],
    ["预算规模及资金用途", "预算数", "36.5", "其中：财政资金", "36.5", ""],
    ["资金支出计划（%）", "3月底", "6月底", "10月底", "12月底"],
    ["", "10%", "40%", "80%", "100%"],
    ["绩效目标", "1.完成教学楼屋面修缮"],
    HEAD,
    ["产出指标", "数量指标", "修缮校舍面积", "修缮校舍建筑面积", "≥1200平方米", "修缮方案"],
    ["", "质量指标", "验收合格率", "合格面积占比", "=100%", "验收规范"],
    ["满意度指标", "服务对象满意度指标", "师生满意度", "问卷", "≥95%", "往年问卷"],
]
PART_ONE = [
    "第一部分",
    "部门整体绩效目标",
    "一、总体绩效目标",
    "办好每一所学校。",
    "二、分项绩效目标",
    "（一）校舍",
    "绩效目标：修缮。",
    "绩效指标：面积。",
]


def _docx() -> bytes:
    rows = [[cell(text, 6 // len(row) or 1) for text in row] for row in PROJECT]
    rows[-2][0] = cell("", 1, "continue")
    rows[-3][0] = cell("产出指标", 1, "restart")
    body = "".join(map(paragraph, PART_ONE)) + heading("校舍修缮绩效目标表") + table(rows, 6)
    return package(body)


def _xlsx() -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"created": datetime(2026, 1, 1, tzinfo=UTC)})  # the same bytes each time
    sheet = book.add_worksheet()
    for number, row in enumerate([["校舍修缮绩效目标表"], *PROJECT]):
        sheet.write_row(number, 0, row)
    sheet.merge_range("A10:A11", "产出指标")
    book.close()
    return out.getvalue()


def _html() -> bytes:
    rows = "".join(
        f"<tr>{''.join(f'<td colspan={6 // len(row) or 1}>{text}</td>' for text in row)}</tr>\n" for row in PROJECT
    )
    return f"<html><body>{''.join(f'<p>{text}</p>' for text in PART_ONE)}<h2>校舍修缮绩效目标表</h2><table>{rows}</table>".encode()


def _text() -> bytes:
    return "\n".join([*PART_ONE, "校舍修缮绩效目标表", *("\t".join(row) for row in PROJECT)]).encode()


PACKAGES = {"a.docx": _docx(), "a.xlsx": _xlsx()}
FILES = {**PACKAGES, "a.html": _html(), "a.txt": _text()}


def xls_stream() -> bytes:
    """The ``Workbook`` stream of an .xls of one cell."""
    bof = b"\x09\x08\x10\x00\x00\x06\x05\x00" + b"\0" * 12
    strings = b"\xfc\x00\x17\x00\x02\0\0\0\x02\0\0\0" + b"\x04\0\x01" + "项目名称".encode("utf-16-le") + b"\x01\0\0a"
    about = b"\x85\x00\x0a\x00\x5f\0\0\0\0\0\x01\x01\x68\x88"
    inside = (
        b"\x09\x08\x10\x00\x00\x06\x10\x00"
        + b"\0" * 12
        + b"\xfd\x00\x0a\x00"
        + b"\0" * 10
        + b"\xbd\x00\x12\x00"
        + b"\x01\0" * 9
    )
    return (bof + strings + about + b"\x0a\0\0\0" + inside + b"\x0a\0\0\0").ljust(4400, b"\0")


def pdf(rows: list[list[str]] = PROJECT) -> bytes:
    """The same as a PDF of one ruled table."""
    writer = PdfWriter()
    writer.page()
    writer.text(200, 40, "校舍修缮绩效目标表")
    xs = [40.0 + 85 * n for n in range(7)]
    writer.table(xs, [60.0 + 30 * n for n in range(len(rows) + 1)], rows)
    return writer.to_bytes()
