"""Check all projects of a department together, in the background, however many they are."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from jiheng.bounded import check_within
from jiheng.readers import limits
from jiheng.rules.finding import Finding
from jiheng.web import transaction
from jiheng.web.jobs.kinds import SLOW, job
from jiheng.web.jobs.models import Job
from jiheng.web.jobs.services import JobError, Progress, ask
from jiheng.web.locks import for_update
from jiheng.web.org.models import Department
from jiheng.web.plan import mapping
from jiheng.web.plan.checking import stored
from jiheng.web.plan.models import BudgetYear, DepartmentCheck, Project
from jiheng.web.plan.queries.department import goals_cell, goals_in
from jiheng.web.plan.queries.department_check import projects_in, state_of, whole_codes

CHECK_JOB = "plan.check_department"
PROJECTS_A_LIMIT = 500
"""For so many projects, a check has the time that one file has; for more, accordingly more."""
REST = timedelta(seconds=60)
"""While projects go on changing, a new check is asked for no sooner than so long after the last."""


@transaction.atomic
def ask_check(person: Any, department: Department, year: BudgetYear, again: bool = False) -> None:
    """Ask for a check where the kept result is out of date and none is under way; ``again``: after one that failed."""
    kept, _ = DepartmentCheck.objects.get_or_create(department=department, budget_year=year)
    kept = for_update(DepartmentCheck.objects.all()).get(pk=kept.pk)
    asked = Job.objects.filter(pk=kept.job_id).first()
    if asked is not None and (asked.is_open or (asked.state == Job.State.FAILED and not again)):
        return
    if kept.at is not None and (kept.state == state_of(department, year) or kept.at > timezone.now() - REST):
        return
    title = f"检查{department.name}{year}全部项目"
    kept.job = ask(CHECK_JOB, title, {"department": department.pk, "year": year.pk}, person)
    kept.save(update_fields=["job"])


@job(CHECK_JOB, SLOW)
def check_department(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Check the whole document by the rules that need all of it, and keep what was found."""
    department = Department.objects.get(pk=payload["department"])
    year = BudgetYear.objects.get(pk=payload["year"])
    state, goals = state_of(department, year), goals_in(department, year)
    progress(0, 3, "读取项目")
    rows = list(projects_in(department, year).prefetch_related("periods", "goals", "indicators"))
    document = mapping.to_document(rows, goals if goals.pk else None, department.name, year.year)
    progress(1, 3, f"检查 {len(rows)} 个项目")
    seconds = limits.CHECK_SECONDS * (1 + len(rows) // PROJECTS_A_LIMIT)
    found = check_within(seconds, document, year.pack, select=whole_codes())
    if found is None:
        raise JobError(
            f"检查用了 {seconds} 秒处理器时间仍未完成，已停止。项目里可能有大段的空白或重复的内容，请清理后重新检查。"
        )
    progress(2, 3, "保存结果")
    kept = {
        "state": state, "projects": len(rows), "at": timezone.now(),
        "findings": [_kept(f, rows[f.project - 1] if f.project else None, goals) for f in found],
    }  # fmt: skip
    DepartmentCheck.objects.update_or_create(department=department, budget_year=year, defaults=kept)
    return {"projects": len(rows), "findings": len(found)}


def _kept(finding: Finding, project: Project | None, goals: Any) -> dict[str, Any]:
    cell = "" if project else goals_cell(finding.field, goals)
    about = {"project": 0, "title": "", "unit": ""}
    if project is not None:
        about = {"project": project.pk, "title": str(project), "unit": project.unit.name}
    return {**stored(finding, cell), **about}
