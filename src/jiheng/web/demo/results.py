"""The register of the demonstration district: items in every state, some of them overdue."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from jiheng.web.org.models import Person
from jiheng.web.plan.models import BudgetYear, Project
from jiheng.web.results.models import Rectification, RectificationStep

COUNT = 60
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
        "monitoring", "10月底资金支出偏离计划", "执行率落后计划 20 个百分点以上，请说明原因并提出措施。", _V.SERIOUS,
        "与供应商约定验收和付款节点，逐周调度。", "第二批设备已验收付款，执行率追平计划。",
    ),
    (
        "monitoring", "10月底数量指标偏离目标", "折算完成率低于 70%，请提出追赶进度的措施。", _V.SERIOUS,
        "增加施工班组，逐周核对完成量。", "已完成追赶，累计完成量达到计划。",
    ),
    (
        "evaluation", "自评完成值缺少佐证资料", "请补充验收单、统计表或调查问卷。", _V.COMMON,
        "逐项整理佐证资料，按指标编号归档。", "验收单和统计表已补齐。",
    ),
    (
        "evaluation", "自评得分与监控数据矛盾", "自评完成值少于最近一次监控填报数，请核实。", _V.SERIOUS,
        "核对原始台账，以台账数为准更正。", "经核对为监控多报，已更正并说明。",
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
_RAISERS = {"review": "caizheng", "monitoring": "", "evaluation": "bumen", "audit": "shenji"}


def build(year: BudgetYear) -> None:
    """Sixty items about projects of this year, dated around today; the same every time but for the dates."""
    rnd = random.Random(20261124)  # noqa: S311
    people = {p.username: p for p in Person.objects.filter(username__in=["jingban", "fuzeren", *_RAISERS.values()])}
    projects = list(Project.objects.filter(budget_year=year).select_related("unit").order_by("pk"))
    # A third of them at the unit of the demonstration's clerk, so that every account has something to look at.
    home = [p for p in projects if p.unit_id == people["jingban"].unit_id]
    today = timezone.localdate()
    items = []
    for n in range(COUNT):
        project = home[n // 3 % len(home)] if n % 3 == 0 else rnd.choice(projects)
        items.append(_item(n, project, year, people, today, rnd))
    Rectification.objects.bulk_create(items)
    for item in items:  # the database writes now into it when a row is made
        item.raised_at = _at(item.due_on - timedelta(days=20))
    Rectification.objects.bulk_update(items, ["raised_at"])
    steps = [step for item in items for step in _steps(item, people)]
    RectificationStep.objects.bulk_create(steps)
    for step, at in zip(steps, [at for item in items for at in _times(item)], strict=True):
        step.at = at
    RectificationStep.objects.bulk_update(steps, ["at"])


def _item(
    n: int, project: Project, year: BudgetYear, people: dict[str, Any], today: date, rnd: random.Random
) -> Rectification:
    source, title, description, severity, measures, outcome = _FOUND[n % len(_FOUND)]
    state = _STATES[(n * 5 + n // 8) % len(_STATES)]
    done = state in (_S.REPORTED, _S.CLOSED)
    has_measures = done or rnd.random() < 0.5
    due = (
        today + timedelta(days=rnd.randint(-12, 18)) if state == _S.OPEN else today - timedelta(days=rnd.randint(1, 60))
    )
    item = Rectification(
        budget_year=year, unit=project.unit, project=project, source=source, title=f"{project.name}：{title}",
        description=description, severity=severity, state=state, due_on=due,
        number=f"{year.district.code}-{year.year}-{n + 1:05d}", raised_by=people.get(_RAISERS[source]),
        measures=measures if has_measures else "",
        outcome=outcome if done else "",
        reported_at=_at(due - timedelta(days=2)) if done else None,
        closed_at=_at(due) if state == _S.CLOSED else None,
        asked_due_on=due + timedelta(days=10) if state == _S.OPEN and has_measures and n % 7 == 4 else None,
        content_type=ContentType.objects.get_for_model(Project), object_id=project.pk,
    )  # fmt: skip
    if project.unit_id == people["jingban"].unit_id and has_measures:
        item.owner = people["jingban"]
    return item


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
