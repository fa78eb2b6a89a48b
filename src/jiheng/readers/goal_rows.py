"""The rows beside the label 绩效目标: one box, a goal a row, or 中期目标 and 年度目标 side by side."""

from __future__ import annotations

import re

from jiheng.readers.blocks import Cell, Row, Table
from jiheng.readers.project_builder import ProjectBuilder, anchor_of
from jiheng.readers.texts import block_key, head_key, label_of

_NUMBER = re.compile(r"(?:目标)?\s*[\d一二三四五]{1,2}[.、:：]?")


class GoalRows:
    """Reads the rows of one box of goals into a project; a new one begins with each label."""

    def __init__(self) -> None:
        self._columns: list[tuple[int, int, str]] = []  # first grid column, width, goals or midterm_goals

    def take(self, project: ProjectBuilder, table: Table, row: Row, cells: list[Cell]) -> None:
        """One row: the heads of two columns, or goals."""
        filled = [c for c in cells if c.text.strip()]
        heads = [(c.column, c.width, _head(c)) for c in filled]
        if filled and all(key for *_, key in heads) and (len(heads) > 1 or not self._columns):
            self._columns = [(s, w, str(key)) for s, w, key in heads]
            return
        for key, parts in self._by_column(filled).items():
            into = project.goal_cells if key == "goals" else project.midterm_goal_cells
            cell = next(c for c in filled if c.text.strip() in parts)
            numbered = _NUMBER.fullmatch(parts[0]) is not None and len(parts) < 3
            if numbered and len(parts) == 1 and cell.width < _width(row) - 1:
                continue  # the number of a goal that nobody has written yet
            if numbered and len(parts) == 2 and key == "goals":
                project.goal_rows.append((parts[1], anchor_of(table, row, filled[-1])))
            into.append((_joined(parts), anchor_of(table, row, cell)))

    def _by_column(self, filled: list[Cell]) -> dict[str, list[str]]:
        texts: dict[str, list[str]] = {}
        for cell in filled:
            key = next(
                (k for s, w, k in self._columns if cell.column < s + w and s < cell.column + cell.width), "goals"
            )
            if _head(cell) and len(filled) > 1:
                self._columns = [*self._columns, (cell.column + cell.width, 1, str(_head(cell)))]
                continue
            texts.setdefault(key, []).append(cell.text.strip())
        return texts


def _width(row: Row) -> int:
    """How many columns of the grid a row covers."""
    return max((c.column + c.width for c in row.cells), default=0)


def _head(cell: Cell) -> str | None:
    """goals for 年度目标, midterm_goals for 中期目标（2024—2026年）, else ``None``."""
    text = label_of(cell.text)
    if head_key(text) == "midterm_goals":
        return "midterm_goals"
    return "goals" if block_key(text) == "goals" else None


def _joined(parts: list[str]) -> str:
    """The cells of one row of goals: 目标1 │ text is one numbered goal."""
    if len(parts) == 2 and _NUMBER.fullmatch(parts[0]):
        return f"{parts[0].rstrip('.、:：')}{'：' if parts[0].startswith('目标') else '.'}{parts[1]}"
    return "\n".join(parts)
