"""Import what was read: everything that was chosen, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from jiheng import model
from jiheng.web.org.models import Person, Unit
from jiheng.web.org.permissions import allowed, require
from jiheng.web.plan.importing.matching import MERGE, NEW, REPLACE, SKIP, Match, matches
from jiheng.web.plan.importing.uploads import document_of
from jiheng.web.plan.models import BudgetYear, DepartmentGoals, ItemizedGoal, Project, Safeguard, Upload
from jiheng.web.plan.services import Refused
from jiheng.web.plan.services.editing import close_sheet
from jiheng.web.plan.services.sheet import KINDS, Sheet, Snapshot
from jiheng.web.plan.states import EDITABLE
from jiheng.web.supervision.services import record

INDICATOR_FIELDS = KINDS["indicator"][2]


def _heads(p: model.Project) -> dict[str, str]:
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


def _open(person: Person, project: Project) -> Sheet:
    """Like :func:`services.sheet.open_sheet`, for those who may import."""
    Project.objects.select_for_update().only("pk").get(pk=project.pk)
    row = Project.objects.select_related("unit__department", "budget_year").prefetch_related(
        "periods", "goals", "indicators"
    )
    locked = row.get(pk=project.pk)
    require(person, "plan.import", locked)
    if locked.state not in EDITABLE:
        raise Refused(f"“{locked}”刚刚被上报，不能再导入。没有导入任何内容，请刷新后重新选择。")
    return Sheet(locked)


def _write(person: Person, sheet: Sheet, project: model.Project, only_empty: bool, action: str) -> None:
    before: dict[str, Any] = {"cells": {}, "rows": {}}
    after: dict[str, Any] = {"cells": {}, "rows": {}}
    for cell, text in _heads(project).items():
        old = sheet.get(cell)
        if text != old and not (only_empty and (old or not text)):
            sheet.put(cell, text)
            before["cells"][cell], after["cells"][cell] = old, sheet.get(cell)
    for kind, wanted in _rows(project).items():
        old_rows = sheet.snapshot(kind)
        filled = any(
            any(str(v) for k, v in row.items() if k not in ("id", "label", "level1", "level2")) for row in old_rows
        )
        if wanted and not (only_empty and filled):
            sheet.restore(kind, wanted)
            before["rows"][kind], after["rows"][kind] = old_rows, sheet.snapshot(kind)
    close_sheet(sheet, person, before, after, action)


def _create(person: Person, match: Match, year: BudgetYear, order: int) -> None:
    previous = Project.objects.filter(
        unit__department_id=match.unit.department_id, budget_year__year=year.year - 1, name=match.project.name or ""
    ).first()
    row = Project.objects.create(
        unit=match.unit,
        budget_year=year,
        order=order,
        updated_by=person,
        previous=previous if match.project.name else None,
    )
    sheet = Sheet(row)
    _write(person, sheet, match.project, False, "导入新项目")


def _part_one(person: Person, unit: Unit, year: BudgetYear, goals: model.Goals) -> None:
    """The department's goals, replaced by those of the file."""
    require(person, "plan.edit_department", unit.department)
    kept, _ = DepartmentGoals.objects.select_for_update().get_or_create(department=unit.department, budget_year=year)
    before = {"overall": kept.overall, "itemized": [g.title for g in kept.itemized.all()]}
    kept.overall, kept.revision = "\n".join(goals.overall), kept.revision + 1
    kept.save()
    kept.itemized.all().delete()
    kept.safeguards.all().delete()
    ItemizedGoal.objects.bulk_create(
        ItemizedGoal(
            goals=kept, order=n, number=g.number or "", title=(g.title or "")[:255], goal=g.goal or "",
            indicators_text=g.indicators_text or "",
        )
        for n, g in enumerate(goals.itemized)
    )  # fmt: skip
    Safeguard.objects.bulk_create(
        Safeguard(goals=kept, order=n, number=s.number or "", title=(s.title or "")[:255], text=s.text or "")
        for n, s in enumerate(goals.safeguards)
    )
    record("导入部门整体目标", kept, before, {"overall": kept.overall, "itemized": [g.title for g in goals.itemized]})


def may_import_goals(person: Person, upload: Upload) -> bool:
    """Whether part one of this file may be imported by this person."""
    return allowed(person, "plan.edit_department", upload.unit.department)


@transaction.atomic
def import_upload(person: Person, upload: Upload, choices: Mapping[int, str], part_one: bool = False) -> dict[str, int]:
    """Do what was chosen for each project (by sequence), all or nothing; how many of each.

    Raises :class:`Refused` where a choice is no longer possible, ``PermissionDenied``.
    """
    require(person, "plan.import", upload)
    locked = Upload.objects.select_for_update().select_related("unit__department", "budget_year").get(pk=upload.pk)
    if locked.state != Upload.State.READ:
        raise Refused(f"这个文件{locked.get_state_display()}，不能再导入。")
    document = document_of(locked)
    done = {NEW: 0, MERGE: 0, REPLACE: 0, SKIP: 0}
    for match in matches(person, locked, document):
        action = choices.get(match.project.sequence, SKIP)
        if action not in match.actions:
            why = match.why_not or "情况已变化，不能这样导入。"
            raise Refused(f"“{match.project.name}”：{why}没有导入任何内容，请刷新后重新选择。")
        if action == NEW:
            _create(person, match, locked.budget_year, match.project.sequence)
        elif action in (MERGE, REPLACE) and match.existing is not None:
            label = "导入补充" if action == MERGE else "导入替换"
            _write(person, _open(person, match.existing), match.project, action == MERGE, label)
        done[action] += 1
    if part_one:
        _part_one(person, locked.unit, locked.budget_year, document.goals)
    locked.state, locked.imported_at = Upload.State.IMPORTED, timezone.now()
    locked.save(update_fields=["state", "imported_at"])
    record("导入文件", locked, None, {**done, "part_one": part_one})
    return done
