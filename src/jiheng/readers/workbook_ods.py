"""The sheets of an .ods: its cells hold their texts as printed."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from jiheng.readers import limits
from jiheng.readers.errors import BrokenFile, TooLarge
from jiheng.readers.package import open_package, parse_xml
from jiheng.readers.sheets import Sheet

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"


def ods_sheets(data: bytes) -> Iterator[Sheet]:
    """Each sheet in order."""
    content = open_package(data).read("content.xml")
    if content is None:
        raise BrokenFile("文件已损坏：缺少正文（content.xml）。请向提供者重新索取后再试。")
    root = parse_xml(content, "content.xml")
    hidden = _hidden_styles(root)
    for table in root.iterfind(f"{_OFFICE}body/{_OFFICE}spreadsheet/{_TABLE}table"):
        sheet = Sheet(table.get(f"{_TABLE}name") or "", hidden=table.get(f"{_TABLE}style-name") in hidden)
        _fill(sheet, table)
        yield sheet


def _hidden_styles(root: etree._Element) -> set[str | None]:
    properties = root.iter(f"{_STYLE}table-properties")
    hidden = [item.getparent() for item in properties if item.get(f"{_TABLE}display") == "false"]
    return {style.get(f"{_STYLE}name") for style in hidden if style is not None} - {None}


def _fill(sheet: Sheet, table: etree._Element) -> None:
    number = filled = 0
    for row in table.iter(f"{_TABLE}table-row"):
        times = _count(row, "number-rows-repeated")
        cells = _cells(sheet, row, number)
        if cells:
            if len(sheet.rows) + times > limits.ROWS:
                raise TooLarge(f"工作表“{sheet.name}”的数据超过 {limits.ROWS} 行，不像绩效文本，已停止读取。")
            filled += len(cells) * times
            if filled > limits.GRID_CELLS:
                most = limits.GRID_CELLS // 10_000
                raise TooLarge(f"工作表“{sheet.name}”超过 {most} 万个单元格，不像绩效文本，已停止读取。")
            sheet.rows |= {number + again: dict(cells) for again in range(times)}
        number += times


def _cells(sheet: Sheet, row: etree._Element, number: int) -> dict[int, str]:
    cells: dict[int, str] = {}
    column = 0
    for cell in row.iterchildren(f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
        times = _count(cell, "number-columns-repeated")
        covered = cell.tag != f"{_TABLE}table-cell"
        text = "" if covered else "\n".join(_paragraph(item) for item in cell.iterchildren(f"{_TEXT}p"))
        if text.strip():
            cells |= dict.fromkeys(range(column, min(column + times, limits.SPAN + 1)), text)
        width, height = _count(cell, "number-columns-spanned"), _count(cell, "number-rows-spanned")
        if width > 1 or height > 1:
            sheet.merges.append((number, column, number + height - 1, column + width - 1))
        column += times
    return cells


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
