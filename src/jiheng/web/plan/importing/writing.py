"""Write what was read into a target table: only what differs, rows keeping their keys, so that comments stay put."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from jiheng import model
from jiheng.web.locks import lock
from jiheng.web.org.models import Person
from jiheng.web.org.permissions import require
from jiheng.web.plan.differences import pairs
from jiheng.web.plan.models import Project
from jiheng.web.plan.services import Refused
from jiheng.web.plan.services.editing import close_sheet
from jiheng.web.plan.services.sheet import KINDS, Sheet, Snapshot
from jiheng.web.plan.states import EDITABLE

INDICATOR_FIELDS = KINDS["indicator"][2]
_SAID = ("name", "description", "target_raw", "basis")


def open_for_import(person: Person, project: Project, seen: int | None = None) -> Sheet:
    """Like :func:`services.sheet.open_sheet`, for those who may import. ``seen`` is the revision that was previewed.

    Raises :class:`Refused`, ``PermissionDenied``.
    """
    lock(Project, [project.pk])
    row = Project.objects.select_related("unit__department", "budget_year").prefetch_related(
        "periods", "goals", "indicators"
    )
    locked = row.get(pk=project.pk)
    require(person, "plan.import", locked)
    if locked.state not in EDITABLE:
        raise Refused(f"“{locked}”刚刚被上报，不能再导入。没有导入任何内容，请刷新后重新选择。")
    if seen is not None and locked.revision != seen:
        raise Refused(f"“{locked}”在您预览之后又在线上改过。没有导入任何内容，请看过新的对照后重新选择。")
    return Sheet(locked)


def heads(p: model.Project) -> dict[str, str]:
    """The single cells of a project as they are stored."""
    b = p.budget
    money = {"budget_total": b.total, "budget_fiscal": b.fiscal, "budget_other": b.other}
    texts = {"code": p.code, "name": p.name or p.title, "title": p.title, "purpose": p.purpose}
    return {key: text or "" for key, text in texts.items()} | {
        k: "" if v is None else f"{v:f}" for k, v in money.items()
    }


def _rows(p: model.Project) -> dict[str, Snapshot]:
    indicators = [
        {f: i.target.raw if f == "target_raw" else getattr(i, f) or "" for f in INDICATOR_FIELDS} for i in p.indicators
    ]
    periods = [{"label": label, "raw": raw} for label, raw in zip(p.plan.labels, p.plan.raw, strict=True)]
    return {"plan": periods, "goal": [{"text": text} for text in p.goals], "indicator": indicators}


def _is_said(row: dict[str, Any], kind: str) -> bool:
    fields = {"plan": ("raw",), "goal": ("text",), "indicator": _SAID}[kind]
    return any(str(row.get(f) or "").strip() for f in fields)


def write(person: Person, sheet: Sheet, project: model.Project, only_empty: bool, action: str) -> None:
    """Put what a file says into a table; parts that the file lacks stay. ``only_empty`` fills what is empty."""
    before, after = _patches()
    for cell, text in heads(project).items():
        if text != sheet.get(cell) and not (only_empty and (sheet.get(cell) or not text)):
            _put(sheet, cell, text, before, after)
    for kind, wanted in _rows(project).items():
        old = sheet.snapshot(kind)
        if wanted and not (only_empty and any(_is_said(row, kind) for row in old)):
            _restore(sheet, kind, _same_rows(kind, old, wanted), before, after)
    close_sheet(sheet, person, before, after, action)


def write_changes(person: Person, sheet: Sheet, base: model.Project, project: model.Project, action: str) -> None:
    """Put what a sheet says otherwise than ``base`` (what it would say, handed out now) into its table.

    What the two say alike stays as it is stored; what was emptied in the sheet is emptied.
    """
    before, after = _patches()
    old, new = heads(base), heads(project)
    for cell in old.keys() - {"title"}:
        if old[cell] != new[cell] and sheet.get(cell) != new[cell]:
            _put(sheet, cell, new[cell], before, after)
    based, said = _rows(base), _rows(project)
    for kind, wanted in said.items():
        if wanted != based[kind]:
            rows = _same_rows(kind, sheet.snapshot(kind), wanted, based[kind])
            _restore(sheet, kind, _with_frame(sheet, rows) if kind == "indicator" else rows, before, after)
    if after["cells"] or after["rows"]:
        close_sheet(sheet, person, before, after, action)


def _patches() -> tuple[dict[str, Any], dict[str, Any]]:
    return {"cells": {}, "rows": {}}, {"cells": {}, "rows": {}}


def _put(sheet: Sheet, cell: str, text: str, before: dict[str, Any], after: dict[str, Any]) -> None:
    before["cells"][cell] = sheet.get(cell)
    sheet.put(cell, text)
    after["cells"][cell] = sheet.get(cell)


def _restore(sheet: Sheet, kind: str, rows: Snapshot, before: dict[str, Any], after: dict[str, Any]) -> None:
    before["rows"][kind] = sheet.snapshot(kind)
    sheet.restore(kind, rows)
    after["rows"][kind] = sheet.snapshot(kind)


def _pairs(kind: str, old: Snapshot, wanted: Snapshot) -> list[tuple[int | None, int | None]]:
    if kind == "indicator":
        keys: tuple[Callable[[Any], Any], ...] = (
            lambda r: (r["level2"], r["name"]), lambda r: r["name"], lambda r: r["level2"],
        )  # fmt: skip
        return pairs(old, wanted, keys)
    return [(n if n < len(old) else None, n) for n in range(len(wanted))]


def _same_rows(kind: str, stored: Snapshot, wanted: Snapshot, based: Sequence[dict[str, Any]] = ()) -> Snapshot:
    """The wanted rows under the keys of those they go on from; a text that is as in ``based`` stays as stored."""
    old = stored if kind == "plan" else [row for row in stored if _is_said(row, kind)]
    aligned = len(based) == len(old)
    rows: Snapshot = [{} for _ in wanted]
    for m, n in _pairs(kind, based if aligned else old, wanted):  # type: ignore[arg-type]
        if n is None:
            continue
        rows[n] = dict(wanted[n])
        if m is None:
            continue
        rows[n]["id"] = old[m]["id"]
        if aligned:
            rows[n] |= {f: old[m][f] for f, text in wanted[n].items() if text == based[m][f]}
    return rows


def _with_frame(sheet: Sheet, rows: Snapshot) -> Snapshot:
    """The rows, those of a prepared subcategory in its place, and the prepared ones that nobody has filled yet."""
    stored = sheet.snapshot("indicator")
    prepared = {row["level2"]: row for row in stored if not _is_said(row, "indicator")}
    for row in rows:
        if "id" not in row and row["level2"] in prepared:
            row["id"] = prepared.pop(row["level2"])["id"]
    covered = {row["level2"] for row in rows}
    for place, row in enumerate(stored):
        if prepared.get(row["level2"]) is row and row["level2"] not in covered:
            above = {r["id"] for r in stored[:place]}
            last = max((n for n, r in enumerate(rows) if r.get("id") in above), default=-1)
            rows.insert(last + 1, row)
    return rows
