"""Many self-evaluations in one file: a few at once, more in the background."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import QueryDict

from jiheng.web.evaluation.documents import contents, write_many
from jiheng.web.evaluation.queries.lists import listed
from jiheng.web.jobs.kinds import job
from jiheng.web.jobs.models import Job
from jiheng.web.jobs.services import JobError, Progress, ask
from jiheng.web.org.models import Person
from jiheng.web.plan.models import BudgetYear
from jiheng.web.plan.services.errors import Refused
from jiheng.web.supervision.services import record

JOB = "evaluation.export"
AT_ONCE = 30
"""So many forms are written while the person waits."""
MOST = 3000
"""More forms than this are asked for in parts: a Word file of more is of no use to anyone."""


def ask_for(person: Any, year: BudgetYear, kind: str, filters: QueryDict) -> Job:
    """Write the forms of a list, with its filters, in the background. Raises :class:`Refused` for too many or none."""
    count = listed(person, year, filters).count()
    if not count:
        raise Refused("没有符合条件的自评表，没有导出文件。")
    if count > MOST:
        raise Refused(f"一次最多导出 {MOST} 份自评表，现在有 {count} 份。请先按部门或单位筛选，再分次导出。")
    asked = ask(
        JOB, f"{year}绩效自评表（{count} 份）", {"year": year.pk, "kind": kind, "filters": filters.urlencode()}, person
    )
    record("导出自评表", year, after={"forms": count, "kind": kind, "filters": filters.dict()})
    return asked


def path_of(pk: int, kind: str) -> Path:
    """Where the file of a job lies."""
    return Path(settings.MEDIA_ROOT) / "exports" / f"evaluation-{pk}.{kind}"


@job(JOB)
def write(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Write the file whole, then put it in its place: a killed server leaves none, a second time makes the same."""
    year, kind = BudgetYear.objects.get(pk=payload["year"]), payload["kind"]
    person = Person.objects.filter(pk=progress.job.created_by_id).first()
    if person is None:
        raise JobError("发起导出的账号已经不在，没有生成文件。")
    forms = listed(person, year, QueryDict(payload["filters"]))
    total, found = forms.count(), []
    for n, content in enumerate(contents(forms), 1):
        found.append(content)
        if n % 50 == 0:
            progress(n, total, f"已整理 {n} 份")
    data = write_many(found, kind, progress.job.title)
    place = path_of(progress.job.pk, kind)
    place.parent.mkdir(parents=True, exist_ok=True)
    waiting = place.with_suffix(".part")
    waiting.write_bytes(data)
    waiting.replace(place)
    return {"kind": kind, "forms": len(found), "size": len(data)}
