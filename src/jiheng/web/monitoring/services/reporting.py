"""Make the monitoring report of a round in the background."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from jiheng.web.jobs.kinds import job
from jiheng.web.jobs.models import Job
from jiheng.web.jobs.services import JobError, Progress, ask
from jiheng.web.monitoring.models import MonitoringRound
from jiheng.web.monitoring.queries import records
from jiheng.web.monitoring.queries.report_document import write
from jiheng.web.org.models import Department, Person
from jiheng.web.org.permissions import require
from jiheng.web.supervision.services import record

REPORT_JOB = "monitoring.report_document"


def ask_report(person: Any, found: MonitoringRound, department: Department | None = None) -> Job:
    """Ask for the report of what this person sees of a round, of all departments or of one."""
    require(person, "monitoring.view")
    place = department.name if department else _place(person, found)
    payload = {"round": found.pk, "department": department.pk if department else None, "place": place}
    asked = ask(REPORT_JOB, f"{place}{found}监控报告", payload, person)
    record("生成监控报告", found, None, {"place": place})
    return asked


def _place(person: Any, found: MonitoringRound) -> str:
    """What this person's report is about: the district, or the only department or unit that they see."""
    forms = records.reachable(person, found)
    departments, units = records.places(forms)
    if units.count() == 1:
        return units[0].name
    return departments[0].name if departments.count() == 1 else found.budget_year.district.name


@job(REPORT_JOB)
def make_report(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Write the file whole, then put it in its place: a killed server leaves none, a second time makes the same."""
    person = Person.objects.get(pk=progress.job.created_by_id)
    found = MonitoringRound.objects.select_related("budget_year__district").get(pk=payload["round"])
    forms = records.reachable(person, found)
    if payload["department"]:
        forms = forms.filter(department=payload["department"])
    if not forms.exists():
        raise JobError("这一期没有您可以查看的监控表，没有生成报告。")
    progress(1, 3, "正在汇总")
    today = timezone.localdate()
    content, title = write(found, forms, payload["place"], f"{today.year}年{today.month}月{today.day}日")
    progress(2, 3, "正在写文件")
    name = f"reports/monitoring-{progress.job.pk}.docx"
    path = Path(settings.MEDIA_ROOT) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    waiting = path.with_suffix(".part")
    waiting.write_bytes(content)
    waiting.replace(path)
    return {"path": name, "name": f"{title}.docx"}
