"""An approved project with money and a round that is open for it."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

_spec = importlib.util.spec_from_file_location("fixtures_of_plan", Path(__file__).parents[1] / "plan" / "conftest.py")
assert _spec is not None and _spec.loader is not None
_plan = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_plan)
year, project = _plan.year, _plan.project
ACTUAL = ("640株", "950/1000", "正在栽植", "480元/株", "39%", "91%")
"""Good values of the six indicators of the project, in order, for the end of October (80% of the plan)."""


@pytest.fixture
def approved(project: Any) -> Any:
    """The project, approved, with 32 of 40 万元 paid by the end of October."""
    from jiheng.web.execution.models import Payment
    from jiheng.web.execution.services import refresh_totals
    from jiheng.web.plan.models import Project

    Project.objects.filter(pk=project.pk).update(state="approved")
    Payment.objects.create(project=project, amount=Decimal("320000"), on=date(2026, 10, 20), number="1")
    refresh_totals([project.pk])
    return Project.objects.get(pk=project.pk)


@pytest.fixture
def more(approved: Any) -> Callable[..., Any]:
    """``more(n, unit)``: further approved projects like it."""
    from jiheng.web.execution.services import refresh_totals
    from jiheng.web.plan.models import Indicator, PlanPeriod, Project

    def make(n: int, unit: Any = None) -> list[Any]:
        made = []
        for k in range(n):
            one = Project.objects.create(
                unit=unit or approved.unit, budget_year=approved.budget_year, name=f"道路养护{k}", code=f"YH{k}",
                state="approved", budget_total=10, budget_fiscal=10, order=k + 1,
            )  # fmt: skip
            PlanPeriod.objects.create(project=one, label="10月底", raw="80")
            PlanPeriod.objects.create(project=one, order=1, label="12月底", raw="100")
            for order, (name, target) in enumerate((("养护道路长度", "≥20公里"), ("路面完好率", "≥95%"))):
                Indicator.objects.create(
                    project=one, order=order, level1="产出指标", level2="数量指标", name=name, target_raw=target
                )
            made.append(one)
        refresh_totals([p.pk for p in made])
        return made

    return make


@pytest.fixture
def planned_round(approved: Any) -> Any:
    """The round for the end of October, its days around today."""
    from jiheng.web.monitoring.models import MonitoringRound

    today = timezone.localdate()
    return MonitoringRound.objects.create(
        budget_year=approved.budget_year, order=3, label="10月底", period_end=date(2026, 10, 31), opens_on=today,
        closes_on=today + timedelta(days=10), locks_on=today + timedelta(days=20),
    )  # fmt: skip


@pytest.fixture
def opened(planned_round: Any) -> Any:
    """The same, opened, with its forms."""
    return fill(planned_round)


def fill(found: Any) -> Any:
    """Do the work of the job that opens a round."""
    from jiheng.web.jobs.models import Job
    from jiheng.web.jobs.services import perform
    from jiheng.web.monitoring.services.rounds import ask_fill

    job = ask_fill(found)
    perform(job.pk)
    assert Job.objects.get(pk=job.pk).state == "done"
    found.refresh_from_db()
    return found


@pytest.fixture
def record(opened: Any, approved: Any) -> Any:
    """The form of the project in the open round."""
    from jiheng.web.monitoring.models import MonitoringRecord

    return MonitoringRecord.objects.get(round=opened, project=approved)


def filled(record: Any, actual: tuple[str, ...] = ACTUAL) -> dict[str, str]:
    """All cells of a form that is reported in order."""
    cells = {"forecast_fiscal": "40"}
    for row, text in zip(record.rows.all(), actual, strict=True):
        cells |= {f"row:{row.pk}:actual_raw": text, f"row:{row.pk}:likelihood": "确定能"}
    return cells
