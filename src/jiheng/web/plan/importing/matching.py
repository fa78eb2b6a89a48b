"""Which project of a file is which of the database: by code, then by name; and what would change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from jiheng import model
from jiheng.model import Document
from jiheng.web.org.lineage import OtherNames, in_use
from jiheng.web.org.models import Person, Unit
from jiheng.web.org.permissions import units_for
from jiheng.web.plan import mapping
from jiheng.web.plan.differences import Change, differences, new_order
from jiheng.web.plan.models import Project, Upload
from jiheng.web.plan.offline import as_read
from jiheng.web.plan.queries.table import cell_label
from jiheng.web.plan.services.editing import edits_since, touched
from jiheng.web.plan.services.sheet import MOST_ROWS
from jiheng.web.plan.states import EDITABLE, State

NEW, MERGE, REPLACE, SKIP = "new", "merge", "replace", "skip"
ACTIONS = {NEW: "新增", MERGE: "补充空白", REPLACE: "用文件替换", SKIP: "不导入"}


@dataclass(slots=True)
class Match:
    """A project of the file, the one it fits, and what may be done. ``why_not`` says why it cannot be replaced.

    Of a workbook that was handed out: ``is_ours``; ``conflict`` says what was changed online since; ``base`` is what
    its sheet would say, handed out now, with which it is compared.
    """

    project: model.Project
    unit: Unit
    existing: Project | None
    changes: list[Change]
    actions: list[str]
    suggested: str
    why_not: str = ""
    is_ours: bool = False
    conflict: list[str] = field(default_factory=list)
    base: model.Project | None = None
    note: str = ""

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
    """The units into which this person may import from this file, by code: those of the same department.

    A unit that was renumbered is known by the code of before and by the one since; a code that two had by neither.
    """
    year = upload.budget_year.year
    found = list(units_for(person, "plan.import", year).filter(in_use(year), department=upload.unit.department_id))
    names, others = OtherNames(), defaultdict[str, list[Unit]](list)
    for unit in found:
        for code, _ in names.of(unit.pk):
            others[code].append(unit)
    return {code: units[0] for code, units in others.items() if len(units) == 1} | {u.code: u for u in found}


def matches(person: Person, upload: Upload, document: Document) -> list[Match]:
    """Every project of the file with what it fits; one with another unit's code goes to that unit, where allowed."""
    units = units_of(person, upload)
    there = Project.objects.filter(budget_year=upload.budget_year, unit__in=[*units.values(), upload.unit])
    if upload.sheets:
        whole = there.select_related("unit__department", "budget_year")
        rows = list(whole.prefetch_related("periods", "goals", "indicators"))
        return _handed_out(upload, document, rows, {u.pk: u for u in units.values()})
    by_unit: dict[int, list[Project]] = {}
    for row in there.only("unit_id", "code", "name"):
        by_unit.setdefault(row.unit_id, []).append(row)
    pairs: list[tuple[model.Project, Unit, Project | None]] = []
    for project in document.projects:
        unit = units.get(project.unit_code or "", upload.unit)
        known = _existing(by_unit.get(unit.pk, ()), project)
        pairs.append((project, unit, known))
        if known is not None:
            by_unit[unit.pk].remove(known)
    # A department may have thousands of projects: the rows of those that the file names are enough.
    named = Project.objects.filter(pk__in=[known.pk for _, _, known in pairs if known is not None])
    whole = named.select_related("unit__department", "budget_year").prefetch_related("periods", "goals", "indicators")
    existing = {row.pk: row for row in whole}
    return [_match(project, unit, known and existing.get(known.pk)) for project, unit, known in pairs]


def _match(project: model.Project, unit: Unit, existing: Project | None) -> Match:
    long = _too_long(project)
    if existing is None:
        return Match(project, unit, None, [], [NEW, SKIP], SKIP if long else NEW, note=long)
    changes = differences(mapping.to_project(existing), project)
    if not changes:
        return Match(project, unit, existing, [], [SKIP], SKIP)
    if why := _closed(existing):
        return Match(project, unit, existing, changes, [SKIP], SKIP, why)
    return Match(project, unit, existing, changes, [REPLACE, MERGE, SKIP], SKIP if long else REPLACE, note=long)


def _too_long(project: model.Project) -> str:
    """Why the table holds more than ours can, so that it is known before the whole file is refused for it."""
    for kind, name, rows in (("indicator", "指标", project.indicators), ("goal", "绩效目标", project.goals)):
        if len(rows) > MOST_ROWS[kind]:
            return f"有 {len(rows)} 条{name}，一张表最多 {MOST_ROWS[kind]} 条，不能导入。请拆分或删减后重新上传。"
    return ""


def _closed(existing: Project) -> str:
    if existing.state in EDITABLE:
        return ""
    return f"已处于“{State(existing.state).label}”，不能修改；需要时请先撤回或退回到草稿。"


def _handed_out(upload: Upload, document: Document, rows: list[Project], units: dict[int, Unit]) -> list[Match]:
    """The sheets of a workbook that we handed out, each by its key; a new form that came in before, by its name."""
    by_key = {row.pk: row for row in rows}
    taken = {sheet["project"] for sheet in upload.sheets.values()}
    found: dict[int, Project | None] = {}
    for project in document.projects:
        sheet = upload.sheets[str(project.sequence)]
        free = [r for r in rows if r.pk not in taken and r.unit_id == sheet["unit"]]
        row = by_key.get(sheet["project"]) if sheet["project"] else _existing(free, project)
        found[project.sequence] = row
        taken.add(row.pk if row else 0)
    bases = as_read(row for row in found.values() if row is not None)
    return [
        _of_sheet(upload.sheets[str(p.sequence)], p, found[p.sequence], bases, units, upload.unit)
        for p in document.projects
    ]


def _of_sheet(
    sheet: dict[str, Any], project: model.Project, existing: Project | None, bases: dict[int, model.Project],
    units: dict[int, Unit], unit: Unit,
) -> Match:  # fmt: skip
    if existing is None:
        home = units.get(sheet["unit"])
        if sheet["project"] or home is None:
            why = "这个项目已删除，或不在您可以导入的单位里。"
            return Match(project, home or unit, None, [], [SKIP], SKIP, why, is_ours=True)
        return Match(project, home, None, [], [NEW, SKIP], NEW, is_ours=True)
    base = bases[existing.pk]
    changes = [*differences(base, project), *new_order(base, project)]
    match = Match(project, existing.unit, existing, changes, [SKIP], SKIP, is_ours=True, base=base)
    later = existing.revision != sheet["revision"]
    if sheet["untouched"]:
        match.note = "表里没有改动；线上已有更新，以线上为准。" if later and match.changes else ""
        match.changes = []
    elif match.changes and not (why := _closed(existing)):
        match.actions, match.suggested = [REPLACE, SKIP], REPLACE
        if later:
            match.suggested = SKIP
            match.conflict = changed_online(existing, sheet["revision"] if sheet["project"] else -1)
    elif match.changes:
        match.why_not = why
    return match


def changed_online(project: Project, since: int) -> list[str]:
    """Who changed what of a project after a revision, the latest first, a line a person."""
    names: dict[str, dict[str, None]] = {}
    for edit in reversed(edits_since(project, since)):
        who = f"{edit.by.name if edit.by else '已注销的账号'} {timezone.localtime(edit.at):%m-%d %H:%M}"
        names.setdefault(who, {}).update(dict.fromkeys(cell_label(project, c) for c in sorted(touched(edit))))
    return [
        f"{who} 改过：{'、'.join(list(cells)[:8])}{'等' if len(cells) > 8 else ''}" for who, cells in names.items()
    ] or ["下载之后在线上改过"]
