"""Save cells, with a guard against overwriting what was not seen; undo and redo."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from jiheng.web.plan.checking import recheck
from jiheng.web.plan.models import CellEdit, Project
from jiheng.web.plan.services.errors import Refused, Stale
from jiheng.web.plan.services.sheet import KINDS, SINGLE, Sheet, open_sheet
from jiheng.web.supervision.services import record

ONE_STEP = timedelta(seconds=30)
"""Saves of one cell while it is being typed, within so long, are undone as one."""
MANY = "many"
"""What an edit of more than one cell, or of rows, is called; ``before`` and ``after`` are then patches."""
Patch = dict[str, Any]
"""``{"cells": {cell: text}, "rows": {kind: snapshot}}``."""


@dataclass(slots=True)
class Saved:
    """What a save did. ``changed`` are cells that others changed since what the saver saw, or that were stored
    otherwise than typed; ``rows`` tells that rows came or went, so that the table must be drawn anew."""

    project: Project
    changed: dict[str, str] = field(default_factory=dict)
    rows: bool = False


def _as_patch(edit: CellEdit, value: Any) -> Patch:
    return dict(value) if edit.cell == MANY else {"cells": {edit.cell: value}, "rows": {}}


def _by_id(snapshot: Iterable[Mapping[str, Any]]) -> dict[int, Mapping[str, Any]]:
    return {row["id"]: row for row in snapshot}


def touched(edit: CellEdit) -> set[str]:
    """The cells that an edit changed; those of rows that it added or removed included."""
    before, after = _as_patch(edit, edit.before), _as_patch(edit, edit.after)
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
    cells, rows = after["cells"], after["rows"]
    if len(cells) == 1 and not rows:
        (cell,) = cells
        _keep(project, person, cell, before["cells"][cell], cells[cell], coalesce)
    else:
        _keep(project, person, MANY, before, after, False)
    sheet.save()
    project.save()
    record(action, project, {**before["cells"], **before["rows"]}, {**cells, **rows})
    recheck(project)


def _keep(project: Project, person: Any, cell: str, before: Any, after: Any, coalesce: bool) -> None:
    if coalesce:
        last = CellEdit.objects.filter(project=project).order_by("-pk").first()
        recent = last and last.at > timezone.now() - ONE_STEP and last.revision == project.revision - 1
        if last and recent and last.cell == cell and last.by_id == person.pk and not last.undone:
            last.after, last.revision = after, project.revision
            last.save(update_fields=["after", "revision"])
            return
    CellEdit.objects.create(
        project=project, revision=project.revision, cell=cell, before=before, after=after, by=person
    )


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
    edit = CellEdit.objects.filter(project=sheet.project, by=person, undone=False).order_by("-pk").first()
    if edit is None:
        raise Refused("没有可以撤销的修改。")
    return _replay(sheet, person, edit, edit.after, edit.before, True)


@transaction.atomic
def redo(person: Any, pk: int) -> Saved:
    """Do again what this person took back last. Raises :class:`Refused` like :func:`undo`."""
    sheet = open_sheet(person, pk)
    mine = CellEdit.objects.filter(project=sheet.project, by=person)
    last = mine.filter(undone=False).order_by("-pk").values_list("pk", flat=True).first() or 0
    edit = mine.filter(undone=True, pk__gt=last).order_by("pk").first()
    if edit is None:
        raise Refused("没有可以重做的修改。")
    return _replay(sheet, person, edit, edit.before, edit.after, False)


def _replay(sheet: Sheet, person: Any, edit: CellEdit, expected: Any, wanted: Any, undone: bool) -> Saved:
    """Put what is wanted where what is expected stands. Steps are ordered by key, ``revision`` says when last done."""
    now, then = _as_patch(edit, expected), _as_patch(edit, wanted)
    word = "撤销" if undone else "重做"
    for cell, text in now["cells"].items():
        if sheet.get(cell) != text:
            raise Refused(f"此后别人改过同一单元格，不能直接{word}。请手工修改。")
    for kind, snapshot in now["rows"].items():
        if sheet.snapshot(kind) != snapshot:
            raise Refused(f"此后别人改过这几行，不能直接{word}。请手工修改。")
    for kind, snapshot in then["rows"].items():
        sheet.restore(kind, snapshot)
    for cell, text in then["cells"].items():
        sheet.put(cell, text)
    project = sheet.project
    project.revision += 1
    project.updated_by = person
    edit.revision, edit.undone = project.revision, undone
    edit.save(update_fields=["revision", "undone"])
    sheet.save()
    project.save()
    record(f"{word}绩效目标表的修改", project, {**now["cells"], **now["rows"]}, {**then["cells"], **then["rows"]})
    recheck(project)
    return changes(project, [edit], sheet)
