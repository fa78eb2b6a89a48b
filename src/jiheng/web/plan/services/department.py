"""Write a department's own goals: overall, itemised, safeguards.

A save names the text that it replaces; where something else stands there by now it is refused (:class:`Stale`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Max

from jiheng import model
from jiheng.web import transaction
from jiheng.web.org.models import Department
from jiheng.web.plan.models import BudgetYear, DepartmentGoals
from jiheng.web.plan.services.errors import Refused, Stale
from jiheng.web.plan.services.goals_sheet import KINDS, MOST_ROWS, GoalsSheet, fitting, open_goals
from jiheng.web.plan.services.lines import block
from jiheng.web.plan.services.sheet import Snapshot
from jiheng.web.plan.services.steps import Patch, keep, last_done, last_undone, replay
from jiheng.web.plan.services.values import clean
from jiheng.web.supervision.services import record

HEADS = frozenset(("序号", "名称", "绩效目标", "绩效指标", "内容"))


def _close(
    sheet: GoalsSheet, person: Any, action: str, before: Patch, after: Patch, coalesce: bool = False
) -> DepartmentGoals:  # fmt: skip
    """Write what changed as one revision, one step of undo, one entry of the audit trail."""
    goals = sheet.goals
    goals.revision += 1
    goals.save()
    keep(goals, person, before, after, coalesce)
    record(action, goals, {**before["cells"], **before["rows"]}, {**after["cells"], **after["rows"]})
    return goals


def _change(sheet: GoalsSheet, person: Any, kind: str, wanted: Snapshot, action: str) -> DepartmentGoals:
    before = sheet.snapshot(kind)
    sheet.restore(kind, wanted)
    after = sheet.snapshot(kind)
    if after == before:
        return sheet.goals
    patches = ({"cells": {}, "rows": {kind: rows}} for rows in (before, after))
    return _close(sheet, person, action, *patches)


@transaction.atomic
def save_goals(
    person: Any, department: Department, year: BudgetYear, values: Mapping[str, str], was: Mapping[str, str],
    typing: bool = False,
) -> DepartmentGoals:  # fmt: skip
    """Save cells, all or none. ``was`` is what the person saw in each; ``typing`` joins the save with the one before to
    one step of undo. Raises :class:`Stale`, :class:`Refused`."""
    sheet = open_goals(person, department, year)
    goals, before, after, conflicts = sheet.goals, {}, {}, []
    for cell, text in values.items():
        now, new = sheet.get(cell), fitting(text, sheet.find(cell)[2])
        if now not in (clean(was.get(cell, "")), new):
            conflicts.append(
                {"cell": cell, "value": now, "by": _last_editor(goals), "at": goals.updated_at.isoformat()}
            )
        if now != new:
            before[cell], after[cell] = now, new
    if conflicts:
        raise Stale("这里刚被别人改过。您的内容没有保存，请看过后决定采用哪一个。", conflicts, goals.revision)
    if not after:
        return goals
    for cell, text in after.items():
        sheet.put(cell, text)
    patches = ({"cells": cells, "rows": {}} for cells in (before, after))
    return _close(sheet, person, "修改部门整体绩效目标", *patches, coalesce=typing)


def _last_editor(goals: DepartmentGoals) -> str:
    last = goals.edits.select_related("by").first()
    return last.by.name if last and last.by else "另一位编辑人"


def _position(rows: Snapshot, pk: str) -> int:
    found = next((n for n, row in enumerate(rows) if str(row["id"]) == pk), None)
    if found is None:
        raise Refused("这一行已被删除。请刷新后再操作。")
    return found


def _row(sheet: GoalsSheet, key: str) -> tuple[str, Snapshot, int]:
    kind, _, pk = key.partition(":")
    if kind not in KINDS:
        raise Refused("这一行已被删除。请刷新后再操作。")
    rows = sheet.snapshot(kind)
    return kind, rows, _position(rows, pk)


@transaction.atomic
def add_goals_row(
    person: Any, department: Department, year: BudgetYear, kind: str, after: int = 0
) -> tuple[DepartmentGoals, str]:
    """A new row below the row ``after``, or at the end; with its key."""
    sheet = open_goals(person, department, year)
    rows = sheet.snapshot(kind)
    if len(rows) >= MOST_ROWS:
        raise Refused(f"最多 {MOST_ROWS} 行。")
    place = next((n + 1 for n, row in enumerate(rows) if row["id"] == after), len(rows))
    goals = _change(sheet, person, kind, [*rows[:place], {}, *rows[place:]], "添加行")
    return goals, f"{kind}:{list(sheet.rows[kind])[place]}"


@transaction.atomic
def remove_goals_row(person: Any, department: Department, year: BudgetYear, key: str) -> DepartmentGoals:
    """Remove a row; what it said stays in the audit trail."""
    sheet = open_goals(person, department, year)
    kind, rows, place = _row(sheet, key)
    return _change(sheet, person, kind, rows[:place] + rows[place + 1 :], "删除行")


@transaction.atomic
def move_goals_row(person: Any, department: Department, year: BudgetYear, key: str, by: int) -> DepartmentGoals:
    """Move a row up (negative) or down."""
    sheet = open_goals(person, department, year)
    kind, rows, place = _row(sheet, key)
    moved = rows.pop(place)
    rows.insert(max(0, place + by), moved)
    return _change(sheet, person, kind, rows, "移动行")


@transaction.atomic
def paste_goals(
    person: Any, department: Department, year: BudgetYear, cell: str, text: str, was: Mapping[str, str]
) -> DepartmentGoals:
    """Paste a block from Excel with its first cell here: fills to the right and downwards, adds rows.

    ``was`` is what the person saw in the rows of the table: what stands otherwise there by now is not written over.
    Raises :class:`Stale`, :class:`Refused`.
    """
    sheet, lines = open_goals(person, department, year), block(text)
    kind, _, rest = cell.partition(":")
    kind = kind.removesuffix("s") if kind not in KINDS else kind
    if kind not in KINDS or not lines:
        raise Refused("成片的内容请粘贴到分项绩效目标或工作保障措施里。")
    rows, columns = sheet.snapshot(kind), list(KINDS[kind][2])
    pk, _, field = rest.partition(":")
    place, first = (_position(rows, pk), columns.index(field)) if pk else (len(rows), 0)
    if [c for c in lines[0] if c] and all(c in HEADS for c in lines[0] if c):
        lines = lines[1:]
    conflicts = []
    for n, line in enumerate(lines):
        if len(line) > len(columns) - first:
            raise Refused(
                f"粘贴的内容有 {len(line)} 列，从这一格起只有 {len(columns) - first} 列。请从更左的一格粘贴。"
            )
        if place + n == len(rows):
            rows.append({})
        row = rows[place + n]
        for name, said in zip(columns[first:], line, strict=False):
            key = f"{kind}:{row.get('id')}:{name}"
            if "id" in row and row[name] not in (said, clean(was.get(key, row[name]))):
                conflicts.append({"cell": key, "value": row[name], "by": _last_editor(sheet.goals), "at": ""})
            row[name] = said
    if conflicts:
        raise Stale("要粘贴的地方刚被别人改过，没有粘贴。请看过后再试。", conflicts, sheet.goals.revision)
    return _change(sheet, person, kind, rows, "粘贴")


@transaction.atomic
def undo_goals(person: Any, department: Department, year: BudgetYear, back: bool = True) -> DepartmentGoals:
    """Take back this person's last change, or (``back`` false) do it again.

    Raises :class:`Refused` where there is none, or where someone else has changed the same since.
    """
    sheet = open_goals(person, department, year)
    goals = sheet.goals
    now, then = replay(sheet, goals, (last_done if back else last_undone)(goals, person), back)
    goals.save()
    said = ({**patch["cells"], **patch["rows"]} for patch in (now, then))
    record(f"{'撤销' if back else '重做'}部门整体绩效目标的修改", goals, *said)
    return goals


@transaction.atomic
def copy_goals(person: Any, department: Department, year: BudgetYear) -> DepartmentGoals:
    """Take over last year's goals where this year's are still empty; one step of undo. Raises :class:`Refused`."""
    sheet = open_goals(person, department, year)
    if sheet.goals.overall or any(sheet.rows.values()):
        raise Refused("本年的部门整体绩效目标已有内容，不能整份带入。请先清空，或逐格修改。")
    last = DepartmentGoals.objects.filter(department=department, budget_year__year__lt=year.year)
    source = last.exclude(pk=sheet.goals.pk).annotate(when=Max("budget_year__year")).order_by("-when").first()
    if source is None:
        raise Refused("以前年度没有部门整体绩效目标可以带入。")
    rows = {
        kind: [{f: getattr(row, f) for f in fields} for row in getattr(source, name).all()]
        for kind, (_, name, fields) in KINDS.items()
    }
    return _replace(sheet, person, source.overall, rows, "从上年带入部门整体绩效目标")


@transaction.atomic
def replace_goals(person: Any, department: Department, year: BudgetYear, goals: model.Goals) -> DepartmentGoals:
    """Replace everything by what a document says; one step of undo. Raises :class:`Refused` for what does not fit."""
    said = {"itemized": goals.itemized, "safeguard": goals.safeguards}
    rows = {
        kind: [{f: getattr(row, f) or "" for f in fields} for row in said[kind]]
        for kind, (_, _, fields) in KINDS.items()
    }
    sheet = open_goals(person, department, year)
    return _replace(sheet, person, "\n".join(goals.overall), rows, "导入部门整体目标")


def _replace(
    sheet: GoalsSheet, person: Any, overall: str, rows: Mapping[str, Snapshot], action: str
) -> DepartmentGoals:
    before: Patch = {"cells": {"overall": sheet.goals.overall}, "rows": {k: sheet.snapshot(k) for k in KINDS}}
    sheet.put("overall", overall)
    for kind in KINDS:
        sheet.restore(kind, rows[kind])
    after: Patch = {"cells": {"overall": sheet.goals.overall}, "rows": {k: sheet.snapshot(k) for k in KINDS}}
    return _close(sheet, person, action, before, after)
