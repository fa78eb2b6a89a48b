"""Opening the self-evaluation of a year: forms of all approved projects, once each, whatever is killed on the way."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

pytestmark = pytest.mark.django_db


def test_a_form_has_rows_weights_and_money(form: Any) -> None:
    assert (form.initial, form.budget, form.executed) == (Decimal(400000), Decimal(400000), Decimal(360000))
    assert (form.execution_weight, form.execution_rate, form.execution_points) == (10, 90, 9)
    assert form.execution_explanation == "执行率 90%，10 分计 9 分。"
    weights = list(form.rows.values_list("weight", flat=True))
    assert weights == [Decimal("12.5")] * 4 + [30, 10] and sum(weights) + form.execution_weight == 100
    assert (form.score, form.missing, form.grade) == (None, 6, "")


def test_only_approved_projects_are_covered(make_project: Any, opened: Any) -> None:
    make_project("未批复", state="draft")
    published = make_project("已公开", state="published")
    assert [f.project_id for f in opened()] == [published.pk]


def test_a_table_that_is_being_adjusted_counts_as_it_was_approved(make_project: Any, opened: Any) -> None:
    from jiheng.web.plan.models import Project, Version
    from jiheng.web.plan.workflow import content_of

    project = make_project()
    Version.objects.create(project=project, number=1, label="批复", content=content_of(project))
    Project.objects.filter(pk=project.pk).update(state="draft", version=2)
    project.indicators.filter(name="补植行道树数量").update(target_raw="≥100株")
    (form,) = opened()
    assert form.rows.first().target_raw == "≥800株" and form.rows.count() == 6


def test_what_monitoring_saw_stands_beside_and_is_taken_over_at_the_years_end(
    make_project: Any, opened: Any, year: Any
) -> None:
    from jiheng.web.evaluation.models import SelfEvaluation
    from jiheng.web.monitoring.models import IndicatorReport, MonitoringRecord, MonitoringRound

    first, second = make_project("甲"), make_project("乙")
    for project, day in ((first, "2026-10-31"), (second, "2026-12-31")):
        seen, _ = MonitoringRound.objects.get_or_create(
            budget_year=year, order=int(day[5:7]), label=f"{int(day[5:7])}月底", period_end=day, opens_on=day,
            closes_on=day, locks_on=day,
        )  # fmt: skip
        seen.refresh_from_db()
        record = MonitoringRecord.objects.create(
            round=seen, project=project, unit=project.unit, department=project.unit.department, is_reported=True,
            state="accepted", progress_text="已经补植。",
        )  # fmt: skip
        indicator = project.indicators.first()
        IndicatorReport.objects.create(record=record, indicator=indicator, name=indicator.name, actual_raw="640株")
    opened()
    one, two = (SelfEvaluation.objects.get(project=p) for p in (first, second))
    assert (one.monitored, one.rows.first().monitored_raw, one.rows.first().actual_raw) == ("10月底", "640株", "")
    assert (two.rows.first().actual_raw, two.goals_actual) == ("640株", "已经补植。")
    assert two.rows.first().computed == Decimal("10.00")  # 12.5 × 80%


def test_doing_it_again_makes_only_what_is_missing(
    make_project: Any, person: Any, year: Any, monkeypatch: Any, django_capture_on_commit_callbacks: Any
) -> None:
    from jiheng.web.evaluation.models import EvaluatedIndicator, SelfEvaluation
    from jiheng.web.evaluation.services import start
    from jiheng.web.jobs.models import Job
    from jiheng.web.jobs.services import perform
    from jiheng.web.supervision.models import Notification

    for n in range(5):
        make_project(f"项目{n}")
    clerk, finance = person("clerk"), person("finance_reviewer")
    monkeypatch.setattr(start, "BATCH", 2)
    real, calls = start.make_forms, []

    def dies_at_the_second(*args: Any) -> int:
        calls.append(args)
        if len(calls) == 2:
            raise KeyboardInterrupt  # as a killed worker: nothing of this batch stays
        return real(*args)

    monkeypatch.setattr(start, "make_forms", dies_at_the_second)
    job = start.start(finance, year)
    with pytest.raises(KeyboardInterrupt):
        perform(job.pk)
    assert SelfEvaluation.objects.count() == 2 and EvaluatedIndicator.objects.count() == 12
    Job.objects.filter(pk=job.pk).update(state=Job.State.WAITING)
    perform(job.pk)
    job.refresh_from_db()
    assert (job.state, job.result) == (Job.State.DONE, {"made": 3, "total": 5})
    assert SelfEvaluation.objects.count() == 5 and EvaluatedIndicator.objects.count() == 30
    again = start.start(finance, year)
    perform(again.pk)
    again.refresh_from_db()
    assert again.result == {"made": 0, "total": 5}
    assert Notification.objects.filter(person=clerk, text__contains="绩效自评已经开始").count() == 1


def test_a_batch_that_fails_leaves_no_half_form(make_project: Any, year: Any, monkeypatch: Any) -> None:
    from jiheng.web.evaluation.models import EvaluatedIndicator, SelfEvaluation
    from jiheng.web.evaluation.services import start

    keys = [make_project().pk]

    def broken(*args: Any, **more: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(EvaluatedIndicator.objects, "bulk_create", broken)
    with pytest.raises(RuntimeError):
        start.make_forms(year, keys)
    assert not SelfEvaluation.objects.exists()


def test_queries_do_not_grow_with_projects(
    make_project: Any, year: Any, opened: Any, django_assert_max_num_queries: Any
) -> None:
    from jiheng.web.evaluation.services.start import make_forms

    keys = [make_project(f"项目{n}").pk for n in range(12)]
    with django_assert_max_num_queries(20):
        assert make_forms(year, keys) == 12


@pytest.mark.parametrize("role", ("clerk", "unit_head", "department_reviewer", "finance_leader", "auditor"))
def test_only_finance_opens_it(role: str, person: Any, project: Any, year: Any) -> None:
    from jiheng.web.evaluation.services.start import start

    with pytest.raises(PermissionDenied):
        start(person(role), year)


def test_a_year_without_approved_projects_is_refused(person: Any, year: Any) -> None:
    from jiheng.web.evaluation.services.start import start
    from jiheng.web.plan.services.errors import Refused

    with pytest.raises(Refused, match="没有已批复的项目"):
        start(person("finance_reviewer"), year)
