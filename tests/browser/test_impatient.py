"""An impatient clerk: what is refused, asked about or in conflict keeps its text until the server has it, no longer."""

from __future__ import annotations

from typing import Any

import pytest
from cells import Form, approve, department_goals, evaluation_form, monitoring_form, target_table
from playwright.sync_api import expect

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]
CELL_FORMS = (target_table, department_goals, monitoring_form, evaluation_form)
TEXT = "台账登记不全，请逐笔补登并说明原因。"
OPINION = "请补充测算过程。"


@pytest.fixture(params=CELL_FORMS, ids=lambda make: make.__name__)
def form(request: Any, open_page: Any, person: Any, project: Any, settings: Any, tmp_path: Any) -> Form:
    """One of the forms with cells, open in a browser."""
    settings.MEDIA_ROOT = tmp_path / "media"
    made: Form = request.param(open_page, person, project)
    return made


def _pay_too_much(page: Any, project: Any) -> None:
    page.goto(f"/execution/{project.pk}/?kind=payment")
    page.click("button[data-dialog=entry]:not([data-action])")
    page.fill("#entry [name=on]", "2026-03-05")
    page.fill("#entry [name=amount]", "990000")
    page.fill("#entry [name=note]", TEXT)
    page.click("#entry .btn.go")
    page.wait_for_selector(".doubts")


@pytest.mark.parametrize("is_corrected", (False, True), ids=("confirmed", "corrected"))
def test_a_payment_that_was_asked_about_is_not_offered_again(
    open_page: Any, person: Any, project: Any, is_corrected: bool
) -> None:
    from jiheng.web.execution.models import Payment

    approve(project, 1000)
    page, before = open_page(person("clerk")), Payment.objects.count()
    _pay_too_much(page, project)
    assert Payment.objects.count() == before
    if is_corrected:
        page.click(".doubts [data-dialog=entry]")
        expect(page.locator("#entry [name=note]")).to_have_value(TEXT)
        page.fill("#entry [name=amount]", "9")
        page.click("#entry .btn.go")
    else:
        page.check(".doubts [type=checkbox]")
        page.click(".doubts .btn.go")
    page.wait_for_selector("text=已登记支付")
    assert Payment.objects.count() == before + 1
    expect(page.locator(".unkept")).to_have_count(0)
    expect(page.locator("dialog[open]")).to_have_count(0)
    assert TEXT not in str(page.evaluate("Object.values(localStorage).join()"))


def test_a_link_that_gives_up_leaves_nothing(open_page: Any, person: Any, project: Any) -> None:
    approve(project, 1000)
    page = open_page(person("clerk"))
    _pay_too_much(page, project)
    page.click(".doubts a.btn")
    page.wait_for_url("**/?kind=payment*")
    expect(page.locator(".unkept")).to_have_count(0)
    page = open_page(person("finance_reviewer"))
    page.goto("/rectification/new/")
    page.fill("#title", TEXT)
    page.click("main form a.btn")
    page.goto("/rectification/new/")
    expect(page.locator("#title")).to_have_value("")


def test_what_a_page_shows_again_because_it_was_refused_is_unsaved(
    open_page: Any, person: Any, project: Any, forgive: Any
) -> None:
    page = open_page(person("finance_reviewer"))
    page.goto("/rectification/new/")
    page.select_option("#unit", value=str(project.unit_id))
    page.select_option("#source", index=1)
    page.fill("#title", TEXT)
    page.fill("#due_on", "2020-01-01")
    page.evaluate("document.querySelector('main form').noValidate = true")
    page.click("main .btn.go")
    page.wait_for_selector(".message.error")
    expect(page.locator("#title")).to_have_value(TEXT)
    page.fill("#description", "先补登")
    page.goto("/rectification/")
    page.goto("/rectification/new/")
    expect(page.locator("#title")).to_have_value(TEXT)
    expect(page.locator("#description")).to_have_value("先补登")
    expect(page.locator("#unit")).to_have_value(str(project.unit_id))
    page.fill("#description", "请补登。")
    page.fill("#due_on", "")
    page.click("main .btn.go")
    page.wait_for_selector("text=整改事项已提出")
    page.goto("/rectification/new/")
    expect(page.locator(".unkept")).to_have_count(0)


def test_text_of_a_form_that_was_closed_meanwhile_is_shown_to_be_copied(
    open_page: Any, person: Any, project: Any
) -> None:
    from jiheng.web.plan.models import Project

    Project.objects.filter(pk=project.pk).update(state="finance_review")
    page = open_page(person("finance_reviewer"))
    page.goto(f"/review/{project.pk}/")
    page.fill("#opinion", OPINION)
    Project.objects.filter(pk=project.pk).update(state="approved")
    page.reload()
    expect(page.locator("#content > .unkept span")).to_have_text(
        f"未保存：您填写过下面的内容，这里现在不能填写了，需要时请复制：{OPINION}"
    )
    page.click("#content > .unkept >> text=放弃")
    page.reload()
    expect(page.locator(".unkept")).to_have_count(0)


def test_words_of_an_input_method_are_saved_while_one_goes_on_typing(form: Form) -> None:
    method = form.page.context.new_cdp_session(form.page)
    form.click(form.first)
    method.send("Input.imeSetComposition", {"text": "ba", "selectionStart": 2, "selectionEnd": 2})
    method.send("Input.insertText", {"text": "八十八"})
    form.is_saved()
    assert form.stored(form.first).startswith("八十八")
    expect(form.field(form.first)).to_be_focused()


def test_whoever_stays_on_the_page_can_press_the_button_again(form: Form, forgive: Any) -> None:
    """Asked by the browser whether to leave with unsaved cells, somebody stays."""
    forgive("status of 503")
    page = form.page
    page.route("**/cells/**", lambda route: route.fulfill(status=503, body="busy"))
    form.click(form.first)
    page.keyboard.type("88")
    page.keyboard.press("Enter")
    page.wait_for_selector("#status.bad")
    page.evaluate(
        """() => { const form = document.createElement("form"), button = document.createElement("button");
        form.method = "post"; form.id = "other"; button.textContent = "办理"; form.append(button);
        document.body.prepend(form); }"""
    )
    page.once("dialog", lambda dialog: dialog.dismiss())
    with page.expect_event("dialog"):
        page.locator("#other button").click(no_wait_after=True)
    expect(page.locator("#other button")).to_be_enabled()
    expect(page.locator("#other button")).to_have_text("办理")
    page.on("dialog", lambda dialog: dialog.accept())


def test_conflicts_are_asked_about_one_after_another_and_a_shut_question_leaves_its_cell_unsaved(
    form: Form, forgive: Any
) -> None:
    for error in ("ERR_INTERNET_DISCONNECTED", "htmx"):  # what asks by itself how far a check is, fails too
        forgive(error)
    page, path = form.page, form.page.url
    other = page.context.new_page()
    other.goto(path)
    mine = page
    for form.page, first, second in ((other, "66", "67"), (mine, "88", "89")):
        if form.page is mine:
            mine.bring_to_front()
            mine.context.set_offline(True)
        for key, text in ((form.first, first), (form.second, second)):
            form.click(key)
            form.page.keyboard.type(text)
            form.page.locator("h1").first.click()
            if form.page is other:
                form.is_saved()
    mine.wait_for_selector("#status.bad")
    mine.context.set_offline(False)
    mine.wait_for_selector("#conflict[open]")
    mine.keyboard.press("Escape")
    mine.wait_for_selector("#conflict[open]")
    mine.click("#take-mine")
    form.is_saved()
    assert form.stored(form.first).startswith("66") and form.stored(form.second).startswith("89")
    assert "unsaved" in (mine.locator(form.selector(form.first)).get_attribute("class") or "")
    assert form.shown(form.first) == "88"


def test_enter_in_a_dialog_with_restored_text_does_not_give_it_up(open_page: Any, person: Any, project: Any) -> None:
    approve(project, 1000)
    page = open_page(person("clerk"))
    page.goto(f"/execution/{project.pk}/?kind=payment")
    page.click("button[data-dialog=entry]:not([data-action])")
    page.fill("#entry [name=note]", TEXT)
    page.reload()
    expect(page.locator("#entry .unkept")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#entry [name=note]")).to_have_value(TEXT)
    assert TEXT in str(page.evaluate("Object.values(localStorage).join()"))
