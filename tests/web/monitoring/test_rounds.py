"""Rounds come from the pack, open, remind, close and lock by date, each once, however often they are asked."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from .conftest import fill

pytestmark = pytest.mark.django_db


def rounds(year: Any) -> list[Any]:
    from jiheng.web.monitoring.models import MonitoringRound

    return list(MonitoringRound.objects.filter(budget_year=year))


def notes(person: Any) -> list[str]:
    from jiheng.web.supervision.models import Notification

    return list(Notification.objects.filter(person=person).order_by("pk").values_list("text", flat=True))


def tick(today: date) -> None:
    from jiheng.web.jobs.models import Job
    from jiheng.web.jobs.services import perform
    from jiheng.web.monitoring.services.rounds import advance

    advance(today)
    for job in Job.objects.filter(state="waiting"):
        perform(job.pk)


@pytest.mark.parametrize("calendar, labels, ends", (
    ("", ["3月底", "6月底", "10月底", "12月底"], [(3, 31), (6, 30), (10, 31), (12, 31)]),
    ("季度", ["第一季度", "第二季度", "第三季度", "第四季度"], [(3, 31), (6, 30), (9, 30), (12, 31)]),
    ("1–7月", ["1–7月"], [(7, 31)]),
))  # fmt: skip
def test_rounds_come_from_the_pack(person: Any, year: Any, calendar: str, labels: list[str], ends: list[Any]) -> None:
    from jiheng.web.monitoring.services.rounds import make_rounds

    make_rounds(person("finance_reviewer"), year, calendar)
    assert [r.label for r in rounds(year)] == labels
    assert [(r.period_end.month, r.period_end.day) for r in rounds(year)] == ends
    assert all(r.period_end < r.opens_on <= r.closes_on <= r.locks_on for r in rounds(year))


def test_a_round_opens_reminds_closes_and_locks_by_itself(person: Any, approved: Any, planned_round: Any) -> None:
    from jiheng.web.monitoring.models import MonitoringRecord

    clerk, today, found = person("clerk"), timezone.localdate(), planned_round
    tick(today - timedelta(days=1))
    assert (MonitoringRecord.objects.count(), notes(clerk)) == (0, [])
    for _ in range(2):
        tick(today)
    found.refresh_from_db()
    assert (found.state, MonitoringRecord.objects.count(), len(notes(clerk))) == ("open", 1, 1)
    assert notes(clerk)[0].startswith("2026年10月底绩效监控已开始填报，共 1 个项目")
    for _ in range(2):
        tick(found.closes_on - timedelta(days=3))
    assert len(notes(clerk)) == 2 and "按时报送：还有 1 个项目没有报送" in notes(clerk)[1]
    for _ in range(2):
        tick(found.closes_on + timedelta(days=1))
    found.refresh_from_db()
    assert found.state == "closed" and len(notes(clerk)) == 3 and "尽快补报" in notes(clerk)[2]
    for _ in range(2):
        tick(found.locks_on)
    found.refresh_from_db()
    assert found.state == "locked" and len(notes(clerk)) == 3


def test_a_year_with_approved_projects_gets_its_rounds_by_itself(approved: Any, year: Any) -> None:
    from jiheng.web.monitoring.services.rounds import advance

    advance(date(2026, 2, 1))
    advance(date(2026, 2, 1))
    assert [r.state for r in rounds(year)] == ["planned"] * 4


def test_a_round_whose_time_went_by_is_not_opened(approved: Any, year: Any) -> None:
    tick(date(2026, 7, 2))
    assert [r.state for r in rounds(year)] == ["planned", "open", "planned", "planned"]


def test_a_project_approved_later_gets_its_form_in_the_open_round(opened: Any, more: Any) -> None:
    from jiheng.web.monitoring.models import MonitoringRecord

    (late,) = more(1)
    tick(timezone.localdate())
    form = MonitoringRecord.objects.get(project=late)
    assert [r.name for r in form.rows.all()] == ["养护道路长度", "路面完好率"]


def test_opening_that_was_killed_half_way_goes_on_where_it_was(more: Any, planned_round: Any, monkeypatch: Any) -> None:
    from jiheng.web.jobs.models import Job
    from jiheng.web.jobs.services import perform
    from jiheng.web.monitoring.models import IndicatorReport, MonitoringRecord
    from jiheng.web.monitoring.services import opening
    from jiheng.web.monitoring.services.rounds import ask_fill

    more(7)
    monkeypatch.setattr(opening, "BATCH", 3)
    whole, calls = opening.executed_many, []

    def dying(*args: Any) -> Any:
        calls.append(args)
        if len(calls) == 2:
            raise KeyboardInterrupt  # as when the process is killed: nothing of ours may tidy up
        return whole(*args)

    monkeypatch.setattr(opening, "executed_many", dying)
    job = ask_fill(planned_round)
    with pytest.raises(KeyboardInterrupt):
        perform(job.pk)
    planned_round.refresh_from_db()
    assert (planned_round.state, MonitoringRecord.objects.count()) == ("planned", 3)
    assert all(r.rows.exists() for r in MonitoringRecord.objects.all())
    Job.objects.filter(pk=job.pk).update(heartbeat=timezone.now() - timedelta(minutes=5))
    perform(job.pk)
    planned_round.refresh_from_db()
    assert (planned_round.state, MonitoringRecord.objects.count()) == ("open", 8)
    assert IndicatorReport.objects.count() == 6 + 7 * 2
    rows = list(IndicatorReport.objects.values_list("record__project__name", "order"))
    assert len(rows) == len(set(rows))


def test_opening_makes_the_same_number_of_queries_for_one_project_or_for_fifty(
    more: Any, planned_round: Any, django_assert_max_num_queries: Any
) -> None:
    from jiheng.web.monitoring.services.opening import make_forms
    from jiheng.web.plan.models import Project

    more(50)
    with django_assert_max_num_queries(20):
        assert make_forms(planned_round, list(Project.objects.values_list("pk", flat=True))) == 51


def test_a_form_begins_with_the_money_of_the_day_and_the_targets_in_force(record: Any) -> None:
    assert (record.budget, record.executed, record.planned_percent) == (400000, 320000, 80)
    assert (record.executed_percent, record.money_light, record.light) == (80, "green", "grey")
    assert [r.target_raw for r in record.rows.all()][:2] == ["≥800株", "≥95%"]


def test_targets_that_are_being_adjusted_are_monitored_as_they_were_approved(
    person: Any, approved: Any, planned_round: Any
) -> None:
    from jiheng.web.plan import workflow
    from jiheng.web.plan.models import Project

    workflow.freeze(person("finance_reviewer"), approved)
    workflow.perform(person("unit_head"), approved, "adjust", "工程量变化")
    approved.indicators.filter(order=0).update(target_raw="≥100株")
    fill(planned_round)
    row = planned_round.records.get(project=Project.objects.get(pk=approved.pk)).rows.first()
    assert (row.target_raw, row.indicator.target_raw) == ("≥800株", "≥100株")


def test_finance_moves_days_and_unlocks_with_a_reason(person: Any, opened: Any) -> None:
    from jiheng.web.monitoring.services.rounds import reschedule
    from jiheng.web.plan.services.errors import Refused

    finance, today = person("finance_reviewer"), timezone.localdate()
    tick(opened.locks_on)
    days = (opened.opens_on, today + timedelta(days=30), today + timedelta(days=40))
    with pytest.raises(Refused, match="写明理由"):
        reschedule(finance, opened.pk, *days)
    with pytest.raises(Refused, match="先后不对"):
        reschedule(finance, opened.pk, days[1], days[0], days[2], "灾后延期")
    assert reschedule(finance, opened.pk, *days, "灾后延期").state == "open"


def test_only_finance_manages_rounds(person: Any, opened: Any, year: Any) -> None:
    from django.core.exceptions import PermissionDenied

    from jiheng.web.monitoring.services.rounds import make_rounds, open_now, reschedule
    from jiheng.web.plan.services.errors import Refused

    for role in ("clerk", "unit_head", "department_reviewer", "auditor", "finance_leader"):
        with pytest.raises(PermissionDenied):
            make_rounds(person(role), year)
        with pytest.raises(PermissionDenied):
            reschedule(person(role, f"{role}2"), opened.pk, opened.opens_on, opened.closes_on, opened.locks_on)
    with pytest.raises(Refused, match="已有期次开始填报"):
        make_rounds(person("finance_reviewer"), year)
    with pytest.raises(Refused, match="不能再开放"):
        open_now(person("finance_reviewer", "caizheng2"), opened.pk)


def test_open_drafts_follow_targets_that_are_approved_anew(person: Any, approved: Any, record: Any) -> None:
    from jiheng.web.monitoring.services.report import save_cells
    from jiheng.web.plan import workflow
    from jiheng.web.plan.models import Indicator, Project

    workflow.freeze(person("finance_reviewer"), approved)
    cell = f"row:{record.rows.first().pk}:actual_raw"
    save_cells(person("clerk"), record.pk, {cell: "640株"}, {})
    workflow.perform(person("unit_head"), approved, "adjust", "工程量变化")
    first, second = approved.indicators.all()[:2]
    Indicator.objects.filter(pk=first.pk).update(target_raw="≥2000株")
    Indicator.objects.filter(pk=second.pk).delete()
    Indicator.objects.create(
        project=approved, order=99, level1="产出指标", level2="数量指标", name="补植灌木数量", target_raw="≥300丛"
    )
    assert record.rows.first().target_raw == "≥800株"  # nothing is approved yet
    Project.objects.filter(pk=approved.pk).update(state="approved")
    workflow.freeze(person("auditor"), Project.objects.get(pk=approved.pk), label="调整批复")
    found = type(record).objects.get(pk=record.pk)
    rows = {r.name: (r.target_raw, r.actual_raw, r.light) for r in found.rows.all()}
    assert rows[first.name] == ("≥2000株", "640株", "red")
    assert second.name not in rows
    assert rows["补植灌木数量"] == ("≥300丛", "", "grey")
    assert (found.light, found.is_reported) == ("red", False)


def test_a_submitted_form_stays_with_the_targets_it_was_reported_on(person: Any, approved: Any, record: Any) -> None:
    from jiheng.web.plan import workflow

    type(record).objects.filter(pk=record.pk).update(state="finance_review")
    approved.indicators.filter(order=0).update(target_raw="≥2000株")
    workflow.freeze(person("finance_reviewer"), approved)
    assert record.rows.first().target_raw == "≥800株"


def test_the_plan_that_is_being_adjusted_is_not_in_force_yet(person: Any, approved: Any, record: Any) -> None:
    from jiheng.web.execution.models import ExecutionTotal
    from jiheng.web.execution.queries.curves import planned_percent
    from jiheng.web.execution.services import refresh_totals
    from jiheng.web.monitoring.services.report import refresh_money
    from jiheng.web.plan import workflow
    from jiheng.web.plan.models import Project

    workflow.freeze(person("finance_reviewer"), approved)
    workflow.perform(person("unit_head"), approved, "adjust", "进度变化")
    approved.periods.filter(label__contains="10").update(raw="30")
    draft = Project.objects.get(pk=approved.pk)
    refresh_totals([approved.pk])
    assert ExecutionTotal.objects.get(project=approved).planned_10 == 320000
    assert planned_percent(draft, record.round.period_end) == 80
    assert refresh_money(person("clerk"), record.pk).record.planned_percent == 80
