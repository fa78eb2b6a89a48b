"""The sheets of an .xls or .et, from the records of its workbook stream.

Read here and not by calamine because that reserves what a damaged file claims to hold: a few wrong bytes end the whole
process. It also does not know the number formats, which make 25% of 0.25.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from jiheng.readers import limits, number_format
from jiheng.readers.biff import BOF, CONTINUE, Record, Texts, packed_number, records, shared_strings
from jiheng.readers.errors import BrokenFile
from jiheng.readers.ole import Compound
from jiheng.readers.sheets import Sheet

_SHEET, _FORMAT, _STYLE, _STRINGS, _CALENDAR, _CODE_PAGE = 0x0085, 0x041E, 0x00E0, 0x00FC, 0x0022, 0x0042
_SHARED, _LABEL, _RICH_LABEL, _NUMBER, _PACKED, _SEVERAL = 0x00FD, 0x0204, 0x00D6, 0x0203, 0x027E, 0x00BD
_FORMULA, _RESULT, _TRUTH, _MERGED = 0x0006, 0x0207, 0x0205, 0x00E5
_ROW, _COLUMNS = 0x0208, 0x007D
_HIDDEN_ROW, _HIDDEN_COLUMN = 0x20, 0x01
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}


@dataclass(slots=True)
class _Book:
    """What all sheets of a workbook share; ``sheets`` are where each begins, its name and whether it is hidden."""

    texts: Texts
    strings: list[str] = field(default_factory=list)
    formats: dict[int, str] = field(default_factory=lambda: dict(number_format.BUILT_IN))
    styles: list[int] = field(default_factory=list)
    sheets: list[tuple[int, str, bool]] = field(default_factory=list)
    date1904: bool = False
    exact: bool = False

    def print_number(self, value: float, style: int) -> str:
        """A number as its style prints it."""
        number = self.styles[style] if style < len(self.styles) else 0
        print_number = number_format.exact_number if self.exact else number_format.print_number
        return print_number(value, self.formats.get(number, number_format.GENERAL), self.date1904)


def xls_sheets(data: bytes, *, exact: bool = False) -> Iterator[Sheet]:
    """Each sheet in order; charts and macro sheets are passed over.

    ``exact`` gives numbers with all their digits and dates with their year, whatever their formats print.
    """
    compound = Compound(data)
    stream = compound.head("Workbook", limits.FILE_BYTES) or compound.head("Book", limits.FILE_BYTES)
    book = _read_book(stream)
    book.exact = exact
    if not book.sheets:
        raise BrokenFile("文件已损坏：工作簿的内容读不出来。请用 Excel、WPS 打开后另存为 .xlsx，或向提供者重新索取。")
    begins = sorted({begin for begin, _, _ in book.sheets})
    ends = dict(zip(begins, [*begins[1:], len(stream)], strict=True))
    for begin, name, hidden in book.sheets:
        # No part is walked twice, however many sheets a hostile file finds in it.
        end = ends.pop(begin, begin)
        yield _read_sheet(records(stream, begin, end), Sheet(name, hidden=hidden), book)


def _read_book(stream: bytes) -> _Book:
    book = _Book(Texts(0))
    pieces: list[bytes] = []
    before = 0
    for number, data, _ in records(stream, 0, len(stream)):
        if number == BOF and len(data) >= 2:
            book.texts = Texts(int.from_bytes(data[:2], "little"))
        elif number == _STRINGS or (number == CONTINUE and before in (_STRINGS, CONTINUE) and pieces):
            pieces.append(data)
        elif len(data) >= 2:
            _add_to_book(book, number, data)
        before = number
    book.strings = shared_strings(pieces)
    return book


def _add_to_book(book: _Book, number: int, data: bytes) -> None:
    value = int.from_bytes(data[:2], "little")
    if number == _CODE_PAGE:
        book.texts.use_code_page(value)
    elif number == _CALENDAR:
        book.date1904 = value == 1
    elif number == _FORMAT:
        book.formats[value] = book.texts.read(data, 2, 2 if book.texts.biff8 else 1)
    elif number == _STYLE and len(data) >= 4:
        book.styles.append(int.from_bytes(data[2:4], "little"))
    elif number == _SHEET and len(data) >= 7 and data[5] == 0:
        name = book.texts.read(data, 6, 1)
        book.sheets.append((int.from_bytes(data[:4], "little"), name, bool(data[4] & 3)))


def _read_sheet(part: Iterator[Record], sheet: Sheet, book: _Book) -> Sheet:
    waiting: tuple[int, int] | None = None  # the cell of a formula whose text follows
    for record in part:
        if record.inner:
            continue
        if record.number == _RESULT and waiting:
            _put(sheet, *waiting, book.texts.read(record.data, 0))
        elif record.number == _MERGED:
            ranges = struct.iter_unpack("<HHHH", record.data[2 : 2 + (len(record.data) - 2) // 8 * 8])
            sheet.merges += [(top, left, bottom, right) for top, bottom, left, right in ranges]
        elif record.number in (_ROW, _COLUMNS):
            _hide(sheet, record)
        elif len(record.data) >= 6:
            waiting = _read_cells(record, sheet, book) or waiting
    return sheet


def _hide(sheet: Sheet, record: Record) -> None:
    """Keep which rows or columns a record hides."""
    if record.number == _ROW and len(record.data) >= 14 and record.data[12] & _HIDDEN_ROW:
        sheet.hidden_rows.add(int.from_bytes(record.data[:2], "little"))
    elif record.number == _COLUMNS and len(record.data) >= 10 and record.data[8] & _HIDDEN_COLUMN:
        first, last = struct.unpack_from("<HH", record.data)
        sheet.hidden_columns.update(range(first, min(last + 1, limits.SPAN)))


def _put_number(sheet: Sheet, place: tuple[int, int], value: float, style: int, book: _Book) -> None:
    _put(sheet, *place, book.print_number(value, style))
    if number_format.is_too_long(value):
        sheet.long_numbers.add(place)


def _read_cells(record: Record, sheet: Sheet, book: _Book) -> tuple[int, int] | None:
    """Put the cells of a record into the sheet; returns the cell whose text the next record holds."""
    number, data, _ = record
    row, column, style = struct.unpack_from("<HHH", data)
    if number == _SEVERAL:
        for index in range((len(data) - 6) // 6):
            style, packed = struct.unpack_from("<HI", data, 4 + 6 * index)
            _put_number(sheet, (row, column + index), packed_number(packed), style, book)
    elif number == _PACKED and len(data) >= 10:
        packed = int.from_bytes(data[6:10], "little")
        _put_number(sheet, (row, column), packed_number(packed), style, book)
    elif number == _NUMBER and len(data) >= 14:
        _put_number(sheet, (row, column), struct.unpack_from("<d", data, 6)[0], style, book)
    elif number == _SHARED and len(data) >= 10:
        index = int.from_bytes(data[6:10], "little")
        _put(sheet, row, column, book.strings[index] if index < len(book.strings) else "")
    elif number in (_LABEL, _RICH_LABEL):
        _put(sheet, row, column, book.texts.read(data, 6))
    elif number == _TRUTH and len(data) >= 8:
        _put(sheet, row, column, _truth(data[6], bool(data[7])))
    elif number == _FORMULA and len(data) >= 14:
        return _read_formula(data, sheet, book)
    return None


def _read_formula(data: bytes, sheet: Sheet, book: _Book) -> tuple[int, int] | None:
    row, column, style = struct.unpack_from("<HHH", data)
    if data[12:14] != b"\xff\xff":
        _put_number(sheet, (row, column), struct.unpack_from("<d", data, 6)[0], style, book)
    elif data[6] == 0:
        return row, column
    elif data[6] in (1, 2):
        _put(sheet, row, column, _truth(data[8], data[6] == 2))
    return None


def _truth(value: int, error: bool) -> str:
    if error:
        return _ERRORS.get(value, "#N/A")
    return "TRUE" if value else "FALSE"


def _put(sheet: Sheet, row: int, column: int, text: str) -> None:
    if text.strip():
        sheet.rows.setdefault(row, {})[column] = text.replace("\r\n", "\n").replace("\r", "\n")
