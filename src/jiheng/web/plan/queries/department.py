"""Department goals as pages show them: part one of the 绩效文本, as a grid like the target table's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import Http404

from jiheng.bounded import check_live
from jiheng.web.org.models import Department
from jiheng.web.org.permissions import At, allowed, units_for
from jiheng.web.plan import mapping
from jiheng.web.plan.checking import Stored, stored
from jiheng.web.plan.models import BudgetYear, DepartmentGoals, Project
from jiheng.web.plan.queries.department_check import kept_part_one
from jiheng.web.plan.queries.table import Cell, Table, TableRow, mark_findings

MANY = 120
"""With more projects than so, what needs all of them is left to the check in the background."""
NEED_PROJECTS = ("R505", "X805", "X808")


def departments_for(person: Any, year: BudgetYear) -> list[Department]:
    """The departments of a year's district of which a person may see units."""
    units = units_for(person, "plan.view", year.year).order_by().values("department_id")
    return list(Department.objects.filter(pk__in=units, district_id=year.district_id))


def department_or_404(person: Any, pk: int) -> Department:
    """A department of which this person may see at least a unit, in some year. Raises ``Http404``."""
    units = units_for(person, "plan.view").order_by().values("department_id")
    found = Department.objects.filter(pk=pk, pk__in=units).select_related("district").first()
    if found is None:
        raise Http404("没有这个部门，或者您无权查看。")
    return found


def years_in(person: Any, department: Department) -> list[BudgetYear]:
    """The budget years in which this person may see a unit of the department, latest first."""
    years = BudgetYear.objects.filter(district_id=department.district_id)
    return [y for y in years if units_for(person, "plan.view", y.year).filter(department=department).exists()]


def goals_in(department: Department, year: BudgetYear) -> DepartmentGoals:
    """The department's goals in that year; empty ones, not saved, where there are none yet."""
    found = DepartmentGoals.objects.filter(department=department, budget_year=year)
    return found.prefetch_related("itemized", "safeguards").first() or DepartmentGoals(
        department=department, budget_year=year
    )


def may_edit(person: Any, department: Department, year: BudgetYear) -> bool:
    """Whether this person may write the department's goals now."""
    return year.is_open and allowed(person, "plan.edit_department", At(department, year.year))


def goals_findings(goals: DepartmentGoals) -> list[Stored]:
    """What the checker finds in part one."""
    year = goals.budget_year
    projects = Project.objects.filter(unit__department_id=goals.department_id, budget_year=year)
    projects = projects.select_related("unit").prefetch_related("periods", "goals", "indicators")
    few = projects.count() <= MANY
    document = mapping.to_document(
        projects if few else (), goals if goals.pk else None, goals.department.name, year.year
    )
    found = check_live(document, year.pack, ignore=() if few else NEED_PROJECTS)
    if found is None:
        return kept_part_one(goals.department, year)
    live = [stored(f, goals_cell(f.field, goals)) for f in found if f.project == 0]
    if few:
        return live
    # Of many projects, what needs them all is as found by the last check in the background.
    return live + [f for f in kept_part_one(goals.department, year) if f["code"] in NEED_PROJECTS]


def goals_cell(field: str, goals: DepartmentGoals) -> str:
    """The cell of the grid that a field of part one is in: ``itemized_goals.2.goal``."""
    base, _, rest = field.partition(".")
    place, _, name = rest.partition(".")
    kind = {"itemized_goals": "itemized", "safeguards": "safeguard"}.get(base)
    if kind is None or not goals.pk:
        return "overall" if base in ("overall_goal", "goals") else ""
    rows = list(goals.itemized.all() if kind == "itemized" else goals.safeguards.all())
    return f"{kind}:{rows[int(place)].pk}:{name or 'goal'}" if place.isdecimal() and int(place) < len(rows) else ""


def goals_table(goals: DepartmentGoals, findings: Iterable[Stored], editable: bool) -> Table:
    """The grid of part one."""
    itemized = list(goals.itemized.all()) if goals.pk else []
    safeguards = list(goals.safeguards.all()) if goals.pk else []
    grid = [
        _heading("一、总体绩效目标"),
        TableRow([Cell(goals.overall, "overall", "总体绩效目标", columns=6, css="long tall")]),
        _heading("二、分项绩效目标"),
        _heads(("序号", 1), ("名称", 1), ("绩效目标", 2), ("绩效指标", 2)),
        *_rows("itemized", itemized, (("number", 1), ("title", 1), ("goal", 2), ("indicators_text", 2))),
        _heading("三、工作保障措施"),
        _heads(("序号", 1), ("名称", 1), ("内容", 4)),
        *_rows("safeguard", safeguards, (("number", 1), ("title", 1), ("text", 4))),
    ]
    table = Table(f"{goals.department.name}{goals.budget_year}部门整体绩效目标", grid, editable, "partone")
    mark_findings(table, findings)
    return table


def _heading(text: str) -> TableRow:
    return TableRow([Cell(text, head=True, columns=6)], css="part")


def _heads(*labels: tuple[str, int]) -> TableRow:
    return TableRow([Cell(label, head=True, columns=columns) for label, columns in labels], css="heads")


_LABELS = {
    "number": "序号", "title": "名称", "goal": "绩效目标", "indicators_text": "绩效指标", "text": "内容",
}  # fmt: skip


def _rows(kind: str, rows: list[Any], fields: tuple[tuple[str, int], ...]) -> list[TableRow]:
    if not rows:
        return [TableRow([Cell("（还没有）", f"{kind}s", columns=6, css="hollow num")])]
    return [
        TableRow(
            [
                Cell(getattr(row, f), f"{kind}:{row.pk}:{f}", _LABELS[f], columns=c, css="num" if f == "number" else "")
                for f, c in fields
            ],
            f"{kind}:{row.pk}",
        )
        for row in rows
    ]
