"""The lights of a stored report: reads its texts, asks :mod:`jiheng.scoring.monitoring`, keeps what that says."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from jiheng.model import Indicator, Target
from jiheng.policy import Pack
from jiheng.readers.values import parse_percent, parse_reported, parse_target
from jiheng.rules.shares import Question
from jiheng.scoring.comparison import Reported
from jiheng.scoring.execution import plan_points, planned_at, time_gone
from jiheng.scoring.monitoring import (
    Judgement,
    grows_through_year,
    indicator_light,
    money_light,
    project_light,
    results_light,
)  # fmt: skip
from jiheng.scoring.plausibility import questioned, questions_of
from jiheng.scoring.spending_plan import execution_rate
from jiheng.web.execution.planning import periods_of
from jiheng.web.monitoring.models import IndicatorReport, MonitoringRecord
from jiheng.web.plan.checking import pack_of
from jiheng.web.plan.models import Project
from jiheng.web.plan.states import FROZEN


def target_of(row: IndicatorReport) -> Target:
    """The target of a row, as the reader reads it."""
    return parse_target(row.target_raw)


def reported_of(row: IndicatorReport) -> Reported:
    """What was reported, read like a target; a percentage with the numerator and denominator it came from."""
    return Reported(parse_reported(row.actual_raw), row.numerator, row.denominator)


def questions(row: IndicatorReport, year: int, pack: Pack) -> list[Question]:
    """What is reported in a row and must be put right, or confirmed with a reason."""
    named = Indicator(level1=row.level1, level2=row.level2, name=row.name, target=target_of(row))
    forecast = Reported(parse_reported(row.forecast_raw) if row.forecast_raw.strip() else None)
    return questions_of(named, reported_of(row), forecast, row.likelihood, year, pack)


def judge(row: IndicatorReport, on: date, year: int, pack: Pack) -> Judgement:
    """The light of a row on a day of the fiscal year."""
    target = target_of(row)
    grows = grows_through_year(row.level2, target)
    light = indicator_light(target, reported_of(row), year, time_gone(on, year), pack, row.likelihood, grows)
    return questioned(light, questions(row, year, pack))


def relight(record: MonitoringRecord, rows: Iterable[IndicatorReport]) -> None:
    """Put the lights and their reasons into a form and its rows; the caller saves them."""
    year, found = record.round.budget_year, []
    pack = pack_of(year)
    for row in rows:
        judged = judge(row, record.round.period_end, year.year, pack)
        row.completion = None if judged.percent is None else min(judged.percent, MOST)
        row.light, row.light_reason = judged.light, judged.reason[:300]
        found.append(judged)
    rate = execution_rate(record.executed, record.budget)
    record.executed_percent = None if rate is None else max(-MOST, min(rate, MOST))
    money = money_light(record.executed, record.budget, record.planned_percent, pack)
    results = results_light(found)
    both = project_light(money, results)
    record.money_light, record.money_reason = money.light, money.reason[:300]
    record.result_light, record.result_percent = results.light, results.percent
    record.light, record.light_reason = both.light, both.reason[:500]


def planned_of(project: Project, on: date, year: int) -> Decimal | None:
    """How much of its budget the plan in force wants spent by the end of a day, in %; ``None`` without a plan."""
    if project.state in FROZEN:  # its periods may have been read already, with those of many others
        periods = [(p.label, p.raw) for p in project.periods.all()]
    else:
        periods = periods_of([project])[project.pk]
    points = plan_points([label for label, _ in periods], [parse_percent(raw) for _, raw in periods], year)
    return planned_at(points, on)


MOST = Decimal("9999999.99")
"""A percentage beyond what the column holds says no more than that something is wrong."""
ROW_LIGHTS: tuple[str, ...] = ("completion", "light", "light_reason")
RECORD_LIGHTS: tuple[str, ...] = (
    "executed_percent", "money_light", "money_reason", "result_light", "result_percent", "light", "light_reason",
)  # fmt: skip
"""The fields that :func:`relight` fills."""


def put_money(record: MonitoringRecord, money: Any, planned: Decimal | None) -> bool:
    """Put an :class:`~jiheng.web.execution.queries.Executed` into a form; whether anything changed."""
    before = [getattr(record, f) for f in MONEY]
    for line in money.lines:
        setattr(record, f"initial_{line.source}", line.initial)
        setattr(record, f"budget_{line.source}", line.budget)
        setattr(record, f"executed_{line.source}", line.paid)
    record.planned_percent = planned
    return before != [getattr(record, f) for f in MONEY]


MONEY: tuple[str, ...] = (
    *(f"{kind}_{s}" for kind in ("initial", "budget", "executed") for s in ("fiscal", "carry_over", "other")),
    "planned_percent",
)  # fmt: skip
"""The fields that :func:`put_money` fills."""
