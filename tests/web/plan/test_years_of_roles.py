"""A role held for some years reaches what belongs to those years: lists and pages say the same."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from jiheng.web.disclosure.queries import lines
from jiheng.web.disclosure.services import publish
from jiheng.web.org.models import Department, Unit
from jiheng.web.org.permissions import PERMISSIONS, At, allowed
from jiheng.web.org.roles import Role
from jiheng.web.plan.models import BudgetYear, Project, Upload
from jiheng.web.plan.queries.carrying import carried_over
from jiheng.web.plan.queries.department import departments_for
from jiheng.web.plan.queries.projects import editing_units, visible_projects, years_for
from jiheng.web.plan.review.queries import queue, to_approve
from jiheng.web.plan.services import create_project
from jiheng.web.plan.services.department import save_goals
from jiheng.web.workbench.queries import current_year, reachable, waiting

pytestmark = pytest.mark.django_db
YEARS = (2025, 2026, 2027)


@pytest.fixture
def projects(district: Any) -> list[Project]:
    """One project of each unit in each of three years."""
    for year in (2025, 2027):
        BudgetYear.objects.create(district=district, year=year, pack="hebei-2023")
    return [
        Project.objects.create(unit=unit, budget_year=year, name=f"{unit.code}-{year.year}", state="finance_review")
        for year in BudgetYear.objects.all()
        for unit in Unit.objects.all()
    ]


def held(person: Any, role: str, begin: int, end: int | None) -> Any:
    """Somebody with the role for these years."""
    someone = person(role, f"{role}{begin}")
    someone.roles.update(year_from=begin, year_to=end)
    someone.forget_roles()
    return someone


@pytest.mark.parametrize("permission", ["plan.view", "plan.edit", "plan.import", "plan.export", "plan.approve"])
@pytest.mark.parametrize("begin, end", [(2000, None), (2026, None), (2026, 2026), (2000, 2025), (2028, None)])
def test_a_list_holds_what_its_permission_allows(
    projects: list[Project], person: Any, permission: str, begin: int, end: int | None
) -> None:
    for role in Role:
        someone = held(person, role, begin, end)
        listed = {p.pk for p in visible_projects(someone, permission)}
        assert listed == {p.pk for p in projects if allowed(someone, permission, p)}, role
        if role in PERMISSIONS[permission][1]:
            own = 1 if role == "clerk" or role == "unit_head" else 2
            assert len(listed) == own * sum(begin <= y <= (end or 9999) for y in YEARS), role


def test_what_the_list_shows_the_page_opens(projects: list[Project], person: Any) -> None:
    client, someone = Client(), held(person, "auditor", 2026, 2026)
    client.force_login(someone, "django.contrib.auth.backends.ModelBackend")
    for project in projects:
        status = client.get(f"/plan/{project.pk}/").status_code
        assert status == (200 if project.budget_year.year == 2026 else 404), project.name
    page = client.get("/plan/").content.decode()
    assert "601001-2026" in page
    assert "2025年" not in page
    assert "601001-2025" not in client.get(f"/plan/?year={BudgetYear.objects.get(year=2025).pk}").content.decode()


def test_years_units_and_departments_offered_are_those_of_the_role(projects: list[Project], person: Any) -> None:
    old, new = BudgetYear.objects.get(year=2025), BudgetYear.objects.get(year=2027)
    clerk = held(person, "clerk", 2026, None)
    assert [y.year for y in years_for(clerk)] == [2027, 2026]
    assert (editing_units(clerk, old), len(editing_units(clerk, new))) == ([], 1)
    assert (departments_for(clerk, old), len(departments_for(clerk, new))) == ([], 1)
    assert (lines(clerk, old), len(lines(clerk, new))) == ([], 1)
    assert [c.project.name for c in carried_over(clerk, new)] == ["601001-2026"]
    assert not carried_over(clerk, BudgetYear.objects.get(year=2026))
    assert current_year(held(person, "auditor", 2000, 2025)) == old
    assert current_year(held(person, "evaluator", 2030, None)) is None


def test_work_of_other_years_does_not_wait_for_the_role(projects: list[Project], person: Any) -> None:
    finance = held(person, "finance_reviewer", 2027, None)
    new, old = BudgetYear.objects.get(year=2027), BudgetYear.objects.get(year=2025)
    assert {p.budget_year for p in queue(finance)} == {new}
    assert (to_approve(finance, old).count(), to_approve(finance, new).count()) == (0, 2)
    assert [waiting(finance, reachable(finance, y), y).count() for y in (old, new)] == [0, 2]


def test_two_roles_do_not_lend_each_other_their_turn(projects: list[Project], person: Any, district: Any) -> None:
    """A clerk of one unit who reads the whole district as an auditor has only the own unit's drafts to do."""
    clerk = person("clerk")
    clerk.roles.create(role="auditor", district=district)
    clerk.forget_roles()
    Project.objects.update(state="draft")
    year = BudgetYear.objects.get(year=2026)
    assert reachable(clerk, year).count() == 2
    assert [p.name for p in waiting(clerk, reachable(clerk, year), year)] == ["601001-2026"]


def test_nothing_is_written_or_published_in_a_year_without_the_role(projects: list[Project], person: Any) -> None:
    old, unit, department = BudgetYear.objects.get(year=2025), Unit.objects.get(code="601001"), Department.objects.get()
    clerk, reviewer = held(person, "clerk", 2026, None), held(person, "department_reviewer", 2026, None)
    with pytest.raises(PermissionDenied):
        create_project(clerk, unit, old, "旧年度")
    with pytest.raises(PermissionDenied):
        save_goals(reviewer, department, old, {"overall": "目标"}, {"overall": ""})
    Project.objects.update(state="approved")
    with pytest.raises(PermissionDenied):
        publish(reviewer, department, old)
    assert publish(reviewer, department, BudgetYear.objects.get(year=2026)).project_count == 2
    assert not allowed(reviewer, "disclosure.publish", At(department, 2025))


def test_uploads_of_other_years_are_not_listed(projects: list[Project], person: Any) -> None:
    clerk = held(person, "clerk", 2026, None)
    for year in BudgetYear.objects.all():
        Upload.objects.create(
            unit=clerk.unit, budget_year=year, name=f"{year}.docx", path="x", sha256="0", size=1, by=clerk
        )
    client = Client()
    client.force_login(clerk, "django.contrib.auth.backends.ModelBackend")
    page = client.get("/import/").content.decode()
    assert "2026年.docx" in page
    assert "2025年.docx" not in page
    assert client.get(f"/import/{Upload.objects.get(budget_year__year=2025).pk}/").status_code == 404


def test_a_department_page_opens_in_the_years_of_the_role(projects: list[Project], person: Any) -> None:
    client, department = Client(), Department.objects.get()
    client.force_login(held(person, "clerk", 2026, 2026), "django.contrib.auth.backends.ModelBackend")
    page = client.get(f"/plan/department/{department.pk}/?year=2025").content.decode()
    assert "2026年部门整体绩效目标" in page
    assert "2025年" not in page
