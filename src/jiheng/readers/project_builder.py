"""A project while it is being read: values arrive cell by cell, in any order."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal

from jiheng.model import Anchor, Budget, Indicator, Project, SpendingPlan, Warning
from jiheng.readers.blocks import Cell, Row, Table
from jiheng.readers.goals import split_goals
from jiheng.readers.texts import flat, kept_lines
from jiheng.readers.values import budgets_in, parse_amount, parse_percent

AMOUNTS = ("total", "fiscal", "other", "midterm_total", "midterm_fiscal", "midterm_other")
AMOUNT_KEYS = frozenset(AMOUNTS)
_AMOUNT_NAMES = {
    "total": "预算数", "fiscal": "财政资金", "other": "其他资金", "midterm_total": "中期资金总额",
    "midterm_fiscal": "中期财政拨款", "midterm_other": "中期其他资金",
}  # fmt: skip

_CODE_AND_NAME = re.compile(r"\s*[\[（(【]?(\d{3,9})[\])）】]?\s*+(?:[-—_]\s*+)?([^\d\W](?:.*\S)?)\s*", re.DOTALL)
"""A unit's code and name in one cell."""


def anchor_of(table: Table, row: Row, cell: Cell) -> Anchor:
    """Where a cell stands."""
    return Anchor(table.number, row.number, cell.number, None, table.sheet, row.page)


@dataclass(slots=True)
class ProjectBuilder:
    """Gathers one project; :meth:`build` gives the finished :class:`Project`."""

    unit: str = "万元"
    title: str | None = None
    title_complete: bool = True
    texts: dict[str, str] = field(default_factory=dict)
    amounts: dict[str, Decimal] = field(default_factory=dict)
    purpose: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    plan_raw: list[str] = field(default_factory=list)
    plan_anchors: list[Anchor | None] = field(default_factory=list)
    goal_cells: list[tuple[str, Anchor]] = field(default_factory=list)
    goal_rows: list[tuple[str, Anchor]] = field(default_factory=list)
    """Goals that stand in rows of their own, each beside its number: no number inside of them begins another."""
    midterm_goal_cells: list[tuple[str, Anchor]] = field(default_factory=list)
    indicators: list[Indicator] = field(default_factory=list)
    anchors: dict[str, Anchor] = field(default_factory=dict)
    warnings: list[Warning] = field(default_factory=list)
    has_grid: bool = False

    def begun(self) -> bool:
        """Whether anything but a title has been read."""
        cells = self.goal_cells or self.midterm_goal_cells
        return bool(
            self.texts or self.amounts or self.purpose or self.labels or self.indicators or cells or self.warnings
        )

    def put(self, key: str, cell_text: str, anchor: Anchor, unit: str | None = None) -> None:
        """Take the value of a labelled cell; ``unit`` is that of an amount, where its label states one."""
        if key in AMOUNTS:
            self._put_amount(key, cell_text, anchor, unit or self.unit)
        elif key == "purpose":
            self.add_purpose(cell_text, anchor)
        elif key == "midterm_goals":
            self.midterm_goal_cells.append((cell_text, anchor))
            self.anchors.setdefault(key, anchor)
        elif key == "unit_name" and (match := _CODE_AND_NAME.fullmatch(cell_text)):
            self.put("unit_code", match[1], anchor)
            self.put("unit_name", match[2], anchor)
        else:
            self.anchors.setdefault(key, anchor)
            text = flat(cell_text)
            if text and self.texts.setdefault(key, text) != text:
                self.warnings.append(Warning("同一栏出现了两个值，已取第一个", anchor, text))

    def _put_amount(self, key: str, text: str, anchor: Anchor, unit: str) -> None:
        name = key if key.startswith("midterm") else f"budget_{key}"
        self.anchors.setdefault(name, anchor)
        try:
            amount = parse_amount(text, unit)
        except ValueError:
            self.warnings.append(Warning(f"“{_AMOUNT_NAMES[key]}”不是金额，未能读入", anchor, text))
            return
        if amount is not None and self.amounts.setdefault(key, amount) != amount:
            self.warnings.append(Warning(f"“{_AMOUNT_NAMES[key]}”出现了两个值，已取第一个", anchor, text))

    def add_purpose(self, text: str, anchor: Anchor) -> None:
        """Take a cell of the purpose; it may have several."""
        self.anchors.setdefault("purpose", anchor)
        if kept := kept_lines(text):
            self.purpose.append(kept)

    def _goals(self, cells: list[tuple[str, Anchor]], key: str) -> tuple[str, ...]:
        goals = split_goals("\n".join(text for text, _ in cells))
        for n, goal in enumerate(goals):
            self.anchors.setdefault(f"{key}.{n}", _goal_anchor(goal, cells))
        return tuple(goals)

    def _own_rows(self) -> tuple[str, ...]:
        goals = [(goal, anchor) for text, anchor in self.goal_rows if (goal := flat(text))]
        self.anchors.update({f"goals.{n}": anchor for n, (_, anchor) in enumerate(goals)})
        return tuple(goal for goal, _ in goals)

    def build(self, sequence: int) -> Project:
        """The finished project; amounts stated only in the purpose are read out of it."""
        purpose = "\n".join(self.purpose) or None
        if purpose and "total" not in self.amounts:
            for part, amount in budgets_in(purpose).items():
                self.amounts.setdefault(part, amount)
                self.anchors[f"budget_{part}"] = self.anchors["purpose"]
        by_row = len(self.goal_rows) == len(self.goal_cells)
        goals = self._own_rows() if by_row else self._goals(self.goal_cells, "goals")
        midterm_goals = self._goals(self.midterm_goal_cells, "midterm_goals")
        return Project(
            sequence=sequence,
            name=self.texts.get("name"),
            title=self.title,
            code=self.texts.get("code"),
            unit_code=self.texts.get("unit_code"),
            unit_name=self.texts.get("unit_name"),
            budget=Budget(*(self.amounts.get(k) for k in AMOUNTS[:3])),
            purpose=purpose,
            plan=SpendingPlan(
                tuple(self.labels),
                tuple(self.plan_raw),
                tuple(parse_percent(raw) for raw in self.plan_raw),
                tuple(self.plan_anchors),
            ),
            goals=goals,
            indicators=tuple(self.indicators),
            supervisor=self.texts.get("supervisor"),
            attribute=self.texts.get("attribute"),
            period=self.texts.get("period"),
            midterm=Budget(*(self.amounts.get(k) for k in AMOUNTS[3:])),
            midterm_goals=midterm_goals,
            anchors=self.anchors,
        )


def _goal_anchor(goal: str, cells: list[tuple[str, Anchor]]) -> Anchor:
    """The paragraph that holds this goal whole, or else the first cell."""
    for text, anchor in cells:
        lines = text.split("\n")
        for n, line in enumerate(lines):
            if goal in (flat(line) or ""):
                if len(lines) == 1:
                    return anchor
                return Anchor(anchor.table, anchor.row, anchor.column, n, anchor.sheet, anchor.page)
    return cells[0][1]
