"""Steps of undo, kept with each change: of a project's table and of a department's goals alike.

What is changed is a *sheet*: its cells are read and written by name (``get``, ``put``), its rows as whole lists
(``snapshot``, ``restore``). Its owner (the project, the goals) has ``revision`` and ``edits``.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from jiheng.web.plan.services.errors import Refused

ONE_STEP = timedelta(seconds=30)
"""Saves of one cell while it is being typed, within so long, are undone as one."""
MANY = "many"
"""What an edit of more than one cell, or of rows, is called; ``before`` and ``after`` are then patches."""
Patch = dict[str, Any]
"""``{"cells": {cell: text}, "rows": {kind: snapshot}}``."""


def as_patch(edit: Any, value: Any) -> Patch:
    """A stored ``before`` or ``after`` as a patch."""
    return dict(value) if edit.cell == MANY else {"cells": {edit.cell: value}, "rows": {}}


def keep(owner: Any, person: Any, before: Patch, after: Patch, coalesce: bool = False) -> None:
    """Keep a change as one step, at the owner's revision; ``coalesce`` joins it with the last of the same cell."""
    cells, rows = after["cells"], after["rows"]
    if len(cells) != 1 or rows:
        owner.edits.create(revision=owner.revision, cell=MANY, before=before, after=after, by=person)
        return
    (cell,) = cells
    last = owner.edits.order_by("-pk").first() if coalesce else None
    recent = last and last.at > timezone.now() - ONE_STEP and last.revision == owner.revision - 1
    if last and recent and last.cell == cell and last.by_id == person.pk and not last.undone:
        last.after, last.revision = cells[cell], owner.revision
        last.save(update_fields=["after", "revision"])
        return
    owner.edits.create(revision=owner.revision, cell=cell, before=before["cells"][cell], after=cells[cell], by=person)


def last_done(owner: Any, person: Any) -> Any:
    """This person's last change that is not taken back. Raises :class:`Refused` where there is none."""
    edit = owner.edits.filter(by=person, undone=False).order_by("-pk").first()
    if edit is None:
        raise Refused("没有可以撤销的修改。")
    return edit


def last_undone(owner: Any, person: Any) -> Any:
    """What this person took back last. Raises :class:`Refused` where there is nothing."""
    mine = owner.edits.filter(by=person)
    last = mine.filter(undone=False).order_by("-pk").values_list("pk", flat=True).first() or 0
    edit = mine.filter(undone=True, pk__gt=last).order_by("pk").first()
    if edit is None:
        raise Refused("没有可以重做的修改。")
    return edit


def replay(sheet: Any, owner: Any, edit: Any, undone: bool) -> tuple[Patch, Patch]:
    """Take a step back, or do it again: (what stood there, what stands there now), at the owner's next revision.

    Steps are ordered by key, ``revision`` says when last done. Raises :class:`Refused` where someone changed the same
    since.
    """
    done, before = as_patch(edit, edit.after), as_patch(edit, edit.before)
    now, then = (done, before) if undone else (before, done)
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
    owner.revision += 1
    edit.revision, edit.undone = owner.revision, undone
    edit.save(update_fields=["revision", "undone"])
    return now, then
