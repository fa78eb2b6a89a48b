"""Save cells, with a guard against overwriting what was not seen; undo and redo."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from jiheng.web import transaction
from jiheng.web.plan.checking import recheck
from jiheng.web.plan.models import CellEdit, Project
from jiheng.web.plan.services.errors import Stale
from jiheng.web.plan.services.sheet import KINDS, SINGLE, Sheet, open_sheet
from jiheng.web.plan.services.steps import MANY, Patch, as_patch, keep, last_done, last_undone, replay
from jiheng.web.supervision.services import record


@dataclass(slots=True)
class Saved:
    """What a save did. ``changed`` are cells that others changed since what the saver saw, or that were stored
    otherwise than typed; ``rows`` tells that rows came or went, so that the table must be drawn anew."""

    project: Project
    changed: dict[str, str] = field(default_factory=dict)
    rows: bool = False


def _by_id(snapshot: Iterable[Mapping[str, Any]]) -> dict[int, Mapping[str, Any]]:
    return {row["id"]: row for row in snapshot}


def touched(edit: CellEdit) -> set[str]:
    """The cells that an edit changed; those of rows that it added or removed included."""
    before, after = as_patch(edit, edit.before), as_patch(edit, edit.after)
    cells = set(after["cells"])
    for kind, snapshot in after["rows"].items():
        old, new = _by_id(before["rows"].get(kind, ())), _by_id(snapshot)
        for pk in old.keys() | new.keys():
            a, b = old.get(pk, {}), new.get(pk, {})
            for name in KINDS[kind][2]:
                if a.get(name) != b.get(name):
                    cells.add(
                        f"{kind}:{pk}" if kind != "indicator" and name in ("raw", "text") else f"{kind}:{pk}:{name}"
                    )
    return cells


def edits_since(project: Project, seen: int) -> list[CellEdit]:
    """What was changed after this revision, oldest first."""
    found = CellEdit.objects.filter(project=project, revision__gt=seen).select_related("by").order_by("revision", "pk")
    return list(found)


def guard(sheet: Sheet, values: Mapping[str, str], since: Iterable[CellEdit]) -> None:
    """Raise :class:`Stale` where these edits put something else into the cells to be written."""
    conflicts = []
    for edit in since:
        for cell in touched(edit) & values.keys():
            current = sheet.get(cell)
            if current != values[cell]:
                by = edit.by.name if edit.by else "已注销的账号"
                conflicts.append({"cell": cell, "value": current, "by": by, "at": edit.at.isoformat()})
    if conflicts:
        last = conflicts[-1]
        raise Stale(
            f"{last['by']} 刚刚把这里改成了“{last['value'][:60]}”。您的内容没有保存，请看过后决定采用哪一个。",
            conflicts, sheet.project.revision,
        )  # fmt: skip


def close_sheet(sheet: Sheet, person: Any, before: Patch, after: Patch, action: str, coalesce: bool = False) -> None:
    """Write what changed, as one step of undo, one entry of the audit trail, one revision; and check anew."""
    project = sheet.project
    project.revision += 1
    project.updated_by = person
    keep(project, person, before, after, coalesce)
    sheet.save()
    project.save()
    record(action, project, {**before["cells"], **before["rows"]}, {**after["cells"], **after["rows"]})
    recheck(project)


@transaction.atomic
def save_cells(person: Any, pk: int, values: Mapping[str, str], seen: int, typing: bool = False) -> Saved:
    """Save cells of a project, all or none.

    ``seen`` is the revision that the person saw them at. Raises :class:`Stale` where another text was saved there
    since, :class:`Refused` where a text does not fit, ``PermissionDenied``. ``typing`` joins the save with the one
    before to one step of undo.
    """
    sheet = open_sheet(person, pk)
    since = edits_since(sheet.project, seen)
    guard(sheet, values, since)
    before = {cell: sheet.get(cell) for cell in values}
    for cell, text in values.items():
        sheet.put(cell, text)
    after = {cell: sheet.get(cell) for cell in values}
    changed = {cell: text for cell, text in after.items() if text != before[cell]}
    if changed:
        patch: Patch = {"cells": {c: before[c] for c in changed}, "rows": {}}
        close_sheet(sheet, person, patch, {"cells": changed, "rows": {}}, "修改绩效目标表", typing)
    saved = changes(sheet.project, since, sheet)
    saved.changed.update({cell: text for cell, text in after.items() if text != values[cell]})
    for cell in values.keys() & saved.changed.keys():
        if saved.changed[cell] == values[cell]:
            del saved.changed[cell]
    saved.rows = saved.rows or any(c.endswith((":level1", ":level2")) for c in changed)
    return saved


def changes(project: Project, since: Iterable[CellEdit], sheet: Sheet | None = None) -> Saved:
    """What these edits mean for one who has not seen them."""
    sheet, saved = sheet or Sheet(project), Saved(project)
    for edit in since:
        saved.rows = saved.rows or (edit.cell == MANY and bool(edit.after["rows"]))
        for cell in touched(edit):
            saved.rows = saved.rows or cell.endswith((":level1", ":level2"))
            if cell in SINGLE or int(cell.split(":")[1]) in sheet.rows[cell.partition(":")[0]]:
                saved.changed[cell] = sheet.get(cell)
    return saved


@transaction.atomic
def undo(person: Any, pk: int) -> Saved:
    """Take back this person's last change that is not taken back. Raises :class:`Refused` where there is none, or where
    someone else has changed the same since."""
    sheet = open_sheet(person, pk)
    return _replay(sheet, person, last_done(sheet.project, person), True)


@transaction.atomic
def redo(person: Any, pk: int) -> Saved:
    """Do again what this person took back last. Raises :class:`Refused` like :func:`undo`."""
    sheet = open_sheet(person, pk)
    return _replay(sheet, person, last_undone(sheet.project, person), False)


def _replay(sheet: Sheet, person: Any, edit: CellEdit, undone: bool) -> Saved:
    project = sheet.project
    now, then = replay(sheet, project, edit, undone)
    project.updated_by = person
    sheet.save()
    project.save()
    said = ({**patch["cells"], **patch["rows"]} for patch in (now, then))
    record(f"{'撤销' if undone else '重做'}绩效目标表的修改", project, *said)
    recheck(project)
    return changes(project, [edit], sheet)
