"""The workbench shows each role its own, in few queries."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from jiheng.web.org.models import Unit
from jiheng.web.plan import workflow
from jiheng.web.plan.models import BudgetYear, Project
from jiheng.web.plan.states import State
from jiheng.web.workbench import queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def projects(district: Any) -> list[Project]:
    year = BudgetYear.objects.get()
    states = [State.DRAFT, State.SUBMITTED, State.FINANCE_REVIEW, State.APPROVED]
    made = [
        Project(unit=unit, budget_year=year, name=f"{unit.code}项目{n}", state=state, errors=n, risk=n * 10)
        for unit in Unit.objects.all()
        for n, state in enumerate(states)
    ]
    return Project.objects.bulk_create(made)


@pytest.mark.parametrize(
    "role, sees, not_sees",
    [
        ("clerk", "601001项目0", "601002项目0"),
        ("department_reviewer", "601002项目1", '待我办理</h1><span class="sub">2026年 · 共 0'),
        ("finance_reviewer", "601001项目2", "没有等您办理"),
        ("auditor", "没有等您办理", "被退回"),
    ],
)
def test_each_role_sees_its_own(
    client: Client, person: Any, projects: Any, role: str, sees: str, not_sees: str
) -> None:
    client.force_login(person(role), backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/").content.decode()
    assert sees in page
    assert not_sees not in page


@pytest.mark.parametrize(
    ("role", "way"),
    [
        ("clerk", "全部项目"), ("department_reviewer", "进入审核"), ("finance_reviewer", "进入审核"),
        ("finance_leader", "进入审核"), ("auditor", "全部项目"),
    ],
)  # fmt: skip
def test_the_way_on_leads_to_where_the_work_is_done(
    client: Client, person: Any, projects: Any, role: str, way: str
) -> None:
    client.force_login(person(role), backend="django.contrib.auth.backends.ModelBackend")
    assert f'">{way}</a>' in client.get("/").content.decode()


@pytest.mark.parametrize("role", ["system_admin", "security_admin", "audit_admin"])
def test_administrators_see_no_projects(client: Client, person: Any, projects: Any, role: str) -> None:
    client.force_login(person(role), backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/").content.decode()
    assert "项目0" not in page
    assert "您好" in page


def test_few_queries_however_many_projects(
    client: Client, person: Any, projects: Any, django_assert_max_num_queries: Any
) -> None:
    client.force_login(person("finance_reviewer"), backend="django.contrib.auth.backends.ModelBackend")
    client.get("/")
    with django_assert_max_num_queries(18):
        client.get("/")


def test_a_stranger_is_sent_to_the_login(client: Client) -> None:
    assert client.get("/").headers["Location"].startswith("/login/")


def test_the_bars_count_what_the_cycle_does(projects: list[Project]) -> None:
    rows = queries.by_state(Project.objects.all())
    assert sum(bar.total for bar in queries.progress(rows, "unit")) == sum(row["n"] for row in rows) == len(projects)


def test_what_is_handed_over_waits_for_the_head_alone_until_it_is_given_back(person: Any, projects: Any) -> None:
    clerk, head, year = person("clerk"), person("unit_head"), BudgetYear.objects.get()
    Project.objects.update(explanation="已核对")
    Project.objects.filter(name="601001项目1").update(state=State.DRAFT)  # riskier, and nobody has handed it over
    handed = Project.objects.get(name="601001项目0")

    def waiting(someone: Any) -> list[tuple[str, bool]]:
        found = queries.waiting(someone, queries.reachable(someone, year), year)
        return [(p.name, p.handed_over) for p in queries.first(found)]

    assert waiting(clerk) == waiting(head) == [("601001项目1", False), ("601001项目0", False)]
    workflow.perform(clerk, handed, "hand_over")
    assert waiting(clerk) == [("601001项目1", False)]
    assert waiting(head) == [("601001项目0", True), ("601001项目1", False)]
    workflow.perform(head, handed, "unit_return", "请补充")
    assert ("601001项目0", False) in waiting(clerk)


def test_who_has_nothing_to_do_here_is_told_so(client: Client, person: Any, district: Any) -> None:
    for role, told in (("evaluator", True), ("system_admin", False)):
        client.force_login(person(role), backend="django.contrib.auth.backends.ModelBackend")
        assert ("目前没有需要您办理的事项" in client.get("/").content.decode()) is told
