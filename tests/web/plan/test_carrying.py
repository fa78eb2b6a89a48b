"""Last year's projects go on into the new year: what becomes of each is shown first, and it is done once."""

from __future__ import annotations

from typing import Any

import pytest

from jiheng.web.org.models import RoleAssignment, Unit
from jiheng.web.plan.models import BudgetYear, Project
from jiheng.web.plan.services import Refused, carry_over, copy_project, create_project
from jiheng.web.plan.services import projects as services
from jiheng.web.supervision.models import AuditEntry

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def coming(district: Any) -> BudgetYear:
    return BudgetYear.objects.create(district=district, year=2027, pack="hebei-2023")


@pytest.fixture
def clerk(client: Any, person: Any, project: Project) -> Any:
    client.person = person("clerk")
    client.force_login(client.person, BACKEND)
    return client


def page(client: Any, year: BudgetYear) -> str:
    return client.get(f"/plan/bring/?year={year.pk}").content.decode()


def bring(client: Any, year: BudgetYear, *projects: Project) -> str:
    posted = {"year": year.pk, "project": [p.pk for p in projects]}
    return client.post("/plan/bring/", posted, follow=True).content.decode()


def test_all_are_shown_chosen_and_carried_over_once(clerk: Any, project: Project, coming: BudgetYear) -> None:
    other = create_project(clerk.person, project.unit, project.budget_year, "公园座椅更换")
    shown = page(clerk, coming)
    assert "可带入 <b>2</b> 个" in shown and shown.count(" checked>") == 3
    assert "1 处写着 2026，带入后请改" in shown and "data-confirm" in shown
    assert "已从上年带入 2 个项目" in bring(clerk, coming, project, other)
    assert "没有可带入的项目。另有 2 个本年已有" in bring(clerk, coming, project, other)
    made = Project.objects.filter(budget_year=coming)
    assert {(p.previous_id, p.code) for p in made} == {(project.pk, project.code), (other.pk, "")}
    assert "可带入 <b>0</b> 个" in page(clerk, coming) and "已带入" in page(clerk, coming)
    assert AuditEntry.objects.filter(action="从上年带入项目").count() == 1


def test_what_was_written_anew_is_not_doubled(clerk: Any, project: Project, coming: BudgetYear) -> None:
    create_project(clerk.person, project.unit, coming, " 道路绿化 补植")
    assert "本年已有同名的项目" in page(clerk, coming)
    assert "没有可带入的项目" in bring(clerk, coming, project)
    Project.objects.filter(budget_year=coming).update(name="另一个", code=project.code)
    assert "本年已有同编码的项目" in page(clerk, coming)
    assert Project.objects.filter(budget_year=coming).count() == 1


def test_a_unit_that_ended_goes_on_in_its_successor(
    clerk: Any, project: Project, coming: BudgetYear, district: Any
) -> None:
    second = Unit.objects.get(code="601002")
    Unit.objects.filter(pk=project.unit_id).update(valid_to=2026)
    assert "没有继任单位" in page(clerk, coming)
    Unit.objects.filter(pk=project.unit_id).update(successor=second)
    assert "不由您编写" in page(clerk, coming)
    RoleAssignment.objects.create(
        person=clerk.person, role="clerk", district=district, department=second.department, unit=second
    )
    assert "并入“云溪区公园管理中心”" in page(clerk, coming)
    bring(clerk, coming, project)
    made = Project.objects.get(budget_year=coming)
    assert (made.unit, made.previous, made.code) == (second, project, project.code)


def test_all_or_none_and_not_too_many(
    clerk: Any, project: Project, coming: BudgetYear, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = create_project(clerk.person, project.unit, project.budget_year, "公园座椅更换")
    real = copy_project

    def failing(person: Any, source: Project, *rest: Any) -> Project:
        if source.pk == other.pk:
            raise Refused("不行")
        return real(person, source, *rest)

    monkeypatch.setattr(services, "copy_project", failing)
    with pytest.raises(Refused):
        carry_over(clerk.person, coming, [project.pk, other.pk])
    assert not Project.objects.filter(budget_year=coming).exists()
    monkeypatch.setattr(services, "MOST_AT_ONCE", 1)
    assert "请分批带入" in bring(clerk, coming, project, other)


def test_one_project_goes_on_once_and_others_projects_never(
    clerk: Any, project: Project, coming: BudgetYear, person: Any
) -> None:
    assert "延续到 2027年" in clerk.get(f"/plan/{project.pk}/").content.decode()
    copy_project(clerk.person, project, project.unit, coming)
    assert "延续到" not in clerk.get(f"/plan/{project.pk}/").content.decode()
    with pytest.raises(Refused, match="已经延续到"):
        copy_project(clerk.person, project, project.unit, coming)
    stranger = person("clerk", "fremd", unit=Unit.objects.get(code="601002"))
    assert carry_over(stranger, coming, [project.pk]) == []


def test_the_page_is_for_those_who_write(client: Any, person: Any, project: Project, coming: BudgetYear) -> None:
    client.force_login(person("unit_head"), BACKEND)
    assert client.get(f"/plan/bring/?year={coming.pk}").status_code == 403
    assert client.post("/plan/bring/", {"year": coming.pk, "project": [project.pk]}).status_code == 403
    assert not Project.objects.filter(budget_year=coming).exists()
