"""Publish a department's 绩效文本, and withdraw it."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.db.models import Max
from django.utils import timezone

from jiheng.readers import office
from jiheng.readers.errors import ReadError
from jiheng.web import transaction
from jiheng.web.disclosure.models import Publication
from jiheng.web.jobs.kinds import SLOW, job
from jiheng.web.jobs.services import JobError, Progress, ask
from jiheng.web.locks import take_turns
from jiheng.web.org.models import Department, Person
from jiheng.web.org.permissions import At, require
from jiheng.web.plan import documents, workflow
from jiheng.web.plan.models import BudgetYear, Project
from jiheng.web.plan.states import State
from jiheng.web.supervision.services import record

PDF_JOB = "disclosure.pdf"


class NothingToPublish(Exception):
    """No project of the department has been approved yet."""


@transaction.atomic
def publish(person: Person, department: Department, year: BudgetYear) -> Publication:
    """Make the document of all approved projects public; those just approved move on to 公开.

    Raises :class:`NothingToPublish` where there is none, ``PermissionDenied`` for a wrong role.
    """
    require(person, "disclosure.publish", At(department, year.year))
    take_turns("disclosure.edition", department.pk)
    document = documents.document_of(department, year)
    if not document.projects:
        raise NothingToPublish("这个部门还没有已批复的项目，不能公开。请在批复后再来。")
    newly = Project.objects.filter(unit__department=department, budget_year=year, state=State.APPROVED)
    for project in newly.select_related("unit__department", "budget_year"):
        workflow.perform(person, project, "publish")
    past = Publication.objects.filter(department=department, budget_year=year).aggregate(last=Max("edition"))["last"]
    made = Publication.objects.create(
        department=department,
        budget_year=year,
        edition=(past or 0) + 1,
        content=documents.to_content(document),
        project_count=len(document.projects),
        budget_total=sum(p.budget.total or 0 for p in document.projects),
        published_by=person,
    )
    record("公开绩效文本", made, None, {"edition": made.edition, "projects": made.project_count})
    if office.available():
        ask(PDF_JOB, f"生成 {made} 的 PDF", {"publication": made.pk}, person)
    return made


@transaction.atomic
def withdraw(person: Person, publication: Publication, reason: str) -> None:
    """Take a publication off the public pages; it is kept with the reason. Raises ``ValueError`` without one."""
    require(person, "disclosure.publish", publication)
    if not reason.strip():
        raise ValueError("撤回必须写明原因。")
    publication.withdrawn_at, publication.withdrawn_reason = timezone.now(), reason.strip()
    publication.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    record("撤回公开文本", publication, {"withdrawn": False}, {"withdrawn": True, "reason": reason.strip()})


@job(PDF_JOB, SLOW)
def make_pdf(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Print a publication to PDF; done again, it finds the file and does nothing."""
    publication = Publication.objects.select_related("department", "budget_year").get(pk=payload["publication"])
    if publication.pdf:
        return {"pdf": publication.pdf}
    progress(1, 3, "生成 Word 文件")
    word = documents.WRITERS["docx"](documents.from_content(publication.content))
    progress(2, 3, "转换为 PDF")
    printed = office.convert([("document.docx", word)], "pdf")[0]
    if isinstance(printed, ReadError):
        raise JobError(str(printed))
    name = f"publications/{secrets.token_hex(16)}.pdf"
    path = settings.MEDIA_ROOT / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(printed)
    Publication.objects.filter(pk=publication.pk).update(pdf=name)
    return {"pdf": name}
