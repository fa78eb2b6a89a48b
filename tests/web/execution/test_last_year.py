"""What reviewers are told of the year before."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from jiheng.web.execution.queries.last_year import last_execution
from jiheng.web.plan.models import BudgetYear, Project

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def following(project: Any, pay: Any) -> Any:
    """The project of the next year, of which 40 万元 less a quarter were paid this year."""
    pay(project, "300000")
    later = BudgetYear.objects.create(district=project.budget_year.district, year=2027)
    return Project.objects.create(
        unit=project.unit, budget_year=later, name="道路绿化补植", state="finance_review", previous=project
    )


def test_rate_of_the_project_carried_on(following: Any, make_project: Any, django_assert_num_queries: Any) -> None:
    fresh, unpaid = Project(name="新增"), Project(name="无预算", previous=make_project("空", fiscal="0", code="2"))
    with django_assert_num_queries(1):
        last_execution([following, fresh, unpaid])
    assert (following.last_execution, fresh.last_execution, unpaid.last_execution) == (Decimal(75), None, None)


def test_queue_and_review_page_show_it(client: Client, person: Any, following: Any) -> None:
    client.force_login(person("finance_reviewer"), backend=BACKEND)
    queue = client.get("/review/").content.decode()
    assert "上年执行" in queue and "75.0%" in queue
    assert "上年执行率 75.0%" in client.get(f"/review/{following.pk}/").content.decode()
