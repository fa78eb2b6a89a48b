"""The way of an item of the register from being raised to being closed: who may do what when is :data:`STEPS`.

``docs/rectification-workflow.md`` is generated from it. Changes of state go through :func:`perform`, nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from jiheng.web import transaction
from jiheng.web.locks import lock
from jiheng.web.org.permissions import allowed, require
from jiheng.web.plan.services.errors import Refused
from jiheng.web.results.models import Rectification, RectificationStep
from jiheng.web.results.people import answering, overseeing
from jiheng.web.supervision.services import notify, record

S = Rectification.State
ANSWER, VERIFY = "results.answer", "results.verify"


@dataclass(frozen=True, slots=True)
class Given:
    """What a person writes with a step; what a step does not ask for is ignored."""

    text: str = ""
    measures: str = ""
    outcome: str = ""
    due_on: date | None = None
    owner: Any = None


@dataclass(frozen=True, slots=True)
class Step:
    """One kind of step. ``asks`` are the fields of :class:`Given` it needs; ``tells`` 责任方 or 督办方."""

    name: str
    label: str
    sources: tuple[S, ...]
    target: S
    permission: str
    asks: tuple[str, ...] = ()
    tells: str = ""
    news: str = ""
    condition: Callable[[Rectification], str] | None = None


def _asked_for_more_time(item: Rectification) -> str:
    return "" if item.asked_due_on else "没有待批的延期申请。"


def _not_waiting(item: Rectification) -> str:
    return "已有一份延期申请在等待批准。" if item.asked_due_on else ""


def _has_measures(item: Rectification) -> str:
    return "" if item.measures.strip() else "还没有写整改措施。请先填写措施，再报告整改完成。"


STEPS: tuple[Step, ...] = (
    Step("assign", "指定责任人", (S.OPEN,), S.OPEN, ANSWER, ("owner",), "责任方", "由您负责整改"),
    Step("plan", "填写整改措施", (S.OPEN,), S.OPEN, ANSWER, ("measures",), "督办方", "已填写整改措施"),
    Step("ask_extension", "申请延期", (S.OPEN,), S.OPEN, ANSWER, ("due_on", "text"), "督办方", "申请延期",
         _not_waiting),
    Step("grant_extension", "同意延期", (S.OPEN,), S.OPEN, VERIFY, (), "责任方", "的延期申请已批准",
         _asked_for_more_time),
    Step("refuse_extension", "不同意延期", (S.OPEN,), S.OPEN, VERIFY, ("text",), "责任方", "的延期申请没有批准",
         _asked_for_more_time),
    Step("report", "报告整改完成", (S.OPEN,), S.REPORTED, ANSWER, ("outcome",), "督办方", "已报告整改完成，请核验",
         _has_measures),
    Step("close", "核验销号", (S.REPORTED,), S.CLOSED, VERIFY, ("text",), "责任方", "已核验销号"),
    Step("send_back", "退回继续整改", (S.REPORTED,), S.OPEN, VERIFY, ("text",), "责任方", "被退回继续整改"),
    Step("cancel", "撤销事项", (S.OPEN, S.REPORTED), S.CANCELLED, VERIFY, ("text",), "责任方", "已撤销"),
    Step("reopen", "重新整改", (S.CLOSED, S.CANCELLED), S.OPEN, VERIFY, ("text", "due_on"), "责任方", "需要重新整改"),
)  # fmt: skip
BY_NAME = {step.name: step for step in STEPS}
ASKED = {
    "text": "请写明理由或意见。",
    "measures": "请写明整改措施。",
    "outcome": "请写明整改结果。",
    "due_on": "请填写日期。",
    "owner": "请选择责任人。",
}


def label_of(name: str) -> str:
    """What a step in an item's history is called."""
    return BY_NAME[name].label if name in BY_NAME else {"raise": "提出", "again": "再次出现", "hand_over": "移交"}[name]


def may(person: Any, item: Rectification, step: Step) -> bool:
    """Whether this person may take the step: the unit answers; who raised the item verifies, never who reported it.

    What the system raised, or a person who has left, is verified by whoever holds the permission there.
    """
    if not allowed(person, step.permission, item):
        return False
    if step.permission != VERIFY:
        return True
    if item.state == S.REPORTED and item.steps.filter(name="report").order_by("-pk").values_list("by").first() == (
        person.pk,
    ):
        return False
    raiser = item.raised_by
    return raiser is None or raiser.pk == person.pk or not raiser.is_active


def may_prove(person: Any, item: Rectification) -> bool:
    """Whether this person may add evidence, or take some away: while the unit is at it."""
    return bool(item.state == S.OPEN and allowed(person, ANSWER, item))


def available(person: Any, item: Rectification) -> list[Step]:
    """The steps that this person may take now, in the order of the table, those whose condition fails left out."""
    return [
        step
        for step in STEPS
        if item.state in step.sources and may(person, item, step) and not (step.condition and step.condition(item))
    ]


def next_of(item: Rectification, steps: Sequence[Step]) -> str:
    """The name of the step that comes next by itself: who does it, how, that it is done; "" where none does."""
    wanted = "report" if item.measures else "plan" if item.owner_id else "assign"
    names = [step.name for step in steps if step.name not in ("cancel", "reopen")]
    return wanted if wanted in names else next(iter(names), "")


@transaction.atomic
def perform(person: Any, seen: Rectification, name: str, given: Given) -> Rectification:
    """Take one step; the item as it is then.

    Raises ``PermissionDenied``, or :class:`Refused` where the state, the condition or what was written is against it.
    """
    step = BY_NAME.get(name)
    if step is None:
        raise Refused(f"没有名为“{name[:40]}”的步骤。")
    # Another process may be taking a step with it too: lock it, and look at what it is now.
    lock(Rectification, [seen.pk])
    item = Rectification.objects.select_related("unit__department", "budget_year", "raised_by").get(pk=seen.pk)
    require(person, step.permission, item)
    if item.state in step.sources and not may(person, item, step):
        who = f"这个事项由{item.raised_by}提出，也由其核验" if item.raised_by else "报告整改的人不能自己核验"
        raise Refused(f"{who}。")
    _check(step, item, given)
    before = _facts(item)
    due = item.due_on
    _apply(step, item, given)
    item.state = step.target
    item.revision += 1
    item.save()
    RectificationStep.objects.create(
        item=item, name=name, text=_said(given, step), due_before=due, due_after=item.due_on, by=person
    )
    record(step.label, item, before, _facts(item))
    _tell(person, step, item, given)
    return item


def _check(step: Step, item: Rectification, given: Given) -> None:
    if item.state not in step.sources:
        raise Refused(f"“{item}”现在是“{S(item.state).label}”，不能“{step.label}”。请刷新后再看。")
    if step.condition and (problem := step.condition(item)):
        raise Refused(problem)
    for field in step.asks:
        value = getattr(given, field)
        if value is None or (isinstance(value, str) and not value.strip()):
            raise Refused(ASKED[field])
    if "due_on" in step.asks and given.due_on is not None:
        latest = max(item.due_on, timezone.localdate()) if step.name == "ask_extension" else timezone.localdate()
        if given.due_on <= latest:
            raise Refused(f"新的期限应晚于 {latest:%Y年%m月%d日}。")


def _apply(step: Step, item: Rectification, given: Given) -> None:
    """What the step changes besides the state."""
    match step.name:
        case "assign":
            item.owner = given.owner
        case "plan":
            item.measures = given.measures.strip()
        case "ask_extension":
            item.asked_due_on = given.due_on
        case "grant_extension":
            item.due_on, item.asked_due_on = item.asked_due_on, None
        case "refuse_extension":
            item.asked_due_on = None
        case "report":
            item.outcome, item.reported_at, item.asked_due_on = given.outcome.strip(), timezone.now(), None
        case "close":
            item.closed_at = timezone.now()
        case "reopen":
            item.due_on, item.closed_at, item.reported_at = given.due_on, None, None


def _said(given: Given, step: Step) -> str:
    parts = [getattr(given, f).strip() for f in ("text", "measures", "outcome") if f in step.asks or f == "text"]
    if "owner" in step.asks and given.owner is not None:
        parts.append(str(given.owner))
    return "\n".join(p for p in parts if p)


def _facts(item: Rectification) -> dict[str, Any]:
    return {
        "state": str(item.state), "owner": str(item.owner or ""), "due_on": str(item.due_on),
        "asked_due_on": str(item.asked_due_on or ""), "measures": item.measures, "outcome": item.outcome,
    }  # fmt: skip


def _tell(person: Any, step: Step, item: Rectification, given: Given) -> None:
    people = answering(item) if step.tells == "责任方" else overseeing(item)
    said = f"：{given.text.strip()}" if given.text.strip() else ""
    notify([p for p in people if p.pk != person.pk], f"整改事项“{item}”{step.news}{said}", f"/rectification/{item.pk}/")
