"""The way of a report from the unit to the finance bureau; monitoring forms and self-evaluations go the same way.

Who may do what when is one table, :data:`STEPS`. Changes of state go through :func:`perform`, nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils import timezone

from jiheng.web import transaction
from jiheng.web.locks import lock
from jiheng.web.monitoring.models.round import RecordState
from jiheng.web.org.permissions import allowed, require
from jiheng.web.plan.services.errors import Refused
from jiheng.web.plan.workflow import holders
from jiheng.web.supervision.services import notify, record

S = RecordState


@dataclass(frozen=True, slots=True)
class Step:
    """One kind of step; ``permission`` and ``turn`` (who is told) are permissions without their app's prefix."""

    name: str
    label: str
    sources: tuple[RecordState, ...]
    target: RecordState
    permission: str
    turn: tuple[str, ...] = ()
    news: str = ""
    needs_reason: bool = False


STEPS: tuple[Step, ...] = (
    Step("submit", "报送", (S.DRAFT,), S.DEPARTMENT_REVIEW, "submit", ("review_department",), "已报送，请审核"),
    Step("recall", "撤回报送", (S.DEPARTMENT_REVIEW,), S.DRAFT, "submit", ("review_department",), "已由单位撤回"),
    Step("department_return", "退回单位", (S.DEPARTMENT_REVIEW,), S.DRAFT, "review_department", ("submit",),
         "被部门退回修改", True),
    Step("department_pass", "部门审核通过", (S.DEPARTMENT_REVIEW,), S.FINANCE_REVIEW, "review_department",
         ("review_finance",), "已通过部门审核，请财政审核"),
    Step("finance_return", "退回单位", (S.FINANCE_REVIEW,), S.DRAFT, "review_finance",
         ("submit", "review_department"), "被财政退回修改", True),
    Step("accept", "审核通过", (S.FINANCE_REVIEW,), S.ACCEPTED, "review_finance",
         ("submit", "review_department"), "已审核通过"),
    Step("reopen", "退回重报", (S.ACCEPTED,), S.DRAFT, "review_finance", ("submit", "review_department"),
         "被退回重报", True),
)  # fmt: skip
BY_NAME = {step.name: step for step in STEPS}


def sent_back(history: Iterable[Any]) -> Any:
    """The latest step of a form where it sent the form back: why is to be read before anything else. Else ``None``."""
    latest = next(iter(history), None)
    return latest if latest is not None and BY_NAME[latest.name].needs_reason else None


@dataclass(frozen=True, slots=True)
class Flow:
    """One kind of form that goes this way.

    ``app`` prefixes the permissions; ``step_model`` keeps the steps, its ``owner`` field names the form;
    ``obstacle(form, step)`` says in Chinese why a step is not possible now, "" where it is; ``link(form)`` is its page.
    ``related`` is what the permission, the name and the obstacle of a form read, so that many forms are read at once.
    """

    app: str
    step_model: type[models.Model]
    owner: str
    obstacle: Callable[[Any, Step], str]
    link: Callable[[Any], str]
    related: tuple[str, ...] = ()
    mark: Callable[[list[Any]], None] = lambda forms: None
    """Says that what these forms add up to has changed."""

    def locked(self, forms: Iterable[Any]) -> list[Any]:
        """The forms as they are now, in the same order, nobody else taking a step with them until this one is taken."""
        keys = {form.pk: type(form) for form in forms}
        if not keys:
            return []
        rows = next(iter(keys.values())).objects
        # Locked apart from what is joined: not every database can lock one table of a join.
        lock(next(iter(keys.values())), keys)
        wanted = rows.filter(pk__in=keys)
        found = {form.pk: form for form in (wanted.select_related(*self.related) if self.related else wanted)}
        return [found[pk] for pk in keys]

    def available(self, person: Any, form: Any) -> list[Step]:
        """The steps that this person may take with the form in its present state; conditions are not asked."""
        return [s for s in STEPS if form.state in s.sources and allowed(person, f"{self.app}.{s.permission}", form)]


@transaction.atomic
def perform(flow: Flow, person: Any, form: Any, name: str, reason: str = "") -> Any:
    """Take one step; the form as it is then.

    Raises ``PermissionDenied``, or :class:`Refused` where the state, the reason or the condition does not allow it.
    """
    done = [_step(flow, person, f, name, reason) for f in flow.locked([form])]
    flow.mark(done)
    _tell(flow, person, BY_NAME[name], done, reason)
    return done[0]


@transaction.atomic
def perform_many(flow: Flow, person: Any, forms: Iterable[Any], name: str, reason: str = "") -> list[Any]:
    """The same step with many forms, all or none; each person is told once. Raises like :func:`perform`."""
    done = [_step(flow, person, form, name, reason) for form in flow.locked(forms)]
    if done:
        flow.mark(done)
        _tell(flow, person, BY_NAME[name], done, reason)
    return done


def _step(flow: Flow, person: Any, form: Any, name: str, reason: str) -> Any:
    step = BY_NAME.get(name)
    if step is None:
        raise Refused(f"没有名为“{name[:40]}”的步骤。")
    require(person, f"{flow.app}.{step.permission}", form)
    if form.state not in step.sources:
        raise Refused(f"“{form}”现在处于“{S(form.state).label}”，不能“{step.label}”。请刷新后再看。")
    if step.needs_reason and not reason.strip():
        raise Refused(f"“{step.label}”要写明理由。")
    if problem := flow.obstacle(form, step):
        raise Refused(f"“{form}”：{problem}")
    source, form.state, form.state_since = form.state, step.target, timezone.now()
    form.save(update_fields=["state", "state_since"])
    flow.step_model._default_manager.create(
        **{flow.owner: form}, name=name, source=source, target=step.target, reason=reason.strip(), by=person
    )
    record(step.label, form, {"state": str(source)}, {"state": str(step.target), "reason": reason.strip()})
    return form


def _tell(flow: Flow, person: Any, step: Step, done: list[Any], reason: str) -> None:
    """Tell those whose turn it is, each once, however many forms it is about."""
    if not step.turn or not done:
        return
    why = f"：{reason.strip()}" if reason.strip() else ""
    forms = {form.project: form for form in done}
    for someone, covered in holders([f"{flow.app}.{t}" for t in step.turn], list(forms)).items():
        if someone.pk == person.pk:
            continue
        first = forms[covered[0]]
        many = f"等 {len(covered)} 份" if len(covered) > 1 else ""
        notify([someone], f"“{first}”{many}{step.news}{why}", flow.link(first))
