"""A target table opened for change: its cells read and written by their names, its rows as whole lists."""

from __future__ import annotations

from typing import Any

from django.db import connection

from jiheng.web.asked import number
from jiheng.web.locks import lock
from jiheng.web.org.permissions import require
from jiheng.web.plan import mapping
from jiheng.web.plan.models import Indicator, PlanPeriod, Project, ProjectGoal
from jiheng.web.plan.services.errors import Refused
from jiheng.web.plan.services.values import INDICATOR_NAME, amount_value, printed, text_value
from jiheng.web.plan.states import EDITABLE, State

Snapshot = list[dict[str, Any]]
HEAD = ("code", "name", "title", "budget_total", "budget_fiscal", "budget_other", "purpose")
SINGLE = (*HEAD, "explanation")
"""Cells of the project itself; the explanation of errors stands below the form and is copied nowhere."""
KINDS: dict[str, tuple[type[Any], str, tuple[str, ...]]] = {
    "plan": (PlanPeriod, "periods", ("label", "raw")),
    "goal": (ProjectGoal, "goals", ("text",)),
    "indicator": (Indicator, "indicators", ("level1", "level2", "name", "description", "target_raw", "basis")),
}
"""Kind of row → its model, its name on the project, its fields that people fill."""
MOST_ROWS = {"plan": 12, "goal": 30, "indicator": 200}
_SINGLE = {"plan": "raw", "goal": "text"}


class Sheet:
    """The rows of one project, locked until the transaction ends. ``save`` writes what was put."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.rows: dict[str, dict[int, Any]] = {}
        for kind, (_, name, _) in KINDS.items():
            self.rows[kind] = {row.pk: row for row in getattr(project, name).all()}
        self._touched: set[Any] = set()

    def find(self, cell: str) -> tuple[Any, str]:
        """The object and the field behind a cell's name. Raises :class:`Refused` where the row is gone."""
        if cell in SINGLE:
            return self.project, cell
        kind, _, rest = cell.partition(":")
        key, _, field = rest.partition(":")
        field = field or _SINGLE.get(kind, "")
        if kind not in KINDS or number(key) is None or field not in KINDS[kind][2]:
            raise Refused(f"没有名为“{cell[:40]}”的单元格。")
        row = self.rows[kind].get(int(key))
        if row is None:
            raise Refused("这一行已被删除，没有保存。请刷新后再改。")
        return row, field

    def get(self, cell: str) -> str:
        """What stands in a cell, as printed."""
        row, field = self.find(cell)
        return printed(getattr(row, field))

    def put(self, cell: str, text: str) -> None:
        """Write a cell. Raises :class:`Refused` where it does not fit."""
        row, field = self.find(cell)
        if cell == "name" and row.title == row.name:
            row.title = ""  # the table is named after the project, and goes on to be
        if field.startswith("budget_"):
            setattr(row, field, amount_value(text))
        else:
            limit = INDICATOR_NAME if isinstance(row, Indicator) and field == "name" else 0
            setattr(row, field, text_value(field, text, limit))
        if field == "target_raw":
            mapping.fill_target(row)
        self._touched.add(row)

    def snapshot(self, kind: str) -> Snapshot:
        """All rows of a kind in order, as JSON."""
        return [{"id": pk, **{f: getattr(r, f) for f in KINDS[kind][2]}} for pk, r in self.rows[kind].items()]

    def restore(self, kind: str, wanted: Snapshot) -> None:
        """Make the rows of a kind be these: those left out are deleted, those without ``id`` made new, those of an
        ``id`` that is gone made again under it. Raises :class:`Refused` for too many or what does not fit."""
        if len(wanted) > MOST_ROWS[kind]:
            raise Refused(f"最多 {MOST_ROWS[kind]} 行，现在要放 {len(wanted)} 行。")
        model, _, fields = KINDS[kind]
        known, rows, new = self.rows[kind], [], []
        for order, values in enumerate(wanted):
            row = known.get(values.get("id") or 0) or model(pk=values.get("id"), project=self.project)
            was = (row.order, *(getattr(row, f) for f in fields))
            row.order = order
            for f in fields:
                limit = INDICATOR_NAME if kind == "indicator" and f == "name" else 0
                setattr(row, f, text_value(f, values.get(f, ""), limit))
            if kind == "indicator":
                mapping.fill_target(row)
            if row.pk is None:
                new.append(row)
            elif row.pk not in known or was != (row.order, *(getattr(row, f) for f in fields)):
                row.save(force_insert=row.pk not in known)
            rows.append(row)
        _insert(model, new)
        kept = {row.pk: row for row in rows}
        gone = known.keys() - kept.keys()
        if gone:
            model.objects.filter(project=self.project, pk__in=gone).delete()
        self.rows[kind] = kept

    def save(self) -> None:
        """Write the rows that were put, and forget what was read of them before."""
        for row in self._touched:
            if row is not self.project:
                row.save()
        self._touched.clear()
        # The checker reads through these: give it the rows as they are now, without asking the database again.
        cache = self.project.__dict__.setdefault("_prefetched_objects_cache", {})
        for kind, (_, name, _) in KINDS.items():
            found = getattr(self.project, name).all()
            found._result_cache = list(self.rows[kind].values())
            found._prefetch_done = True
            cache[name] = found


def _insert(model: type[Any], rows: list[Any]) -> None:
    """Write new rows at once, where the database then tells their keys; MySQL itself does not."""
    if connection.features.can_return_rows_from_bulk_insert:
        model.objects.bulk_create(rows)
    else:
        for row in rows:
            row.save(force_insert=True)


def open_sheet(person: Any, pk: int) -> Sheet:
    """Lock a project's table for change by this person. Raises ``PermissionDenied`` and :class:`Refused`."""
    lock(Project, [pk])
    project = (
        Project.objects.select_related("unit__department", "budget_year")
        .prefetch_related("periods", "goals", "indicators")
        .get(pk=pk)
    )
    require(person, "plan.edit", project)
    if project.state not in EDITABLE:
        raise Refused(f"绩效目标表处于“{State(project.state).label}”，不能修改。需要修改时请先撤回或退回到草稿。")
    if not project.budget_year.is_open:
        raise Refused(f"{project.budget_year}的编报已经关闭，不能修改。请联系财政部门。")
    return Sheet(project)
