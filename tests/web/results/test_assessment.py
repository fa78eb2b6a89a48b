"""Sections and people are assessed by what they answer for."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from jiheng.web.evaluation.models import EvaluatedIndicator, SelfEvaluation
from jiheng.web.monitoring.models import IndicatorReport, MonitoringRecord, MonitoringRound, Responsibility
from jiheng.web.org.models import Section, Unit
from jiheng.web.results.assessment import assess, unit_to_open

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def monitored(project: Any, year: Any) -> MonitoringRound:
    """Six indicators: two red, one not reported, three green; 80 of their 90 points reached."""
    day = date(2026, 6, 30)
    found = MonitoringRound.objects.create(
        budget_year=year,
        order=0,
        label="6月底",
        period_end=day,
        opens_on=day,
        closes_on=day,
        locks_on=day,
        state="open",
    )
    places = {"unit": project.unit, "department": project.unit.department}
    record = MonitoringRecord.objects.create(round=found, project=project, **places)
    evaluation = SelfEvaluation.objects.create(project=project, budget_year=year, **places)
    lights = (("red", 50), ("red", 60), ("grey", None), ("green", 100), ("green", 130), ("green", 90))
    weights = ((D(10), D(15)), (D(10), D(15)), (None, D(0)), (D(30), D(30)), (D(20), D(20)), (D(10), D(10)))
    rows = zip(project.indicators.all(), lights, weights, strict=True)
    for indicator, (light, done), (points, weight) in rows:
        IndicatorReport.objects.create(record=record, indicator=indicator, light=light, completion=done)
        EvaluatedIndicator.objects.create(evaluation=evaluation, indicator=indicator, computed=points, weight=weight)
    return found


@pytest.fixture
def sections(project: Any) -> tuple[Section, Section]:
    unit = project.unit
    return Section.objects.create(unit=unit, name="工程科"), Section.objects.create(unit=unit, name="财务科")


def _told(lines: Any) -> list[tuple[Any, ...]]:
    return [(x.name, x.indicators, x.lights["red"], x.completion, x.rate, x.grade) for x in lines]


def test_without_anyone_named_nobody_answers(project: Any, year: Any, monitored: Any) -> None:
    sections, people = assess(project.unit, year, monitored)
    # (50 + 60 + 100 + 100 + 90) ÷ 5; 80 ÷ 90
    assert _told(sections) == [("未分解", 6, 2, D(80), D("88.89"), "良")]
    assert people == []


def test_an_indicator_counts_for_who_was_named_for_it_else_for_the_projects(
    project: Any, year: Any, monitored: Any, sections: Any, person: Any
) -> None:
    works, money = sections
    first, second, *_ = project.indicators.all()
    someone = person("clerk")
    someone.section = money
    someone.save()
    Responsibility.objects.create(unit=project.unit, project=project, section=works)
    Responsibility.objects.create(unit=project.unit, project=project, indicator=first, person=someone)
    Responsibility.objects.create(unit=project.unit, project=project, indicator=second, section=money)
    by_section, by_person = assess(project.unit, year, monitored)
    assert _told(by_section) == [
        ("工程科", 4, 0, D("96.67"), D(100), "优"),  # (100 + 100 + 90) ÷ 3; 60 ÷ 60
        ("财务科", 2, 2, D(55), D("66.67"), "中"),  # (50 + 60) ÷ 2; 20 ÷ 30
    ]
    assert _told(by_person) == [(someone.name, 1, 1, D(50), D("66.67"), "中")]


def test_points_given_by_a_person_count(project: Any, year: Any, monitored: Any) -> None:
    EvaluatedIndicator.objects.filter(computed=D(30)).update(given=D(21), given_reason="抽查不符")
    sections, _ = assess(project.unit, year, monitored)
    assert sections[0].rate == D("78.89")  # 71 ÷ 90


def test_the_page_and_the_file(project: Any, monitored: Any, sections: Any, person: Any) -> None:
    Responsibility.objects.create(unit=project.unit, project=project, section=sections[0])
    client = Client()
    client.force_login(person("unit_head"), "django.contrib.auth.backends.ModelBackend")
    page = client.get("/assessment/").content.decode()
    assert "工程科" in page
    assert "88.89%" in page
    sheets = CalamineWorkbook.from_filelike(io.BytesIO(client.get("/assessment/export/").content))
    assert sheets.sheet_names == ["科室", "个人"]
    assert sheets.get_sheet_by_name("科室").to_python()[2] == ["工程科", 6, 3, 0, 2, 1, 80, 88.89, "良"]
    assert sheets.get_sheet_by_name("科室").to_python()[0][0].endswith("2026年责任考核（科室）")


def test_others_units_are_not_to_be_seen(project: Any, monitored: Any, person: Any) -> None:
    stranger = person("clerk", "stranger", Unit.objects.get(code="601002"))
    client = Client()
    client.force_login(stranger, "django.contrib.auth.backends.ModelBackend")
    page = client.get("/assessment/", {"unit": project.unit.pk})
    assert page.context["unit"] == stranger.unit
    client.force_login(person("system_admin"), "django.contrib.auth.backends.ModelBackend")
    assert client.get("/assessment/").status_code == 403


def test_as_many_queries_for_many_indicators(project: Any, year: Any, monitored: Any) -> None:
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            assess(project.unit, year, monitored)
        counts.append(len(asked))
        for _ in range(10):
            project.indicators.create(name="又一项")
    assert counts[0] == counts[1] == 4


def test_it_opens_where_there_is_something_to_assess(project: Any, monitored: Any, sections: Any, person: Any) -> None:
    units = list(Unit.objects.filter(department__district=project.unit.department.district))
    other = next(u for u in units if u.pk != project.unit_id)
    assert unit_to_open([other, project.unit], None, {project.unit_id}) == project.unit
    assert unit_to_open([other, project.unit], other.pk, {project.unit_id}) == project.unit
    assert unit_to_open([project.unit, other], other.pk, {project.unit_id, other.pk}) == other
    assert unit_to_open([project.unit, other], other.pk, set()) == other
    assert unit_to_open([], None, set()) is None


def test_it_says_what_to_do_where_nothing_is_assigned(project: Any, monitored: Any, sections: Any, person: Any) -> None:
    client = Client()
    for role, advice in (("unit_head", "请先到<a"), ("auditor", "单位在“绩效监控—责任分解”指定")):
        client.force_login(person(role), "django.contrib.auth.backends.ModelBackend")
        page = client.get("/assessment/", {"unit": project.unit.pk}).content.decode()
        assert "还没有分解到科室和个人" in page
        assert advice in page
    Responsibility.objects.create(unit=project.unit, project=project, section=sections[0])
    assert "还没有分解到科室和个人" not in client.get("/assessment/").content.decode()
    assert client.get("/assessment/").context["unit"] == project.unit
