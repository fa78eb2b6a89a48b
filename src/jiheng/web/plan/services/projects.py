"""Create, copy and delete projects."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Max, ProtectedError

from jiheng.policy import Pack
from jiheng.web import transaction
from jiheng.web.locks import lock
from jiheng.web.org.lineage import heirs, unit_in
from jiheng.web.org.models import Unit
from jiheng.web.org.permissions import At, require
from jiheng.web.plan import mapping
from jiheng.web.plan.checking import pack_of, recheck
from jiheng.web.plan.models import BudgetYear, Indicator, PlanPeriod, Project, ProjectGoal
from jiheng.web.plan.queries.carrying import carried_over
from jiheng.web.plan.services.editing import Saved, changes, close_sheet, edits_since
from jiheng.web.plan.services.errors import Refused
from jiheng.web.plan.services.lines import periods_of
from jiheng.web.plan.services.sheet import HEAD, KINDS, Sheet, Snapshot, open_sheet
from jiheng.web.plan.services.values import text_value
from jiheng.web.plan.states import State
from jiheng.web.supervision.services import record

MOST_AT_ONCE = 100
"""Projects carried over in one go, while the person waits."""
PARTS = {"purpose": "资金用途", "plan": "支出计划", "goal": "绩效目标", "indicator": "绩效指标"}
"""What may be taken over from another project."""


def category(level1: str) -> str:
    """A level-1 name as forms print it."""
    return f"{level1}指标"


def subcategory(level2: str) -> str:
    """A level-2 name as forms print it."""
    return level2 if level2.endswith("满意度") else f"{level2}指标"


def frame(pack: Pack) -> list[tuple[str, str]]:
    """The rows of an empty indicator table: what the pack requires, one row each."""
    wanted = []
    for level1, below in pack.framework.levels.items():
        required = [n for n in below if n in pack.framework.required_level2]
        if not required and level1 in (*pack.framework.required_level1, *pack.framework.advised_level1):
            required = ["社会效益"] if "社会效益" in below else below[:1]
        wanted += [(category(level1), subcategory(n)) for n in required]
    return wanted


def _check_open(person: Any, unit: Unit, year: BudgetYear) -> None:
    require(person, "plan.edit", At(unit, year.year))
    if year.district_id != unit.department.district_id:
        raise Refused("单位和预算年度不属于同一个区划。")
    if not year.is_open:
        raise Refused(f"{year}的编报已经关闭，不能新建项目。请联系财政部门。")
    if unit.valid_to is not None and unit.valid_to < year.year:
        heir = unit_in(unit, year.year)
        where = f"请在继任单位“{heir.name}”下新建" if heir else "不能新建"
        raise Refused(f"“{unit.name}”自 {unit.valid_to} 年后已停用，{where}。")
    if unit.valid_from > year.year:
        raise Refused(f"“{unit.name}”自 {unit.valid_from} 年起启用，不能新建 {year.year} 年的项目。")


def _new(person: Any, unit: Unit, year: BudgetYear, **fields: Any) -> Project:
    last = Project.objects.filter(unit=unit, budget_year=year).aggregate(m=Max("order"))["m"]
    return Project.objects.create(
        unit=unit, budget_year=year, order=0 if last is None else last + 1, updated_by=person, **fields
    )


@transaction.atomic
def create_project(person: Any, unit: Unit, year: BudgetYear, name: str = "") -> Project:
    """An empty target table with the periods and the categories that the policy pack wants."""
    _check_open(person, unit, year)
    project = _new(person, unit, year, name=text_value("name", name))
    PlanPeriod.objects.bulk_create(
        PlanPeriod(project=project, order=n, label=label) for n, label in enumerate(periods_of(year))
    )
    ProjectGoal.objects.create(project=project)
    Indicator.objects.bulk_create(
        Indicator(project=project, order=n, level1=a, level2=b) for n, (a, b) in enumerate(frame(pack_of(year)))
    )
    record("新建项目", project, None, {"unit": unit.code, "year": year.year, "name": project.name})
    recheck(project)
    return project


@transaction.atomic
def copy_project(person: Any, source: Project, unit: Unit, year: BudgetYear) -> Project:
    """A new draft with all that another project says. From an earlier year it is the same project going on: it keeps
    its code and knows its ``previous``; else the code stays empty."""
    require(person, "plan.view", source)
    _check_open(person, unit, year)
    is_ours = source.unit.department_id == unit.department_id or unit in heirs(source.unit)
    goes_on = source.budget_year.year < year.year and is_ours
    if goes_on and (there := source.next_years.filter(budget_year=year).first()):
        raise Refused(f"这个项目已经延续到{year}：“{there}”。")
    kept = {f: getattr(source, f) for f in HEAD}
    if not goes_on:
        kept |= {"code": "", "name": f"{source.name}（副本）"[:255]}
    project = _new(person, unit, year, previous=source if goes_on else None, **kept)
    for kind, (model, name, fields) in KINDS.items():
        rows = [
            model(project=project, order=n, **{f: getattr(r, f) for f in fields})
            for n, r in enumerate(getattr(source, name).all())
        ]
        if kind == "indicator":
            for row in rows:
                mapping.fill_target(row)
        model.objects.bulk_create(rows)
    record("复制项目", project, None, {"from": source.pk, "name": project.name, "year": year.year})
    recheck(project)
    return project


@transaction.atomic
def carry_over(person: Any, year: BudgetYear, keys: Iterable[int]) -> list[Project]:
    """Let chosen projects of the year before go on into a year, all or none; the new ones.

    Those that are there already, or cannot go on, are passed over: asked for twice, it is done once. Raises
    :class:`Refused` for too many at once or a closed year, ``PermissionDenied``.
    """
    chosen = sorted(set(keys))
    if len(chosen) > MOST_AT_ONCE:
        raise Refused(f"一次最多带入 {MOST_AT_ONCE} 个项目，现在选了 {len(chosen)} 个。请分批带入。")
    # Whoever asks for the same at the same time waits here, and then finds them there.
    lock(Project, chosen)
    found = [one for one in carried_over(person, year, chosen) if not one.obstacle]
    made = [copy_project(person, one.project, one.unit, year) for one in found]
    if made:
        record("从上年带入项目", year, None, {"projects": [p.pk for p in made], "from": year.year - 1})
    return made


@transaction.atomic
def take_over(person: Any, pk: int, source: Project, parts: tuple[str, ...], seen: int) -> Saved:
    """Replace parts of a table (see :data:`PARTS`) by those of another project; one step of undo."""
    require(person, "plan.view", source)
    sheet = open_sheet(person, pk)
    since = edits_since(sheet.project, seen)
    before: dict[str, Any] = {"cells": {}, "rows": {}}
    after: dict[str, Any] = {"cells": {}, "rows": {}}
    if "purpose" in parts and source.purpose != sheet.project.purpose:
        before["cells"]["purpose"] = sheet.get("purpose")
        sheet.put("purpose", source.purpose)
        after["cells"]["purpose"] = sheet.get("purpose")
    for kind in KINDS.keys() & set(parts):
        before["rows"][kind] = sheet.snapshot(kind)
        sheet.restore(kind, _without_ids(Sheet(source).snapshot(kind)))
        after["rows"][kind] = sheet.snapshot(kind)
    if not after["cells"] and not after["rows"]:
        raise Refused("请选择要套用的内容：资金用途、支出计划、绩效目标或绩效指标。")
    close_sheet(sheet, person, before, after, f"套用“{source.name[:30]}”的内容")
    saved = changes(sheet.project, since, sheet)
    saved.rows = True
    return saved


def _without_ids(snapshot: Snapshot) -> Snapshot:
    return [{k: v for k, v in row.items() if k != "id"} for row in snapshot]


@transaction.atomic
def delete_project(person: Any, pk: int) -> None:
    """Delete a draft that was never approved. What it said stays in the audit trail."""
    sheet = open_sheet(person, pk)
    project = sheet.project
    if project.versions.exists():
        raise Refused("这个项目批复过，留有历史版本，不能删除。")
    if project.transitions.exclude(target=State.DRAFT).exists():
        raise Refused(
            "这个项目上报过，留有审核记录，不能删除。不再实施的，请在项目名称或资金用途中注明并联系财政部门。"
        )
    said = {**{f: sheet.get(f) for f in HEAD}, **{kind: sheet.snapshot(kind) for kind in KINDS}}
    record("删除项目", project, said, None)
    try:
        project.delete()
    except ProtectedError as error:  # later stages know it: rectification, payments, evaluation
        raise Refused("这个项目已有后续记录（例如整改事项、支付、监控），不能删除。") from error
