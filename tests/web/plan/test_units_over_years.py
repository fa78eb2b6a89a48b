"""Units are renamed, renumbered and merged; their projects go on, and somebody still answers for last year's."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from jiheng.web.execution.models import ExecutionTotal
from jiheng.web.org.lineage import Lineage, unit_in
from jiheng.web.org.models import Department, Person, RoleAssignment, Section, Unit
from jiheng.web.org.permissions import At, allowed, units_for
from jiheng.web.org.services.places import Wrong
from jiheng.web.org.services.succession import end_unit, renew_unit
from jiheng.web.plan.models import BudgetYear, Project
from jiheng.web.plan.queries.carrying import carried_over
from jiheng.web.plan.queries.projects import editing_units, listed
from jiheng.web.plan.review.queries import with_last_year
from jiheng.web.plan.services import Refused, create_project
from jiheng.web.supervision.models import AuditEntry, Notification

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


def unit(code: str, **more: Any) -> Unit:
    return Unit.objects.select_related("department").get(code=code, **more)


def as_(someone: Person) -> Client:
    client = Client()
    client.force_login(someone, backend=BACKEND)
    return client


def fresh(someone: Person) -> Person:
    return Person.objects.get(pk=someone.pk)


@pytest.fixture
def admin(person: Any) -> Person:
    return person("system_admin")


@pytest.fixture
def next_year(district: Any) -> BudgetYear:
    return BudgetYear.objects.create(district=district, year=2027, pack="hebei-2023")


@pytest.fixture
def veterans(district: Any) -> Department:
    """The department into which a unit of the first one goes."""
    made = Department.objects.create(district=district, code="203", name="云溪区组织部")
    Unit.objects.create(department=made, code="203001", name="云溪区组织部本级")
    return made


def test_a_renumbered_unit_keeps_its_past_and_takes_its_people_roles_and_sections_along(
    person: Any, admin: Person, next_year: BudgetYear, veterans: Department
) -> None:
    old, year = unit("601001"), BudgetYear.objects.get(year=2026)
    clerk, reviewer, guard = person("clerk"), person("department_reviewer"), person("security_admin")
    clerk.section = Section.objects.create(unit=old, name="财务科")
    clerk.save()
    past = create_project(clerk, old, year, "公园养护")
    begun = create_project(clerk, old, next_year, "新一年的项目")
    for project in (past, begun):
        where = {"unit": old, "department": old.department, "budget_year": project.budget_year}
        ExecutionTotal.objects.update_or_create(project=project, defaults=where)
    new = renew_unit(admin, old, "2027", "203009", "老干部服务中心", veterans)
    old.refresh_from_db()
    past.refresh_from_db()
    begun.refresh_from_db()
    assert (old.valid_to, old.successor, new.valid_from) == (2026, new, 2027)
    assert (past.unit, begun.unit) == (old, new)
    totals = {t.project: (t.unit, t.department) for t in ExecutionTotal.objects.all()}
    assert totals == {past: (old, old.department), begun: (new, veterans)}, "what repeats the project's place follows"
    clerk = fresh(clerk)
    assert (clerk.unit, clerk.section.unit, clerk.section.name) == (new, new, "财务科")
    assert [a.unit for a in clerk.roles.all()] == [new]
    assert allowed(clerk, "plan.edit", fresh_project(past)), "somebody still answers for last year's"
    assert [u.code for u in editing_units(clerk, year)] == ["601001"]
    assert [u.code for u in editing_units(clerk, next_year)] == ["203009"]
    assert not allowed(fresh(reviewer), "plan.view", fresh_project(begun)), "it left the department"
    assert allowed(fresh(reviewer), "plan.view", fresh_project(past))
    told = Notification.objects.get(person=guard)
    assert "601001" in told.text
    assert "1 项角色授权" in told.text
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"变更单位", "角色随单位变更延续"} <= actions


def fresh_project(project: Project) -> Project:
    return Project.objects.select_related("unit__department", "budget_year").get(pk=project.pk)


def test_a_rename_from_a_year_on_keeps_the_old_name_in_the_old_years(person: Any, admin: Person) -> None:
    new = renew_unit(admin, unit("601002"), "2027", "601002", "云溪区公园服务中心")
    assert [(u.name, u.valid_from, u.valid_to) for u in Unit.objects.filter(code="601002").order_by("valid_from")] == [
        ("云溪区公园管理中心", 2000, 2026), ("云溪区公园服务中心", 2027, None),
    ]  # fmt: skip
    again = renew_unit(admin, new, "2028", "601002", "云溪区公园局")
    assert unit_in(unit("601002", valid_from=2000), 2026).name == "云溪区公园管理中心"
    assert unit_in(unit("601002", valid_from=2000), 2027) == new
    assert unit_in(unit("601002", valid_from=2000), 2031) == again
    assert Lineage().before(again.pk) == {new.pk, unit("601002", valid_from=2000).pk}


def test_the_department_that_a_unit_came_to_reviews_its_past_too(
    person: Any, admin: Person, veterans: Department
) -> None:
    past = create_project(person("clerk"), unit("601001"), BudgetYear.objects.get(), "公园养护")
    theirs = person("department_reviewer", "theirs", unit("203001"))
    finance = person("finance_reviewer")
    assert not allowed(theirs, "plan.view", fresh_project(past))
    end_unit(admin, unit("601001"), "2026", unit("203001"))
    theirs = fresh(theirs)
    assert allowed(theirs, "plan.view", fresh_project(past))
    assert unit("601001") in units_for(theirs, "plan.view")
    assert unit("601002") not in units_for(theirs, "plan.view")
    page = as_(theirs).get(f"/plan/{past.pk}/")
    assert page.status_code == 200
    assert allowed(fresh(finance), "plan.view", fresh_project(past))


def test_a_merged_unit_gives_its_projects_but_not_its_roles(person: Any, admin: Person, next_year: BudgetYear) -> None:
    first, second, year = unit("601001"), unit("601002"), BudgetYear.objects.get(year=2026)
    mine, theirs = person("clerk"), person("clerk", "theirs", second)
    project = create_project(mine, first, year, "公园养护")
    end_unit(admin, first, "2026", second)
    mine, theirs = fresh(mine), fresh(theirs)
    assert mine.unit == second, "people go along"
    assert not allowed(mine, "plan.edit", At(second, 2027)), "whether they may write there, others decide"
    assert [one.obstacle for one in carried_over(mine, next_year)] == ["继任单位“云溪区公园管理中心”不由您编写"]
    assert [(one.project, one.unit, one.obstacle) for one in carried_over(theirs, next_year)] == [(project, second, "")]
    client = as_(theirs)
    assert "公园养护" in client.get(f"/plan/bring/?year={next_year.pk}").content.decode()
    client.post("/plan/bring/", {"year": next_year.pk, "project": [project.pk]})
    brought = Project.objects.get(budget_year=next_year)
    assert (brought.unit, brought.previous, brought.code) == (second, project, project.code)
    assert with_last_year(brought, brought_table(brought)) is not None
    assert [one.obstacle for one in carried_over(theirs, next_year)] == ["已带入"]
    with pytest.raises(Refused, match="继任单位“云溪区公园管理中心”"):
        create_project(mine, unit("601001"), next_year, "新项目")


def brought_table(project: Project) -> Any:
    from jiheng.web.plan.queries import table_of

    return table_of(project)


def test_a_report_by_unit_follows_the_successor(person: Any, admin: Person) -> None:
    first, second, year = unit("601001"), unit("601002"), BudgetYear.objects.get()
    old = create_project(person("clerk"), first, year, "公园养护")
    own = create_project(person("clerk", "theirs", second), second, year, "绿道")
    finance = person("finance_reviewer")
    assert set(listed(finance, year, {"unit": str(second.pk)})) == {own}
    end_unit(admin, first, "2026", second)
    assert set(listed(finance, year, {"unit": str(second.pk)})) == {own, old}
    assert set(listed(finance, year, {"unit": str(first.pk)})) == {old}


def test_what_cannot_be_done_is_said_and_changes_nothing(
    person: Any, admin: Person, next_year: BudgetYear, veterans: Department
) -> None:
    first, second = unit("601001"), unit("601002")
    create_project(person("clerk"), first, next_year, "新一年的项目")
    for act, said in (
        (lambda: renew_unit(admin, unit("601001"), "2000", "601009", "新名"), "要晚于启用年度"),
        (lambda: renew_unit(admin, unit("601001"), "2027", "601001", first.name), "都没有变"),
        (lambda: end_unit(admin, unit("601001"), "1999", None), "不能早于"),
        (lambda: end_unit(admin, unit("601001"), "2026", None), "还有 1 个项目"),
        (lambda: end_unit(admin, unit("601001"), "2026", first), "另一个单位"),
    ):
        with pytest.raises(Wrong, match=said):
            act()
    end_unit(admin, unit("601001"), "2027", second)
    with pytest.raises(Wrong, match="不能互为继任"):
        end_unit(admin, unit("601002"), "2027", unit("601001"))
    with pytest.raises(Wrong, match="请在继任单位上办理"):
        renew_unit(admin, unit("601001"), "2029", "601009", "新名")
    end_unit(admin, unit("601002"), "2028", None)
    with pytest.raises(Wrong, match="不在用"):
        end_unit(admin, unit("203001"), "2028", unit("601002"))
    assert not RoleAssignment.objects.filter(unit=second).exists()


def test_the_code_that_is_taken_is_a_merger(admin: Person, district: Any) -> None:
    renew_unit(admin, unit("601001"), "2027", "601003", "新名")
    with pytest.raises(Wrong, match="并入其他单位"):
        renew_unit(admin, unit("601002"), "2027", "601003", "别名")
    assert unit("601002").valid_to is None


def test_the_page_of_a_unit_tells_its_line_and_does_all_of_this(person: Any, admin: Person) -> None:
    client, old = as_(admin), unit("601001")
    where = f"/org/units/{old.pk}/"
    asked = {"do": "renew", "year": "2027", "code": "601009", "name": "云溪区服务局", "department": old.department_id}
    page = client.post(f"{where}change/", asked, follow=True)
    new = unit("601009")
    assert page.redirect_chain[-1][0] == f"/org/units/{new.pk}/"
    text = page.content.decode()
    assert "变更已办理" in text
    assert where in text
    assert "用到 2026 年" in client.get(where).content.decode()
    assert "之后是 601009" in client.get("/org/").content.decode()
    assert as_(person("audit_admin")).post(f"{where}change/", asked).status_code == 403
    assert client.get("/org/units/999999/").status_code == 404
    assert client.post(f"{where}change/", {"do": "end", "last_year": "2026", "successor": "x"}).status_code == 404
