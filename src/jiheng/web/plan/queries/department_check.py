"""All projects of a department judged together: what was found, how old it is, whether it still holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, QuerySet, Sum

from jiheng.rules.registry import Scope, all_rules
from jiheng.web.jobs.models import Job
from jiheng.web.org.models import Department
from jiheng.web.org.permissions import allowed
from jiheng.web.plan.checking import counts
from jiheng.web.plan.models import BudgetYear, DepartmentCheck, DepartmentGoals, Project

SHOWN = 200
_ORDER = {"error": 0, "warning": 1, "info": 2}
_CSS = {"error": "", "warning": "a", "info": "i"}


def whole_codes() -> tuple[str, ...]:
    """The rules that need more than one project: of the document, of several documents, and repeated names."""
    return (*(r.code for r in all_rules().values() if r.scope in (Scope.DOCUMENT, Scope.CORPUS)), "D604")


def projects_in(department: Department, year: BudgetYear) -> QuerySet[Project]:
    """The projects of a department in a year, in the order of its document."""
    found = Project.objects.filter(unit__department=department, budget_year=year)
    return found.select_related("unit").order_by("unit__code", "order", "pk")


def state_of(department: Department, year: BudgetYear) -> str:
    """What there is to check now, told by numbers that change with every change."""
    rows = projects_in(department, year).order_by().aggregate(n=Count("pk"), r=Sum("revision"), last=Max("pk"))
    goals = DepartmentGoals.objects.filter(department=department, budget_year=year).values_list("revision", flat=True)
    return f"{rows['n']}.{rows['r'] or 0}.{rows['last'] or 0}.{goals.first() or 0}"


def may_see_whole(person: Any, department: Department) -> bool:
    """Whether a person sees all units of the department, and so what is said of several of them."""
    return allowed(person, "plan.view", department)


@dataclass(frozen=True, slots=True)
class WholeFinding:
    """One finding as listed; ``project`` is the key of the project that it is about, 0 for part one."""

    code: str
    name: str
    css: str
    message: str
    advice: str
    project: int
    title: str
    unit: str


@dataclass(frozen=True, slots=True)
class WholeCheck:
    """The kept result as shown. ``at`` is ``None`` where there is none yet; ``job`` is the check under way."""

    findings: list[WholeFinding]
    more: int
    errors: int
    warnings: int
    projects: int
    at: datetime | None
    is_current: bool
    job: Job | None
    has_failed: bool


def whole_check(department: Department, year: BudgetYear) -> WholeCheck:
    """What is kept of the last check of all projects together."""
    kept = DepartmentCheck.objects.filter(department=department, budget_year=year).select_related(
        "job"
    ).first() or DepartmentCheck(department=department, budget_year=year)
    found = sorted(kept.findings, key=lambda f: _ORDER[f["severity"]])
    errors, warnings, _ = counts(found)
    job = kept.job if kept.job and kept.job.is_open else None
    return WholeCheck(
        [_view(f) for f in found[:SHOWN]], max(0, len(found) - SHOWN), errors, warnings, kept.projects, kept.at,
        kept.at is not None and kept.state == state_of(department, year), job,
        kept.job is not None and kept.job.state == Job.State.FAILED,
    )  # fmt: skip


def _view(f: dict[str, Any]) -> WholeFinding:
    return WholeFinding(
        f["code"], f["name"], _CSS[f["severity"]], f["message"], f["advice"], f["project"], f["title"], f["unit"]
    )


def kept_part_one(department: Department, year: BudgetYear) -> list[dict[str, Any]]:
    """The kept findings that stand in part one."""
    kept = DepartmentCheck.objects.filter(department=department, budget_year=year).first()
    return [f for f in kept.findings if not f["project"]] if kept else []
