"""The demonstration district is whole: every state, every role, the same every time."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.db.models import F, Sum
from django.utils import timezone

from jiheng.web.demo.accounts import DEMO_ACCOUNTS, PASSWORD
from jiheng.web.demo.build import YEARS, build
from jiheng.web.demo.execution import DECEMBER_UNIT, UNTIL
from jiheng.web.disclosure.models import Publication
from jiheng.web.execution.models import ExecutionTotal, ImportBatch, Payment
from jiheng.web.monitoring.models import MonitoringRecord, MonitoringRound, RecordState
from jiheng.web.org.models import Department, Person, Unit
from jiheng.web.org.roles import Role
from jiheng.web.plan.models import Project, Version
from jiheng.web.plan.states import State
from jiheng.web.results.models import Rectification


@pytest.mark.timeout(400)
@pytest.mark.django_db
def test_the_whole_district(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    steps: list[str] = []
    build(steps.append)
    assert (Department.objects.count(), Unit.objects.count(), Project.objects.count()) == (12, 40, 600)
    assert set(Project.objects.values_list("state", flat=True)) == set(State.values)
    assert Project.objects.filter(budget_year__year=YEARS[-1], previous=None).count() == 0
    wrong = Project.objects.filter(errors__gt=0).count()
    assert 100 < wrong < 300
    assert Publication.objects.count() == 24
    approved = Project.objects.filter(state__in=(State.APPROVED, State.PUBLISHED))
    assert not approved.filter(versions=None).exists()
    assert Version.objects.filter(approval=None).count() == 0 and Version.objects.count() == approved.count()
    assert {a.role for a in DEMO_ACCOUNTS} == set(Role.values)
    assert steps[:2] == ["机构和年度", "部门、单位和人员"] and "绩效自评" in steps
    _year_over()
    assert MonitoringRound.objects.exclude(state="planned").count() == 7
    assert set(MonitoringRecord.objects.values_list("state", flat=True)) == set(RecordState.values)
    _put_right()
    assert set(Rectification.objects.values_list("state", flat=True)) == set(Rectification.State.values)
    assert Rectification.objects.filter(state="open", due_on__lt=timezone.localdate()).count() > 3
    assert not Rectification.objects.filter(steps=None).exists()
    assert Payment.objects.count() > 2000
    assert Payment.objects.latest("on").on <= UNTIL
    assert sorted((b.state, b.bad) for b in ImportBatch.objects.all()) == [("applied", 0), ("read", 2)]
    kept = ExecutionTotal.objects.aggregate(paid=Sum(F("paid_fiscal") + F("paid_carry_over")))["paid"]
    assert kept == Payment.objects.aggregate(paid=Sum("amount"))["paid"]
    assert ExecutionTotal.objects.filter(budget_year__year=2025, unit__code=DECEMBER_UNIT, spent_11__gt=0).count() <= 1
    for account in DEMO_ACCOUNTS:
        someone = Person.objects.get(username=account.username)
        assert someone.check_password(PASSWORD)
        assert settings.DEMO_PASSWORD == PASSWORD  # what the login page shows
        assert [a.role for a in someone.held()] == [account.role]


def _put_right() -> None:
    """Each red light that was sent off has its item, and no item tells of a light that is not red."""
    red = MonitoringRecord.objects.filter(round__state="closed", is_reported=True).exclude(state="draft")
    lights = sum(r.money_light == "red" for r in red) + sum(
        row.light == "red" for r in red.prefetch_related("rows") for row in r.rows.all()
    )
    assert Rectification.objects.filter(source="monitoring").count() == lights > 20
    sources = set(Rectification.objects.values_list("source", flat=True))
    assert sources == {"review", "monitoring", "evaluation", "audit"}


def _year_over() -> None:
    """The first year evaluated itself: all of it, some of it hard to believe."""
    from jiheng.web.evaluation.models import DepartmentSelfEvaluation, SelfEvaluation

    forms = SelfEvaluation.objects.filter(budget_year__year=YEARS[0])
    assert forms.filter(state="accepted", missing=0).count() == forms.count() == 200
    grades = Counter(forms.values_list("grade", flat=True))
    assert grades["优"] < 180 and grades["良"] > 10, "neither all red nor all green"
    assert 20 < forms.filter(doubts__gt=0).count() < 150
    codes = {doubt["code"] for honesty in forms.values_list("honesty", flat=True) for doubt in honesty}
    assert {"H02", "H05"} <= codes
    assert DepartmentSelfEvaluation.objects.filter(state="accepted", score__gt=0).count() == 12
