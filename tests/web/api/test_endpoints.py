"""What the endpoints answer: what the token's person sees on the pages, page by page, in few queries."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from jiheng.web.api import services
from jiheng.web.disclosure import services as disclosure
from jiheng.web.disclosure.models import Publication
from jiheng.web.org.models import Department, District, Unit
from jiheng.web.plan.models import BudgetYear
from jiheng.web.plan.workflow import content_of
from jiheng.web.protection import limits

pytestmark = pytest.mark.django_db
PROJECT_PATHS = ("projects/{}", "projects/{}/indicators", "projects/{}/findings")


def names(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [item["name"] for item in answer.json()["items"]]


def test_departments_come_with_the_units_one_sees(person: Any, caller: Any, other_unit: Any) -> None:
    mine = caller(person("department_reviewer")).get("organisations").json()
    assert mine["count"] == 1
    assert mine["items"][0]["code"] == "601"
    assert mine["items"][0]["district"] == "139901"
    assert [u["code"] for u in mine["items"][0]["units"]] == ["601001", "601002"]
    everywhere = caller(person("finance_reviewer")).get("organisations").json()
    assert [d["code"] for d in everywhere["items"]] == ["601", "602"]


def test_another_departments_projects_are_not_there(
    person: Any, caller: Any, other_unit: Any, make_project: Any, project: Any
) -> None:
    theirs = make_project(other_unit, "堤防维修")
    mine = caller(person("department_reviewer"))
    assert names(mine.get("projects")) == ["公园座椅更换"]
    assert names(mine.get("projects", department="602")) == names(mine.get("projects", unit="602001")) == []
    for path in PROJECT_PATHS:
        assert mine.get(path.format(project.pk)).status_code == 200
        answer = mine.get(path.format(theirs.pk))
        assert (answer.status_code, answer.json()) == (404, {"detail": "没有这个项目，或者您无权查看。"})
        assert mine.get(path.format(10**6)).json() == answer.json()  # nothing tells which numbers exist
    everywhere = caller(person("finance_reviewer"))
    assert names(everywhere.get("projects")) == ["公园座椅更换", "堤防维修"]
    assert everywhere.get(f"projects/{theirs.pk}").status_code == 200


def test_another_district_is_not_there(person: Any, caller: Any, make_project: Any, project: Any) -> None:
    far = District.objects.create(code="139902", name="远山区")
    department = Department.objects.create(district=far, code="601", name="远山区公共服务局")
    theirs = make_project(Unit.objects.create(department=department, code="601001", name="远山区本级"), "远山路灯")
    mine = caller(person("finance_reviewer", unit=project.unit))
    assert names(mine.get("projects", unit="601001")) == ["公园座椅更换"]
    assert mine.get(f"projects/{theirs.pk}").status_code == 404
    assert mine.get("organisations").json()["count"] == 1


def test_what_one_sees_follows_the_years_of_the_role(person: Any, caller: Any, project: Any) -> None:
    someone = person("department_reviewer")
    mine = caller(someone)
    assert mine.get(f"projects/{project.pk}").status_code == 200
    someone.roles.update(year_to=2025)
    assert mine.get(f"projects/{project.pk}").status_code == 404


def test_a_narrower_role_narrows_what_an_old_token_sees(
    person: Any, caller: Any, other_unit: Any, make_project: Any, project: Any
) -> None:
    someone = person("finance_reviewer")
    mine = caller(someone)
    make_project(other_unit, "堤防维修")
    assert len(names(mine.get("projects"))) == 2
    someone.roles.update(role="department_reviewer", department=other_unit.department)
    assert names(mine.get("projects")) == ["堤防维修"]


def test_projects_are_filtered(person: Any, caller: Any, make_project: Any, project: Any) -> None:
    second = Unit.objects.get(code="601002")
    make_project(second, "绿道维护", state="approved")
    make_project(second, "去年的绿道", year=2025)
    mine = caller(person("finance_reviewer"))
    assert names(mine.get("projects")) == ["公园座椅更换", "绿道维护", "去年的绿道"]
    assert names(mine.get("projects", year=2025)) == ["去年的绿道"]
    assert names(mine.get("projects", unit="601002")) == ["绿道维护", "去年的绿道"]
    assert names(mine.get("projects", department="601", state="approved")) == ["绿道维护"]
    assert names(mine.get("projects", year=2026, unit="601001", state="draft")) == ["公园座椅更换"]


def test_a_line_of_the_list(person: Any, caller: Any, project: Any) -> None:
    answer = caller(person("finance_reviewer")).get("projects")
    line = answer.json()["items"][0]
    assert (line["id"], line["year"], line["state"], line["state_name"]) == (project.pk, 2026, "draft", "草稿")
    assert (line["unit_code"], line["department_name"]) == ("601001", "云溪区公共服务局")
    assert b'"budget_total":12.50,' in answer.content  # a number, as people write it
    assert "findings" not in line
    assert "errors" not in line


@pytest.mark.parametrize(
    "path, asked, named",
    [
        ("projects", {"year": "二〇二六"}, "year"),
        ("projects", {"year": "99999999999999999999"}, "year"),
        ("projects", {"state": "deleted"}, "state"),
        ("projects", {"unit": "6" * 13}, "unit"),
        ("projects", {"page": "0"}, "page"),
        ("projects", {"page": "9" * 30}, "page"),
        ("projects", {"page_size": "201"}, "page_size"),
        ("organisations", {"page_size": "0"}, "page_size"),
        ("projects/1/findings", {"severity": "fatal"}, "severity"),
        ("projects/abc", {}, "pk"),
        ("projects/" + "9" * 30, {}, "pk"),
        ("documents", {"year": "-1"}, "year"),
    ],
)
def test_wrong_parameters_are_named(person: Any, caller: Any, path: str, asked: dict[str, str], named: str) -> None:
    answer = caller(person("finance_reviewer")).get(path, **asked)
    assert answer.status_code == 422
    assert f"参数不正确：{named}。" in answer.json()["detail"]


def test_the_detail_is_the_published_json_of_a_project(person: Any, caller: Any, project: Any) -> None:
    answer = caller(person("finance_reviewer")).get(f"projects/{project.pk}").json()
    assert answer["content"] == content_of(project)
    assert answer["content"]["indicators"][0]["value_raw"] == "≥50组"
    assert answer["name"] == "公园座椅更换"


def test_indicators_and_findings(person: Any, caller: Any, project: Any) -> None:
    mine = caller(person("finance_reviewer"))
    indicator = mine.get(f"projects/{project.pk}/indicators").json()["items"][0]
    assert (indicator["value_raw"], indicator["comparator"], indicator["value"], indicator["unit"]) == (
        "≥50组", ">=", 50, "组",
    )  # fmt: skip
    found = mine.get(f"projects/{project.pk}/findings", page_size=200).json()
    assert found["count"] == len(project.findings) > 0
    assert [f["code"] for f in found["items"]] == [f["code"] for f in project.findings]
    errors = mine.get(f"projects/{project.pk}/findings", severity="error").json()
    assert errors["count"] == project.errors > 0
    assert {f["severity"] for f in errors["items"]} == {"error"}


def test_pages_of_a_list(person: Any, caller: Any, make_project: Any, project: Any) -> None:
    for n in range(6):
        make_project(project.unit, f"项目{n}")
    mine = caller(person("finance_reviewer"))
    first, second, third, beyond = (mine.get("projects", page=n, page_size=3) for n in (1, 2, 3, 99))
    read = names(first) + names(second) + names(third)
    assert read == names(mine.get("projects"))
    assert len(set(read)) == 7
    assert (len(names(first)), len(names(third)), names(beyond)) == (3, 1, [])
    assert {k: v for k, v in second.json().items() if k != "items"} == {"count": 7, "page": 2, "page_size": 3}
    findings = [mine.get(f"projects/{project.pk}/findings", page=n, page_size=1).json() for n in (1, 2)]
    assert [f["items"][0]["code"] for f in findings] == [f["code"] for f in project.findings[:2]]


@pytest.fixture
def publish(person: Any, make_project: Any) -> Any:
    """``publish(unit)``: its department's document of 2026, made public once more."""
    publisher = person("finance_reviewer", "publisher")

    def do(unit: Any) -> Publication:
        make_project(unit, f"{unit.name}的项目", state="approved")
        return disclosure.publish(publisher, unit.department, BudgetYear.objects.get(year=2026))

    return do


def test_documents_are_those_of_the_public_pages(person: Any, caller: Any, publish: Any, other_unit: Any) -> None:
    unit = Unit.objects.get(code="601001")
    first, second, theirs = publish(unit), publish(unit), publish(other_unit)
    mine = caller(person("department_reviewer"))
    listed = mine.get("documents").json()
    assert [d["id"] for d in listed["items"]] == [second.pk, theirs.pk]
    assert (listed["items"][0]["edition"], listed["items"][0]["title"]) == (2, "云溪区公共服务局2026年绩效文本")
    assert [d["id"] for d in mine.get("documents", department="602", year=2026).json()["items"]] == [theirs.pk]
    assert mine.get("documents", year=2025).json()["count"] == 0
    assert mine.get(f"documents/{second.pk}").json()["content"] == second.content
    assert mine.get(f"documents/{first.pk}").status_code == 200  # an older edition stays readable, as on the pages


def test_withdrawn_documents_are_gone(caller: Any, publish: Any) -> None:
    unit = Unit.objects.get(code="601001")
    first, second = publish(unit), publish(unit)
    mine = caller(second.published_by)
    disclosure.withdraw(second.published_by, second, "数据有误")
    assert [d["id"] for d in mine.get("documents").json()["items"]] == [first.pk]
    answer = mine.get(f"documents/{second.pk}")
    assert (answer.status_code, "撤回" in answer.json()["detail"]) == (404, True)


def test_few_queries_however_many_rows(
    person: Any, caller: Any, make_project: Any, publish: Any, other_unit: Any, django_assert_max_num_queries: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    # The clock stands: a minute that begins counts anew, which takes queries of its own.
    now = timezone.now()
    monkeypatch.setattr(limits, "time", SimpleNamespace(time=now.timestamp))
    monkeypatch.setattr(services, "timezone", SimpleNamespace(now=lambda: now))
    for n in range(10):
        made = make_project(other_unit, f"项目{n}")
        Unit.objects.create(department=other_unit.department, code=f"60210{n}", name=f"单位{n}")
    published = publish(other_unit)
    mine = caller(person("finance_reviewer"))
    mine.get("organisations")  # the use of the token is noted once a minute
    most = {
        "organisations": 5, "projects": 4, f"projects/{made.pk}": 6, f"projects/{made.pk}/indicators": 6,
        f"projects/{made.pk}/findings": 6, "documents": 4, f"documents/{published.pk}": 3,
    }  # fmt: skip
    # How often the token was used lately: looked up, and one more. Two of its writes may be left out with a full disk, and
    # are in a savepoint where a transaction is around them: around every test, around no request.
    counting = 2 + 2 * 2
    for path, queries in most.items():
        with django_assert_max_num_queries(queries + counting):
            assert mine.get(path).status_code == 200
