"""The register of the demonstration district: items in every state, some of them overdue."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from jiheng.scoring.numbers import plain
from jiheng.web.evaluation.models import SelfEvaluation
from jiheng.web.monitoring.models import Light, MonitoringRecord, MonitoringRound, RecordState
from jiheng.web.org.models import Person
from jiheng.web.plan.models import BudgetYear, Project
from jiheng.web.results.models import Rectification, RectificationStep

LOW = Decimal(70)
COUNT = 30
"""Items that people raised; what lights and scores gave birth to comes on top."""
_S, _V = Rectification.State, Rectification.Severity
_FOUND = (
    # source, problem, what is asked for, severity, measures, outcome
    (
        "review", "指标值没有测算过程", "请按实施方案补充测算表，说明指标值如何得出。", _V.COMMON,
        "按实施方案逐项测算，由业务科室和财务科共同复核。", "已补充测算表，指标值按测算结果修改。",
    ),
    (
        "review", "满意度指标没有明确调查对象", "请写明向谁调查、何时调查、样本多少。", _V.COMMON,
        "制定调查方案，样本不少于服务对象的百分之十。", "已印发调查方案，明确对象、时间和样本数。",
    ),
    (
        "audit", "合同付款节点与实际支付不符", "第二笔款在验收前支付，请查明原因，完善付款审批。", _V.SERIOUS,
        "修订付款审批单，付款前由财务科核对验收单。", "已修订审批单并印发执行。",
    ),
    (
        "audit", "购置资产没有及时登记", "请在资产系统补登，并核对实物。", _V.COMMON,
        "由资产管理员逐件核对、补登、贴标签。", "已补登全部资产并张贴标签。",
    ),
)  # fmt: skip
_STATES = (_S.OPEN, _S.OPEN, _S.REPORTED, _S.CLOSED, _S.OPEN, _S.CLOSED, _S.CLOSED, _S.CANCELLED)
_RAISERS = {"review": "caizheng", "monitoring": "", "evaluation": "", "audit": "shenji"}
_DONE = {
    "monitoring": ("与供应商约定验收和付款节点，增加力量，逐周调度。", "已追回进度，累计完成量和支付达到计划。"),
    "evaluation": ("核对原始台账，补齐佐证，以台账数为准更正。", "台账、验收单已补齐，差异已说明。"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Cause:
    """What an item is about, and by when it is due; ``key`` names what gave birth to it."""

    project: Project
    source: str
    title: str
    description: str
    severity: str
    measures: str
    outcome: str
    state: str
    due: date
    origin: Any
    key: str | None = None


def build(before: BudgetYear, year: BudgetYear) -> None:
    """Items about the projects of both years, those of this year dated around today; else the same every time."""
    rnd = random.Random(20261124)  # noqa: S311
    people = {p.username: p for p in Person.objects.filter(username__in=["jingban", "fuzeren", *_RAISERS.values()])}
    today = timezone.localdate()
    _store(before, _of_scores(before, rnd), people, today, rnd)
    _store(year, [*_of_lights(year, today, rnd), *_by_people(year, people["jingban"], today, rnd)], people, today, rnd)


def _of_scores(year: BudgetYear, rnd: random.Random) -> list[_Cause]:
    """What was accepted with a low score or with numbers that contradict each other; nearly all is put right."""
    found = []
    forms = SelfEvaluation.objects.filter(budget_year=year).select_related("project__unit").order_by("pk")
    for form in forms:
        bad = [d for d in form.honesty if d["severity"] == "error"]
        if form.score is None or not (bad or form.score < LOW):
            continue
        title = f"自评数据存疑：{bad[0]['name']}" if bad else f"自评 {plain(form.score)} 分，等级为{form.grade}"
        said = "".join(d["message"] for d in bad) or "得分偏低，请逐项说明原因并提出改进措施。"
        state = _S.OPEN if len(found) % 9 == 4 else _S.CLOSED
        due = date(year.year + 1, 4, 20) + timedelta(days=rnd.randint(0, 40))
        severity = _V.COMMON if bad else _V.SERIOUS
        key = f"evaluation:{form.project_id}:{'honesty' if bad else 'score'}:{form.revision}"
        found.append(
            _Cause(form.project, "evaluation", f"{form.project}：{title}", said, severity, *_DONE["evaluation"], state,
                   due, form, key)
        )  # fmt: skip
    return found


def _of_lights(year: BudgetYear, today: date, rnd: random.Random) -> list[_Cause]:
    """An item for each red light of the last round that was sent off."""
    records = MonitoringRecord.objects.filter(round__budget_year=year, light=Light.RED, is_reported=True)
    records = records.exclude(state=RecordState.DRAFT).exclude(round__state=MonitoringRound.State.LOCKED)
    found = []
    for record in records.select_related("project__unit", "round").prefetch_related("rows").order_by("pk"):
        lit = [row for row in record.rows.all() if row.light == Light.RED]
        causes: list[tuple[str, str, Any]] = [
            (f"指标“{row.name}”偏离目标", row.light_reason, row.indicator_id or row.name[:40]) for row in lit
        ]
        if record.money_light == Light.RED:
            causes.append(("资金支出偏离计划", record.money_reason, "money"))
        for what, reason, name in causes:
            state = _STATES[len(found) % 7]
            due = today + timedelta(days=rnd.randint(-4, 4 if state in (_S.REPORTED, _S.CLOSED) else 14))
            key = f"monitoring:{record.project_id}:{name}:{record.pk}"
            title = f"{record.project}：{record.round.label}{what}"
            found.append(
                _Cause(record.project, "monitoring", title, reason, _V.SERIOUS, *_DONE["monitoring"], state, due,
                       record, key)
            )  # fmt: skip
    return found


def _by_people(year: BudgetYear, clerk: Person, today: date, rnd: random.Random) -> list[_Cause]:
    """What reviewers and auditors found; a third of it at the unit of the demonstration's clerk."""
    projects = list(Project.objects.filter(budget_year=year).select_related("unit").order_by("pk"))
    home = [p for p in projects if p.unit_id == clerk.unit_id]
    found = []
    for n in range(COUNT):
        project = home[n // 3 % len(home)] if n % 3 == 0 else rnd.choice(projects)
        source, title, *more = _FOUND[n % len(_FOUND)]
        state = _STATES[(n * 5 + n // 8) % len(_STATES)]
        due = today + timedelta(days=rnd.randint(-12, 18) if state == _S.OPEN else -rnd.randint(1, 60))
        found.append(_Cause(project, source, f"{project.name}：{title}", *more, state, due, project))
    return found


def _store(
    year: BudgetYear, causes: list[_Cause], people: dict[str, Any], today: date, rnd: random.Random
) -> None:  # fmt: skip
    items = [_item(n, cause, year, people, today, rnd) for n, cause in enumerate(causes)]
    Rectification.objects.bulk_create(items)
    items = list(Rectification.objects.filter(budget_year=year).select_related("raised_by").order_by("number"))
    for item in items:  # the database writes now into it when a row is made
        item.raised_at = _at(item.due_on - timedelta(days=20))
    Rectification.objects.bulk_update(items, ["raised_at"], batch_size=200)
    steps = [step for item in items for step in _steps(item, people)]
    times = [at for item in items for at in _times(item)]
    RectificationStep.objects.bulk_create(steps, batch_size=500)
    for step, at in zip(
        RectificationStep.objects.filter(item__in=items).order_by("item__number", "pk"), times, strict=True
    ):  # fmt: skip
        step.at = at
        step.save(update_fields=["at"])


def _item(
    n: int, cause: _Cause, year: BudgetYear, people: dict[str, Any], today: date, rnd: random.Random
) -> Rectification:
    done = cause.state in (_S.REPORTED, _S.CLOSED)
    has_measures = done or rnd.random() < 0.5
    is_ours = cause.project.unit_id == people["jingban"].unit_id
    return Rectification(
        budget_year=year, unit=cause.project.unit, project=cause.project, source=cause.source, title=cause.title[:300],
        description=cause.description, severity=cause.severity, state=cause.state, due_on=cause.due, key=cause.key,
        number=f"{year.district.code}-{year.year}-{n + 1:05d}", raised_by=people.get(_RAISERS[cause.source]),
        measures=cause.measures if has_measures else "", outcome=cause.outcome if done else "",
        reported_at=_at(min(today, cause.due) - timedelta(days=2)) if done else None,
        closed_at=_at(min(today, cause.due)) if cause.state == _S.CLOSED else None,
        asked_due_on=cause.due + timedelta(days=10) if cause.state == _S.OPEN and has_measures and n % 7 == 4 else None,
        content_type=ContentType.objects.get_for_model(cause.origin), object_id=cause.origin.pk,
        owner=people["jingban"] if is_ours and has_measures else None,
    )  # fmt: skip


def _at(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(10, 30)))


def _path(item: Rectification) -> list[tuple[str, str, bool]]:
    """What happened with it: step, text, whether the unit did it."""
    path = [("raise", item.description, False)]
    if item.measures:
        path.append(("plan", item.measures, True))
    if item.asked_due_on:
        path.append(("ask_extension", "采购流标，需重新组织。", True))
    if item.outcome:
        path.append(("report", item.outcome, True))
    if item.state == _S.CLOSED:
        path.append(("close", "经核对属实，同意销号。", False))
    if item.state == _S.CANCELLED:
        path.append(("cancel", "与另一事项重复。", False))
    return path


def _steps(item: Rectification, people: dict[str, Any]) -> list[RectificationStep]:
    unit = people["jingban"] if item.unit_id == people["jingban"].unit_id else None
    return [
        RectificationStep(
            item=item, name=name, text=text, due_before=item.due_on if name != "raise" else None, due_after=item.due_on,
            by=unit if by_unit else item.raised_by,
        )
        for name, text, by_unit in _path(item)
    ]  # fmt: skip


def _times(item: Rectification) -> list[datetime]:
    return [_at(item.due_on - timedelta(days=20 - 4 * n)) for n, _ in enumerate(_path(item))]
