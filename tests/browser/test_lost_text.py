"""What was typed is not lost: over a login that timed out, a server that fails, a window that was closed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from cells import Form, approve, department_goals, evaluation_form, monitoring_form, target_table
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import expect

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]
PASSWORD = "Ceshi-2026-mima"
OVER_TIME_OUT = "未保存：已恢复您在登录超时前填写的内容，请核对后保存。"
BEFORE = "未保存：已恢复您上次填写的内容，请核对后保存。"
TEXT = "增加两个栽植班组，11月底前补齐。"
CELL_FORMS = (target_table, department_goals, monitoring_form, evaluation_form)


@dataclass
class Case:
    """A form that is submitted: whose it is, where it stands, how it is opened, its field, what the server has of it."""

    person: Any
    path: str
    field: str
    button: str
    stored: Callable[[], Any]
    text: str = TEXT
    opener: str = ""
    rest: tuple[tuple[str, str], ...] = ()


def measures(person: Any, project: Any) -> Case:
    """整改措施."""
    from jiheng.web.results.services import Found, raise_item

    due = timezone.localdate() + timedelta(days=10)
    found = Found("review", "补植株数没有依据", "请补充测算过程。", project=project, due_on=due)
    item = raise_item(person("finance_reviewer"), found)
    form = "form:has(input[name=step][value=plan])"
    return Case(
        person("clerk"), f"/rectification/{item.pk}/", f"{form} [name=measures]", f"{form} button.btn:not(.unkept *)",
        lambda: type(item).objects.get(pk=item.pk).measures, opener="details:has(input[value=plan]) > summary",
    )  # fmt: skip


def opinion(person: Any, project: Any) -> Case:
    """审核意见."""
    from jiheng.web.plan.models import Project, Review

    Project.objects.filter(pk=project.pk).update(state="finance_review")
    return Case(
        person("finance_reviewer"), f"/review/{project.pk}/", "#opinion", "text=保存审核表",
        lambda: "".join(Review.objects.values_list("opinion", flat=True)),
    )  # fmt: skip


def comment(person: Any, project: Any) -> Case:
    """A comment on a cell."""
    from jiheng.web.plan.models import Comment, Project

    Project.objects.filter(pk=project.pk).update(state="finance_review")
    return Case(
        person("finance_reviewer"), f"/review/{project.pk}/", "#newcomment [name=text]", "#newcomment > .btn",
        lambda: "".join(f"{c.cell}{c.text}" for c in Comment.objects.all()).removeprefix("purpose"),
        opener=".beside > div:first-child td[data-cell=purpose]",
    )  # fmt: skip


def payment(person: Any, project: Any) -> Case:
    """A payment, in a dialog."""
    from jiheng.web.execution.models import Payment

    approve(project, 1000)
    return Case(
        person("clerk"), f"/execution/{project.pk}/?kind=payment", "#entry [name=note]", "#entry .btn.go",
        lambda: "".join(Payment.objects.values_list("note", flat=True)), opener="button.go[data-dialog=entry], button.btn[data-dialog=entry]:not([data-action])",
        rest=(("#entry [name=on]", "2026-10-21"), ("#entry [name=amount]", "1200.50")),
    )  # fmt: skip


def procurement(person: Any, project: Any) -> Case:
    """A form with a field that is called method, as a property of every form is."""
    from jiheng.web.execution.models import Procurement

    approve(project, 1000)
    return Case(
        person("clerk"), f"/execution/{project.pk}/", "#procurement [name=name]", "#procurement .btn.go",
        lambda: "".join(Procurement.objects.values_list("name", flat=True)),
        opener="button[data-dialog=procurement]:not([data-action])", rest=(("#procurement [name=budget]", "5000"),),
    )  # fmt: skip


@pytest.fixture(params=(measures, opinion, comment, payment, procurement), ids=lambda make: make.__name__)
def case(request: Any, person: Any, project: Any, settings: Any, tmp_path: Any) -> Case:
    settings.MEDIA_ROOT = tmp_path / "media"
    made: Case = request.param(person, project)
    return made


def _open(page: Any, case: Case) -> None:
    page.goto(case.path)
    if (case.opener and not page.locator(case.field).is_visible()) or case.opener.startswith(".beside"):
        page.click(case.opener)


def _type(page: Any, case: Case) -> None:
    _open(page, case)
    for field, text in (*case.rest, (case.field, case.text)):
        page.fill(field, text)


def _log_in(page: Any, username: str) -> None:
    page.fill("[name=username]", username)
    page.fill("[name=password]", PASSWORD)
    page.click("#login button:not([type=button])")


def _kept(page: Any) -> str:
    return str(page.evaluate("JSON.stringify(Object.assign({}, localStorage))"))


def test_a_form_submitted_after_the_session_ended_is_there_again(open_page: Any, case: Case) -> None:
    page = open_page(case.person)
    _type(page, case)
    Session.objects.all().delete()
    page.click(case.button)
    page.wait_for_selector("text=刚才提交的内容没有保存")
    assert case.stored() != case.text
    _log_in(page, case.person.username)
    expect(page.locator(".unkept span")).to_have_text(OVER_TIME_OUT)
    expect(page.locator(case.field)).to_be_visible()
    for field, text in (*case.rest, (case.field, case.text)):
        expect(page.locator(field)).to_have_value(text)
    page.click(case.button)
    expect(page.locator(".unkept")).to_have_count(0)
    assert case.stored() == case.text
    _open(page, case)
    expect(page.locator(".unkept")).to_have_count(0)
    assert TEXT not in _kept(page)


def test_a_form_that_was_left_is_there_again_until_it_is_given_up(open_page: Any, case: Case) -> None:
    page = open_page(case.person)
    _type(page, case)
    page.goto("/")
    page.goto(case.path)
    expect(page.locator(".unkept span")).to_have_text(BEFORE)
    expect(page.locator(case.field)).to_have_value(case.text)
    page.click(".unkept >> text=放弃")
    expect(page.locator(case.field)).to_have_value("")
    page.goto(case.path)
    expect(page.locator(".unkept")).to_have_count(0)


def test_what_the_server_refuses_is_kept(open_page: Any, person: Any, project: Any, forgive: Any) -> None:
    for error in ("status of 503", "favicon"):
        forgive(error)
    case = measures(person, project)
    page = open_page(case.person)
    _type(page, case)
    page.route("**/step/", lambda route: route.fulfill(status=503, body="busy"))
    page.click(case.button)
    page.unroute("**/step/")
    page.goto(case.path)
    expect(page.locator(case.field)).to_have_value(case.text)
    expect(page.locator(".unkept span")).to_have_text(BEFORE)


def test_another_person_on_the_same_browser_sees_nothing(open_page: Any, person: Any, project: Any) -> None:
    case = opinion(person, project)
    other, page = person("finance_reviewer", "second"), open_page(case.person)
    _type(page, case)
    Session.objects.all().delete()
    page.click(case.button)
    _log_in(page, other.username)
    page.wait_for_selector("#opinion")
    expect(page.locator("#opinion")).to_have_value("")
    expect(page.locator(".unkept")).to_have_count(0)
    assert case.text not in page.content()


def test_a_logout_by_will_leaves_nothing_on_the_device(open_page: Any, person: Any, project: Any) -> None:
    case = opinion(person, project)
    page = open_page(case.person)
    _type(page, case)
    assert case.text in _kept(page)
    page.click("details.who summary")
    page.click("text=退出登录")
    page.wait_for_selector("#login")
    assert case.text not in _kept(page)


def test_passwords_are_never_kept(open_page: Any, person: Any) -> None:
    page = open_page(person("clerk"))
    page.goto("/account/password/")
    for field in page.locator("main input[type=password]").all():
        field.fill("Mimi-2026-wuren")
    page.goto("/login/")
    assert "Mimi-2026" not in _kept(page)


@pytest.fixture(params=CELL_FORMS, ids=lambda make: make.__name__)
def form(request: Any, open_page: Any, person: Any, project: Any, settings: Any, tmp_path: Any) -> Form:
    """One of the forms with cells, open in a browser."""
    settings.MEDIA_ROOT = tmp_path / "media"
    made: Form = request.param(open_page, person, project)
    return made


def test_cells_typed_after_the_session_ended_are_there_again(form: Form, forgive: Any) -> None:
    from jiheng.web.org.models import Person

    forgive("status of 40")
    page, path = form.page, form.page.url
    person = Person.objects.get(pk=page.locator("details.who").get_attribute("data-person"))
    Session.objects.all().delete()
    form.click(form.first)
    page.keyboard.type("88")
    page.keyboard.press("Enter")
    expect(page.locator("#status")).to_contain_text("登录已超时")
    page.goto(path)
    _log_in(page, person.username)
    expect(page.locator(".unkept span")).to_have_text(OVER_TIME_OUT)
    assert form.shown(form.first) == "88" and not form.stored(form.first).startswith("88")
    assert "unsaved" in page.locator(form.selector(form.first)).get_attribute("class")
    page.click(".unkept >> text=保存这 1 格")
    form.is_saved()
    assert form.stored(form.first).startswith("88")
    page.reload()
    expect(page.locator(".unkept")).to_have_count(0)
    assert "88" not in str(page.evaluate("Object.values(localStorage).join()"))


def test_cells_are_kept_over_a_server_that_fails_and_a_closed_window(form: Form, forgive: Any) -> None:
    forgive("status of 503")
    page, path = form.page, form.page.url
    page.route("**/cells/**", lambda route: route.fulfill(status=503, body="busy"))
    form.click(form.first)
    page.keyboard.type("88")
    page.keyboard.press("Enter")
    page.wait_for_selector("#status.bad")
    context = page.context
    page.close(run_before_unload=False)
    form.page = page = context.new_page()
    page.goto(path)
    expect(page.locator(".unkept span")).to_have_text(BEFORE)
    assert form.shown(form.first) == "88"
    page.click(".unkept >> text=放弃")
    assert form.shown(form.first) == form.stored(form.first) == "8"
    page.reload()
    expect(page.locator(".unkept")).to_have_count(0)


def test_cells_restored_overwrite_nothing_that_another_saved_meanwhile(form: Form, forgive: Any) -> None:
    forgive("status of 503")
    page, path = form.page, form.page.url
    page.route("**/cells/**", lambda route: route.fulfill(status=503, body="busy"))
    form.click(form.first)
    page.keyboard.type("88")
    page.keyboard.press("Enter")
    page.wait_for_selector("#status.bad")
    other = page.context.new_page()
    other.goto(path)
    other.click(".unkept >> text=放弃")
    page.evaluate("Object.assign(window, { keptBefore: 1 })")
    form.page = other
    form.click(form.first)
    other.keyboard.type("99")
    other.keyboard.press("Enter")
    form.is_saved()
    page.unroute("**/cells/**")
    page.wait_for_selector("#conflict[open]")
    assert form.stored(form.first).startswith("99")


def test_a_dialog_that_is_shut_by_will_keeps_nothing(open_page: Any, person: Any, project: Any) -> None:
    case = payment(person, project)
    page = open_page(case.person)
    for shut in (lambda: page.click("#entry [data-close]"), lambda: page.keyboard.press("Escape")):
        _type(page, case)
        assert case.text in _kept(page)
        shut()
        page.wait_for_function("(text) => !Object.values(localStorage).join().includes(text)", arg=case.text)


def test_what_is_kept_is_bounded_in_age_and_number(open_page: Any, person: Any) -> None:
    page = open_page(person("clerk"))
    page.goto("/")
    page.evaluate(
        """() => { for (let n = 0; n < 60; n += 1) localStorage.setItem(`jiheng.kept:1:/plan/${n}/`,
        JSON.stringify({ at: Date.now() - n, cells: { purpose: { value: `${n}` } } }));
        localStorage.setItem("jiheng.kept:1:/old/", JSON.stringify({ at: Date.now() - 8 * 86400000, cells: {} })); }"""
    )
    page.reload()
    left = page.evaluate("() => Object.keys(localStorage).sort()")
    assert len(left) == 40
    assert "jiheng.kept:1:/plan/0/" in left and "jiheng.kept:1:/old/" not in left


def test_an_account_that_was_made_is_not_offered_again(open_page: Any, person: Any) -> None:
    """Its first password is shown once, on a page that the submission leads to without a redirect."""
    page = open_page(person("system_admin"))
    page.goto("/org/people/")
    page.click("[data-dialog=newperson]")
    page.fill("#newperson [name=username]", "xinren")
    page.fill("#newperson [name=name]", "新人")
    page.click("#newperson .btn.go")
    page.wait_for_selector("text=xinren")
    page.goto("/org/people/")
    expect(page.locator("#newperson")).not_to_be_visible()
    assert "xinren" not in _kept(page)
