"""The indicator table: its head says what each column is, its rows become indicators."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from jiheng.model import Anchor, Indicator, Target, Warning
from jiheng.readers.blocks import Cell, Row, Table
from jiheng.readers.flat_list import FlatColumn
from jiheng.readers.project_builder import ProjectBuilder, anchor_of
from jiheng.readers.texts import block_key, column_key, flat, head_key, label_of
from jiheng.readers.values import begins_with_sign, is_sign, parse_target, plain

Found = dict[str, tuple[str, Anchor]]
_Layout = tuple[list[list[tuple[str, int]]], list[tuple[int, str]]]
"""Per group the (key, cell) pairs of a row, and the (cell, printed head) pairs that belong to no known column."""
_NO_UNIT = frozenset(("无", "-", "—", "/", "\\"))
CARRIED = ("level1", "level2")


def is_head(row: Row) -> bool:
    """Whether this row is the head of an indicator table."""
    keys = {column_key(c.text) for c in row.cells if c.text} - {None}
    return len(keys) >= 3 and bool(keys & {"name", "level2"}) and bool(keys & {"target", "number", "description"})


class IndicatorGrid:
    """The columns of one indicator table, and what its rows carry down from merged cells.

    ``groups`` has one entry for a plain table; the central form has two, medium-term and annual, side by side.
    """

    __slots__ = ("_carried", "_layouts", "columns", "flat_columns", "groups", "unknown", "width")

    def __init__(self, head: Row, last: IndicatorGrid | None = None, goes_on: bool = False) -> None:
        """``last`` is the grid before; ``goes_on`` says that it is the same project's, its head repeated."""
        self.columns: list[tuple[int, int, str, int]] = []  # first grid column, width, key, group
        self.flat_columns: list[FlatColumn] = []  # head fields in a list with one row an indicator
        self.unknown: list[tuple[int, int, str]] = []
        self.width = max((c.column + c.width for c in head.cells), default=0)
        self._carried: dict[str, tuple[str, Anchor]] = last._carried if last is not None and goes_on else {}
        self._layouts: dict[tuple[tuple[int, ...], int], _Layout] = {}
        seen: dict[str, str] = {}
        group = 0
        for cell in head.cells:
            key, label = column_key(cell.text), label_of(cell.text)
            if key is None or (key in seen and seen[key] != label):
                self._other_column(cell)
                continue
            if key == "unit" and "name" not in seen:  # 单位 before the indicators is who spends, not what is counted
                self.flat_columns.append((cell.column, cell.width, "unit_name", cell.text))
                continue
            if key in seen and key != "unit":
                group += 1
                seen = {}
            seen[key] = label
            self.columns.append((cell.column, cell.width, key, group))
        self.groups = group + 1
        if last is not None and last._heads() == self._heads():  # the same form again: what is known of its rows holds
            self._layouts = last._layouts

    def _heads(self) -> tuple[object, ...]:
        return self.columns, self.flat_columns, self.unknown, self.groups

    def _other_column(self, cell: Cell) -> None:
        key = head_key(cell.text) or block_key(cell.text)
        if key in ("plan", "goals") or (head_key(cell.text) and key != "beyond"):
            self.flat_columns.append((cell.column, cell.width, str(key), cell.text))
        elif cell.text.strip() and block_key(cell.text) is None:
            self.unknown.append((cell.column, cell.width, label_of(cell.text)))

    def refine(self, row: Row) -> bool:
        """Take a second row of the head (符号 值 单位 beneath 指标值); ``False`` where the row is none."""
        texts = [c for c in row.cells if c.text.strip()]
        keys = [column_key(c.text) for c in texts]
        if not texts or None in keys or not {"comparator", "number"} & set(keys):
            return False
        for cell, key in zip(texts, keys, strict=True):
            self.columns = [c for c in self.columns if not (c[2] == "target" and c[0] <= cell.column < c[0] + c[1])]
            self.columns.append((cell.column, cell.width, str(key), self.groups - 1))
        self.columns.sort()
        self._layouts = {}
        return True

    def _layout(self, row: Row) -> _Layout:
        """Which cells of a row stand under which head; worked out once for each way rows are divided."""
        divided = tuple([c.column for c in row.cells])
        layout = self._layouts.get((divided, row.cells[-1].width))
        if layout is None:
            layout = self._layouts[divided, row.cells[-1].width] = self._lay_out(row.cells)
        return layout

    def _lay_out(self, cells: list[Cell]) -> _Layout:
        starts = [c.column for c in cells]
        ends = [c.column + c.width for c in cells]

        def under(start: int, width: int) -> range:
            return range(bisect_right(ends, start), bisect_left(starts, start + width))

        groups: list[list[tuple[str, int]]] = []
        for group in sorted({0, self.groups - 1}):  # the year and the years to come: those between are not read
            mine = [c for c in self.columns if c[3] == group or (c[2] == "level1" and c[3] == 0)]
            groups.append([(key, n) for start, width, key, _ in mine for n in under(start, width)])
        known = {n for start, width, *_ in self.columns for n in under(start, width)}
        known |= {n for start, width, *_ in self.flat_columns for n in under(start, width)}
        names = {n: name for start, width, name in self.unknown for n in under(start, width)}
        return groups, [(n, names.get(n, "")) for n in range(len(cells)) if n not in known]

    def _values(self, table: Table, row: Row, places: list[tuple[str, int]]) -> Found:
        found: Found = {}
        for key, n in places:
            cell = row.cells[n]
            anchor = anchor_of(table, row, cell)
            if key in found:
                if cell.text.strip():  # a second cell under one head: its text belongs to it too
                    before, first = found[key]
                    found[key] = (before + cell.text, first) if before.strip() else (cell.text, anchor)
            elif cell.continued and key in self._carried:
                found[key] = self._carried[key]
            else:
                found[key] = (cell.text, anchor)
        return found

    def read(self, table: Table, row: Row, into: ProjectBuilder) -> bool:
        """Make an indicator of a row; ``False`` where the row is none."""
        lone = [c for c in row.cells if c.text.strip()]
        if len(lone) == 1 and lone[0].width >= max(3, self.width - 1):
            return False
        groups, others = self._layout(row)
        found = self._carry(self._values(table, row, groups[-1]))
        indicator = _indicator(found)
        if self.groups > 1:
            indicator = _with_midterm(indicator, _indicator(self._values(table, row, groups[0])))
        if indicator is not None:
            into.indicators.append(indicator)
        if "comparator" in found:
            _warn_nature(table, row, groups[-1], into)
        _warn_unplaced(table, row, others, into)
        return True

    def _carry(self, found: Found) -> Found:
        """Carry merged categories down; a new category ends the subcategory above it."""
        carried = self._carried
        level1 = found.get("level1")
        if level1 is not None and level1[0].strip() and level1 != carried.get("level1"):
            carried.pop("level2", None)
        for key in CARRIED:
            if key in found and key in carried and not found[key][0].strip():
                found[key] = carried[key]
        for key, value in found.items():
            if value[0] and not value[0].isspace():
                carried[key] = value
        return found


def _warn_nature(table: Table, row: Row, places: list[tuple[str, int]], into: ProjectBuilder) -> None:
    """Say what stands in the column of signs and is none: 正向指标, 定性."""
    for key, n in places:
        text = row.cells[n].text.strip()
        if key == "comparator" and text and not is_sign(text):
            message = "指标表里表示比较符的一栏不是比较符，没有读入"
            into.warnings.append(Warning(message, anchor_of(table, row, row.cells[n]), text))


def _warn_unplaced(table: Table, row: Row, others: list[tuple[int, str]], into: ProjectBuilder) -> None:
    for n, name in others:
        cell = row.cells[n]
        if cell.text.strip() and name not in ("绩效指标", "序号", "指标"):
            message = f"指标表里“{name}”一栏的内容没有对应的项目" if name else "指标表里多出的单元格，不知属于哪一栏"
            into.warnings.append(Warning(message, anchor_of(table, row, cell), cell.text.strip()))


def _raw_target(found: Found) -> tuple[str, Anchor | None]:
    """The target value as it would be printed in one cell: ≥ │ 90 │ % is ≥90%."""
    if "target" in found and "number" in found:  # the printed value, and its parts once more
        return found["target"]
    number, at = found.get("target") or found.get("number") or ("", None)
    text, sign, unit = number.strip(), found.get("comparator", ("",))[0].strip(), found.get("unit", ("",))[0].strip()
    if sign and is_sign(sign) and not begins_with_sign(text):
        text = sign + text
    if unit and plain(unit) not in _NO_UNIT and not plain(text).endswith(plain(unit)):
        text += unit
    return text, at


def _indicator(found: Found) -> Indicator | None:
    """The indicator of one row's cells, ``None`` for a row that says nothing."""
    raw, at = _raw_target(found)
    value = flat(raw) or ""
    texts = {
        key: flat(found[key][0]) if key in found else None
        for key in ("level1", "level2", "name", "description", "basis")
    }
    if not (value or texts["name"] or texts["description"] or texts["basis"]):
        return None
    anchors = {key: found[key][1] for key in texts if key in found}
    if at is not None:
        anchors["target"] = at
    midterm = None
    if "midterm" in found:
        anchors["midterm"] = found["midterm"][1]
        midterm = parse_target(flat(found["midterm"][0]) or "")
    return Indicator(
        texts["level1"], texts["level2"], texts["name"], texts["description"], parse_target(value), texts["basis"],
        midterm if midterm and midterm.kind else None, anchors,
    )  # fmt: skip


def _with_midterm(annual: Indicator | None, midterm: Indicator | None) -> Indicator | None:
    """The annual indicator with the medium-term target that stands beside it."""
    if midterm is None or midterm.target.kind is None:
        return annual
    base = annual or midterm
    anchors = dict(base.anchors)
    if "target" in midterm.anchors:
        anchors["midterm"] = midterm.anchors["target"]
    target = annual.target if annual else Target()
    return Indicator(
        base.level1 or midterm.level1, base.level2 or midterm.level2, base.name or midterm.name,
        base.description or midterm.description, target, base.basis, midterm.target, anchors,
    )  # fmt: skip
