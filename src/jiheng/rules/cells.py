"""The texts of a document one after another, each with its place: for rules that read all of them alike."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from jiheng.model import Anchor, Document, Project
from jiheng.rules.finding import Hit, Severity


class Cell(NamedTuple):
    """A text and where it stands: its field, the row of its indicator, its project (``None`` in part one)."""

    field: str
    text: str
    anchor: Anchor | None = None
    project: Project | None = None
    row: int | None = None

    def hit(self, message: str, advice: str, words: tuple[str, ...] = (), severity: Severity | None = None) -> Hit:
        """What a document rule yields of this cell."""
        return Hit(
            self.field, message, advice, words=words, severity=severity, anchor=self.anchor,
            content=self.text, project=self.project, row=self.row,
        )  # fmt: skip


def part_one(document: Document) -> Iterator[Cell]:
    """The texts of part one but the safeguards, which are the same everywhere: overall goal, itemised goals."""
    goals = document.goals
    for n, text in enumerate(goals.overall):
        yield Cell(f"overall_goal.{n}", text, goals.overall_anchors[n] if n < len(goals.overall_anchors) else None)
    for n, item in enumerate(goals.itemized):
        for name in ("title", "goal", "indicators_text"):
            if text := getattr(item, name):
                yield Cell(f"itemized_goals.{n}.{name}", text, item.anchors.get(name))


def of_project(project: Project) -> Iterator[Cell]:
    """The texts of a project's head: its name, the purpose of its funds, its goals."""
    for name in ("name", "purpose"):
        if text := getattr(project, name):
            yield Cell(name, text, project.anchors.get(name), project)
    for n, goal in enumerate(project.goals):
        yield Cell(f"goals.{n}", goal, project.anchors.get(f"goals.{n}") or project.anchors.get("goals"), project)


def of_indicators(project: Project, *names: str) -> Iterator[Cell]:
    """The texts of a project's indicators, row by row, of these fields."""
    for row, i in enumerate(project.indicators):
        for name in names:
            if text := i.target.raw if name == "target" else getattr(i, name):
                yield Cell(name, text, i.anchors.get(name), project, row)
