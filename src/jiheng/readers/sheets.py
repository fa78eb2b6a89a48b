"""A sheet of a workbook, whatever its format, and how it becomes paragraphs and tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from jiheng import stamp
from jiheng.model import Anchor, Warning
from jiheng.readers import limits
from jiheng.readers.blocks import Cell, Content, Paragraph, Row, Table
from jiheng.readers.errors import TooLarge

Merge = tuple[int, int, int, int]
"""First row, first column, last row, last column."""
Covered = dict[int, dict[int, tuple[int, bool]]]
"""By row and column, where a merged cell begins in that row: (columns covered, whether it began further up)."""
_GAP = 100
"""Blank rows that a table keeps between two of its rows."""
_HEADING = re.compile(r"(?:绩效目标?|申报)表\s*+(?:[(（].{0,100}[)）]\s*+)?$|^\s*第[一二三四五六七八九十]+部分")


@dataclass(slots=True)
class Sheet:
    """The cells of a sheet that have text, by row and column, and the ranges that are merged.

    Rows that a filter leaves out count as hidden. ``long_numbers`` are the cells (row, column) that hold a number of
    16 digits or more: a workbook keeps 15 of them, so that what was typed is lost.
    """

    name: str
    rows: dict[int, dict[int, str]] = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)
    hidden: bool = False
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    long_numbers: set[tuple[int, int]] = field(default_factory=set)


class SheetGathering:
    """Gathers the sheets of one workbook into blocks, counting as it goes."""

    def __init__(self, format: str) -> None:
        self.content = Content(format, [])
        self._paragraphs = 0
        self._rows = 0
        self._cells = 0

    def add(self, sheet: Sheet, number: int) -> None:
        """Append the paragraphs and tables of a sheet; what is left out is said."""
        if _stamped(sheet) == "":  # instructions and lists that we handed out ourselves
            return
        if sheet.hidden:
            if sheet.rows:
                message = f"工作表“{sheet.name}”是隐藏的，没有读取。需要读取时请先取消隐藏。"
                self.content.warnings.append(Warning(message, Anchor(table=number, sheet=sheet.name)))
            return
        self._rows += len(sheet.rows)
        if self._rows > limits.ROWS:
            raise TooLarge(f"工作簿的数据超过 {limits.ROWS} 行，不像绩效文本，已停止读取。请只保留需要的工作表后再试。")
        self._cut(sheet, number)
        covered = _covered(sheet)
        for rows in _blocks(sheet, covered):
            if isinstance(rows, int):
                text = next(iter(sheet.rows[rows].values()))
                self.content.blocks.append(Paragraph(text, self._paragraphs, sheet=sheet.name))
                self._paragraphs += 1
            else:
                self.content.blocks.append(Table(self._grid(sheet, rows, covered), number, sheet.name))

    def _cut(self, sheet: Sheet, number: int) -> None:
        far = [(row, column) for row, cells in sheet.rows.items() for column in cells if column >= limits.SPAN]
        if far:
            row, column = far[0]
            message = f"工作表“{sheet.name}”第 {limits.SPAN} 列以后还有 {len(far)} 个单元格，没有读取。"
            anchor = Anchor(table=number, row=row, column=column, sheet=sheet.name)
            self.content.warnings.append(Warning(message, anchor, sheet.rows[row][column]))
        for row, column in far:
            del sheet.rows[row][column]
            if not sheet.rows[row]:
                del sheet.rows[row]

    def _grid(self, sheet: Sheet, rows: list[int], covered: Covered) -> list[Row]:
        used = [(column, column + 1) for row in rows for column in sheet.rows.get(row, ())]
        used += [(column, column + span) for row in rows for column, (span, _) in covered.get(row, {}).items()]
        # Columns left empty before the table are a margin, and no part of it.
        begin, end = min(column for column, _ in used), max(after for _, after in used)
        self._cells += (end - begin) * len(rows)
        if self._cells > limits.GRID_CELLS:
            raise TooLarge(f"工作簿的表格超过 {limits.GRID_CELLS // 10_000} 万个单元格，不像绩效文本，已停止读取。")
        return [_row(sheet.rows.get(row, {}), covered.get(row, {}), row, begin, end) for row in rows]


def _stamped(sheet: Sheet) -> str | None:
    """Take the stamp of a sheet that we handed out off it; its key, ``None`` where there is none."""
    for row, cells in sheet.rows.items():
        for column, text in cells.items():
            key = stamp.key_of(text)
            if key is not None:
                del cells[column]
                if not cells:
                    del sheet.rows[row]
                return key
    return None


def _covered(sheet: Sheet) -> Covered:
    covered: Covered = {}
    last_row = max(sheet.rows, default=0)
    left_over = limits.GRID_CELLS
    for top, left, bottom, right in sheet.merges:
        right = min(right, limits.SPAN - 1)
        rows = range(top, min(bottom, last_row, top + limits.SPAN) + 1)
        left_over -= len(rows)
        if left_over < 0:
            raise TooLarge(f"工作表“{sheet.name}”的合并单元格过多，不像正常文档，已停止读取。")
        for row in rows:
            if left <= right:
                covered.setdefault(row, {})[left] = (right - left + 1, row > top)
    return covered


def _row(texts: dict[int, str], covered: dict[int, tuple[int, bool]], number: int, begin: int, end: int) -> Row:
    cells = []
    column = begin
    while column < end:
        span, continued = covered.get(column, (1, False))
        cells.append(Cell("" if continued else texts.get(column, ""), column - begin, span, column, continued))
        column += span
    return Row(cells, number)


def _blocks(sheet: Sheet, covered: Covered) -> Iterator[int | list[int]]:
    """The row of each paragraph and the rows of each table.

    A row with a single text is a paragraph before the first table, after a blank row, and where it reads as the heading
    of a table; otherwise it belongs to the table that it stands in.
    """
    table: list[int] = []
    previous = -1
    for row in sorted(sheet.rows):
        column, text = next(iter(sheet.rows[row].items()))
        reaches = (
            any(continued for _, continued in covered.get(row, {}).values())
            or (covered.get(row + 1, {}).get(column, (1, False))[1])
        )
        alone = len(sheet.rows[row]) == 1 and not reaches
        if alone and (not table or _separated(covered, previous, row) or _HEADING.search(text)):
            if table:
                yield table
                table = []
            yield row
        else:
            # Rows in between are blank, and may be part of a vertical merge: the table keeps them.
            table += range(max(previous + 1, row - _GAP) if table else row, row + 1)
        previous = row
    if table:
        yield table


def _separated(covered: Covered, previous: int, row: int) -> bool:
    """Whether blank rows, with no merged cell reaching over them, stand before this row."""
    return any(not covered.get(between) for between in range(previous + 1, row)[:_GAP])
