"""Two years of monitoring for the demonstration district: 2025 complete and locked, 2026 up to the end of October.

Most projects go as planned; some are slow, some are off, and in the last round some units are late.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from jiheng.scoring.execution import time_gone
from jiheng.web.monitoring.lights import relight, target_of
from jiheng.web.monitoring.models import (
    IndicatorReport,
    Light,
    MonitoringRecord,
    MonitoringRound,
    MonitoringStep,
    RecordState,
    Responsibility,
)  # fmt: skip
from jiheng.web.monitoring.services.opening import build_forms, covered_projects, store_forms
from jiheng.web.monitoring.services.rounds import ensure_rounds
from jiheng.web.org.models import Person
from jiheng.web.plan.models import Project

LAST = date(2026, 10, 31)
"""The data of the last round that has begun."""
OWN = "312002"
"""The unit of the clerk of the demonstration: some of its forms are left to be filled in."""
LATE_UNITS = ("303002", "307003", "309001")
PACES = ("good",) * 13 + ("slow",) * 4 + ("off",)
"""How projects go, as often as it happens."""
TROUBLE = (
    ("funds", "上级资金8月才到位，后续工序相应推迟。", "已与财政对接，按新的节点倒排工期，月调度。"),
    ("staff", "技术人员借调，现场力量不足。", "抽调两名业务骨干充实项目组，聘请监理驻场。"),
    ("equipment", "主要设备到货比合同晚了一个月。", "督促供应商分批供货，先到先装。"),
    ("rules", "实施方案调整后重新履行审批程序。", "审批已经完成，增加施工班组赶回进度。"),
    ("other", "汛期连续降雨，户外作业停工。", "雨后复工，调整工序，室内部分先行。"),
)
WAY = (("submit", "jingban"), ("department_pass", "bumen"), ("accept", "caizheng"))
"""The steps of a form from draft to accepted, and who took them."""
NOT_YET = "年底组织问卷调查"


def fill(years: Iterable[Any]) -> None:
    """The rounds of these budget years."""
    rnd = random.Random(20261031)  # noqa: S311 - the same district every time
    for year in years:
        ensure_rounds(year)
        projects = list(
            covered_projects(year).select_related("unit").prefetch_related("periods", "indicators", "goals")
            .defer("findings", "purpose").order_by("unit__code", "order")
        )  # fmt: skip
        paces = {p.pk: rnd.choice(PACES) for p in projects}
        for found in MonitoringRound.objects.filter(budget_year=year).select_related("budget_year"):
            if found.period_end <= LAST:
                _round(found, projects, paces, rnd)
    _responsible()


def _round(found: MonitoringRound, projects: list[Project], paces: dict[int, str], rnd: random.Random) -> None:
    is_last = found.period_end == LAST
    built = build_forms(found, projects)
    reviewers = {p.username: p for p in Person.objects.filter(username__in=("jingban", "bumen", "caizheng"))}
    for form, rows in built:
        _form(form, rows, paces[form.project_id], rnd, is_last)
        if form.project.unit.code == OWN and form.is_reported:
            form.reported_by = reviewers.get("jingban")
    store_forms(found, built)
    _steps(found, reviewers)
    _dates(found, is_last)


def _form(
    form: MonitoringRecord, rows: list[IndicatorReport], pace: str, rnd: random.Random, is_last: bool
) -> None:  # fmt: skip
    code, place = form.project.unit.code, form.project.order
    form.state = RecordState.ACCEPTED
    if is_last:
        states = (*(RecordState.FINANCE_REVIEW,) * 3, *(RecordState.DEPARTMENT_REVIEW,) * 2, RecordState.ACCEPTED)
        form.state = RecordState.DRAFT if code in (OWN, *LATE_UNITS) and place < 3 else rnd.choice(states)
    if form.state == RecordState.DRAFT and (code != OWN or place > 0):
        return
    for row in rows:
        _row(row, pace, form, rnd)
    for source in ("fiscal", "carry_over", "other"):
        budget = getattr(form, f"budget_{source}")
        setattr(form, f"forecast_{source}", budget if budget else None)
    form.progress_text = "各项任务按计划推进。" if pace == "good" else "主体任务已经开展，部分任务慢于计划。"
    relight(form, rows)
    _explain(form, rows, rnd)
    form.is_reported, form.revision = True, 1


def _row(row: IndicatorReport, pace: str, form: MonitoringRecord, rnd: random.Random) -> None:
    """What a unit would report of this indicator by then."""
    target, gone = target_of(row), time_gone(form.round.period_end, form.round.budget_year.year)
    row.likelihood = "certain" if pace == "good" else "possible"
    row.forecast_raw = row.target_raw.lstrip("≥≤")
    number = int(form.project.code.partition("P")[2][:-1])  # not the key, which a database with a past gives otherwise
    slow = {"good": Decimal(1), "slow": Decimal(72 + number % 5 * 4) / 100, "off": Decimal("0.55")}[pace]
    if target.value is None:
        row.actual_raw = "正在实施" if form.round.period_end.month < 11 else "11月20日完成"
    elif "满意" in row.level2 and form.round.period_end.month < 12:
        row.actual_raw, row.forecast_raw = NOT_YET, row.target_raw.lstrip("≥≤")
    elif target.unit == "%":
        whole = rnd.randrange(120, 400)
        rate = min(Decimal(100), target.value + rnd.randrange(0, 4)) * (slow if pace == "off" else Decimal(1))
        row.numerator, row.denominator = Decimal(int(rate * whole / 100) + 1), Decimal(whole)
        row.numerator = min(row.numerator, row.denominator)
        percent = (row.numerator * 100 / row.denominator).quantize(Decimal("0.01")).normalize()
        row.actual_raw = f"{percent:f}%（{row.numerator}/{row.denominator}）"
    elif target.comparator == "<=":
        price = target.value * (Decimal("0.98") if pace != "off" else Decimal("1.2"))
        row.actual_raw = f"{price.quantize(Decimal('0.01')).normalize():f}{target.unit or ''}"
    else:
        done = target.value * gone / 100 * slow * Decimal(rnd.randrange(98, 108)) / 100
        row.actual_raw = f"{min(int(done.to_integral_value()), int(target.value * 2))}{target.unit or ''}"


def _explain(form: MonitoringRecord, rows: list[IndicatorReport], rnd: random.Random) -> None:
    """Where a light is yellow or red, why, and what is done about it."""
    for row in rows:
        if row.light in (Light.RED, Light.YELLOW):
            kind, why, measures = rnd.choice(TROUBLE)
            row.reasons, row.reason_text, row.measures = [kind], why, measures
        row.announced = row.light == Light.RED
    if form.money_light in (Light.RED, Light.YELLOW):
        form.measures = "加快验收结算，对已完成的工作量及时支付；确定用不完的资金按程序调减。"
    form.announced = form.money_light == Light.RED


def _steps(found: MonitoringRound, people: dict[str, Person]) -> None:
    """The way that the forms of the demonstration's own unit went."""
    order, steps = list(RecordState), []
    for form in MonitoringRecord.objects.filter(round=found, unit__code=OWN):
        for n, (name, by) in enumerate(WAY[: order.index(RecordState(form.state))]):
            source, target = order[n], order[n + 1]
            steps.append(MonitoringStep(record=form, name=name, source=source, target=target, by=people.get(by)))
    MonitoringStep.objects.bulk_create(steps)


def _dates(found: MonitoringRound, is_last: bool) -> None:
    """Past rounds are locked; the last one is just over, with late ones to be reminded and time to report still."""
    now, today = timezone.now(), timezone.localdate()
    if not is_last:
        found.state = MonitoringRound.State.LOCKED
        found.opened_at = found.reminded_at = found.closed_at = found.locked_at = now
    else:
        found.state, found.opened_at, found.reminded_at, found.closed_at = MonitoringRound.State.CLOSED, now, now, now
        found.closes_on = max(found.opens_on, today - timedelta(days=2))
        found.locks_on = max(found.locks_on, today + timedelta(days=30))
    found.save()


def _responsible() -> None:
    """The projects of the demonstration's own unit, answered for by its sections and its clerk."""
    clerk, projects = Person.objects.filter(username="jingban").first(), Project.objects.filter(unit__code=OWN)
    if clerk is None or clerk.unit is None:
        return
    sections = list(clerk.unit.sections.order_by("name"))
    Responsibility.objects.bulk_create(
        Responsibility(
            unit=clerk.unit, project=project, section=sections[n % len(sections)],
            person=clerk if n % 2 == 0 else None,
        )
        for n, project in enumerate(projects.order_by("budget_year__year", "order"))
    )  # fmt: skip
