"""The form page in a real browser: typed into with the keyboard, checked within a blink, undone."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.django_db(transaction=True)


def again(project: Any) -> Any:
    return type(project).objects.get(pk=project.pk)


def cell(project: Any, field: str, row: int) -> str:
    return f"td[data-cell='indicator:{project.indicators.all()[row].pk}:{field}']"


def saved(page: Any) -> None:
    page.wait_for_selector("#status.good")
    page.evaluate("document.getElementById('status').className = ''")


def opened(page: Any, project: Any) -> Any:
    page.goto(f"/plan/{project.pk}/")
    page.wait_for_selector("table.editable")
    return page


def test_a_mistake_shows_while_it_is_typed_and_goes_with_one_click(open_page: Any, person: Any, project: Any) -> None:
    page, target = opened(open_page(person("clerk")), project), cell(project, "target_raw", 5)
    assert page.locator(".find").count() == page.locator(".find.ok").count()
    page.click(target)
    page.keyboard.press("Control+A")
    page.keyboard.type("≤90%")
    page.wait_for_selector(f"{target}.has-e")
    expect(page.locator(".find code").first).to_have_text("V301")
    expect(page.locator("#errors")).to_have_text("1 处错误")
    page.click("text=改为 ≥90%")
    page.wait_for_selector(f"{target}:not(.has-e)")
    expect(page.locator(f"{target} .v")).to_have_text("≥90%")
    assert again(project).errors == 0


def test_keys_walk_from_cell_to_cell_type_cancel_and_undo(open_page: Any, person: Any, project: Any) -> None:
    page = opened(open_page(person("clerk")), project)
    key = page.keyboard.press
    page.click(cell(project, "name", 0))
    key("Escape")
    key("Tab")
    page.keyboard.type("每株都登记在册")
    key("Enter")
    saved(page)
    assert again(project).indicators.first().description == "每株都登记在册"
    # Below it now; typing replaces, Escape puts back what stood there.
    page.keyboard.type("不要的")
    key("Escape")
    key("ArrowLeft")
    key("F2")
    page.keyboard.type("（更正）")
    key("Shift+Tab")
    saved(page)
    rows = list(again(project).indicators.all())
    assert (rows[1].name, rows[1].description) == ("补植行道树成活率（更正）", "成活株数占补植株数的比例")
    key("Control+z")
    page.wait_for_function(
        f"""() => document.querySelector("{cell(project, "name", 1)} .v").textContent === "补植行道树成活率" """
    )
    key("Control+z")
    page.wait_for_function(
        f"""() => document.querySelector("{cell(project, "description", 0)} .v").textContent === "全年补植的行道树株数" """
    )
    key("Control+y")
    page.wait_for_function(
        f"""() => document.querySelector("{cell(project, "description", 0)} .v").textContent === "每株都登记在册" """
    )


def test_a_block_from_excel_fills_rows_and_rows_are_added_and_removed(
    open_page: Any, person: Any, project: Any
) -> None:
    page = opened(open_page(person("clerk")), project)
    page.click(cell(project, "name", 5))
    page.keyboard.press("Escape")
    page.evaluate("""() => { const data = new DataTransfer(); data.setData("text/plain", "沿街商户满意度\\t问卷调查\\t≥92%\\t上年调查\\n来访市民满意度\\t问卷调查\\t≥93%\\t上年调查");
        document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })); }""")
    page.wait_for_selector("text=来访市民满意度")
    saved(page)
    assert [i.target_raw for i in again(project).indicators.all()][5:] == ["≥92%", "≥93%"]
    page.keyboard.press("Control+Enter")
    page.wait_for_function("() => document.querySelectorAll('tr.indicator').length === 8")
    page.keyboard.type("新指标")
    page.keyboard.press("Enter")
    saved(page)
    assert [i.name for i in again(project).indicators.all()][6] == "新指标"
    page.click("text=新指标")
    page.keyboard.press("Control+Delete")
    page.wait_for_function("() => document.querySelectorAll('tr.indicator').length === 7")


def test_the_second_editor_is_warned_and_overwrites_nothing_unseen(open_page: Any, person: Any, project: Any) -> None:
    first, second = (opened(open_page(person("clerk", name)), project) for name in ("one", "two"))
    first.click("td[data-cell=purpose]")
    first.keyboard.press("Control+A")
    first.keyboard.type("第一位写的用途")
    first.keyboard.press("Tab")
    saved(first)
    second.click("td[data-cell=purpose]")
    second.keyboard.press("Control+A")
    second.keyboard.type("第二位写的用途")
    second.keyboard.press("Tab")
    second.wait_for_selector("#conflict[open]")
    assert again(project).purpose == "第一位写的用途"
    assert second.locator("#conflict-theirs").inner_text() == "第一位写的用途"
    second.click("#take-mine")
    saved(second)
    assert again(project).purpose == "第二位写的用途"
    second.reload()
    assert "单位经办" in second.locator("#others").inner_text()


def test_readers_see_the_form_and_cannot_write(open_page: Any, person: Any, project: Any) -> None:
    page = open_page(person("finance_reviewer"))
    page.goto(f"/plan/{project.pk}/")
    assert page.locator("table.target").count() == 1
    assert page.locator("table.editable, #rowtools, [data-do]").count() == 0
    page.click(cell(project, "name", 0))
    assert page.locator("textarea.cellinput").count() == 0


def test_what_is_printed_is_the_form_alone(open_page: Any, person: Any, project: Any) -> None:
    page = opened(open_page(person("clerk")), project)
    page.emulate_media(media="print")
    shown = page.evaluate(
        "() => [...document.querySelectorAll('.top, .cycle, .side, .tools, .head, .hint, .mark, #rowtools')].filter((e) => e.offsetParent).length"
    )
    assert shown == 0
    assert page.locator("table.target").is_visible()


def test_a_plan_is_put_right_with_one_click_in_all_its_cells(open_page: Any, person: Any, project: Any) -> None:
    page = opened(open_page(person("clerk")), project)
    page.click("td[data-cell^='plan:']")
    for _ in range(4):
        page.keyboard.press("F2")
        page.keyboard.press("Control+A")
        page.keyboard.type("25")
        page.keyboard.press("Tab")
    page.wait_for_function("() => document.querySelectorAll(\"td[data-cell^='plan:'].has-e\").length === 4")
    page.click(".find:has-text('P201') .fixit")
    page.wait_for_function("() => document.querySelectorAll(\"td[data-cell^='plan:'].has-e\").length === 0")
    assert [p.raw for p in again(project).periods.all()] == ["25", "50", "75", "100"]


def test_what_is_typed_while_offline_is_saved_when_the_line_is_back(
    open_page: Any, person: Any, project: Any, forgive: Any
) -> None:
    forgive("ERR_INTERNET_DISCONNECTED")
    page = opened(open_page(person("clerk")), project)
    page.context.set_offline(True)
    page.click("td[data-cell=purpose]")
    page.keyboard.press("Control+A")
    page.keyboard.type("断网时写的用途")
    page.keyboard.press("Tab")
    page.wait_for_selector("#status.bad:has-text('网络断开')")
    page.context.set_offline(False)
    saved(page)
    assert again(project).purpose == "断网时写的用途"


def test_a_category_is_chosen_from_the_list_and_the_table_merges_anew(
    open_page: Any, person: Any, project: Any
) -> None:
    page, level1 = opened(open_page(person("clerk")), project), cell(project, "level1", 4)
    assert page.locator(level1).get_attribute("rowspan") is None
    page.click(level1)
    page.click(".options li:has-text('产出指标')")
    page.wait_for_function("() => document.querySelector(\"td[data-cell$=':level1']\").rowSpan === 5")
    assert again(project).indicators.all()[4].level1 == "产出指标"


def test_a_department_writes_its_goals_the_same_way(open_page: Any, person: Any, project: Any) -> None:
    from jiheng.web.plan.models import DepartmentGoals

    page = open_page(person("department_reviewer"))
    page.goto(f"/plan/department/{project.unit.department_id}/")
    page.click("td[data-cell=overall]")
    page.keyboard.type("补植行道树，方便居民出行。")
    page.keyboard.press("Tab")
    saved(page)
    page.click("td[data-cell=itemizeds]")
    page.wait_for_selector("tr[data-row^='itemized:']")
    saved(page)
    page.keyboard.type("道路绿化")
    page.keyboard.press("Tab")
    page.keyboard.type("补植行道树800株")
    page.keyboard.press("Tab")
    page.wait_for_function("() => document.querySelector('#status.good')")
    page.reload()
    goals = DepartmentGoals.objects.get()
    item = goals.itemized.get()
    assert (goals.overall, item.title, item.goal) == ("补植行道树，方便居民出行。", "道路绿化", "补植行道树800株")


def paste(page: Any, text: str) -> None:
    page.evaluate(
        """(text) => { const data = new DataTransfer(); data.setData("text/plain", text);
        document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })); }""",
        text,
    )


def test_department_goals_are_pasted_walked_and_undone(open_page: Any, person: Any, project: Any) -> None:
    page = open_page(person("department_reviewer"))
    page.goto(f"/plan/department/{project.unit.department_id}/")
    page.focus("td[data-cell=itemizeds]")
    paste(page, "一\t道路绿化\t补植行道树800株\t成活率95%\n二\t公园建设\t建成公园三座\t完成率100%")
    page.wait_for_function("() => document.querySelectorAll(\"tr[data-row^='itemized:']\").length === 2")
    saved(page)
    page.click("td[data-cell$=':title']")
    page.keyboard.press("Escape")
    for key, expected in (("ArrowRight", "补植行道树800株"), ("ArrowDown", "建成公园三座"), ("ArrowLeft", "公园建设")):
        page.keyboard.press(key)
        assert page.locator("td.chosen .v").inner_text() == expected
    page.keyboard.type("公园和绿道建设")
    page.keyboard.press("Enter")
    saved(page)
    page.keyboard.press("Control+z")
    page.wait_for_selector("td:has-text('公园建设')")
    page.keyboard.press("Control+z")
    page.wait_for_selector("td[data-cell=itemizeds]")
    page.click("[data-do=redo]")
    page.wait_for_function("() => document.querySelectorAll(\"tr[data-row^='itemized:']\").length === 2")
    page.click("td[data-cell$=':number']")
    page.keyboard.press("Control+Delete")
    page.wait_for_function("() => document.querySelectorAll(\"tr[data-row^='itemized:']\").length === 1")


def test_half_composed_chinese_is_neither_saved_nor_lost(open_page: Any, person: Any, project: Any) -> None:
    """A Chinese input method at work: what it composes belongs to nobody until it is chosen; its keys are its own."""
    page = opened(open_page(person("clerk")), project)
    method = page.context.new_cdp_session(page)
    posts: list[str] = []
    page.on("request", lambda r: posts.append(r.post_data or "") if "/cells/" in r.url else None)

    def compose(text: str) -> None:
        method.send("Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)})

    def method_key(key: str, code: int) -> None:
        """A key that the input method takes for itself, as the page sees it: code 229 while composing."""
        for kind in ("rawKeyDown", "keyUp"):
            event = {"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": 229, "nativeVirtualKeyCode": code}
            method.send("Input.dispatchKeyEvent", event)

    target = cell(project, "name", 0)
    page.click(target)
    page.keyboard.press("Escape")
    compose("b")
    compose("bu'zhi")
    page.wait_for_timeout(900)  # longer than a pause in typing, after which text is saved
    assert page.locator(f"{target}.edit textarea").input_value() == "bu'zhi"
    for key, code in (("ArrowDown", 40), ("Enter", 13), ("Tab", 9), ("Escape", 27)):
        method_key(key, code)
    assert page.locator("td.chosen").get_attribute("data-cell") == page.locator(target).get_attribute("data-cell")
    assert posts == []
    method.send("Input.insertText", {"text": "补植"})
    saved(page)
    assert again(project).indicators.first().name == "补植"
    compose("shu'liang")
    method.send("Input.insertText", {"text": "数量"})
    page.keyboard.press("Enter")
    saved(page)
    assert again(project).indicators.first().name == "补植数量"
    assert not any("'" in body for body in posts)
    # Leaving the cell in the middle of a composition gives the letters up to the cell, not to the next one.
    following = cell(project, "name", 2)
    page.click(cell(project, "name", 1))
    page.keyboard.press("Control+A")
    compose("cheng'huo")
    page.click(following)
    assert page.locator(following).get_attribute("class") and page.locator(f"{following}.chosen").count() == 1
    assert page.locator(f"{following} textarea").input_value() == ""  # chosen only: the next key replaces
    page.click(following)
    assert page.locator(f"{following} textarea").input_value() == "补植完成时间"


def test_the_way_on_opens_as_soon_as_the_last_error_is_gone(open_page: Any, person: Any, project: Any) -> None:
    from jiheng.web.plan.models import Transition
    from jiheng.web.plan.services import save_cells

    clerk = person("clerk")
    save_cells(clerk, project.pk, {f"indicator:{project.indicators.all()[5].pk}:target_raw": "≤90%"}, 0)
    page = opened(open_page(clerk), project)
    page.click("[data-dialog=step-hand_over]")
    expect(page.locator("#step-hand_over .why")).to_contain_text("还有 1 处错误")
    assert page.locator("#step-hand_over .btn.go").is_disabled()
    page.click("#step-hand_over [data-close]")
    page.click("text=改为 ≥90%")
    saved(page)
    page.click("[data-dialog=step-hand_over]")
    page.click("#step-hand_over .btn.go")
    page.wait_for_selector(".message.success")
    assert Transition.objects.get().name == "hand_over"


def test_what_is_typed_over_a_time_out_is_saved_after_logging_in_again(
    open_page: Any, person: Any, project: Any, forgive: Any
) -> None:
    """The login in another window changes the token that the page left open holds."""
    forgive("status of 401")
    forgive("status of 403")
    clerk = person("clerk")
    clerk.set_password("Hushi-2026-shu")
    clerk.save()
    page, target = opened(open_page(clerk), project), cell(project, "target_raw", 5)
    page.context.clear_cookies()
    page.click(target)
    page.keyboard.press("Control+A")
    page.keyboard.type("≥77%")
    page.keyboard.press("Tab")
    expect(page.locator("#status")).to_contain_text("登录已超时")
    other = page.context.new_page()
    other.goto("/login/")
    other.fill("[name=username]", clerk.username)
    other.fill("[name=password]", "Hushi-2026-shu")
    other.keyboard.press("Enter")
    other.wait_for_selector("details.who")
    saved(page)
    assert project.indicators.all()[5].target_raw == "≥77%"
