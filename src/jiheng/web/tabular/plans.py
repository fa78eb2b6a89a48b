"""How each sheet of a file is read: what was found in it, and what a person has chosen."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from jiheng.readers.sheets import Sheet
from jiheng.web.tabular.body import Body, read_body
from jiheng.web.tabular.columns import UNITS, Vocabulary, amount_unit, digest
from jiheng.web.tabular.heads import Head, find_head, head_at

_SUMMARY = re.compile(r"汇总|合计|总表|统计|目录|封面|说明|样表|模板|示例|字典|代码表")
LISTED = 50
"""Rows that are none of the list and are told one by one."""

Remembered = Callable[[str], tuple[dict[str, int], str] | None]
"""Digest of a head → the columns and the unit of amounts that were chosen for it last time."""


@dataclass(slots=True)
class Plan:
    """One sheet. Rows are numbered as Excel counts, columns from 0; everything is plain enough for JSON.

    Chosen by a person, or for them: ``is_chosen``, ``first`` and ``last`` (rows of the head, 0 before it was looked
    for), ``mapping``, ``amount_unit``, ``with_hidden``. The rest is what was found with these.
    """

    name: str
    is_chosen: bool = False
    first: int = 0
    last: int = 0
    mapping: dict[str, int] = field(default_factory=dict)
    amount_unit: str = ""
    with_hidden: bool = False
    is_hidden: bool = False
    unit_is_said: bool = False
    foreign_unit: str = ""
    is_remembered: bool = False
    headings: list[str] = field(default_factory=list)
    rows: int = 0
    """Rows of the list, hidden ones among them only where they are to be read."""
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    aside: list[list[Any]] = field(default_factory=list)
    """``[row, text, why]`` of rows that are none of the list: totals, notes, signatures."""
    other_head: int = 0

    def heading(self, name: str) -> str:
        """How the file heads the column of a field; "" where it has none."""
        column = self.mapping.get(name)
        return self.headings[column] if column is not None and column < len(self.headings) else ""

    def kept(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return asdict(self)


class Line(NamedTuple):
    """One row of a list: its sheet from 0, its number as Excel counts."""

    sheet: int
    row: int
    cells: dict[int, str]

    @property
    def ref(self) -> str:
        """What names the row in forms and JSON."""
        return f"{self.sheet}:{self.row}"


def survey(sheets: Sequence[Sheet], vocabulary: Vocabulary, remembered: Remembered | None = None) -> list[Plan]:
    """A plan for each sheet, the one that fits best chosen: of those not hidden, a 明细 before a 汇总."""
    plans = []
    for sheet in sheets:
        plan = Plan(sheet.name)
        look(plan, sheet, vocabulary, remembered)
        plans.append(plan)
    shown = [plan for plan in plans if not plan.is_hidden]
    best = max(shown, key=lambda plan: _fitness(plan, vocabulary), default=None)
    if best is not None:
        best.is_chosen = True
    return plans


def is_summary(plan: Plan) -> bool:
    """Whether its name says that it adds up or explains the other sheets."""
    return bool(_SUMMARY.search(plan.name))


def _fitness(plan: Plan, vocabulary: Vocabulary) -> tuple[bool, bool, bool, int]:
    """Of equal ones :func:`max` takes the first."""
    known = vocabulary.match(dict(enumerate(plan.headings)))
    return not vocabulary.missing(plan.mapping), plan.rows > 0, not is_summary(plan), len(known)


def look(plan: Plan, sheet: Sheet, vocabulary: Vocabulary, remembered: Remembered | None = None) -> Body:
    """Find what the plan leaves open, and say in it what the sheet holds; the rows below its head."""
    plan.name, plan.is_hidden = sheet.name, sheet.hidden
    head = head_at(sheet, plan.first - 1, plan.last - 1) if plan.first else find_head(sheet, vocabulary)
    head = head or head_at(sheet, *[_first_row(sheet)] * 2)
    plan.first, plan.last = head.first + 1, head.last + 1
    plan.headings = [head.texts.get(column, "") for column in range(max(head.texts, default=-1) + 1)]
    plan.hidden_columns = sorted(column for column in sheet.hidden_columns if head.texts.get(column))
    if not plan.mapping:
        _match(plan, sheet, head, vocabulary, remembered)
    if vocabulary.amount:
        _note_unit(plan, sheet, vocabulary)
    body = read_body(sheet, head, plan.mapping, vocabulary, plan.with_hidden)
    plan.rows, plan.hidden_rows, plan.other_head = len(body.rows), body.hidden, body.other_head
    plan.aside = [list(one) for one in body.aside[:LISTED]]
    return body


def _first_row(sheet: Sheet) -> int:
    """The first row with several cells, else the first with any: where a head would be."""
    return min((row for row, cells in sheet.rows.items() if len(cells) > 1), default=min(sheet.rows, default=0))


def _match(plan: Plan, sheet: Sheet, head: Head, vocabulary: Vocabulary, remembered: Remembered | None) -> None:
    """Match the columns: as last time where the head is the same, else by the headings that are not hidden."""
    last_time = remembered(head_digest(plan)) if remembered else None
    plan.is_remembered = last_time is not None
    shown = head.shown(sheet.hidden_columns)
    plan.mapping = dict(last_time[0]) if last_time else vocabulary.match(shown, head.groups)
    if last_time and not plan.amount_unit:
        plan.amount_unit = last_time[1]


def _note_unit(plan: Plan, sheet: Sheet, vocabulary: Vocabulary) -> None:
    """Say which unit of amounts the file names; take it where nobody has chosen one."""
    above = "".join("".join(cells.values()) for row, cells in sheet.rows.items() if row + 1 < plan.first)
    said = amount_unit(plan.heading(vocabulary.amount), above)
    plan.unit_is_said = bool(said)
    plan.foreign_unit = "" if said in ("", *UNITS) else said
    plan.amount_unit = plan.amount_unit or (said if said in UNITS else "yuan")


def head_digest(plan: Plan) -> str:
    """What tells its head from others; a hidden column is another one than a shown one."""
    texts = {column: text for column, text in enumerate(plan.headings) if text}
    return digest({c: f"{text}\x1b" if c in plan.hidden_columns else text for c, text in texts.items()})


def lines(
    plans: Sequence[Plan], sheets: Sequence[Sheet], vocabulary: Vocabulary, remembered: Remembered | None = None
) -> Iterator[Line]:
    """The rows of the chosen sheets, in the order of the file; their plans say anew what was found."""
    for number, (plan, sheet) in enumerate(zip(plans, sheets, strict=True)):
        if plan.is_chosen:
            for row, cells in look(plan, sheet, vocabulary, remembered).rows.items():
                yield Line(number, row, cells)
