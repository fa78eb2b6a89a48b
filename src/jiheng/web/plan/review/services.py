"""What reviewers do: comment, score, pass or return many at once, take a batch back, approve."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, InvalidOperation

from django.utils import timezone

from jiheng.scoring.review import decided_total, grade_of
from jiheng.web import transaction
from jiheng.web.locks import lock
from jiheng.web.org.models import Person
from jiheng.web.org.permissions import allowed, require
from jiheng.web.plan import workflow
from jiheng.web.plan.checking import pack_of, suggested_review
from jiheng.web.plan.models import Approval, Comment, Project, Review, Transition
from jiheng.web.plan.services import Refused
from jiheng.web.plan.states import State
from jiheng.web.supervision.services import notify, record

UNDO_WITHIN = timedelta(minutes=10)
TAKEN_BACK_BY = {"department_pass": "department_recall", "approve": "revoke"}
"""The step that undoes another; a return is not undone, the unit has been told."""
LONGEST = 2000


@transaction.atomic
def comment(person: Person, project: Project, cell: str, text: str, parent: Comment | None = None) -> Comment:
    """Write on a cell, or reply. Raises :class:`Refused` for an empty text."""
    require(person, "plan.comment", project)
    text = text.strip()[:LONGEST]
    if not text:
        raise Refused("批注不能是空的。")
    made = Comment.objects.create(project=project, cell=cell[:64], text=text, parent=parent, author=person)
    record("批注", project, None, {"cell": cell, "text": text})
    if parent is not None and parent.author_id != person.pk:
        notify([parent.author], f"{person.name}回复了您在“{project}”上的批注：{text}", f"/plan/{project.pk}/")
    return made


@transaction.atomic
def resolve(person: Person, comment: Comment) -> None:
    """Mark a comment as settled."""
    require(person, "plan.comment", comment.project)
    comment.resolved_at = timezone.now()
    comment.save(update_fields=["resolved_at"])
    record("批注已解决", comment.project, None, {"text": comment.text})


def reviewing(person: Person, project: Project) -> str:
    """The permission under which this person reviews the table now. Raises ``PermissionDenied`` where there is none."""
    if project.state in (State.SUBMITTED, State.DEPARTMENT_REVIEW):
        require(person, "plan.review_department", project)
        return "plan.review_department"
    if project.state == State.FINANCE_REVIEW and allowed(person, "plan.approve", project):
        return "plan.approve"
    require(person, "plan.review_finance", project)
    return "plan.review_finance"


@transaction.atomic
def score(person: Person, project: Project, given: Mapping[str, str], opinion: str) -> Review:
    """Keep a reviewer's sheet; the total and grade once every item has points. Raises :class:`Refused`."""
    # A step may be taken with it at this moment: what is kept is a sheet of the table as it is now.
    lock(Project, [project.pk])
    project.refresh_from_db(fields=["state", "revision"])
    reviewing(person, project)
    sheet, points = suggested_review(project), {}
    for name, text in given.items():
        if text.strip():
            try:
                points[name] = Decimal(text.strip())
            except InvalidOperation as error:
                raise Refused(f"“{name}”的得分“{text[:20]}”不是数字。") from error
    total = grade = None
    try:
        if all(i.item.name in points for i in sheet.items):
            total = decided_total(sheet, points)
            grade = grade_of(total, pack_of(project.budget_year).review.grades)
        else:
            decided_total(sheet, {i.item.name: points.get(i.item.name, Decimal(0)) for i in sheet.items})
    except ValueError as error:
        raise Refused(str(error)) from error
    kept, _ = Review.objects.update_or_create(
        project=project, stage=project.state, by=person,
        defaults={
            "scores": {name: str(p) for name, p in points.items()}, "opinion": opinion.strip()[:LONGEST],
            "total": total, "grade": grade.name if grade else "", "revision": project.revision,
        },
    )  # fmt: skip
    record("填写审核表", project, None, {"total": total, "grade": kept.grade})
    return kept


@dataclass(frozen=True, slots=True)
class Batch:
    """What a batch did: its id, for taking it back, and how many tables it moved."""

    key: str
    count: int


@transaction.atomic
def pass_many(person: Person, projects: Iterable[Project], grounds: str = "") -> Batch:
    """Pass tables of the department's queue on to finance, all or none; for ``grounds`` those too that score badly."""
    key, found = str(uuid.uuid4()), list(projects)
    if any(p.state == State.FINANCE_REVIEW for p in found):
        raise Refused("财政审核通过的项目请用“批复”办理，以便写明批复文号。")
    done = workflow.perform_many(person, found, "department_pass", batch=key, grounds=grounds)
    return Batch(key, len(done))


@transaction.atomic
def return_many(person: Person, projects: Iterable[Project], reason: str) -> Batch:
    """Return tables with one reason, all or none."""
    key, done, chosen = str(uuid.uuid4()), 0, list(projects)
    lock(Project, (p.pk for p in chosen))
    for project in chosen:
        name = "finance_return" if project.state == State.FINANCE_REVIEW else "department_return"
        workflow.perform(person, project, name, reason=reason, batch=key)
        done += 1
    return Batch(key, done)


@transaction.atomic
def take_back(person: Person, batch: str) -> int:
    """Undo one's own batch while nobody has touched its tables since. Raises :class:`Refused` otherwise."""
    steps = list(Transition.objects.filter(batch=batch, by=person).select_related("project__unit__department"))
    if not steps:
        raise Refused("没有找到这一批，或者不是您办理的。")
    if any(step.at < timezone.now() - UNDO_WITHIN for step in steps):
        raise Refused("已超过 10 分钟，不能整批撤销。请逐个办理。")
    if any(step.name not in TAKEN_BACK_BY for step in steps):
        raise Refused("退回不能撤销，请联系单位重新上报。")
    lock(Project, (step.project_id for step in steps))
    for step in steps:
        later = (
            step.project.transitions.filter(pk__gt=step.pk).exists()
            or step.project.comments.filter(at__gt=step.at).exists()
        )
        if later:
            raise Refused(f"“{step.project}”之后已有新的办理，不能整批撤销。")
        workflow.perform(person, step.project, TAKEN_BACK_BY[step.name], reason="整批撤销")
    return len(steps)


@transaction.atomic
def approve_many(person: Person, projects: Iterable[Project], number: str, grounds: str = "") -> Approval:
    """Approve tables of one department under a document number, all or none; each is frozen as a version.

    ``grounds`` is why those are approved too that score badly. Raises :class:`Refused`, ``PermissionDenied``.
    """
    found = list(projects)
    if not number.strip():
        raise Refused("请填写批复文号，例如“云财绩〔2027〕3号”。")
    if not found:
        raise Refused("请至少选择一个项目。")
    departments = {p.unit.department_id for p in found}
    if len(departments) != 1:
        raise Refused("一份批复只能包含同一个部门的项目。")
    require(person, "plan.approve", found[0])
    first = found[0]
    approval = Approval.objects.create(
        number=number.strip()[:100], department=first.unit.department, budget_year=first.budget_year, by=person
    )
    key = str(uuid.uuid4())
    workflow.perform_many(
        person, found, "approve", reason=approval.number, batch=key, approval=approval, grounds=grounds
    )
    record("批复", approval, None, {"number": approval.number, "projects": [str(p) for p in found]})
    return approval
