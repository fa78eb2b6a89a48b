"""Lists as other systems export them: the cells of each sheet, unjudged, with exact numbers and whole dates."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from jiheng.readers import limits
from jiheng.readers.blocks import Table
from jiheng.readers.detect import detect
from jiheng.readers.errors import TooLarge, UnknownKind
from jiheng.readers.html import read_html
from jiheng.readers.sheets import Sheet
from jiheng.readers.text import decode
from jiheng.readers.workbook_ods import ods_sheets
from jiheng.readers.workbook_xls import xls_sheets
from jiheng.readers.workbook_xlsx import xlsx_sheets

_DELIMITERS = "\t,;|"
_LOOKED_AT = 20
"""Lines from which the delimiter is told."""


def read_grids(data: bytes, name: str = "") -> list[Sheet]:
    """The sheets with anything in them, hidden ones marked, of an .xlsx, .xls, .et, .ods, .csv or a page named .xls.

    Text may be UTF-8, UTF-16 or GB 18030, with tabs, commas, semicolons or bars between its cells.
    Raises :class:`ReadError`.
    """
    kind = detect(data, name)
    sheets: Iterable[Sheet]
    if kind == "xlsx":
        sheets = xlsx_sheets(data, exact=True)
    elif kind in ("xls", "et"):
        sheets = xls_sheets(data, exact=True)
    elif kind == "ods":
        sheets = ods_sheets(data, exact=True)
    elif kind == "html":
        sheets = _tables_of_page(data)
    elif kind == "text":
        sheets = [_of_text(decode(data), name)]
    else:
        raise UnknownKind("这不是表格文件。请从财政系统导出 Excel（.xlsx、.xls）或 CSV 文件，再上传。")
    found = []
    for sheet in sheets:
        if len(sheet.rows) > limits.ROWS:
            raise TooLarge(f"“{sheet.name}”超过 {limits.ROWS} 行，已停止读取。请按月份或单位拆分后再试。")
        if sheet.rows:
            found.append(sheet)
    return found


def _tables_of_page(data: bytes) -> list[Sheet]:
    sheets: list[Sheet] = []
    for table in read_html(data).blocks:
        if isinstance(table, Table):
            rows = {
                n: {cell.column: cell.text for cell in row.cells if cell.text.strip() and not cell.continued}
                for n, row in enumerate(table.rows)
            }
            sheets.append(Sheet(f"表{len(sheets) + 1}", {n: cells for n, cells in rows.items() if cells}))
    return sheets


def _of_text(text: str, name: str) -> Sheet:
    lines = text.splitlines()[:_LOOKED_AT]
    # Pasted from a worksheet every line has tabs, and the amounts in it may well have more commas.
    has_tabs = 2 * sum("\t" in line for line in lines) > len(lines)
    delimiter = "\t" if has_tabs else max(_DELIMITERS, key=lambda d: sum(line.count(d) for line in lines))
    rows: dict[int, dict[int, str]] = {}
    # A quote that is never closed would swallow the rest of the file into one cell: the size of a cell is bounded.
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)):
            cells = {column: cell for column, cell in enumerate(row[: limits.SPAN]) if cell.strip()}
            if cells:
                rows[number] = cells
            if len(rows) > limits.ROWS:
                break
    except csv.Error as error:
        raise UnknownKind("文本的引号不成对，分不出列。请用 Excel 或 WPS 打开，另存为 .xlsx 后再试。") from error
    return Sheet(name, rows)
