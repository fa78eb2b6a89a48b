"""Lists with one row an indicator: the project's own values stand beside it, on each of its rows or on the first."""

from __future__ import annotations

import re

from jiheng.model import Anchor
from jiheng.readers.blocks import Cell, Row
from jiheng.readers.project_builder import ProjectBuilder
from jiheng.readers.texts import flat

FlatColumn = tuple[int, int, str, str]
"""First grid column, width, key, and the printed head, which may state the unit: 预算数（元）."""


def flat_cells(row: Row, columns: list[FlatColumn]) -> dict[str, tuple[Cell, str]]:
    """By key, the filled cells of a row that stand in the project's columns, each with the head of its column."""
    found = {}
    for start, width, key, label in columns:
        cell = next((c for c in row.cells if c.column < start + width and start < c.column + c.width), None)
        if cell is not None and cell.text.strip():
            found[key] = (cell, label)
    return found


def put_block(project: ProjectBuilder, key: str, cell: Cell, anchor: Anchor) -> None:
    """A whole spending plan (3月底 25%，6月底 50% …), or all goals, in one cell; said again on each row."""
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
