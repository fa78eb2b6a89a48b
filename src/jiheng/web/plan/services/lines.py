"""Rows of a target table: add, remove, move; paste a block from Excel; put in the periods of the policy pack."""

from __future__ import annotations

import csv
import io
from typing import Any

from jiheng.web import transaction
from jiheng.web.asked import number
from jiheng.web.plan.checking import pack_of
from jiheng.web.plan.models import BudgetYear
from jiheng.web.plan.queries.table import INDICATOR_FIELDS
from jiheng.web.plan.services.editing import Saved, changes, close_sheet, edits_since, guard
from jiheng.web.plan.services.errors import Refused
from jiheng.web.plan.services.sheet import KINDS, Sheet, Snapshot, open_sheet
from jiheng.web.plan.services.values import clean

COLUMNS = tuple(name for name, _ in INDICATOR_FIELDS)
LABELS = tuple(label for _, label in INDICATOR_FIELDS)
USUAL_PERIODS = ("3月底", "6月底", "9月底", "12月底")
"""Where the policy pack names none."""


def periods_of(year: BudgetYear) -> tuple[str, ...]:
    """The periods of the spending plan in this year."""
    return tuple(pack_of(year).plan.labels) or USUAL_PERIODS


def _position(snapshot: Snapshot, key: int) -> int:
    found = next((n for n, row in enumerate(snapshot) if row["id"] == key), None)
    if found is None:
        raise Refused("这一行已被删除。请刷新后再操作。")
    return found


def _row(key: str) -> tuple[str, int]:
    kind, _, pk = key.partition(":")
    row = number(pk)
    if kind not in KINDS or row is None:
        raise Refused(f"没有名为“{key[:40]}”的行。")
    return kind, row


def _change(sheet: Sheet, person: Any, kind: str, wanted: Snapshot, action: str, seen: int) -> Saved:
    since = edits_since(sheet.project, seen)
    before = sheet.snapshot(kind)
    sheet.restore(kind, wanted)
    after = sheet.snapshot(kind)
    if after != before:
        close_sheet(sheet, person, {"cells": {}, "rows": {kind: before}}, {"cells": {}, "rows": {kind: after}}, action)
    saved = changes(sheet.project, since, sheet)
    saved.rows = True
    return saved


@transaction.atomic
def add_row(person: Any, pk: int, kind: str, seen: int, after: int = 0) -> tuple[Saved, str]:
    """A new row below the row ``after``, or at the end; an indicator begins under the same categories. With its key."""
    sheet = open_sheet(person, pk)
    if kind not in ("goal", "indicator"):
        raise Refused("这里不能添加行。")
    rows = sheet.snapshot(kind)
    place = _position(rows, after) + 1 if after else len(rows)
    new = (
        {"level1": rows[place - 1]["level1"], "level2": rows[place - 1]["level2"]}
        if kind == "indicator" and place
        else {}
    )
    saved = _change(sheet, person, kind, [*rows[:place], new, *rows[place:]], "添加行", seen)
    made = list(sheet.rows[kind])[place]
    return saved, f"{kind}:{made}"


@transaction.atomic
def remove_row(person: Any, pk: int, key: str, seen: int) -> Saved:
    """Remove a row. Raises :class:`Stale` where someone changed it since it was seen."""
    sheet = open_sheet(person, pk)
    kind, row = _row(key)
    rows = sheet.snapshot(kind)
    place = _position(rows, row)
    cells = [f"{key}:{f}" for f in KINDS[kind][2]] if kind == "indicator" else [key]
    guard(sheet, dict.fromkeys(cells, "\0"), edits_since(sheet.project, seen))
    return _change(sheet, person, kind, rows[:place] + rows[place + 1 :], "删除行", seen)


@transaction.atomic
def move_row(person: Any, pk: int, key: str, by: int, seen: int) -> Saved:
    """Move a row up (negative) or down."""
    sheet = open_sheet(person, pk)
    kind, row = _row(key)
    rows = sheet.snapshot(kind)
    place = _position(rows, row)
    moved = rows.pop(place)
    rows.insert(max(0, place + by), moved)
    return _change(sheet, person, kind, rows, "移动行", seen)


@transaction.atomic
def use_periods(person: Any, pk: int, seen: int) -> Saved:
    """Give the spending plan the periods of the policy pack; what was filled in stays, in order."""
    sheet = open_sheet(person, pk)
    rows, labels = sheet.snapshot("plan"), periods_of(sheet.project.budget_year)
    kept = [{**(rows[n] if n < len(rows) else {}), "label": label} for n, label in enumerate(labels)]
    return _change(sheet, person, "plan", kept, "改用规定的期次", seen)


def block(text: str) -> list[list[str]]:
    """The cells of a block copied from a worksheet: tab separated, cells with line ends in quotes."""
    lines = list(csv.reader(io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n")), delimiter="\t"))
    while lines and not any(c.strip() for c in lines[-1]):
        lines.pop()
    return [[clean(c) for c in line] for line in lines]


@transaction.atomic
def paste(person: Any, pk: int, cell: str, text: str, seen: int) -> Saved:
    """Paste a block with its first cell here: fills to the right and downwards, adds rows where there are too few."""
    sheet = open_sheet(person, pk)
    lines = block(text)
    if not lines:
        raise Refused("剪贴板里没有可以粘贴的文字。")
    kind = cell.partition(":")[0]
    if kind in ("indicator", "indicators"):
        rows = _pasted_indicators(sheet.snapshot("indicator"), cell, lines)
        kind = "indicator"
    elif kind in ("goal", "goals"):
        rows = _pasted_column(
            sheet.snapshot("goal"), cell, [" ".join(filter(None, line)) for line in lines], "text", True
        )
        kind = "goal"
    elif kind == "plan":
        rows = _pasted_column(sheet.snapshot("plan"), cell, lines[0], "raw", False)
    else:
        raise Refused("成片的内容请粘贴到指标表、绩效目标或支出计划里。")
    old = {row["id"]: row for row in sheet.snapshot(kind)}
    # Only what the paste writes over must have been seen.
    over = {
        f"{kind}:{row['id']}" + (f":{f}" if kind == "indicator" else ""): row[f]
        for row in rows if row.get("id") for f in KINDS[kind][2] if f != "label" and row[f] != old[row["id"]][f]
    }  # fmt: skip
    guard(sheet, over, edits_since(sheet.project, seen))
    return _change(sheet, person, kind, rows, "粘贴", seen)


def _pasted_indicators(rows: Snapshot, cell: str, lines: list[list[str]]) -> Snapshot:
    place, first = len(rows), 0
    if cell != "indicators":
        _, pk, name = cell.split(":")
        place, first = _position(rows, int(pk)), COLUMNS.index(name)
    if [c for c in lines[0] if c] and all(c in LABELS for c in lines[0] if c):
        lines = lines[1:]
    for n, line in enumerate(lines):
        if len(line) > len(COLUMNS) - first:
            raise Refused(
                f"粘贴的内容有 {len(line)} 列，从这一格起只有 {len(COLUMNS) - first} 列。请从更左的一格粘贴。"
            )
        if place + n == len(rows):
            rows.append({})
        row = rows[place + n]
        for name, text in zip(COLUMNS[first:], line, strict=False):
            # A merged cell is copied once, and blank below: the row belongs to the category above.
            inherits = not text and name in ("level1", "level2") and place + n > 0
            row[name] = rows[place + n - 1].get(name, "") if inherits else text
    return rows


def _pasted_column(rows: Snapshot, cell: str, texts: list[str], field: str, grows: bool) -> Snapshot:
    place = _position(rows, int(cell.split(":")[1])) if ":" in cell else len(rows)
    for n, text in enumerate(texts):
        if place + n == len(rows):
            if not grows:
                raise Refused(f"粘贴的内容有 {len(texts)} 格，从这一格起只有 {len(rows) - place} 期。")
            rows.append({})
        rows[place + n][field] = text
    return rows
