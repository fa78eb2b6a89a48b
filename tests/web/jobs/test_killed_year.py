"""A worker is killed in the middle of an import, a round's opening, a year's opening, a report: no half state is left."""

from __future__ import annotations

import importlib.util
import time
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(400)]
PROJECTS = 640


def _killing() -> Any:
    path = Path(__file__).parent / "test_killed.py"
    spec = importlib.util.spec_from_file_location("killing", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


killing = _killing()
worker, await_ = killing.worker, killing.await_


@pytest.fixture
def projects(district: Any) -> list[Any]:
    """Many approved projects of one unit, each with two indicators and a plan."""
    from jiheng.web.execution.services import refresh_totals
    from jiheng.web.org.models import Unit
    from jiheng.web.plan.models import BudgetYear, Indicator, PlanPeriod, Project

    unit, year = Unit.objects.get(code="601001"), BudgetYear.objects.get(year=2026)
    Project.objects.bulk_create(
        Project(
            unit=unit, budget_year=year, name=f"道路养护{n}", code=f"YH{n:05d}", state="approved", budget_total=10,
            budget_fiscal=10, order=n,
        )
        for n in range(PROJECTS)
    )  # fmt: skip
    made = list(Project.objects.order_by("pk"))
    PlanPeriod.objects.bulk_create(PlanPeriod(project=p, label="12月底", raw="100") for p in made)
    Indicator.objects.bulk_create(
        Indicator(project=p, order=n, level1="产出指标", level2="数量指标", name=name, target_raw=target)
        for p in made
        for n, (name, target) in enumerate((("养护道路长度", "≥20公里"), ("路面完好率", "≥95%")))
    )
    refresh_totals([p.pk for p in made])
    return made


def _killed(job: Any, reached: Any, var: Path | None = None) -> None:
    """Let a worker do the job until something is reached, and kill it there and then."""
    with worker(var) as first:
        await_(reached)
        first.kill()
        first.wait()
    job.refresh_from_db()
    assert job.state == "running", "the job was done before its worker could be killed"


def _finished(job: Any, var: Path | None = None) -> None:
    """Let another worker finish it."""
    with worker(var):
        await_(lambda: not type(job).objects.get(pk=job.pk).is_open)
    job.refresh_from_db()
    assert (job.state, job.attempts >= 2) == ("done", True)


def _running(job: Any) -> bool:
    return bool(type(job).objects.get(pk=job.pk).state == "running")


def test_payments_are_kept_all_or_none(projects: list[Any], person: Any) -> None:
    from jiheng.web.execution.importing import applying, batches
    from jiheng.web.execution.models import ExecutionTotal, ImportBatch, Payment
    from jiheng.web.jobs.services import perform

    reviewer, year = person("department_reviewer"), projects[0].budget_year
    rows = [f"2026-03-05\t{p.code}\t{n}\t100.01" for p in projects for n in range(4)]
    text = "\n".join(["支付日期\t项目代码\t凭证号\t支付金额（元）", *rows])
    batch, _ = batches.receive_pasted(reviewer, year, batches.places_for(reviewer, year)[0], "payment", text)
    perform(batch.job_id)
    job = applying.apply(reviewer, batch.pk).job

    def begun() -> bool:
        if not _running(job):
            return False
        time.sleep(0.3)  # into the one transaction that keeps them
        return True

    _killed(job, begun)
    assert not Payment.objects.exists()
    assert ImportBatch.objects.get().state == "applying"
    assert not ExecutionTotal.objects.exclude(paid_fiscal=0).exists()
    _finished(job)
    assert Payment.objects.count() == len(rows)
    assert set(ExecutionTotal.objects.values_list("paid_fiscal", flat=True)) == {Decimal("400.04")}


def test_a_round_opens_with_whole_forms_once_each(projects: list[Any], person: Any) -> None:
    from jiheng.web.monitoring.models import IndicatorReport, MonitoringRecord, MonitoringRound
    from jiheng.web.monitoring.services.rounds import ask_fill
    from jiheng.web.supervision.models import Notification

    clerk, today = person("clerk"), timezone.localdate()
    found = MonitoringRound.objects.create(
        budget_year=projects[0].budget_year, order=3, label="10月底", period_end=date(2026, 10, 31), opens_on=today,
        closes_on=today + timedelta(days=9), locks_on=today + timedelta(days=19),
    )  # fmt: skip
    job = ask_fill(found)
    _killed(job, lambda: MonitoringRecord.objects.exists())
    found.refresh_from_db()
    kept = MonitoringRecord.objects.count()
    assert (found.state, 0 < kept < PROJECTS) == ("planned", True), "units see nothing of it yet"
    assert IndicatorReport.objects.count() == 2 * kept, "each form that is there has all its rows"
    _finished(job)
    found.refresh_from_db()
    assert (found.state, MonitoringRecord.objects.count()) == ("open", PROJECTS)
    assert IndicatorReport.objects.count() == 2 * PROJECTS
    assert Notification.objects.filter(person=clerk).count() == 1


def test_a_year_opens_with_whole_forms_once_each(projects: list[Any], person: Any) -> None:
    from jiheng.web.evaluation.models import EvaluatedIndicator, SelfEvaluation
    from jiheng.web.evaluation.services.start import start
    from jiheng.web.supervision.models import Notification

    clerk = person("clerk")
    job = start(person("finance_reviewer"), projects[0].budget_year)
    _killed(job, lambda: SelfEvaluation.objects.exists())
    kept = SelfEvaluation.objects.count()
    assert 0 < kept < PROJECTS and EvaluatedIndicator.objects.count() == 2 * kept
    _finished(job)
    assert (SelfEvaluation.objects.count(), EvaluatedIndicator.objects.count()) == (PROJECTS, 2 * PROJECTS)
    assert Notification.objects.filter(person=clerk, text__contains="绩效自评已经开始").count() == 1


def test_reports_are_there_whole_or_not_at_all(projects: list[Any], person: Any, tmp_path: Path) -> None:
    from django.http import QueryDict

    from jiheng.readers.docx import read_docx
    from jiheng.web.evaluation.services.exporting import ask_for
    from jiheng.web.evaluation.services.start import make_forms
    from jiheng.web.monitoring.models import MonitoringRound
    from jiheng.web.monitoring.services import opening
    from jiheng.web.monitoring.services.reporting import ask_report

    finance, year, day = person("finance_reviewer"), projects[0].budget_year, date(2026, 10, 31)
    found = MonitoringRound.objects.create(
        budget_year=year,
        order=3,
        label="10月底",
        period_end=day,
        opens_on=day,
        closes_on=day,
        locks_on=day,
        state="open",
    )
    opening.make_forms(found, [p.pk for p in projects[:240]])
    make_forms(year, [p.pk for p in projects[:240]])
    for ask in (lambda: ask_report(finance, found), lambda: ask_for(finance, year, "docx", QueryDict(""))):
        job = ask()
        _killed(job, lambda job=job: type(job).objects.get(pk=job.pk).done > 0, tmp_path)  # type: ignore[misc]
        assert list(tmp_path.rglob("*.docx")) == []
        _finished(job, tmp_path)
        (file,) = tmp_path.rglob("*.docx")
        assert "道路养护" in str(read_docx(file.read_bytes())) and list(tmp_path.rglob("*.part")) == []
        file.unlink()
