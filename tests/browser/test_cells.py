"""Cells behave as in a worksheet in every form that has them: a click chooses, typing replaces, F2 edits."""

from __future__ import annotations

from typing import Any

import pytest
from cells import Form, department_goals, evaluation_form, monitoring_form, target_table
from playwright.sync_api import expect

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]
FORMS = (target_table, department_goals, monitoring_form, evaluation_form)


@pytest.fixture(params=FORMS, ids=lambda make: make.__name__)
def form(request: Any, open_page: Any, person: Any, project: Any, settings: Any, tmp_path: Any) -> Form:
    """One of the forms with cells, open in a browser; ``first`` says 8, and ``second`` stands beside or below it."""
    settings.MEDIA_ROOT = tmp_path / "media"
    made: Form = request.param(open_page, person, project)
    return made


def test_one_click_and_typing_replaces(form: Form) -> None:
    form.click(form.first)
    form.page.keyboard.type("88")
    form.page.keyboard.press("Enter")
    form.is_saved()
    assert form.stored(form.first).startswith("88") and "888" not in form.stored(form.first)


def test_f2_enter_and_a_second_click_edit_what_stands_there(form: Form) -> None:
    before = form.shown(form.first)
    for begin in (lambda: form.page.keyboard.press("F2"), lambda: form.page.keyboard.press("Enter")):
        form.click(form.second)
        form.click(form.first)
        begin()
        expect(form.field(form.first)).to_have_value(before)
        form.page.keyboard.press("Escape")
    form.click(form.second)
    form.click(form.first)
    form.click(form.first)
    form.page.keyboard.press("End")
    form.page.keyboard.type("9")
    expect(form.field(form.first)).to_have_value(before + "9")
    form.page.keyboard.press("Escape")
    assert form.shown(form.first) == before


def test_escape_puts_back_what_stood_there(form: Form) -> None:
    before = form.shown(form.first)
    form.click(form.first)
    form.page.keyboard.type("77")
    form.is_saved()  # a pause in typing, and the server already has it
    form.page.keyboard.press("Escape")
    form.is_saved()
    assert (form.shown(form.first), form.stored(form.first)) == (before, before)


def test_delete_clears_a_chosen_cell(form: Form) -> None:
    for key in ("Delete", "Backspace"):
        form.click(form.first)
        form.page.keyboard.press(key)
        form.is_saved()
        assert form.stored(form.first) == ""
        form.page.keyboard.type("88")
        form.page.keyboard.press("Enter")
        form.is_saved()


def test_the_first_key_of_an_input_method_replaces_too(form: Form) -> None:
    """Chinese is typed by a composition, which sends no key that the page could read."""
    method = form.page.context.new_cdp_session(form.page)
    form.click(form.first)
    for text in ("b", "ba"):
        method.send("Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)})
    method.send("Input.insertText", {"text": "八十八"})
    expect(form.field(form.first)).to_have_value("八十八")
    form.page.keyboard.press("Escape")


def test_a_cell_is_copied_and_pasted_over_another(form: Form) -> None:
    form.click(form.first)
    copied = form.page.evaluate(
        """() => { const data = new DataTransfer(), event = new ClipboardEvent("copy", { clipboardData: data, bubbles: true,
        cancelable: true }); document.activeElement.dispatchEvent(event); return data.getData("text/plain"); }"""
    )
    assert copied == form.shown(form.first)
    form.click(form.second)
    form.page.keyboard.insert_text("66")  # what the browser does with a line that is pasted
    form.page.keyboard.press("Enter")
    form.is_saved()
    assert form.stored(form.second).startswith("66")


def test_arrows_walk_and_the_chosen_cell_is_seen_and_told(form: Form) -> None:
    form.click(form.first)
    form.page.keyboard.press(form.way)
    focused = form.page.evaluate(
        "() => document.activeElement.closest('[data-cell]').dataset.cell || document.activeElement.dataset.cell"
    )
    assert focused == form.second
    assert form.page.evaluate("() => document.activeElement.getAttribute('aria-label')")
    line = form.page.evaluate(
        "() => { const s = getComputedStyle(document.activeElement.closest('td'));"
        " return s.boxShadow !== 'none' || s.outlineStyle !== 'none'; }"
    )
    assert line


def test_a_finger_edits_at_once(form: Form, chromium: Any) -> None:
    context = chromium.new_context(
        viewport={"width": 1366, "height": 768}, has_touch=True, storage_state=form.page.context.storage_state()
    )
    page = context.new_page()
    page.goto(form.page.url)
    page.wait_for_load_state()
    page.tap(form.selector(form.first), position={"x": 6, "y": 6})
    expect(page.locator(form.typed_into(form.first))).to_have_value(form.shown(form.first))
    page.keyboard.press("End")
    page.keyboard.type("9")
    expect(page.locator(form.typed_into(form.first))).to_have_value(form.shown(form.first) + "9")
    page.keyboard.press("Escape")
    page.goto("about:blank")
    context.close()
