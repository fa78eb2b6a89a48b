"""Any grid of cells to projects, whatever the reader: driven by labels and layout, not by position.

A form is read row by row. Its head is a walk from label to value; labels that stand beside several rows (资金支出计划,
绩效目标) keep speaking until the next; the head of the indicator table says what each column below it is.
"""

from __future__ import annotations

import re

from jiheng.model import Anchor, Project, Warning
from jiheng.readers.blocks import Cell, Paragraph, Row, Table
from jiheng.readers.flat_list import flat_cells, put_block
from jiheng.readers.goal_rows import GoalRows
from jiheng.readers.indicator_grid import IndicatorGrid, is_head
from jiheng.readers.plan_rows import PlanRows, holds_values
from jiheng.readers.project_builder import AMOUNT_KEYS, AMOUNTS, ProjectBuilder, anchor_of
from jiheng.readers.texts import (
    IMPRINT,
    block_key,
    fields_in,
    flat,
    head_key,
    label_of,
    title_suffix,
    unit_in_label,
    within_budget_key,
)  # fmt: skip
from jiheng.readers.titles import Titles
from jiheng.readers.values import is_amount, plain

_UNIT = re.compile(r"(?:金额)?单位:(万元|元|亿元)")
_UNIT_NAME = re.compile(r"(?:[^\d:]{0,6}单位(?:名称)?:)?(\d{3,9})(?:[-—_])?((?![年月日个元%]|万元)[^\d\W].*)")
_UNIT_PARAGRAPH = re.compile(r"(?:单位:)?(\d{6,9})[-—_]?([^\d\W](?:(?!经费|项目|资金).)*)")
_YEAR_LINE = re.compile(r"\(?(20\d\d)年度?\)?")
_START = frozenset(("code", "name"))
_UNIT_KEYS = frozenset(("unit_code", "unit_name", "supervisor"))
_LONGEST_LABEL = 14


class TablesReader:
    """Reads the second part of a document: feed it the blocks in order, then :meth:`finish`."""

    def __init__(self) -> None:
        self.done: list[ProjectBuilder] = []
        self.project = ProjectBuilder()
        self.titles = Titles()
        self.warnings: list[Warning] = []
        self.printed_unit: str | None = None
        self.printed_year: int | None = None
        self.imprint: str | None = None
        self._grid: IndicatorGrid | None = None
        self._last_grid: IndicatorGrid | None = None
        self._block: str | None = None
        self._block_unit: str | None = None
        self._amount_columns: list[tuple[Cell, str]] = []
        self._goal_rows = GoalRows()
        self._plan_rows = PlanRows()

    def paragraph(self, block: Paragraph) -> None:
        """A paragraph between tables: a heading, or part of one."""
        text = plain(block.text)
        if not text:
            return
        self._read_unit(text)
        unit = _UNIT_PARAGRAPH.fullmatch(_UNIT.sub("", text))
        if match := _YEAR_LINE.fullmatch(text):
            self.printed_year = self.printed_year or int(match[1])
        elif unit is not None:
            self._close_if_headed()
            self._unit_line(unit, Anchor(paragraph=block.number, sheet=block.sheet, page=block.page))
        elif match := IMPRINT.fullmatch(_UNIT.sub("", text)):
            self.imprint = self.imprint or match[1] or match[2]
        elif _UNIT.fullmatch(text.strip("()")) is None and not (":" in text and self._fields(block)):
            self.titles.take(block)

    def _fields(self, block: Paragraph) -> bool:
        """Take a paragraph that is a part of the form: 项目名称：…, 绩效目标：…"""
        anchor = Anchor(paragraph=block.number, sheet=block.sheet, page=block.page)
        label, _, rest = block.text.replace("：", ":").partition(":")
        if block_key(label) == "goals" and rest.strip() and (self.titles.pending or not self.project.has_grid):
            if self.project.has_grid:
                self._close()
            self._begin_if_waiting()
            self.project.anchors.setdefault("goals", anchor)
            self.project.goal_cells.append((rest.strip(), anchor))
            return True
        return self._take_fields(block.text, anchor)

    def _take_fields(self, text: str, anchor: Anchor) -> bool:
        """Put each field of a text that is nothing but fields; ``False`` where it is something else."""
        fields = fields_in(text)
        for key, label, value in fields:
            self._close_if_headed()
            self._reach(key)
            if key == "total" and not is_amount(value):  # 预算数：100万元，其中：财政资金…
                self.project.add_purpose(text, anchor)
                break
            self._put(key, label, value, anchor)
        return bool(fields)

    def _close_if_headed(self) -> None:
        """After the indicators and a heading begins the next project."""
        if self.titles.pending and self.project.has_grid:
            self._close()

    def table(self, table: Table) -> None:
        """One grid; it may begin a project, carry one on, or hold several."""
        self._block = None
        if self._grid is not None and not self._continues(table):
            self._grid = None
        for row in table.rows:
            self._row(table, row)

    def finish(self) -> list[Project]:
        """All projects in order; what was left over becomes warnings."""
        self._close()
        self.titles.settle(self.done[-1] if self.done else None, None)
        self.warnings += self.titles.leftovers()
        for builder in self.done:
            self.warnings += builder.warnings
        return [builder.build(n) for n, builder in enumerate(self.done, 1)]

    def _continues(self, table: Table) -> bool:
        """Whether a table without a head of its own carries the indicator table before it on."""
        first = table.rows[0] if table.rows else None
        if first is None or self._grid is None or self.titles.pending:
            return False
        width = max((c.column + c.width for c in first.cells), default=0)
        return abs(width - self._grid.width) <= 1 and not is_head(first) and len(first.cells) > 2

    def _row(self, table: Table, row: Row) -> None:
        filled = [c for c in row.cells if c.text and not c.text.isspace()]
        if not filled:
            return
        if len(filled) >= 3 and is_head(row):
            self._open_grid(row)
            return
        if self._grid is not None:
            if self._grid.refine(row):
                return
            if not self._is_head_row(filled):
                self._grid_row(table, row, filled)
                return
            self._grid, self._block = None, None
        if len(filled) == 1 and self._lone(table, row, filled[0]):
            return
        self._head_row(table, row)

    def _open_grid(self, row: Row) -> None:
        if self.project.has_grid and self.titles.pending:
            self._close()
        self._begin_if_waiting()
        grid = IndicatorGrid(row, self._last_grid, self.project.has_grid)
        self._grid = self._last_grid = grid
        self._block = None
        self.project.has_grid = True

    def _begin_if_waiting(self) -> None:
        if self.titles.pending and not self.project.begun():
            self.titles.settle(self.done[-1] if self.done else None, self.project)

    def _grid_row(self, table: Table, row: Row, filled: list[Cell]) -> None:
        grid = self._grid
        assert grid is not None
        if grid.flat_columns:
            self._flat_row(table, row, grid)
        if len(filled) == 1 and title_suffix(filled[0].text):
            self._grid = None
            self._lone(table, row, filled[0])
        elif not grid.read(table, row, self.project):
            self._unplaced(table, row, filled[0], "表格里的这段文字不知属于哪一项")

    def _flat_row(self, table: Table, row: Row, grid: IndicatorGrid) -> None:
        """A list with one row an indicator: its project columns change where the next project begins."""
        found = flat_cells(row, grid.flat_columns)
        for key in ("code", "name"):
            if key in found and self.project.texts.get(key) not in (None, flat(found[key][0].text)):
                self._close(keep_grid=True)
                break
        for key, (cell, label) in found.items():
            anchor = anchor_of(table, row, cell)
            if key in ("plan", "goals"):
                if found.keys() & _START:
                    put_block(self.project, key, cell, anchor)
            elif key != "purpose" or not self.project.purpose:
                self._put(key, label, cell.text, anchor)

    def _is_head_row(self, filled: list[Cell]) -> bool:
        """Whether a row inside the indicator table begins another part of a form."""
        first = filled[0].text
        if filled[0].column > 0:  # a label begins its row; further on it is the name of an indicator
            return False
        if head_key(first) is not None:
            return len(filled) > 1
        if block_key(first) is not None and block_key(first) != "indicators":
            return len(filled) > 1
        return _UNIT.search(plain(filled[-1].text)) is not None and len(filled) <= 2

    def _lone(self, table: Table, row: Row, cell: Cell) -> bool:
        """A row with one text: the title of a form, or its unit."""
        text = plain(cell.text)
        if match := _YEAR_LINE.fullmatch(text):
            self.printed_year = self.printed_year or int(match[1])
            return True
        if title_suffix(cell.text) and self._block is None:
            self.titles.take(Paragraph(cell.text, -1, row.page, table.sheet), anchor_of(table, row, cell))
            return True
        if self._block is not None or not self._read_unit(text):
            return False
        rest = _UNIT.sub("", text).strip("()")
        return not rest or _YEAR_LINE.fullmatch(rest) is not None

    def _read_unit(self, text: str) -> bool:
        match = _UNIT.search(text)
        if match is None:
            return False
        self.printed_unit = self.project.unit = match[1]
        return True

    def _head_row(self, table: Table, row: Row) -> None:
        cells = row.cells
        first = cells[0]
        key = block_key(first.text) if first.text else None
        if key is not None:
            if key != self._block:  # a label may be printed again on each row it stands beside
                self._start_block(key, table, row, first)
            cells = cells[1:]
        elif first.continued or not first.text.strip():
            cells = cells[1:]
        elif self._block == "plan" and holds_values(self.project, row):
            pass
        elif _heads_budget(row):
            self._start_block("budget", table, row, first)
            cells = cells[1:]
        elif head_key(first.text) is not None or self._block not in ("goals", "budget"):
            self._block = self._block_unit = None
        {"plan": self._plan, "goals": self._goals, "indicators": self._walk, "budget": self._walk, None: self._walk}[
            self._block
        ](table, row, cells)

    def _start_block(self, key: str, table: Table, row: Row, label: Cell) -> None:
        self._block = key
        self._block_unit = unit_in_label(label.text)
        if key in ("plan", "goals"):
            self.project.anchors.setdefault(key, anchor_of(table, row, label))
        self._goal_rows, self._plan_rows = GoalRows(), PlanRows()

    def _walk(self, table: Table, row: Row, cells: list[Cell]) -> None:
        """Label, value, label, value …; what stands without a label is the purpose, or the unit's line."""
        keys = [self._key(c) for c in cells]
        if self._amounts_below(table, row, cells, keys):
            return
        twice = sum(k in ("fiscal", "other") for k in keys) == 2 and len({k for k in keys if k}) == 1
        n = 0
        while n < len(cells):
            label, key = cells[n], keys[n]
            if key is None:
                n += self._unlabelled(table, row, cells[n:])
                continue
            self._reach(key)
            if twice and key in keys[n + 1 :]:
                key = f"midterm_{key}"
            n += 1
            if n < len(cells) and keys[n] is None:
                while n < len(cells) - 1 and keys[n + 1] is None and not cells[n].text.strip():
                    n += 1
                self._put(key, label.text, cells[n].text, anchor_of(table, row, cells[n]))
                n += 1

    def _key(self, cell: Cell) -> str | None:
        if not cell.text:
            return None
        key = head_key(cell.text)
        return within_budget_key(cell.text) if key is None and self._block == "budget" else key

    def _reach(self, key: str) -> None:
        """Begin the project that a label belongs to, where it is not the one at hand."""
        again = key in self.project.texts
        if (key in _START and (again or self.project.indicators)) or (
            key in _UNIT_KEYS and self.project.indicators and (again or self.titles.pending)
        ):
            self._close()
        if key != "beyond":
            self._begin_if_waiting()

    def _put(self, key: str, label: str, text: str, anchor: Anchor) -> None:
        if key != "beyond":
            unit = unit_in_label(label) or self._block_unit
            self.printed_unit = self.printed_unit or unit
            self.project.put(key, text, anchor, unit)
        elif plain(text).strip("-—/0.") not in ("", "无"):
            self.warnings.append(Warning(f"“{label_of(label)}”一栏没有对应的项目，没有读入", anchor, text.strip()))

    def _amounts_below(self, table: Table, row: Row, cells: list[Cell], keys: list[str | None]) -> bool:
        """A row of labels (预算数 │ 财政资金 │ 其他资金) whose amounts stand in the row below, or those amounts."""
        heads, self._amount_columns = self._amount_columns, []
        if not heads and not AMOUNT_KEYS.intersection(keys):
            return False
        filled = [(c, k) for c, k in zip(cells, keys, strict=True) if c.text.strip()]
        if len(filled) > 1 and all(k in AMOUNTS for _, k in filled):
            self._amount_columns = [(c, str(k)) for c, k in filled]
            return len(filled) == sum(1 for c in cells if not c.continued)
        if not heads or not filled or any(k is not None or not is_amount(c.text) for c, k in filled):
            return False
        for cell, _ in filled:
            label, key = max(heads, key=lambda head: _overlap(head[0], cell))
            self._put(key, label.text, cell.text, anchor_of(table, row, cell))
        return True

    def _unlabelled(self, table: Table, row: Row, cells: list[Cell]) -> int:
        """Take a text without a label; how many cells that took."""
        cell = cells[0]
        text = plain(cell.text)
        if not text:
            return 1
        anchor = anchor_of(table, row, cell)
        if self._only_fields(cell.text) and self._take_fields(cell.text, anchor):
            self._read_unit(text)
        elif self._block == "budget":
            value = next((c for c in cells[1:] if c.text.strip()), None)
            if value is not None and len(text) <= _LONGEST_LABEL and is_amount(value.text) and not is_amount(text):
                self._put("beyond", cell.text, value.text, anchor_of(table, row, value))
                return cells.index(value) + 1
            self.project.add_purpose(cell.text, anchor)
        elif self._read_unit(text):
            rest = _UNIT.sub("", text).strip("()")
            if match := _UNIT_NAME.fullmatch(rest):
                self._unit_line(match, anchor)
            elif match := IMPRINT.fullmatch(rest):
                self.imprint = self.imprint or match[1] or match[2]
            elif rest:
                self._unplaced(table, row, cell, "表格里的这段文字不知属于哪一项")
        elif (match := _UNIT_NAME.fullmatch(text)) and not _stands_after(row, cell):
            self._unit_line(match, anchor)
        elif title_suffix(cell.text) and not self.project.begun():
            self.titles.take(Paragraph(cell.text, -1, row.page, table.sheet), anchor)
        else:
            self._unplaced(table, row, cell, "表格里的这段文字不知属于哪一项")
        return 1

    def _only_fields(self, text: str) -> bool:
        """Beside 预算规模 a sentence may begin like a field (预算数：100万元，用于…) and is the purpose."""
        return self._block != "budget" or all(key in AMOUNTS and is_amount(v) for key, _, v in fields_in(text))

    def _unit_line(self, match: re.Match[str], anchor: Anchor) -> None:
        if self.project.begun() and "unit_code" in self.project.texts:
            self._close()
        self._begin_if_waiting()
        self.project.texts.update(unit_code=match[1], unit_name=match[2])
        self.project.anchors.update(unit_code=anchor, unit_name=anchor)

    def _plan(self, table: Table, row: Row, cells: list[Cell]) -> None:
        for cell, why in self._plan_rows.take(self.project, table, row, cells):
            self._unplaced(table, row, cell, why)

    def _goals(self, table: Table, row: Row, cells: list[Cell]) -> None:
        self._goal_rows.take(self.project, table, row, cells)

    def _unplaced(self, table: Table, row: Row, cell: Cell, why: str) -> None:
        self.warnings.append(Warning(why, anchor_of(table, row, cell), cell.text.strip()))

    def _close(self, keep_grid: bool = False) -> None:
        """The project at hand is whole: begin the next."""
        if self.project.begun():
            self.done.append(self.project)
        unit = self.project.unit
        self.project = ProjectBuilder(unit=unit)
        if not keep_grid:
            self._grid = None
        self._block = None


def _heads_budget(row: Row) -> bool:
    """Whether a row begins with a label that stands beside labels of amounts: 预算规模 │ 预算数 │ 100 …"""
    if head_key(row.cells[0].text) not in ("total", "purpose", "beyond"):
        return False
    filled = [c for c in row.cells if c.text.strip()]
    keys = [head_key(c.text) for c in filled[:2]]
    return (
        len(filled) > 2 and keys[1] in AMOUNTS
        and any(head_key(c.text) is None for c in filled)
    )  # fmt: skip


def _stands_after(row: Row, cell: Cell) -> bool:
    """Whether anything is printed in the row before this cell."""
    return any(c.text.strip() for c in row.cells if c.column < cell.column)


def _overlap(a: Cell, b: Cell) -> int:
    return min(a.column + a.width, b.column + b.width) - max(a.column, b.column)
