"""The sheets of an .xlsx or .xlsm, straight from its parts.

Read here and not by calamine for three reasons, each measured: calamine does not know a cell's number format, so that a
printed 25% comes as 0.25; it reserves the whole rectangle that the cells span, so that two cells in far corners end the
process; and it inflates parts without a limit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from lxml import etree

from jiheng.readers import limits, number_format
from jiheng.readers.errors import BrokenFile
from jiheng.readers.package import Package, open_package, parse_xml
from jiheng.readers.sheets import Merge, Sheet

_REFERENCE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})$")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_RELATION_ID = re.compile(r"\{[^{}]*/relationships\}id$")


class _Book(NamedTuple):
    """What all sheets of a workbook share."""

    strings: list[str]
    formats: list[str]
    date1904: bool
    print_number: Callable[[str, str, bool], str]


def xlsx_sheets(data: bytes, *, exact: bool = False) -> Iterator[Sheet]:
    """Each sheet in order; charts and macro sheets have no cells and are passed over.

    ``exact`` gives numbers with all their digits and dates with their year, whatever their formats print.
    """
    package = open_package(data)
    main = package.main_part("xl/workbook.xml")
    workbook = _parse(package, main)
    date1904 = any(item.get("date1904") in ("1", "true") for item in workbook.iter("{*}workbookPr"))
    print_number = number_format.exact_number if exact else number_format.print_number
    book = _Book(_strings(package, main), _formats(package, main), date1904, print_number)
    targets = package.targets(main, "worksheet")
    for item in workbook.iter("{*}sheet"):
        key = next((value for name, value in item.items() if _RELATION_ID.search(str(name))), "")
        if key in targets:
            root = _parse(package, targets[key])
            hidden = item.get("state") in ("hidden", "veryHidden")
            sheet = Sheet(
                item.get("name") or "", merges=_merges(root), hidden=hidden, hidden_columns=_hidden_columns(root)
            )
            _read_rows(sheet, root, book)
            yield sheet


def _parse(package: Package, part: str) -> etree._Element:
    data = package.read(part)
    if data is None:
        raise BrokenFile(f"文件已损坏：缺少 {part}。请用 Excel、WPS 打开后另存一份，或向提供者重新索取。")
    return parse_xml(data, part)


def _strings(package: Package, main: str) -> list[str]:
    part = package.related(main, "sharedStrings")
    if part is None or part not in package:
        return []
    return [_text(item) for item in _parse(package, part).iterchildren("{*}si")]


def _text(item: etree._Element) -> str:
    """The text of a string in one piece or in runs, without the reading aids of Eastern scripts."""
    pieces = (
        item.iterfind("{*}t"),
        item.iterfind("{*}r/{*}t"),
        item.iterfind("{*}is/{*}t"),
        item.iterfind("{*}is/{*}r/{*}t"),
    )
    joined = "".join(piece.text or "" for found in pieces for piece in found)
    text = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), joined)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _formats(package: Package, main: str) -> list[str]:
    """The number format of each cell style."""
    part = package.related(main, "styles")
    if part is None or part not in package:
        return []
    root = _parse(package, part)
    own = {item.get("numFmtId"): item.get("formatCode") or "" for item in root.iter("{*}numFmt")}
    built_in = {str(number): code for number, code in number_format.BUILT_IN.items()}
    styles = root.find("{*}cellXfs")
    known = built_in | own
    return [] if styles is None else [known.get(style.get("numFmtId"), number_format.GENERAL) for style in styles]


def _read_rows(sheet: Sheet, root: etree._Element, book: _Book) -> None:
    row = -1
    for item in root.iterfind("{*}sheetData/{*}row"):
        row = _number(item.get("r"), row + 2) - 1
        column = -1
        cells: dict[int, str] = {}
        if _is_set(item, "hidden"):
            sheet.hidden_rows.add(row)
        for cell in item.iterchildren("{*}c"):
            place = _REFERENCE.match(cell.get("r") or "")
            column = _column(place[1]) if place else column + 1
            text = _cell_text(cell, book)
            if text.strip():
                cells[column] = text
                if _holds_long_number(cell):
                    sheet.long_numbers.add((row, column))
        if cells:
            sheet.rows.setdefault(row, {}).update(cells)


def _holds_long_number(cell: etree._Element) -> bool:
    value = cell.findtext("{*}v") or ""
    return (len(value) > 15 or "E" in value) and cell.get("t", "n") == "n" and number_format.is_too_long(value)


def _hidden_columns(root: etree._Element) -> set[int]:
    hidden: set[int] = set()
    for item in root.iterfind("{*}cols/{*}col"):
        if _is_set(item, "hidden"):
            first, last = _number(item.get("min"), 1) - 1, _number(item.get("max"), 0)
            hidden.update(range(first, min(last, limits.SPAN)))
    return hidden


def _is_set(element: etree._Element, name: str) -> bool:
    return element.get(name) in ("1", "true")


def _cell_text(cell: etree._Element, book: _Book) -> str:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return _text(cell)
    value = cell.findtext("{*}v") or ""
    if not value:
        # Programs write texts such as "=10个" as formulas, which have no value.
        formula = cell.findtext("{*}f")
        return f"={formula}" if formula else ""
    if kind == "n":
        style = _number(cell.get("s"), 0)
        code = book.formats[style] if style < len(book.formats) else number_format.GENERAL
        return book.print_number(value, code, book.date1904)
    if kind == "s":
        index = _number(value, len(book.strings))
        return book.strings[index] if index < len(book.strings) else ""
    if kind == "b":
        return "TRUE" if value == "1" else "FALSE"
    return value


def _merges(root: etree._Element) -> list[Merge]:
    merges = []
    for item in root.iterfind("{*}mergeCells/{*}mergeCell"):
        first, _, last = (item.get("ref") or "").partition(":")
        begin, end = _REFERENCE.match(first), _REFERENCE.match(last)
        if begin and end:
            merges.append((int(begin[2]) - 1, _column(begin[1]), int(end[2]) - 1, _column(end[1])))
    return merges


def _column(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 8 else default
