"""A department's goals opened for change: cells by their names, rows as whole lists, like a project's table."""

from __future__ import annotations

from typing import Any

from jiheng.web.asked import number
from jiheng.web.locks import for_update
from jiheng.web.org.models import Department
from jiheng.web.org.permissions import require
from jiheng.web.plan.models import BudgetYear, DepartmentGoals, ItemizedGoal, Safeguard
from jiheng.web.plan.services.errors import Refused
from jiheng.web.plan.services.sheet import Snapshot
from jiheng.web.plan.services.values import clean

KINDS: dict[str, tuple[type[Any], str, dict[str, int]]] = {
    "itemized": (ItemizedGoal, "itemized", {"number": 10, "title": 255, "goal": 5000, "indicators_text": 5000}),
    "safeguard": (Safeguard, "safeguards", {"number": 10, "title": 255, "text": 5000}),
}
"""Kind of row → its model, its name on the goals, its fields and how long they may be."""
OVERALL_LIMIT = 20000
MOST_ROWS = 60


def fitting(text: str, limit: int) -> str:
    """A text that fits. Raises :class:`Refused`."""
    found = clean(text)
    if len(found) > limit:
        raise Refused(f"最多 {limit} 字，现在是 {len(found)} 字，请缩短后再保存。")
    return found


class GoalsSheet:
    """The goals of one department, locked until the transaction ends."""

    def __init__(self, goals: DepartmentGoals) -> None:
        self.goals = goals
        self.rows: dict[str, dict[int, Any]] = {
            kind: {row.pk: row for row in getattr(goals, name).all()} for kind, (_, name, _) in KINDS.items()
        }

    def find(self, cell: str) -> tuple[Any, str, int]:
        """The object, the field and its limit behind a cell's name. Raises :class:`Refused` where the row is gone."""
        if cell == "overall":
            return self.goals, "overall", OVERALL_LIMIT
        kind, _, rest = cell.partition(":")
        pk, _, field = rest.partition(":")
        if kind not in KINDS or number(pk) is None or field not in KINDS[kind][2]:
            raise Refused(f"没有名为“{cell[:40]}”的单元格。")
        row = self.rows[kind].get(number(pk) or 0)
        if row is None:
            raise Refused("这一行已被删除，没有保存。请刷新后再改。")
        return row, field, KINDS[kind][2][field]

    def get(self, cell: str) -> str:
        """What stands in a cell."""
        row, field, _ = self.find(cell)
        return str(getattr(row, field))

    def put(self, cell: str, text: str) -> None:
        """Write a cell. Raises :class:`Refused` where it does not fit."""
        row, field, limit = self.find(cell)
        setattr(row, field, fitting(text, limit))
        if row is not self.goals:
            row.save(update_fields=[field])

    def snapshot(self, kind: str) -> Snapshot:
        """All rows of a kind in order, as JSON."""
        if kind not in KINDS:
            raise Refused("这里不能添加行。")
        return [{"id": pk, **{f: getattr(r, f) for f in KINDS[kind][2]}} for pk, r in self.rows[kind].items()]

    def restore(self, kind: str, wanted: Snapshot) -> None:
        """Make the rows of a kind be these; see :meth:`services.sheet.Sheet.restore`."""
        if len(wanted) > MOST_ROWS:
            raise Refused(f"最多 {MOST_ROWS} 行，现在要放 {len(wanted)} 行。")
        model, _, limits = KINDS[kind]
        known, kept = self.rows[kind], {}
        for order, values in enumerate(wanted):
            row = known.get(values.get("id") or 0) or model(pk=values.get("id"), goals=self.goals)
            row.order = order
            for f, limit in limits.items():
                setattr(row, f, fitting(str(values.get(f, "")), limit))
            row.save(force_insert=row.pk not in known)
            kept[row.pk] = row
        model.objects.filter(goals=self.goals, pk__in=known.keys() - kept.keys()).delete()
        self.rows[kind] = kept


def open_goals(person: Any, department: Department, year: BudgetYear) -> GoalsSheet:
    """Lock a department's goals for change by this person. Raises ``PermissionDenied`` and :class:`Refused`."""
    require(person, "plan.edit_department", department)
    if year.district_id != department.district_id:
        raise Refused("部门和预算年度不属于同一个区划。")
    if not year.is_open:
        raise Refused(f"{year}的编报已经关闭，不能修改。请联系财政部门。")
    goals, _ = DepartmentGoals.objects.get_or_create(department=department, budget_year=year)
    found = for_update(DepartmentGoals.objects.all()).get(pk=goals.pk)
    require(person, "plan.edit_department", found)
    return GoalsSheet(found)
