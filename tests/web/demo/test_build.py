"""The demonstration district is whole: every state, every role, the same every time."""

from __future__ import annotations

import pytest
from django.utils import timezone

from jiheng.web.demo.accounts import DEMO_ACCOUNTS, PASSWORD
from jiheng.web.demo.build import YEARS, build
from jiheng.web.disclosure.models import Publication
from jiheng.web.org.models import Department, Person, Unit
from jiheng.web.org.roles import Role
from jiheng.web.plan.models import Project
from jiheng.web.plan.states import State
from jiheng.web.results.models import Rectification


@pytest.mark.django_db
def test_the_whole_district() -> None:
    steps: list[str] = []
    build(steps.append)
    assert (Department.objects.count(), Unit.objects.count(), Project.objects.count()) == (12, 40, 600)
    assert set(Project.objects.values_list("state", flat=True)) == set(State.values)
    assert Project.objects.filter(budget_year__year=YEARS[-1], previous=None).count() == 0
    wrong = Project.objects.filter(errors__gt=0).count()
    assert 100 < wrong < 300
    assert Publication.objects.count() == 24
    assert {a.role for a in DEMO_ACCOUNTS} == set(Role.values)
    assert len(steps) == 7
    assert Rectification.objects.count() == 60
    assert set(Rectification.objects.values_list("state", flat=True)) == set(Rectification.State.values)
    assert Rectification.objects.filter(state="open", due_on__lt=timezone.localdate()).count() > 3
    assert not Rectification.objects.filter(steps=None).exists()
    for account in DEMO_ACCOUNTS:
        someone = Person.objects.get(username=account.username)
        assert someone.check_password(PASSWORD)
        assert [a.role for a in someone.held()] == [account.role]
