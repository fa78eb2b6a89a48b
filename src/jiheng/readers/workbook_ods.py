"""The sheets of an .ods: its cells hold their texts as printed, and beside them what they are worth."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from jiheng.readers import limits, number_format
from jiheng.readers.errors import BrokenFile, TooLarge
from jiheng.readers.package import open_package, parse_xml
from jiheng.readers.sheets import Sheet

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"


def ods_sheets(data: bytes, *, exact: bool = False) -> Iterator[Sheet]:
    """Each sheet in order.

    ``exact`` gives numbers with all their digits and dates with their year, whatever their formats print.
    """
    content = open_package(data).read("content.xml")
    if content is None:
        raise BrokenFile("文件已损坏：缺少正文（content.xml）。请向提供者重新索取后再试。")
    root = parse_xml(content, "content.xml")
    hidden = _hidden_styles(root)
    for table in root.iterfind(f"{_OFFICE}body/{_OFFICE}spreadsheet/{_TABLE}table"):
        sheet = Sheet(table.get(f"{_TABLE}name") or "", hidden=table.get(f"{_TABLE}style-name") in hidden)
        _hide_columns(sheet, table)
        _fill(sheet, table, exact)
        yield sheet


def _hidden_styles(root: etree._Element) -> set[str | None]:
    properties = root.iter(f"{_STYLE}table-properties")
    hidden = [item.getparent() for item in properties if item.get(f"{_TABLE}display") == "false"]
    return {style.get(f"{_STYLE}name") for style in hidden if style is not None} - {None}


def _is_hidden(element: etree._Element) -> bool:
    return element.get(f"{_TABLE}visibility") in ("collapse", "filter")


def _hide_columns(sheet: Sheet, table: etree._Element) -> None:
    column = 0
    for item in table.iter(f"{_TABLE}table-column"):
        times = _count(item, "number-columns-repeated")
        if _is_hidden(item):
            sheet.hidden_columns.update(range(column, min(column + times, limits.SPAN)))
        column += times


def _fill(sheet: Sheet, table: etree._Element, exact: bool) -> None:
    number = filled = 0
    for row in table.iter(f"{_TABLE}table-row"):
        times = _count(row, "number-rows-repeated")
        cells = _cells(sheet, row, number, exact)
        if cells:
            if len(sheet.rows) + times > limits.ROWS:
                raise TooLarge(f"工作表“{sheet.name}”的数据超过 {limits.ROWS} 行，不像绩效文本，已停止读取。")
            filled += len(cells) * times
            if filled > limits.GRID_CELLS:
                most = limits.GRID_CELLS // 10_000
                raise TooLarge(f"工作表“{sheet.name}”超过 {most} 万个单元格，不像绩效文本，已停止读取。")
            sheet.rows |= {number + again: dict(cells) for again in range(times)}
            long = [column for column in cells if (number, column) in sheet.long_numbers]
            sheet.long_numbers.update((number + again, column) for again in range(times) for column in long)
            if _is_hidden(row):
                sheet.hidden_rows.update(range(number, number + times))
        number += times


def _cells(sheet: Sheet, row: etree._Element, number: int, exact: bool) -> dict[int, str]:
    cells: dict[int, str] = {}
    column = 0
    for cell in row.iterchildren(f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
        times = _count(cell, "number-columns-repeated")
        covered = cell.tag != f"{_TABLE}table-cell"
        text = "" if covered else "\n".join(_paragraph(item) for item in cell.iterchildren(f"{_TEXT}p"))
        if text.strip():
            reached = range(column, min(column + times, limits.SPAN + 1))
            cells |= dict.fromkeys(reached, _exactly(cell, text) if exact else text)
            if number_format.is_too_long(cell.get(f"{_OFFICE}value") or ""):
                sheet.long_numbers.update((number, at) for at in reached)
        width, height = _count(cell, "number-columns-spanned"), _count(cell, "number-rows-spanned")
        if width > 1 or height > 1:
            sheet.merges.append((number, column, number + height - 1, column + width - 1))
        column += times
    return cells


def _exactly(cell: etree._Element, text: str) -> str:
    kind = cell.get(f"{_OFFICE}value-type")
    if kind == "date":
        return cell.get(f"{_OFFICE}date-value") or text
    value = cell.get(f"{_OFFICE}value") if kind in ("float", "currency", "percentage") else None
    if not value:
        return text
    number = number_format.exact_number(value)
    # A code that is stored as a number keeps the zeros in front that it is printed with.
    return text if text.isdecimal() and text.lstrip("0") == number else number


def _paragraph(paragraph: etree._Element) -> str:
    """The text with the blanks, tabs and line breaks that are elements of their own; without comments."""
    pieces = [paragraph.text or ""]
    for item in paragraph:
        if item.tag == f"{_TEXT}s":
            pieces.append(" " * min(_count(item, "c", _TEXT), limits.SPAN))
        elif item.tag in (f"{_TEXT}tab", f"{_TEXT}line-break"):
            pieces.append("\t" if item.tag == f"{_TEXT}tab" else "\n")
        elif item.tag != f"{_OFFICE}annotation":
            pieces.append(_paragraph(item))
        pieces.append(item.tail or "")
    return "".join(pieces)


def _count(element: etree._Element, name: str, namespace: str = _TABLE) -> int:
    text = element.get(f"{namespace}{name}") or "1"
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 8 else 1
