"""Two clicks where one was meant, and the same form sent again after going back: what was meant is done once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.django_db(transaction=True)
AGAIN = "这份表单先前已经提交并保存"
APART = 120
"""Milliseconds between the two clicks of a hand that is used to double clicks."""


@pytest.fixture
def approved(project: Any) -> Any:
    """The project with an approved budget of 40 万元."""
    from jiheng.web.execution.services import refresh_totals
    from jiheng.web.plan.models import Project

    Project.objects.filter(pk=project.pk).update(state="approved")
    refresh_totals([project.pk])
    return Project.objects.get(pk=project.pk)


@pytest.fixture
def in_review(project: Any) -> Any:
    """Another project, which its unit has submitted."""
    from jiheng.web.plan.models import Project

    return Project.objects.create(
        unit=project.unit, budget_year=project.budget_year, name="公园座椅更换", state="finance_review", budget_total=5
    )


def click_twice(page: Any, button: str) -> None:
    """Press, press again before the answer has come, and wait for the page after."""
    press = """([selector, apart]) => {
        const button = document.querySelector(selector);
        window.isPageBefore = true;
        button.click();
        setTimeout(() => button.click(), apart);
    }"""
    page.evaluate(press, [button, APART])
    page.wait_for_function("() => !window.isPageBefore && document.readyState === 'complete'")


def pay(page: Any, approved: Any, amount: str = "1200") -> str:
    page.click("text=登记支付")
    page.fill("#entry-on", "2026-03-05")
    page.fill("#entry-amount", amount)
    return "#entry .go"


def _payment(page: Any, approved: Any, _: Any) -> str:
    page.goto(f"/execution/{approved.pk}/")
    return pay(page, approved)


def _procurement(page: Any, approved: Any, _: Any) -> str:
    page.goto(f"/execution/{approved.pk}/")
    page.click("[data-dialog=procurement]")
    page.fill("#p-name", "苗木")
    page.fill("#p-budget", "5000")
    return "#procurement .go"


def _contract(page: Any, approved: Any, _: Any) -> str:
    page.goto(f"/execution/{approved.pk}/")
    page.click("[data-dialog=contract]")
    page.fill("#c-name", "苗木合同")
    page.fill("#c-amount", "5000")
    return "#contract .go"


def _project(page: Any, approved: Any, _: Any) -> str:
    page.goto("/plan/")
    page.click("[data-dialog=new]")
    page.fill("#new [name=name]", "新的项目")
    return "#new .go"


def _item(page: Any, approved: Any, _: Any) -> str:
    page.goto("/rectification/new/")
    page.select_option("#unit", value=str(approved.unit_id))
    page.select_option("#source", index=1)
    page.fill("#title", "台账不全")
    page.fill("[name=description]", "请补登。")
    return "main .go"


def _comment(page: Any, _: Any, in_review: Any) -> str:
    page.goto(f"/review/{in_review.pk}/")
    page.fill("#newcomment textarea", "请核对名称。")
    return "#newcomment .btn"


STEPS: dict[str, tuple[str, Callable[[Any, Any, Any], str]]] = {
    "execution.Payment": ("clerk", _payment),
    "execution.Procurement": ("clerk", _procurement),
    "execution.Contract": ("clerk", _contract),
    "plan.Project": ("clerk", _project),
    "results.Rectification": ("finance_reviewer", _item),
    "plan.Comment": ("finance_reviewer", _comment),
}


@contextmanager
def one_more_of(model: str) -> Iterator[None]:
    from django.apps import apps

    rows = apps.get_model(model)._default_manager
    before = rows.count()
    yield
    assert rows.count() == before + 1, model


@pytest.mark.parametrize("scripted", (True, False), ids=("the page swallows it", "the server answers it"))
def test_two_clicks_make_one_of_each(
    open_page: Any, person: Any, forgive: Any, approved: Any, in_review: Any, scripted: bool
) -> None:
    pages = {role: open_page(person(role)) for role in ("clerk", "finance_reviewer")}
    if not scripted:
        forgive("once.js")
        for page in pages.values():
            page.route("**/once.js", lambda route: route.abort())
    for model, (role, fill) in STEPS.items():
        button = fill(pages[role], approved, in_review)
        with one_more_of(model):
            click_twice(pages[role], button)


def test_what_was_asked_about_is_made_once_and_going_back_leads_to_the_project(
    open_page: Any, person: Any, approved: Any
) -> None:
    page = open_page(person("clerk"))
    page.goto(f"/execution/{approved.pk}/")
    page.click(pay(page, approved, "50万元"))
    page.check(".doubts [type=checkbox]")
    with one_more_of("execution.Payment"):
        click_twice(page, ".doubts .go")
    page.go_back()
    assert page.url.endswith(f"/execution/{approved.pk}/?kind=payment#entries")
    expect(page.locator("td:has-text('500,000.00')")).to_have_count(1)
    assert not page.locator(".doubts, .unkept, dialog[open]").count()


def test_what_was_changed_after_a_question_is_kept_where_one_comes_back_to(
    open_page: Any, person: Any, approved: Any
) -> None:
    page = open_page(person("clerk"))
    page.goto(f"/execution/{approved.pk}/")
    page.click(pay(page, approved, "50万元"))
    page.click(".doubts button:has-text('返回修改')")
    page.fill("#entry-note", "第二笔进度款")
    page.reload()
    expect(page.locator("#entry .unkept")).to_contain_text("未保存")
    assert (page.input_value("#entry-note"), page.input_value("#entry-amount")) == ("第二笔进度款", "50万元")


def test_a_button_is_busy_until_the_answer_comes_and_sends_its_value(
    open_page: Any, person: Any, in_review: Any
) -> None:
    page, sent = open_page(person("finance_reviewer")), []
    page.on("request", lambda request: sent.append(request.post_data) if request.method == "POST" else None)
    page.goto("/review/")
    page.check(f"tbody input[value='{in_review.pk}']")
    press = """async () => {
        const button = document.querySelector("button[name=action][value=return]"), before = button.textContent;
        button.click();
        button.click();
        await new Promise((over) => setTimeout(over, 0));
        button.click();
        return [before, button.textContent, button.disabled, button.getAttribute("aria-busy")];
    }"""
    before, *during = page.evaluate(press)
    assert during == ["正在处理…", True, "true"]
    page.wait_for_url("**/review/batch/")
    assert ["action=return" in body for body in sent] == [True], "one submission, with the value of the button"
    page.go_back()
    expect(page.locator("button[name=action][value=return]")).to_be_enabled()
    assert page.locator("button[name=action][value=return]").text_content() == before


def test_after_going_back_the_same_is_kept_already_and_other_words_are_new(
    open_page: Any, person: Any, approved: Any
) -> None:
    from jiheng.web.execution.models import Payment

    page = open_page(person("clerk"))
    page.goto(f"/execution/{approved.pk}/")
    for _ in range(2):
        page.click(pay(page, approved))
        page.wait_for_selector("text=已登记支付。")
        told = page.inner_text(".messages")
        page.go_back()
    assert AGAIN in told
    assert Payment.objects.count() == 1
    page.click(pay(page, approved, "800"))
    page.wait_for_selector("text=已登记支付。")
    assert AGAIN not in page.inner_text(".messages")
    assert sorted(Payment.objects.values_list("amount", flat=True)) == [800, 1200]


def test_a_row_whose_answer_was_lost_on_the_way_is_added_once(
    open_page: Any, person: Any, forgive: Any, project: Any
) -> None:
    page, lost = open_page(person("clerk")), []
    forgive("net::ERR_FAILED")

    def lose_the_first_answer(route: Any) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch())  # the server has done it
        route.abort()

    page.route("**/rows/", lose_the_first_answer)
    page.goto(f"/plan/{project.pk}/")
    before = project.indicators.count()
    row = project.indicators.first()
    page.click(f"[data-cell='indicator:{row.pk}:name']")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#status.good")
    assert lost[0].ok
    assert project.indicators.count() == before + 1
    expect(page.locator("tr[data-row^='indicator:']")).to_have_count(before + 1)
