"""Any grid of cells to projects, whatever the reader: driven by labels and layout, not by position.

A form is read row by row. Its head is a walk from label to value; labels that stand beside several rows (资金支出计划,
绩效目标) keep speaking until the next; the head of the indicator table says what each column below it is.
"""

from __future__ import annotations

import re

from jiheng.model import Anchor, Project, Warning
from jiheng.readers.blocks import Cell, Paragraph, Row, Table
from jiheng.readers.indicator_grid import IndicatorGrid, is_head
from jiheng.readers.project_builder import ProjectBuilder, anchor_of
from jiheng.readers.texts import IMPRINT, block_key, flat, head_key, is_period, label_of, title_suffix
from jiheng.readers.titles import Titles
from jiheng.readers.values import parse_percent, plain

_UNIT = re.compile(r"(?:金额)?单位:(万元|元|亿元)")
_UNIT_NAME = re.compile(r"(\d{3,9})(?:[-—_])?([^\d\W].*)")
_PLAN_PAIR = re.compile(
    r"((?:\d{1,2}月(?:底|末)?|第?[一二三四]季度))(?:底|末)?(?:支出|累计|完成|达到|进度|:|为)*(\d+(?:\.\d+)?)%"
)
_YEAR_LINE = re.compile(r"\(?(20\d\d)年度?\)?")
_START = frozenset(("code", "name"))
_GOAL_NUMBER = re.compile(r"(?:目标)?\s*[\d一二三四五]{1,2}[.、:：]?")


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
        self._goal_columns: list[tuple[int, int, str]] = []
        self._plan_columns: list[tuple[int, int]] = []

    def paragraph(self, block: Paragraph) -> None:
        """A paragraph between tables: a heading, or part of one."""
        text = plain(block.text)
        if not text:
            return
        self._read_unit(text)
        if match := _YEAR_LINE.fullmatch(text):
            self.printed_year = self.printed_year or int(match[1])
        elif match := IMPRINT.fullmatch(_UNIT.sub("", text)):
            self.imprint = self.imprint or match[1] or match[2]
        elif _UNIT.fullmatch(text.strip("()")) is None:
            self.titles.take(block)

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
        grid = IndicatorGrid(row, self._last_grid if self.project.has_grid else None)
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
        found = {}
        for start, width, key in grid.flat_columns:
            cell = next((c for c in row.cells if c.column < start + width and start < c.column + c.width), None)
            if cell is not None and cell.text.strip():
                found[key] = cell
        for key in ("code", "name"):
            if key in found and self.project.texts.get(key) not in (None, flat(found[key].text)):
                self._close(keep_grid=True)
                break
        for key, cell in found.items():
            if key == "purpose" and self.project.purpose:
                continue
            if key in ("plan", "goals"):
                if found.keys() & _START:
                    self._flat_block(key, cell, anchor_of(table, row, cell))
                continue
            self.project.put(key, cell.text, anchor_of(table, row, cell))

    def _flat_block(self, key: str, cell: Cell, anchor: Anchor) -> None:
        """A whole spending plan (3月底 25%，6月底 50% …), or all goals, in one cell; said again on each row."""
        project = self.project
        if key == "goals" and not project.goal_cells:
            project.anchors.setdefault("goals", anchor)
            project.goal_cells.append((cell.text, anchor))
        if key == "plan" and not project.labels:
            project.anchors.setdefault("plan", anchor)
            for part in re.split("[，；\n]", cell.text):
                label, _, raw = (flat(part) or "").rpartition(" ")
                label, raw = (label, raw) if label else (raw, "")
                if label:
                    project.labels.append(label)
                    project.plan_raw.append(raw)
                    project.plan_anchors.append(anchor)

    def _is_head_row(self, filled: list[Cell]) -> bool:
        """Whether a row inside the indicator table begins another part of a form."""
        first = filled[0].text
        if head_key(first) is not None:
            return len(filled) > 1
        if block_key(first) is not None and block_key(first) != "indicators":
            return len(filled) > 1
        return _UNIT.search(plain(filled[-1].text)) is not None and len(filled) <= 2

    def _lone(self, table: Table, row: Row, cell: Cell) -> bool:
        """A row with one text: the title of a form, or its unit."""
        text = plain(cell.text)
        if title_suffix(cell.text) and self._block is None:
            self.titles.take(Paragraph(cell.text, -1, row.page, table.sheet), anchor_of(table, row, cell))
            return True
        return self._block is None and self._read_unit(text) and not _UNIT_NAME.match(text)

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
        elif self._block == "plan" and self._values_row(row):
            pass
        elif head_key(first.text) is not None or self._block not in ("goals", "budget"):
            self._block = None
        {"plan": self._plan, "goals": self._goals, "indicators": self._walk, "budget": self._walk, None: self._walk}[
            self._block
        ](table, row, cells)

    def _start_block(self, key: str, table: Table, row: Row, label: Cell) -> None:
        self._block = key
        if key in ("plan", "goals"):
            self.project.anchors.setdefault(key, anchor_of(table, row, label))
        self._goal_columns, self._plan_columns = [], []

    def _walk(self, table: Table, row: Row, cells: list[Cell]) -> None:
        """Label, value, label, value …; what stands without a label is the purpose, or the unit's line."""
        keys = [head_key(c.text) if c.text else None for c in cells]
        twice = sum(k in ("fiscal", "other") for k in keys) == 2 and len({k for k in keys if k}) == 1
        n = 0
        while n < len(cells):
            cell, key = cells[n], keys[n]
            if key is None:
                self._unlabelled(table, row, cell)
                n += 1
                continue
            if (key in _START and key in self.project.texts) or (key in _START and self.project.indicators):
                self._close()
            if key in _START:
                self._begin_if_waiting()
            if twice and key in keys[n + 1 :]:
                key = f"midterm_{key}"
            n += 1
            if n < len(cells) and keys[n] is None:
                while n < len(cells) - 1 and keys[n + 1] is None and not cells[n].text.strip():
                    n += 1
                self.project.put(key, cells[n].text, anchor_of(table, row, cells[n]))
                n += 1

    def _unlabelled(self, table: Table, row: Row, cell: Cell) -> None:
        text = plain(cell.text)
        if not text:
            return
        anchor = anchor_of(table, row, cell)
        if self._block == "budget":
            self.project.add_purpose(cell.text, anchor)
        elif self._read_unit(text):
            rest = _UNIT.sub("", text).strip("()")
            if match := _UNIT_NAME.fullmatch(rest):
                self._unit_line(table, row, cell, match)
        elif match := _UNIT_NAME.fullmatch(text):
            self._unit_line(table, row, cell, match)
        elif ":" in text and (key := head_key(text.partition(":")[0])) is not None:
            if self.titles.pending and self.project.has_grid:  # a heading stands between: this is the next project's
                self._close()
            self._begin_if_waiting()
            self.project.put(key, re.split("[:：]", cell.text, maxsplit=1)[1], anchor)
        elif title_suffix(cell.text) and not self.project.begun():
            self.titles.take(Paragraph(cell.text, -1, row.page, table.sheet), anchor)
        else:
            self._unplaced(table, row, cell, "表格里的这段文字不知属于哪一项")

    def _unit_line(self, table: Table, row: Row, cell: Cell, match: re.Match[str]) -> None:
        if self.project.begun() and "unit_code" in self.project.texts:
            self._close()
        self._begin_if_waiting()
        anchor = anchor_of(table, row, cell)
        self.project.texts.update(unit_code=match[1], unit_name=match[2])
        self.project.anchors.update(unit_code=anchor, unit_name=anchor)

    def _plan(self, table: Table, row: Row, cells: list[Cell]) -> None:
        project = self.project
        if not project.labels:
            periods = [c for c in cells if c.text.strip() and is_period(c.text)]
            if not periods:
                self._plan_in_words(table, row, cells)
                return
            project.labels = [flat(c.text) or "" for c in periods]
            self._plan_columns = [(c.column, c.width) for c in periods]
            project.plan_raw, project.plan_anchors = [""] * len(periods), [None] * len(periods)
            beside = [c for c in cells if c.text.strip() and not is_period(c.text)]
            if len(beside) == len(periods):  # 3月底 25% 6月底 50% … in one row
                self._plan_columns = [(c.column, c.width) for c in beside]
                self._plan_values(table, row, beside)
            return
        self._plan_values(table, row, cells)

    def _plan_values(self, table: Table, row: Row, cells: list[Cell]) -> None:
        """Each value belongs to the label of the column it stands in, even where the row is visibly shifted."""
        project = self.project
        for cell in cells:
            overlap = [min(cell.column + cell.width, s + w) - max(cell.column, s) for s, w in self._plan_columns]
            place = max(range(len(overlap)), key=overlap.__getitem__, default=0)
            text = flat(cell.text) or ""
            if any(overlap) and overlap[place] > 0 and not project.plan_raw[place]:
                project.plan_raw[place] = text
                project.plan_anchors[place] = anchor_of(table, row, cell)
            elif text:
                self._unplaced(table, row, cell, "资金支出计划里的数字不在任何一期的列下，可能错列")

    def _values_row(self, row: Row) -> bool:
        return all(parse_percent(c.text) is not None for c in row.cells if c.text.strip()) and not any(
            self.project.plan_raw
        )

    def _plan_in_words(self, table: Table, row: Row, cells: list[Cell]) -> None:
        """A plan written as a sentence: 3月底25%，6月底50% …"""
        for cell in cells:
            pairs = _PLAN_PAIR.findall(plain(cell.text))
            anchor = anchor_of(table, row, cell)
            for label, percent in pairs:
                self.project.labels.append(label)
                self.project.plan_raw.append(f"{percent}%")
                self.project.plan_anchors.append(anchor)
            if not pairs and cell.text.strip():
                self._unplaced(table, row, cell, "资金支出计划里的这段文字读不出期次和比例")

    def _goals(self, table: Table, row: Row, cells: list[Cell]) -> None:
        filled = [c for c in cells if c.text.strip()]
        heads = [(c.column, c.width, _goal_head(c)) for c in filled]
        if filled and all(key for *_, key in heads) and (len(heads) > 1 or not self._goal_columns):
            self._goal_columns = [(s, w, str(key)) for s, w, key in heads]
            return
        texts: dict[str, list[str]] = {}
        for cell in filled:
            key = next(
                (k for s, w, k in self._goal_columns if cell.column < s + w and s < cell.column + cell.width), "goals"
            )
            if _goal_head(cell) and len(filled) > 1:
                self._goal_columns = [*self._goal_columns, (cell.column + cell.width, 1, str(_goal_head(cell)))]
                continue
            texts.setdefault(key, []).append(cell.text.strip())
        for key, parts in texts.items():
            into = self.project.goal_cells if key == "goals" else self.project.midterm_goal_cells
            cell = next(c for c in filled if c.text.strip() in parts)
            numbered = _GOAL_NUMBER.fullmatch(parts[0]) is not None and len(parts) < 3
            if numbered and len(parts) == 1 and cell.width < _width(row) - 1:
                continue  # the number of a goal that nobody has written yet
            if numbered and len(parts) == 2 and key == "goals":
                self.project.goal_rows.append((parts[1], anchor_of(table, row, filled[-1])))
            into.append((_joined(parts), anchor_of(table, row, cell)))

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


def _width(row: Row) -> int:
    """How many columns of the grid a row covers."""
    return max((c.column + c.width for c in row.cells), default=0)


def _goal_head(cell: Cell) -> str | None:
    """goals for 年度目标, midterm_goals for 中期目标（2024—2026年）, else ``None``."""
    text = label_of(cell.text)
    if head_key(text) == "midterm_goals":
        return "midterm_goals"
    return "goals" if block_key(text) == "goals" else None


def _joined(parts: list[str]) -> str:
    """The cells of one row of goals: 目标1 │ text is one numbered goal."""
    if len(parts) == 2 and _GOAL_NUMBER.fullmatch(parts[0]):
        return f"{parts[0].rstrip('.、:：')}{'：' if parts[0].startswith('目标') else '.'}{parts[1]}"
    return "\n".join(parts)
