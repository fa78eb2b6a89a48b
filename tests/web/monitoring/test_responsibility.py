"""Goals, projects and indicators are assigned to sections and people, and each sees their own."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def sections(approved: Any) -> list[Any]:
    from jiheng.web.org.models import Section

    return [Section.objects.create(unit=approved.unit, name=name) for name in ("业务科", "财务科")]


def mine(client: Any, person: Any) -> list[str]:
    client.force_login(person, BACKEND)
    page = client.get("/responsibility/mine/")
    assert page.status_code == 200
    return [d.indicator.name for d in page.context["duties"]]


def test_a_project_is_answered_for_by_a_section_and_an_indicator_by_a_person(
    client: Any, person: Any, approved: Any, record: Any, sections: list[Any]
) -> None:
    head, clerk, other = person("unit_head"), person("clerk"), person("clerk", "clerk2")
    type(clerk).objects.filter(pk=clerk.pk).update(section=sections[0])
    clerk.refresh_from_db()
    client.force_login(head, BACKEND)
    client.post("/responsibility/", {"target": [approved.pk], "section": sections[0].pk, "unit": approved.unit_id})
    first = approved.indicators.first()
    client.post(f"/responsibility/project/{approved.pk}/", {"target": [first.pk], "person": other.pk})
    assert mine(client, clerk) == [i.name for i in approved.indicators.all()[1:]]
    assert mine(client, other) == ["补植行道树数量"]
    assert "10月底" in client.get("/responsibility/mine/").content.decode()
    page = client.get(f"/responsibility/section/{sections[0].pk}/")
    assert len(page.context["duties"]) == 5
    client.force_login(head, BACKEND)
    client.post(f"/responsibility/project/{approved.pk}/", {"target": [first.pk], "clear": "1"})
    assert mine(client, other) == [] and len(mine(client, clerk)) == 6


def test_itemised_goals_go_to_sections_of_the_department(
    client: Any, person: Any, approved: Any, sections: list[Any]
) -> None:
    from jiheng.web.monitoring.models import Responsibility
    from jiheng.web.plan.models import DepartmentGoals, ItemizedGoal

    department = approved.unit.department
    goals = DepartmentGoals.objects.create(department=department, budget_year=approved.budget_year)
    goal = ItemizedGoal.objects.create(goals=goals, title="道路绿化", goal="补植")
    client.force_login(person("department_reviewer"), BACKEND)
    at = f"/responsibility/department/{department.pk}/"
    client.post(at, {"target": [goal.pk], "section": sections[1].pk, "year": approved.budget_year_id})
    assert Responsibility.objects.get(goal=goal).section == sections[1]
    assert "财务科" in client.get(at).content.decode()
    client.force_login(person("clerk"), BACKEND)
    assert client.get(at).status_code == 404


def test_nobody_of_another_unit_answers_or_assigns(
    client: Any, person: Any, approved: Any, sections: list[Any]
) -> None:
    from django.core.exceptions import PermissionDenied

    from jiheng.web.monitoring.models import Responsibility
    from jiheng.web.monitoring.services.responsibility import assign
    from jiheng.web.org.models import Section, Unit
    from jiheng.web.plan.services.errors import Refused

    other = Unit.objects.get(code="601002")
    foreign = Section.objects.create(unit=other, name="养护科")
    with pytest.raises(Refused, match="不能分解到云溪区公园管理中心"):
        assign(person("department_reviewer"), [approved], foreign, None)
    stranger = person("clerk", "stranger", other)
    with pytest.raises(PermissionDenied):
        assign(stranger, [approved], sections[0], None)
    client.force_login(stranger, BACKEND)
    assert client.get(f"/responsibility/project/{approved.pk}/").status_code == 404
    assert client.get(f"/responsibility/section/{sections[0].pk}/").status_code == 404
    assert not Responsibility.objects.exists()


def test_choosing_nothing_is_told(client: Any, person: Any, approved: Any, sections: list[Any]) -> None:
    client.force_login(person("clerk"), BACKEND)
    answer = client.post("/responsibility/", {"unit": approved.unit_id, "section": sections[0].pk}, follow=True)
    assert "请先勾选" in answer.content.decode()
    answer = client.post("/responsibility/", {"unit": approved.unit_id, "target": [approved.pk]}, follow=True)
    assert "请选择责任科室或责任人" in answer.content.decode()
