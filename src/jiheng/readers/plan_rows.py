"""The spending plan of a form: its periods and their percentages, in whatever rows and columns they stand."""

from __future__ import annotations

import re

from jiheng.readers.blocks import Cell, Row, Table
from jiheng.readers.project_builder import ProjectBuilder, anchor_of
from jiheng.readers.texts import flat, is_period
from jiheng.readers.values import parse_percent, plain

_PAIR = re.compile(
    r"((?:\d{1,2}月(?:底|末)?|第?[一二三四]季度))(?:底|末)?(?:支出|累计|完成|达到|进度|:|为)*(\d+(?:\.\d+)?)%"
)
Unplaced = list[tuple[Cell, str]]
"""Cells that say nothing of the plan, and what to tell of each."""


class PlanRows:
    """Reads the rows beside the label 资金支出计划 into a project; a new one begins with each label."""

    def __init__(self) -> None:
        self._columns: list[tuple[int, int, int]] = []  # first grid column, width, place in the plan

    def take(self, project: ProjectBuilder, table: Table, row: Row, cells: list[Cell]) -> Unplaced:
        """One row: periods, values, both side by side, or a sentence."""
        filled = [c for c in cells if c.text.strip()]
        periods = [c for c in filled if is_period(c.text)]
        if not periods:
            if self._columns:
                return self._values(project, table, row, cells)
            return _in_words(project, table, row, filled)
        labels = [flat(c.text) or "" for c in periods]
        if labels == project.labels:  # printed again on a new page
            return []
        first = len(project.labels)
        project.labels += labels
        project.plan_raw += [""] * len(periods)
        project.plan_anchors += [None] * len(periods)
        beside = [c for c in filled if not is_period(c.text)]
        paired = len(beside) == len(periods)  # 3月底 25% 6月底 50% … in one row
        self._columns = [(c.column, c.width, first + n) for n, c in enumerate(beside if paired else periods)]
        return self._values(project, table, row, beside) if paired else []

    def _values(self, project: ProjectBuilder, table: Table, row: Row, cells: list[Cell]) -> Unplaced:
        """Each value belongs to the label of the column it stands in, even where the row is visibly shifted."""
        unplaced: Unplaced = []
        for cell in cells:
            covered, place = max(
                ((min(cell.column + cell.width, s + w) - max(cell.column, s), -p) for s, w, p in self._columns),
                default=(0, 0),
            )
            text = flat(cell.text) or ""
            if covered > 0 and not project.plan_raw[-place]:
                project.plan_raw[-place] = text
                project.plan_anchors[-place] = anchor_of(table, row, cell)
            elif text:
                unplaced.append((cell, "资金支出计划里的数字不在任何一期的列下，可能错列"))
        return unplaced


def holds_values(project: ProjectBuilder, row: Row) -> bool:
    """Whether a row whose first cell is not merged with the label holds the plan's values all the same."""
    percents = all(parse_percent(c.text) is not None for c in row.cells if c.text.strip())
    return percents and not any(project.plan_raw)


def _in_words(project: ProjectBuilder, table: Table, row: Row, filled: list[Cell]) -> Unplaced:
    """A plan written as a sentence: 3月底25%，6月底50% …"""
    unplaced: Unplaced = []
    for cell in filled:
        pairs = _PAIR.findall(plain(cell.text))
        anchor = anchor_of(table, row, cell)
        for label, percent in pairs:
            project.labels.append(label)
            project.plan_raw.append(f"{percent}%")
            project.plan_anchors.append(anchor)
        if not pairs:
            unplaced.append((cell, "资金支出计划里的这段文字读不出期次和比例"))
    return unplaced
