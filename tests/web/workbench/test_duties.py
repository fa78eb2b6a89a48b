"""What waits for whom in the second half of the year."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jiheng.web.evaluation.models import SelfEvaluation
from jiheng.web.monitoring.models import MonitoringRecord, MonitoringRound
from jiheng.web.org.models import Unit
from jiheng.web.plan.models import BudgetYear, Project
from jiheng.web.results.models import Rectification
from jiheng.web.workbench.duties import duties

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 10)


@pytest.fixture
def year(district: Any) -> BudgetYear:
    return BudgetYear.objects.get()


@pytest.fixture
def project(year: BudgetYear) -> Project:
    return Project.objects.create(unit=Unit.objects.get(code="601001"), budget_year=year, name="道路绿化补植")


@pytest.fixture
def elsewhere(year: BudgetYear) -> Project:
    return Project.objects.create(unit=Unit.objects.get(code="601002"), budget_year=year, name="公园座椅更换")


def _round(year: BudgetYear, order: int, label: str, closes: date, state: str = "open") -> MonitoringRound:
    end = closes - timedelta(days=15)
    return MonitoringRound.objects.create(
        budget_year=year, order=order, label=label, period_end=end, opens_on=end, closes_on=closes,
        locks_on=closes + timedelta(days=10), state=state,
    )  # fmt: skip


def _form(monitored: MonitoringRound, project: Project, state: str = "draft") -> None:
    MonitoringRecord.objects.create(
        round=monitored, project=project, unit=project.unit, department=project.unit.department, state=state
    )


def _said(person: Any) -> list[tuple[str, int, int]]:
    return [(d.label, d.count, d.late) for d in duties(person, TODAY)]


def test_reports_of_open_rounds(year: BudgetYear, project: Project, elsewhere: Project, person: Any) -> None:
    late, now = _round(year, 0, "6月底", date(2026, 7, 15), "closed"), _round(year, 1, "10月底", date(2026, 11, 15))
    _form(_round(year, 2, "12月底", date(2027, 1, 15), "planned"), project)
    _form(_round(year, 3, "3月底", date(2026, 4, 15), "locked"), project)
    for monitored in (late, now):
        _form(monitored, project)
        _form(monitored, elsewhere)
    assert _said(person("clerk")) == [("填报2026年6月底监控", 1, 1), ("填报2026年10月底监控", 1, 0)]
    assert _said(person("auditor")) == []


def test_reviews_by_stage(year: BudgetYear, project: Project, elsewhere: Project, person: Any) -> None:
    monitored = _round(year, 0, "10月底", date(2026, 11, 15))
    _form(monitored, project, "department_review")
    _form(monitored, elsewhere, "finance_review")
    for of, state in ((project, "finance_review"), (elsewhere, "draft")):
        SelfEvaluation.objects.create(
            project=of, budget_year=year, unit=of.unit, department=of.unit.department, state=state
        )
    assert _said(person("department_reviewer")) == [("审核监控表", 1, 0)]
    assert _said(person("finance_reviewer")) == [("审核监控表", 1, 0), ("审核自评表", 1, 0)]
    other = person("clerk", "other", elsewhere.unit)
    assert _said(other) == [("填写2026年自评表", 1, 0)]


def _item(project: Project, n: int, **fields: Any) -> None:
    fields = {"due_on": TODAY + timedelta(days=5)} | fields
    Rectification.objects.create(
        budget_year=project.budget_year, unit=project.unit, project=project, source="audit", title=f"问题{n}",
        number=f"139901-2026-{n:05d}", **fields,
    )  # fmt: skip


def test_items_of_the_register(project: Project, person: Any) -> None:
    reviewer, other = person("finance_reviewer"), person("finance_reviewer", "other")
    _item(project, 1, due_on=TODAY - timedelta(days=1), raised_by=reviewer)
    _item(project, 2, asked_due_on=TODAY + timedelta(days=9), raised_by=reviewer)
    _item(project, 3, state="reported")
    _item(project, 4, state="closed", raised_by=reviewer)
    assert _said(person("clerk")) == [("办理整改", 2, 1)]
    assert _said(reviewer) == [("核验整改", 1, 0), ("审批延期", 1, 0), ("督办逾期整改", 1, 1)]
    assert _said(other) == [("核验整改", 1, 0)]


def test_every_count_is_that_of_the_list_it_leads_to(client: Any, project: Project, person: Any) -> None:
    """Items of the year before, and of others who verify, do not vanish from the one or swell the other."""
    reviewer, other = person("finance_reviewer"), person("auditor")
    before = BudgetYear.objects.create(district=project.budget_year.district, year=2025, pack="central-2015")
    late = date(2025, 1, 1)  # whatever day the test runs on
    for n, by in enumerate((reviewer, None, other)):
        _item(project, n, due_on=late, raised_by=by, asked_due_on=late if by is None else None)
        old = Project.objects.create(unit=project.unit, budget_year=before, name=f"旧项目{n}")
        _item(old, n + 10, due_on=late, raised_by=by)
    found = {d.label: d for d in duties(reviewer, TODAY)}
    assert {label: d.count for label, d in found.items()} == {
        "审批延期": 1, "督办逾期整改": 2, "督办逾期整改（2025年）": 2,
    }  # fmt: skip
    client.force_login(reviewer, backend="django.contrib.auth.backends.ModelBackend")
    for duty in found.values():
        assert len(client.get(duty.link).context["page"].object_list) == duty.count


def test_they_are_on_the_page_with_their_links(client: Any, project: Project, person: Any) -> None:
    _item(project, 1)
    client.force_login(person("clerk"), backend="django.contrib.auth.backends.ModelBackend")
    assert '<a href="/rectification/?year=2026&amp;state=open"><b>1</b>办理整改' in client.get("/").content.decode()


def test_as_many_queries_for_many_as_for_few(year: BudgetYear, project: Project, person: Any) -> None:
    clerk, counts = person("clerk"), []
    duties(clerk, TODAY)  # what a process looks up once is not the list's
    for first in (0, 20):
        for n in range(first, first + 3 + first):
            made = Project.objects.create(unit=project.unit, budget_year=year, name=f"项目{n}")
            _item(made, n + 1)
            if n < 1:
                _form(_round(year, n, f"{n + 1}月底", date(2026, 11, 15)), made)
            else:
                _form(MonitoringRound.objects.get(), made)
        with CaptureQueriesContext(connection) as asked:
            duties(clerk, TODAY)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 4
