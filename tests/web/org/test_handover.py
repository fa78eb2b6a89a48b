"""Somebody leaves: what stands in their name is listed, handed over as a whole, and seen where nobody took it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from jiheng.web.monitoring.models import Responsibility
from jiheng.web.org.handover import left_count, open_count, successors_of
from jiheng.web.org.holdings import holdings
from jiheng.web.org.models import Department, District, Person, RoleAssignment, Section, Unit
from jiheng.web.org.services.succession import renew_unit
from jiheng.web.plan.models import BudgetYear, Comment, Indicator, Project
from jiheng.web.results.models import Rectification
from jiheng.web.results.services import Found, raise_item
from jiheng.web.supervision.models import AuditEntry, Notification
from jiheng.web.supervision.services import notify

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


def as_(someone: Any) -> Client:
    client = Client()
    client.force_login(someone, backend=BACKEND)
    return client


@pytest.fixture
def admin(person: Any) -> Any:
    return person("system_admin")


@pytest.fixture
def leaver(person: Any) -> Any:
    found = person("clerk", "lizhi")
    found.name = "李志"
    found.save()
    return found


@pytest.fixture
def successor(person: Any) -> Any:
    found = person("clerk", "jieshou")
    found.name = "王接"
    found.save()
    return found


@pytest.fixture
def project(district: Any) -> Any:
    made = Project.objects.create(
        unit=Unit.objects.get(code="601001"), budget_year=BudgetYear.objects.get(), name="道路绿化补植"
    )
    Indicator.objects.create(project=made, level1="产出指标", level2="数量指标", name="补植数量", target_raw="≥800株")
    return made


@pytest.fixture
def work(project: Any, leaver: Any, person: Any) -> Any:
    """A project, one of its indicators, an item of the register, and a message in the name of ``leaver``."""
    Responsibility.objects.create(unit=project.unit, project=project, person=leaver)
    Responsibility.objects.create(unit=project.unit, indicator=project.indicators.get(), person=leaver)
    due = timezone.localdate() + timedelta(days=10)
    item = raise_item(
        person("finance_reviewer"), Found("review", "株数没有依据", "请补充。", project=project, due_on=due)
    )
    Rectification.objects.filter(pk=item.pk).update(owner=leaver)
    Notification.objects.all().delete()
    notify([leaver], "请修改“道路绿化补植”", f"/plan/{project.pk}/")
    return Rectification.objects.get(pk=item.pk)


def page_of(someone: Any) -> str:
    return f"/org/people/{someone.pk}/handover/"


def said(answer: Any) -> list[str]:
    return [str(m) for m in get_messages(answer.wsgi_request)]


def names(someone: Any) -> tuple[int, int, int]:
    return (
        Responsibility.objects.filter(person=someone).count(), Rectification.objects.filter(owner=someone).count(),
        Notification.objects.filter(person=someone, read_at=None).exclude(link="").count(),
    )  # fmt: skip


def test_everything_is_listed_with_its_count(admin: Any, leaver: Any, work: Any, project: Any) -> None:
    Comment.objects.create(project=project, cell="name", text="名称太笼统", author=leaver)
    text = as_(admin).get(page_of(leaver)).content.decode()
    for words in ("责任分解", "2 项", "整改事项（责任人）", work.number, "没有读的消息", "没有解决的批注", "单位经办",
                  "这里没有别的在用人员有这个角色"):  # fmt: skip
        assert words in text, words


def test_all_goes_to_the_successor_and_both_are_told(
    admin: Any, leaver: Any, successor: Any, work: Any, person: Any
) -> None:
    security = person("security_admin")
    answer = as_(admin).post(page_of(leaver), {"successor": successor.pk, "disable": "1"})
    assert (answer.status_code, answer["Location"]) == (302, f"/org/people/{leaver.pk}/")
    assert said(answer) == ["已移交 4 项，接手人和本人都会收到消息。账号已停用。"]
    assert (names(leaver), names(successor)[:2]) == ((0, 0, 0), (2, 1))
    leaver.refresh_from_db()
    assert not leaver.is_active
    told = {n.person_id: n.text for n in Notification.objects.order_by("pk")}
    assert "李志的工作移交给您：" in told[successor.pk] and "责任分解 2 项" in told[successor.pk]
    assert "移交给王接" in told[leaver.pk]
    assert "角色不随之移交" in told[security.pk]
    assert Notification.objects.filter(person=successor, text__startswith="（李志移交）请修改").exists()
    entries = AuditEntry.objects.filter(action="移交工作").order_by("sequence")
    assert len(entries) == 3
    assert "道路绿化补植" in entries[0].before and "王接" in entries[0].after
    assert work.steps.filter(name="hand_over", text="责任人由李志移交给王接").exists()
    assert leaver.roles.exists(), "roles are the security administrator's to give and take"


def test_each_kind_may_go_to_another(admin: Any, leaver: Any, successor: Any, work: Any, person: Any) -> None:
    other = person("clerk", "other")
    as_(admin).post(page_of(leaver), {"successor": successor.pk, "to:results.owned": other.pk})
    assert (names(successor)[:2], names(other)[:2]) == ((2, 0), (0, 1))
    leaver.refresh_from_db()
    assert leaver.is_active


def test_all_or_nothing(admin: Any, leaver: Any, successor: Any, work: Any, person: Any) -> None:
    """A successor of another unit may read the messages, and cannot answer for the unit's projects."""
    elsewhere = person("clerk", "elsewhere", Unit.objects.get(code="601002"))
    for body in ({}, {"successor": elsewhere.pk, "to:supervision.unread": successor.pk},
                 {"to:supervision.unread": successor.pk}):  # fmt: skip
        answer = as_(admin).post(page_of(leaver), body | {"disable": "1"})
        assert answer.status_code == 200
        assert said(answer)[-1].endswith("没有移交任何事项。")
        assert names(leaver) == (2, 1, 1)
    leaver.refresh_from_db()
    assert leaver.is_active
    assert not AuditEntry.objects.filter(action="移交工作").exists()


def test_years_that_are_over_stay_on_record(admin: Any, leaver: Any, successor: Any, district: Any) -> None:
    year = BudgetYear.objects.create(district=district, year=timezone.localdate().year - 1, pack="hebei-2023")
    old = Project.objects.create(unit=Unit.objects.get(code="601001"), budget_year=year, name="旧项目")
    Responsibility.objects.create(unit=old.unit, project=old, person=leaver)
    assert open_count(leaver) == 0


@pytest.mark.parametrize("elsewhere", (False, True), ids=("renamed", "moved to another department"))
def test_after_the_unit_was_renewed_the_heirs_people_take_over_and_their_head_sees_what_is_left(
    admin: Any, leaver: Any, successor: Any, work: Any, person: Any, district: Any, elsewhere: bool
) -> None:
    head, old = person("unit_head"), work.unit
    to = Department.objects.create(district=old.department.district, code="777", name="园林局") if elsewhere else None
    renew_unit(admin, old, "2027", "777001", "绿化管理中心", to)
    for someone in (leaver, successor, head):
        someone.refresh_from_db()
    assert successor in successors_of(leaver)
    Person.objects.filter(pk=leaver.pk).update(is_active=False)
    assert left_count(head) == 3
    as_(admin).post(page_of(leaver), {"successor": successor.pk})
    assert (names(leaver), names(successor)[:2], left_count(head)) == ((0, 0, 0), (2, 1), 0)


def test_a_duty_of_a_section_goes_to_the_successors_section(
    admin: Any, leaver: Any, successor: Any, work: Any, project: Any
) -> None:
    first, second = (Section.objects.create(unit=project.unit, name=name) for name in ("业务科", "财务科"))
    Responsibility.objects.filter(project=project).update(section=first)
    Person.objects.filter(pk=successor.pk).update(section=second)
    as_(admin).post(page_of(leaver), {"successor": successor.pk})
    assert Responsibility.objects.get(project=project).section == second


def test_who_raised_an_item_hands_it_to_one_who_may_verify_it(
    admin: Any, work: Any, person: Any, successor: Any, district: Any
) -> None:
    raiser = Person.objects.get(username="finance_reviewer")
    colleague = person("finance_reviewer", "colleague")
    refused = as_(admin).post(page_of(raiser), {"successor": successor.pk})
    assert "不能核验" in said(refused)[-1]
    as_(admin).post(page_of(raiser), {"successor": colleague.pk})
    work.refresh_from_db()
    assert work.raised_by == colleague


def test_disabling_an_account_points_at_the_page_first(admin: Any, leaver: Any, work: Any) -> None:
    client, address = as_(admin), f"/org/people/{leaver.pk}/change/"
    answer = client.post(address, {"do": "disable"})
    assert answer["Location"] == page_of(leaver)
    assert "名下还有 3 项没有办完" in said(answer)[-1]
    leaver.refresh_from_db()
    assert leaver.is_active
    client.post(address, {"do": "disable", "anyway": "1"})
    leaver.refresh_from_db()
    assert not leaver.is_active


def test_who_answers_for_the_unit_sees_what_nobody_is_there_for(
    leaver: Any, work: Any, person: Any, district: Any
) -> None:
    head, reviewer = person("unit_head"), person("department_reviewer")
    leader, sibling = person("finance_leader"), person("clerk", "sibling", Unit.objects.get(code="601002"))
    assert left_count(head) == 0
    Person.objects.filter(pk=leaver.pk).update(is_active=False)
    for someone in (head, reviewer, leader):
        text = as_(someone).get("/org/left/").content.decode()
        assert "李志：" in text and f'href="/rectification/{work.pk}/"' in text, someone.username
        assert "停用人员名下的事项" in as_(someone).get("/").content.decode()
    assert left_count(sibling) == 0
    assert as_(person("security_admin")).get("/org/left/").status_code == 403


def test_walls(admin: Any, leaver: Any, successor: Any, work: Any, person: Any) -> None:
    far = District.objects.create(code="139902", name="青岚县")
    department = Department.objects.create(district=far, code="601", name="青岚县公共服务局")
    unit = Unit.objects.create(department=department, code="701001", name="青岚县公共服务局本级")
    far_admin = Person.objects.create_user(
        "faradmin", "远", "Ceshi-2026-mima", must_change_password=False, district=far
    )
    RoleAssignment.objects.create(person=far_admin, role="system_admin", district=far)
    stranger = Person.objects.create_user("stranger", "生", "Ceshi-2026-mima", must_change_password=False, unit=unit)
    RoleAssignment.objects.create(person=stranger, role="clerk", district=far, department=department, unit=unit)
    leader = Person.objects.create_user("farleader", "导", "Ceshi-2026-mima", must_change_password=False, district=far)
    RoleAssignment.objects.create(person=leader, role="finance_leader", district=far)
    assert as_(far_admin).get(page_of(leaver)).status_code == 404
    assert as_(far_admin).post(page_of(leaver), {"successor": stranger.pk}).status_code == 404
    assert stranger not in successors_of(leaver)
    answer = as_(admin).post(page_of(leaver), {"successor": stranger.pk})
    assert "请为它选择接手人" in said(answer)[-1]
    for role in ("security_admin", "audit_admin"):
        other = as_(person(role))
        assert other.get(page_of(leaver)).status_code == 200
        assert other.post(page_of(leaver), {"successor": successor.pk}).status_code == 403
    assert as_(successor).get(page_of(leaver)).status_code == 403
    assert names(leaver) == (2, 1, 1)
    Person.objects.filter(pk=leaver.pk).update(is_active=False)
    assert left_count(leader) == 0


def test_every_stage_says_what_it_holds(leaver: Any) -> None:
    """Each kind can be asked, and every open thing with a person's name on it has a kind."""
    assert {h.key.partition(".")[0] for h in holdings()} == {
        "plan", "execution", "monitoring", "evaluation", "results", "jobs", "api", "supervision",
    }  # fmt: skip
    for holding in holdings():
        assert list(holding.of(leaver)) == []
