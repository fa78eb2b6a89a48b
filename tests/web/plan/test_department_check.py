"""All projects of a department are judged together in the background; the result is kept, shown with its age, renewed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from jiheng.web.jobs.models import Job
from jiheng.web.jobs.services import perform
from jiheng.web.plan.models import DepartmentCheck, DepartmentGoals, Indicator, Project
from jiheng.web.plan.queries import department as department_queries
from jiheng.web.plan.queries.department import goals_findings, goals_in
from jiheng.web.plan.services import save_cells

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def twin(project: Project) -> Project:
    """Another project of the second unit with the same code and the same indicators."""
    from jiheng.web.org.models import Unit

    made = Project.objects.create(
        unit=Unit.objects.get(code="601002"), budget_year=project.budget_year, code=project.code, name="公园座椅更换",
    )  # fmt: skip
    Indicator.objects.bulk_create(
        Indicator(project=made, order=i.order, level1=i.level1, level2=i.level2, name=i.name, target_raw=i.target_raw)
        for i in project.indicators.all()
    )
    return made


@pytest.fixture
def reviewer(client: Any, person: Any, project: Project) -> Any:
    client.force_login(person("department_reviewer"), BACKEND)
    client.address = f"/plan/department/{project.unit.department_id}/"
    return client


def panel(client: Any) -> str:
    return client.get(f"{client.address}check/").content.decode()


def test_what_only_shows_together_is_found_in_the_background(reviewer: Any, project: Project, twin: Project) -> None:
    page = reviewer.get(reviewer.address).content.decode()
    assert "全部门检查" in page and "已排队检查" in page and "hx-get" in page
    job = Job.objects.get()
    assert panel(reviewer) and Job.objects.count() == 1
    perform(job.pk)
    shown = panel(reviewer)
    assert "D603" in shown and "R503" in shown and "公园座椅更换" in shown and f"/plan/{twin.pk}/" in shown
    assert "2 个项目" in shown and "检查。" in shown and "此后有改动" not in shown and "hx-get" not in shown
    assert Job.objects.count() == 1


def test_it_is_renewed_when_projects_changed_but_not_at_once(
    reviewer: Any, person: Any, project: Project, twin: Project
) -> None:
    panel(reviewer)
    perform(Job.objects.get().pk)
    save_cells(person("clerk"), project.pk, {"code": "13990126P000141100027"}, 0)
    assert "此后有改动" in panel(reviewer)
    assert Job.objects.count() == 1
    DepartmentCheck.objects.update(at=timezone.now() - timedelta(minutes=5))
    assert "5\xa0分钟" in (page := panel(reviewer)) or "5分钟" in page
    assert Job.objects.count() == 2
    perform(Job.objects.latest("pk").pk)
    shown = panel(reviewer)
    assert "D603" not in shown and "R503" in shown


def test_a_large_department_sees_in_part_one_what_needs_all_projects(
    reviewer: Any, project: Project, year: Any, monkeypatch: Any
) -> None:
    goals = DepartmentGoals.objects.create(
        department=project.unit.department, budget_year=year, overall="项目预算合计990万元，用于建设公园。"
    )
    live = {f["code"] for f in goals_findings(goals_in(goals.department, year))}
    assert "X808" in live
    monkeypatch.setattr(department_queries, "MANY", 0)
    assert "X808" not in {f["code"] for f in goals_findings(goals_in(goals.department, year))}
    panel(reviewer)
    perform(Job.objects.get().pk)
    assert {f["code"] for f in goals_findings(goals_in(goals.department, year))} == live


def test_a_check_that_failed_is_asked_for_again_by_hand(reviewer: Any, project: Project) -> None:
    panel(reviewer)
    Job.objects.update(state=Job.State.FAILED)
    assert "上次检查没有完成" in panel(reviewer)
    assert Job.objects.count() == 1
    assert "已排队检查" in reviewer.post(f"{reviewer.address}check/").content.decode()
    assert Job.objects.count() == 2


@pytest.mark.parametrize("role, sees, asks", (
    ("clerk", False, False), ("finance_reviewer", True, True), ("auditor", True, False), ("finance_leader", True, False),
))  # fmt: skip
def test_who_sees_all_units_sees_it(
    client: Any, person: Any, project: Project, twin: Project, role: str, sees: bool, asks: bool
) -> None:
    client.force_login(person(role), BACKEND)
    address = f"/plan/department/{project.unit.department_id}/"
    assert ("全部门检查" in client.get(address).content.decode()) == sees
    assert client.get(f"{address}check/").status_code == (200 if sees else 404)
    assert Job.objects.exists() == asks
