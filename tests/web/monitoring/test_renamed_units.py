"""A unit is renamed, or merged, for next year: this year's work goes on as if nothing had happened."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from jiheng.web.api.services import create
from jiheng.web.execution.importing import applying, batches
from jiheng.web.execution.models import ImportBatch, Payment
from jiheng.web.execution.services import refresh_totals
from jiheng.web.jobs.services import perform
from jiheng.web.monitoring.models import MonitoringRecord, Responsibility
from jiheng.web.monitoring.services.reminders import remind
from jiheng.web.monitoring.services.responsibility import assign
from jiheng.web.org.lineage import OtherNames, coded, unit_of_year
from jiheng.web.org.models import Person, Section, Unit
from jiheng.web.org.services.succession import end_unit, renew_unit
from jiheng.web.plan.models import BudgetYear, Indicator, Project
from jiheng.web.results.services import Found, raise_item

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
NEW = ("601009", "云溪区园林绿化服务中心")
HEAD = "支付日期\t凭证号\t项目名称\t单位\t支付金额（元）\n"


def enter(someone: Person) -> Client:
    client = Client()
    client.force_login(Person.objects.get(pk=someone.pk), BACKEND)
    return client


def bring(someone: Person, year: Any, rows: str) -> ImportBatch:
    """Rows of payments, read and kept."""
    someone = Person.objects.get(pk=someone.pk)
    batch, _ = batches.receive_pasted(someone, year, batches.places_for(someone, year)[0], "payment", HEAD + rows)
    perform(batch.job_id)  # type: ignore[arg-type]
    batch = ImportBatch.objects.get(pk=batch.pk)
    assert (batch.problems, batch.good) == ([], 1)
    perform(applying.apply(someone, batch.pk).job_id)  # type: ignore[arg-type]
    return ImportBatch.objects.get(pk=batch.pk)


@pytest.fixture
def people(person: Any) -> dict[str, Person]:
    found = {role: person(role) for role in ("unit_head", "department_reviewer", "finance_reviewer", "system_admin")}
    section = Section.objects.create(unit=Unit.objects.get(code="601001"), name="业务科")
    found["clerk"] = person("clerk")
    Person.objects.filter(username="clerk").update(section=section)
    return found | {"clerk": Person.objects.get(username="clerk")}


@pytest.fixture
def work(people: dict[str, Person], approved: Any, record: MonitoringRecord, more: Any) -> dict[str, Any]:
    """What is under way in the unit: money brought in, duties assigned, a round open, something to put right."""
    clerk, section = people["clerk"], Section.objects.get()
    more(1, Unit.objects.get(code="601002"))
    batch = bring(clerk, approved.budget_year, f"2026-10-21\t77\t{approved.name}\t{approved.unit.name}\t1200")
    assign(clerk, [approved], section, None)
    assign(clerk, [approved.indicators.first()], None, clerk)
    item = raise_item(people["finance_reviewer"], Found("audit", "账目不清", project=approved))
    BudgetYear.objects.create(district=approved.budget_year.district, year=2027, pack="hebei-2023")
    return {"batch": batch, "item": item, "section": section, "project": approved, "record": record}


def paths(work: dict[str, Any]) -> list[str]:
    project, year = work["project"], work["project"].budget_year_id
    return [
        f"/plan/?year={year}", f"/plan/{project.pk}/", f"/execution/?year={year}", f"/execution/{project.pk}/",
        f"/execution/?year={year}&unit={project.unit_id}", f"/execution/overview/?year={year}",
        f"/execution/imports/?year={year}", f"/execution/imports/{work['batch'].pk}/",
        f"/execution/overview/?year={year}&unit={project.unit_id}", f"/monitoring/?year={year}",
        f"/monitoring/overview/?year={year}", f"/monitoring/{work['record'].pk}/", f"/responsibility/?year={year}",
        f"/responsibility/project/{project.pk}/", f"/responsibility/mine/?year={year}",
        f"/responsibility/section/{work['section'].pk}/?year={year}", f"/evaluation/?year={year}",
        f"/rectification/?year={year}", f"/rectification/{work['item'].pk}/", f"/assessment/?year={year}",
        f"/responsibility/department/{project.unit.department_id}/?year={year}",
    ]  # fmt: skip


def said(client: Client, path: str, names: dict[str, str]) -> tuple[int, str]:
    """What the page itself says; where it names a person's unit of today, as that was called in the year."""
    answer = client.get(path)
    page = re.search(r"<main.*</main>", answer.content.decode(), re.S)
    text = re.sub(
        r'name="(?:csrfmiddlewaretoken|once)" value="[^"]*"|X-CSRFToken[^}]*}|value="\d+"|/section/\d+/',
        "",
        page[0] if page else "",
    )
    for new, old in names.items():
        text = text.replace(new, old)
    return answer.status_code, re.sub(r"\s+", " ", re.sub(r"\d+ ?(秒|分钟)", "", text))


ROLES = ("clerk", "unit_head", "department_reviewer", "finance_reviewer")


def walk(people: dict[str, Person], work: dict[str, Any], names: dict[str, str]) -> dict[tuple[str, str], Any]:
    clients = {role: enter(people[role]) for role in ROLES}
    return {(role, path): said(client, path, names) for role, client in clients.items() for path in paths(work)}


def rename(people: dict[str, Person]) -> Unit:
    return renew_unit(people["system_admin"], Unit.objects.get(code="601001"), "2027", *NEW)


def test_every_page_of_this_year_says_the_same_after_a_renaming(
    people: dict[str, Person], work: dict[str, Any]
) -> None:
    old = Unit.objects.get(code="601001")
    before = walk(people, work, {})
    assert before["clerk", f"/execution/imports/{work['batch'].pk}/"][0] == 200
    rename(people)
    after = walk(people, work, {NEW[0]: old.code, NEW[1]: old.name})
    assert [key for key in before if before[key][0] != after[key][0]] == []
    assert [key for key in before if before[key][1] != after[key][1]] == []


def test_money_goes_on_being_brought_in_and_taken_back(people: dict[str, Person], work: dict[str, Any]) -> None:
    old, year, clerk = Unit.objects.get(code="601001"), work["project"].budget_year, people["clerk"]
    rename(people)
    # A second project of the name, elsewhere in the department, has to be told apart by the unit that the row names.
    twin = Project.objects.create(
        unit=Unit.objects.get(code="601002"), budget_year=year, name=work["project"].name, state="approved", budget_total=40,
    )  # fmt: skip
    refresh_totals([twin.pk])
    assert [(p.key, p.name) for p in batches.places_for(Person.objects.get(pk=clerk.pk), year)] == [
        (f"u{old.pk}", old.name)
    ]
    for n, named in enumerate((old.code, old.name, *NEW)):
        bring(people["department_reviewer"], year, f"2026-10-2{n}\t9{n}\t{twin.name}\t{named}\t500")
    assert Payment.objects.filter(number__startswith="9", project=work["project"]).count() == 4
    bring(clerk, year, f"2026-10-25\t95\t{twin.name}\t{old.name}\t500")
    path = f"/execution/imports/{work['batch'].pk}/take-back/"
    page = enter(clerk).post(path, {"reason": "导错了"}, follow=True).content.decode()
    assert "已整批撤回" in page and not Payment.objects.filter(number="77").exists()


def test_duties_are_assigned_and_answered_for(people: dict[str, Person], work: dict[str, Any]) -> None:
    new, clerk = rename(people), people["clerk"]
    project, client = work["project"], enter(people["clerk"])
    here = Section.objects.get(unit=new, name="业务科")
    assert [d.indicator.pk for d in client.get("/responsibility/mine/").context["duties"]] == [
        i.pk for i in project.indicators.all()
    ], "those of the section too, which is another row by now"
    page = client.get(f"/responsibility/project/{project.pk}/")
    assert [s.name for s in page.context["sections"]] == ["业务科"]
    assert clerk in page.context["people"]
    last = project.indicators.last()
    for holder in ({"person": clerk.pk}, {"section": work["section"].pk, "person": clerk.pk}):
        client.post(f"/responsibility/project/{project.pk}/", {"target": [last.pk]} | holder)
        kept = Responsibility.objects.get(indicator=last)
        assert (kept.person, kept.unit) == (clerk, project.unit)
    again = Indicator.objects.get(pk=last.pk)
    assert assign(enter_as(clerk), [again], here, None) == 1, "the section by its new row"
    owners = enter(people["unit_head"]).get(f"/rectification/{work['item'].pk}/").context["owners"]
    assert {clerk, people["unit_head"]} <= set(owners)


def enter_as(someone: Person) -> Person:
    return Person.objects.get(pk=someone.pk)


def test_the_unit_is_reminded_of_what_it_has_not_reported(people: dict[str, Person], work: dict[str, Any]) -> None:
    before = remind(work["record"].round)
    rename(people)
    assert remind(work["record"].round) == before == 2  # the clerk and the head


def test_the_api_knows_both_codes(people: dict[str, Person], work: dict[str, Any]) -> None:
    _, secret = create(people["finance_reviewer"], "数据", ["projects:read", "monitoring:read"], 30)
    rename(people)
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    for code in ("601001", NEW[0]):
        found = client.get(f"/api/v1/projects?year=2026&unit={code}").json()["items"]
        assert [p["id"] for p in found] == [work["project"].pk]
        forms = client.get(f"/api/v1/monitoring/records?unit={code}").json()["items"]
        assert [f["id"] for f in forms] == [work["record"].pk]


def test_in_the_year_of_a_merger_both_units_go_on(people: dict[str, Person], work: dict[str, Any], person: Any) -> None:
    first, second = Unit.objects.get(code="601001"), Unit.objects.get(code="601002")
    theirs = person("clerk", "theirs", second)
    year, project = work["project"].budget_year, work["project"]
    before = walk(people, work, {})
    end_unit(people["system_admin"], first, "2026", second)
    after = walk(people, work, {})
    # The clerk's roles stay at the unit that ends; who may be chosen are by now the people of the other unit too.
    choosing = (
        "/responsibility/?",
        "/responsibility/project/",
        "/responsibility/department/",
        f"/rectification/{work['item'].pk}/",
    )
    changed = {path for (_, path), shown in before.items() if shown != after[_, path]}
    assert [path for path in changed if not path.startswith(choosing)] == []
    assert {after[key][0] for key in after if before[key][0] == 200} == {200}
    assert {p.name for p in batches.places_for(enter_as(theirs), year)} == {second.name, first.name}
    assert enter(theirs).get(f"/execution/imports/{work['batch'].pk}/").status_code == 200
    bring(people["clerk"], year, f"2026-10-25\t95\t{project.name}\t{first.name}\t500")
    assert people["clerk"] in enter(people["unit_head"]).get(f"/rectification/{work['item'].pk}/").context["owners"]
    assert OtherNames().of(first.pk) == [], "a merger is no other name"
    assert set(Unit.objects.filter(coded("601002", ""))) == {second}


def test_the_unit_of_a_year(people: dict[str, Person]) -> None:
    old, new = Unit.objects.get(code="601001"), rename(people)
    again = renew_unit(people["system_admin"], new, "2029", "601008", "云溪区绿化局")
    line = {2026: old, 2027: new, 2028: new, 2029: again}
    for asked in (Unit.objects.get(pk=u.pk) for u in (old, new, again)):
        assert {year: unit_of_year(asked, year) for year in line} == line
    assert [code for code, _ in OtherNames().of(new.pk)] == ["601001", "601008"]
