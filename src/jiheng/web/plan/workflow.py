"""The way of a target table from draft to publication: who may do what when is this one table, :data:`TRANSITIONS`.

``docs/workflow.md`` is generated from it. Changes of state go through :func:`perform`, nowhere else.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django_fsm import can_proceed
from django_fsm import transition as fsm_transition

from jiheng import wire
from jiheng.web import transaction
from jiheng.web.locks import lock
from jiheng.web.org.models import Person
from jiheng.web.org.permissions import PERMISSIONS, allowed, require
from jiheng.web.plan import mapping
from jiheng.web.plan.checking import recheck
from jiheng.web.plan.models import Approval, Project, Transition, Version
from jiheng.web.plan.scores import bar_of
from jiheng.web.plan.services.errors import Refused
from jiheng.web.plan.states import RETURNS, State
from jiheng.web.supervision.services import notify, record

S = State
Condition = Callable[[Project], str]
"""Says in Chinese why a step is not possible now; ``""`` where it is."""


def is_sound(project: Project) -> str:
    """Errors of the checker block, or need a written explanation, as the budget year says."""
    if not project.name.strip():
        return "还没有填写项目名称。"
    if not project.errors:
        return ""
    if project.budget_year.errors_block:
        return f"还有 {project.errors} 处错误。按本年度规定，改正后才能上报。"
    if not project.explanation.strip():
        return f"还有 {project.errors} 处错误。请改正；确实不能改的，在“对错误项的说明”中写明理由后再上报。"
    return ""


def is_untouched(project: Project) -> str:
    """Whether nobody downstream has begun: no comment and no review since it was sent."""
    since = project.state_since
    if (
        project.comments.filter(at__gt=since).exists()
        or project.reviews.filter(at__gt=since, stage=project.state).exists()
    ):
        return "对方已经开始审核（有批注或审核表），不能撤回。请联系对方退回。"
    return ""


def is_in_an_open_year(project: Project) -> str:
    """A table of a closed year that went back to draft could be neither written in nor sent."""
    if project.budget_year.is_open:
        return ""
    return f"{project.budget_year}已关闭编报，调整后的表不能修改。请先由财政部门重新开放本年度，再发起调整。"


@dataclass(frozen=True, slots=True)
class Step:
    """One kind of step. ``turn`` are the permissions whose holders are told that it is their turn."""

    name: str
    label: str
    sources: tuple[State, ...]
    target: State
    permission: str
    needs_reason: bool = False
    condition: Condition | None = None
    turn: tuple[str, ...] = ()
    news: str = ""
    """What they are told; the project's name stands in front."""
    also: tuple[str, ...] = field(default=())
    """Further permissions that allow the step."""
    against: str = ""
    """The permission to take the step, for a written reason, with a table whose score bars it; "" is the step's own."""


_UNIT = ("plan.edit", "plan.submit")

TRANSITIONS: tuple[Step, ...] = (
    Step("hand_over", "送负责人签报", (S.DRAFT,), S.DRAFT, "plan.edit", False, is_sound,
         ("plan.submit",), "已编好，请审阅签报"),
    Step("unit_return", "退回经办修改", (S.DRAFT,), S.DRAFT, "plan.submit", True, None,
         ("plan.edit",), "被单位负责人退回"),
    Step("submit", "签报", (S.DRAFT,), S.SUBMITTED, "plan.submit", False, is_sound,
         ("plan.review_department",), "已上报，请审核"),
    Step("recall", "撤回上报", (S.SUBMITTED,), S.DRAFT, "plan.submit", False, is_untouched,
         ("plan.review_department",), "已由单位撤回", ("plan.edit",)),
    Step("take_up", "受理", (S.SUBMITTED,), S.DEPARTMENT_REVIEW, "plan.review_department"),
    Step("department_return", "退回单位", (S.SUBMITTED, S.DEPARTMENT_REVIEW), S.DRAFT, "plan.review_department", True,
         None, _UNIT, "被部门退回修改"),
    Step("department_pass", "部门审核通过", (S.SUBMITTED, S.DEPARTMENT_REVIEW), S.FINANCE_REVIEW,
         "plan.review_department", False, None, ("plan.review_finance",), "已通过部门审核，请财政审核"),
    Step("department_recall", "撤回报送", (S.FINANCE_REVIEW,), S.DEPARTMENT_REVIEW, "plan.review_department", False,
         is_untouched, ("plan.review_finance",), "已由部门撤回"),
    Step("finance_return", "退回单位", (S.FINANCE_REVIEW,), S.DRAFT, "plan.review_finance", True, None,
         (*_UNIT, "plan.review_department"), "被财政退回修改"),
    Step("finance_return_department", "退回部门", (S.FINANCE_REVIEW,), S.DEPARTMENT_REVIEW, "plan.review_finance", True,
         None, ("plan.review_department",), "被财政退回部门"),
    Step("approve", "批复", (S.FINANCE_REVIEW,), S.APPROVED, "plan.approve", False, None,
         (*_UNIT, "plan.review_department"), "已批复", against="plan.approve_poor"),
    Step("revoke", "撤销批复", (S.APPROVED,), S.FINANCE_REVIEW, "plan.approve", True, None,
         (*_UNIT, "plan.review_department"), "的批复已撤销"),
    Step("publish", "公开", (S.APPROVED,), S.PUBLISHED, "disclosure.publish", False, None,
         (*_UNIT, "plan.review_department"), "已公开"),
    Step("unpublish", "撤下公开", (S.PUBLISHED,), S.APPROVED, "disclosure.publish", True, None,
         (*_UNIT, "plan.review_department"), "已撤下公开"),
    Step("adjust", "发起目标调整", (S.APPROVED, S.PUBLISHED), S.DRAFT, "plan.adjust", True, is_in_an_open_year,
         (*_UNIT, "plan.review_department", "plan.review_finance"), "发起目标调整"),
)  # fmt: skip
BY_NAME = {step.name: step for step in TRANSITIONS}


def _machine(step: Step) -> Any:
    """The step as django-fsm runs it: it alone may write the protected state."""
    state = Project._meta.get_field("state")

    def change(project: Project) -> None:
        project.state_since = timezone.now()

    change.__name__ = step.name
    return fsm_transition(state, source=[s.value for s in step.sources], target=step.target.value)(change)


_MACHINES = {step.name: _machine(step) for step in TRANSITIONS}


def _permits(person: Any, step: Step, project: Project) -> bool:
    return any(allowed(person, p, project) for p in (step.permission, *step.also))


def available(person: Any, project: Project) -> list[Step]:
    """The steps that this person may take with the project in its present state, in the order of the table.

    Conditions are not asked: a step that is blocked is shown, with :func:`obstacle` telling why.
    """
    return [
        step for step in TRANSITIONS if project.state in step.sources and _permits(person, step, project)
    ]  # fmt: skip


def obstacle(step: Step, project: Project) -> str:
    """Why a step is not possible now, in Chinese; ``""`` where it is."""
    return step.condition(project) if step.condition else ""


@transaction.atomic
def perform(
    person: Any, project: Project, name: str, reason: str = "", batch: str = "", approval: Approval | None = None
) -> Project:
    """Take one step; the project as it is then.

    Raises ``PermissionDenied``, or :class:`Refused` where the state, the reason or the condition does not allow it.
    """
    done = _step(person, project, name, reason, batch, approval, reason)
    _tell(person, BY_NAME[name], [done], reason)
    return done


@transaction.atomic
def perform_many(
    person: Any, projects: Iterable[Project], name: str, reason: str = "", batch: str = "",
    approval: Approval | None = None, grounds: str = "",
) -> list[Project]:  # fmt: skip
    """The same step with many projects, all or none; each person is told once. Raises like :func:`perform`.

    ``grounds`` is the written reason for those whose score bars the step; they alone keep it.
    """
    chosen = list(projects)
    lock(Project, (p.pk for p in chosen))
    done = [_step(person, p, name, reason, batch, approval, grounds) for p in chosen]
    _tell(person, BY_NAME[name], done, reason)
    return done


def _step(
    person: Any, seen: Project, name: str, reason: str, batch: str, approval: Approval | None, grounds: str
) -> Project:  # fmt: skip
    step = BY_NAME.get(name)
    if step is None:
        raise Refused(f"没有名为“{name[:40]}”的步骤。")
    # Another process may be taking a step with it too: lock it, and look at what it is now.
    lock(Project, [seen.pk])
    project = Project.objects.select_related("unit__department", "budget_year").get(pk=seen.pk)
    if not any(allowed(person, p, project) for p in step.also):
        require(person, step.permission, project)
    if not can_proceed(_MACHINES[name].__get__(project), check_conditions=False):
        raise Refused(f"“{project}”现在处于“{State(project.state).label}”，不能“{step.label}”。请刷新后再看。")
    if step.needs_reason and not reason.strip():
        raise Refused(f"“{step.label}”要写明理由。")
    if project.checked_revision != project.revision:
        recheck(project)
    if problem := obstacle(step, project):
        raise Refused(f"“{project}”：{problem}")
    reason = _with_grounds(person, step, project, reason.strip(), grounds.strip())
    source = project.state
    _MACHINES[name](project)
    if name == "adjust":
        project.version += 1
    project.save()
    Transition.objects.create(
        project=project, name=name, source=source, target=step.target, reason=reason, batch=batch, by=person
    )
    if name == "approve":
        freeze(person, project, approval)
    if name in RETURNS:
        recheck(project)  # having been returned is part of its risk
    record(step.label, project, {"state": source}, {"state": str(project.state), "reason": reason})
    return project


def _with_grounds(person: Any, step: Step, project: Project, reason: str, grounds: str) -> str:
    """The reason that is kept. Raises :class:`Refused` where the score bars the step and no grounds are given by one
    who may give them."""
    barred = bar_of(step.name, project)
    if not barred:
        return reason
    if step.against and not allowed(person, step.against, project):
        raise Refused(f"“{project}”：{barred}；确需{step.label}的，由财政领导写明理由后办理。")
    if not grounds:
        raise Refused(f"“{project}”：{barred}；确需{step.label}的，请写明理由。")
    return grounds if reason in ("", grounds) else f"{reason}；{grounds}"


def content_of(project: Project) -> dict[str, Any]:
    """What the table says now, in the published JSON shape of a project."""
    document = mapping.to_document([project], None, project.unit.department.name, project.budget_year.year)
    content: dict[str, Any] = json.loads(wire.to_json(document))["projects"][0]
    return content


def freeze(person: Any, project: Project, approval: Approval | None = None, label: str = "") -> Version:
    """Keep what the table says now as a version that never changes."""
    last = project.versions.values_list("number", flat=True).first() or 0
    label = label or (f"批复 {approval.number}" if approval else "批复")
    return Version.objects.create(
        project=project, number=last + 1, label=label, content=content_of(project), approval=approval, by=person
    )


def holders(permissions: Iterable[str], projects: Iterable[Project]) -> dict[Person, list[Project]]:
    """Who holds one of these permissions for which of the projects."""
    roles = {role for p in permissions for role in PERMISSIONS[p][1]}
    districts = {p.unit.department.district_id for p in projects}
    people = Person.objects.filter(is_active=True, roles__role__in=roles, roles__district__in=districts).distinct()
    found: dict[Person, list[Project]] = {}
    for person in people.prefetch_related("roles"):
        mine = [a for a in person.roles.all() if a.role in roles]
        covered = [p for p in projects if any(a.covers(p.scope(), p.fiscal_year) for a in mine)]
        if covered:
            found[person] = covered
    return found


def _tell(person: Any, step: Step, done: list[Project], reason: str) -> None:
    """Tell those whose turn it is, each once, however many projects it is about."""
    if not step.turn or not done:
        return
    why = f"：{reason.strip()}" if reason.strip() else ""
    for someone, covered in holders(step.turn, done).items():
        if someone.pk == person.pk:
            continue
        first = covered[0]
        if len(covered) == 1:
            notify([someone], f"“{first}”{step.news}{why}", f"/plan/{first.pk}/")
        else:
            notify([someone], f"“{first}”等 {len(covered)} 个项目{step.news}{why}", "/plan/")
