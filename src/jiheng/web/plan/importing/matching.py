"""Which project of a file is which of the database: by code, then by name; and what would change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from jiheng import model
from jiheng.model import Document
from jiheng.web.org.models import Person, Unit
from jiheng.web.org.permissions import units_for
from jiheng.web.plan import mapping
from jiheng.web.plan.differences import Change, differences
from jiheng.web.plan.models import Project, Upload
from jiheng.web.plan.states import EDITABLE, State

NEW, MERGE, REPLACE, SKIP = "new", "merge", "replace", "skip"
ACTIONS = {NEW: "新增", MERGE: "补充空白", REPLACE: "用文件替换", SKIP: "不导入"}


@dataclass(slots=True)
class Match:
    """A project of the file, the one it fits, and what may be done. ``why_not`` says why it cannot be replaced."""

    project: model.Project
    unit: Unit
    existing: Project | None
    changes: list[Change]
    actions: list[str]
    suggested: str
    why_not: str = ""

    @property
    def is_same(self) -> bool:
        """Whether the database says the same already."""
        return self.existing is not None and not self.changes


def _squeezed(text: str | None) -> str:
    return "".join((text or "").split())


def _existing(found: Iterable[Project], project: model.Project) -> Project | None:
    rows = list(found)
    code, name = _squeezed(project.code), _squeezed(project.name or project.title)
    by_code = next((r for r in rows if code and _squeezed(r.code) == code), None)
    return by_code or next((r for r in rows if name and _squeezed(r.name) == name), None)


def units_of(person: Person, upload: Upload) -> dict[str, Unit]:
    """The units into which this person may import from this file, by code: those of the same department."""
    found = units_for(person, "plan.import", upload.budget_year.year).filter(department=upload.unit.department_id)
    return {u.code: u for u in found}


def matches(person: Person, upload: Upload, document: Document) -> list[Match]:
    """Every project of the file with what it fits; one with another unit's code goes to that unit, where allowed."""
    units = units_of(person, upload)
    rows = (
        Project.objects.filter(budget_year=upload.budget_year, unit__in=[*units.values(), upload.unit])
        .select_related("unit__department", "budget_year")
        .prefetch_related("periods", "goals", "indicators")
    )
    by_unit: dict[int, list[Project]] = {}
    for row in rows:
        by_unit.setdefault(row.unit_id, []).append(row)
    found = []
    for project in document.projects:
        unit = units.get(project.unit_code or "", upload.unit)
        existing = _existing(by_unit.get(unit.pk, ()), project)
        found.append(_match(project, unit, existing))
        if existing is not None:
            by_unit[unit.pk].remove(existing)
    return found


def _match(project: model.Project, unit: Unit, existing: Project | None) -> Match:
    if existing is None:
        return Match(project, unit, None, [], [NEW, SKIP], NEW)
    changes = differences(mapping.to_project(existing), project)
    if not changes:
        return Match(project, unit, existing, [], [SKIP], SKIP)
    if existing.state not in EDITABLE:
        why = f"已处于“{State(existing.state).label}”，不能修改；需要时请先撤回或退回到草稿。"
        return Match(project, unit, existing, changes, [SKIP], SKIP, why)
    return Match(project, unit, existing, changes, [REPLACE, MERGE, SKIP], REPLACE)
