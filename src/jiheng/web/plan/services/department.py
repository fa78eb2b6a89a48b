"""Write a department's own goals: overall, itemised, safeguards.

A save names the text that it replaces; where something else stands there by now it is refused (:class:`Stale`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max

from jiheng.web.org.models import Department
from jiheng.web.org.permissions import At, require
from jiheng.web.plan.models import BudgetYear, DepartmentGoals, ItemizedGoal, Safeguard
from jiheng.web.plan.services.errors import Refused, Stale
from jiheng.web.plan.services.values import clean
from jiheng.web.supervision.services import record

KINDS: dict[str, tuple[type[Any], dict[str, int]]] = {
    "itemized": (ItemizedGoal, {"number": 10, "title": 255, "goal": 5000, "indicators_text": 5000}),
    "safeguard": (Safeguard, {"number": 10, "title": 255, "text": 5000}),
}
"""Kind of row → its model, its fields and how long they may be."""
OVERALL_LIMIT = 20000
MOST_ROWS = 60


def _open(person: Any, department: Department, year: BudgetYear) -> DepartmentGoals:
    require(person, "plan.edit_department", At(department, year.year))
    if year.district_id != department.district_id:
        raise Refused("部门和预算年度不属于同一个区划。")
    if not year.is_open:
        raise Refused(f"{year}的编报已经关闭，不能修改。请联系财政部门。")
    goals, _ = DepartmentGoals.objects.get_or_create(department=department, budget_year=year)
    return DepartmentGoals.objects.select_for_update().get(pk=goals.pk)


def _find(goals: DepartmentGoals, cell: str) -> tuple[Any, str, int]:
    if cell == "overall":
        return goals, "overall", OVERALL_LIMIT
    kind, _, rest = cell.partition(":")
    pk, _, field = rest.partition(":")
    if kind not in KINDS or not pk.isdecimal() or field not in KINDS[kind][1]:
        raise Refused(f"没有名为“{cell[:40]}”的单元格。")
    row = KINDS[kind][0].objects.filter(goals=goals, pk=int(pk)).first()
    if row is None:
        raise Refused("这一行已被删除，没有保存。请刷新后再改。")
    return row, field, KINDS[kind][1][field]


def _close(goals: DepartmentGoals, action: str, before: Any, after: Any) -> DepartmentGoals:
    goals.revision += 1
    goals.save()
    record(action, goals, before, after)
    return goals


@transaction.atomic
def save_goals(
    person: Any, department: Department, year: BudgetYear, values: Mapping[str, str], was: Mapping[str, str]
) -> DepartmentGoals:
    """Save cells, all or none. ``was`` is what the person saw in each. Raises :class:`Stale`, :class:`Refused`."""
    goals = _open(person, department, year)
    before, after, conflicts, rows = {}, {}, [], []
    for cell, text in values.items():
        row, field, limit = _find(goals, cell)
        now, new = getattr(row, field), clean(text)
        if len(new) > limit:
            raise Refused(f"最多 {limit} 字，现在是 {len(new)} 字，请缩短后再保存。")
        if now not in (clean(was.get(cell, "")), new):
            conflicts.append({"cell": cell, "value": now, "by": "另一位编辑人", "at": goals.updated_at.isoformat()})
        if now != new:
            before[cell], after[cell] = now, new
            setattr(row, field, new)
            rows.append(row)
    if conflicts:
        raise Stale("这里刚被别人改过。您的内容没有保存，请看过后决定采用哪一个。", conflicts, goals.revision)
    for row in rows:
        if row is not goals:
            row.save()
    return _close(goals, "修改部门整体绩效目标", before, after) if after else goals


@transaction.atomic
def add_goals_row(
    person: Any, department: Department, year: BudgetYear, kind: str, after: int = 0
) -> tuple[DepartmentGoals, str]:
    """A new row below the row ``after``, or at the end; with its key."""
    goals = _open(person, department, year)
    if kind not in KINDS:
        raise Refused("这里不能添加行。")
    rows = list(KINDS[kind][0].objects.filter(goals=goals))
    if len(rows) >= MOST_ROWS:
        raise Refused(f"最多 {MOST_ROWS} 行。")
    made = KINDS[kind][0].objects.create(goals=goals)
    place = next((n + 1 for n, row in enumerate(rows) if row.pk == after), len(rows))
    _number([*rows[:place], made, *rows[place:]])
    return _close(goals, "添加行", None, {"row": f"{kind}:{made.pk}"}), f"{kind}:{made.pk}"


def _number(rows: list[Any]) -> None:
    for order, row in enumerate(rows):
        if row.order != order:
            row.order = order
            row.save(update_fields=["order"])


def _row(goals: DepartmentGoals, key: str) -> tuple[list[Any], Any]:
    kind, _, pk = key.partition(":")
    rows = list(KINDS[kind][0].objects.filter(goals=goals)) if kind in KINDS else []
    row = next((r for r in rows if str(r.pk) == pk), None)
    if row is None:
        raise Refused("这一行已被删除。请刷新后再操作。")
    return rows, row


@transaction.atomic
def remove_goals_row(person: Any, department: Department, year: BudgetYear, key: str) -> DepartmentGoals:
    """Remove a row; what it said stays in the audit trail."""
    goals = _open(person, department, year)
    rows, row = _row(goals, key)
    said = {f: getattr(row, f) for f in KINDS[key.partition(":")[0]][1]}
    row.delete()
    _number([r for r in rows if r is not row])
    return _close(goals, "删除行", said, None)


@transaction.atomic
def move_goals_row(person: Any, department: Department, year: BudgetYear, key: str, by: int) -> DepartmentGoals:
    """Move a row up (negative) or down."""
    goals = _open(person, department, year)
    rows, row = _row(goals, key)
    place = rows.index(row)
    rows.remove(row)
    rows.insert(max(0, place + by), row)
    _number(rows)
    return _close(goals, "移动行", {"row": key, "place": place}, {"row": key, "place": rows.index(row)})


@transaction.atomic
def copy_goals(person: Any, department: Department, year: BudgetYear) -> DepartmentGoals:
    """Take over last year's goals where this year's are still empty. Raises :class:`Refused` otherwise."""
    goals = _open(person, department, year)
    if goals.overall or goals.itemized.exists() or goals.safeguards.exists():
        raise Refused("本年的部门整体绩效目标已有内容，不能整份带入。请先清空，或逐格修改。")
    last = DepartmentGoals.objects.filter(department=department, budget_year__year__lt=year.year)
    source = last.exclude(pk=goals.pk).annotate(when=Max("budget_year__year")).order_by("-when").first()
    if source is None:
        raise Refused("以前年度没有部门整体绩效目标可以带入。")
    goals.overall = source.overall
    for name, (model, fields) in (("itemized", KINDS["itemized"]), ("safeguards", KINDS["safeguard"])):
        rows = getattr(source, name).all()
        model.objects.bulk_create(
            model(goals=goals, order=n, **{f: getattr(row, f) for f in fields}) for n, row in enumerate(rows)
        )
    return _close(goals, "从上年带入部门整体绩效目标", None, {"from": source.pk, "overall": goals.overall})
