"""The platform's acceptance: from an empty database to a published document, as its people would do it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

import make_demo
from jiheng.model import Document
from jiheng.readers import read

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(400)]
FILE = make_demo.DEMO / "青岚县水利局2023年绩效文本.docx"
RIVER, WATER, NETWORK = "清凉河城区段综合治理", "农村集中供水工程维修养护", "水利信息化平台运行维护"
PASSWORD = "Qinglan-2026-shuili"
NUMBER = "青财绩〔2023〕7号"
GOAL = "保障农村饮水安全，治理清凉河城区段，提高水利信息化水平。"


@dataclass(frozen=True)
class Someone:
    """Who comes to work here; ``unit`` and ``department`` as the lists of the pages name them."""

    username: str
    name: str
    role: str
    unit: str = ""
    at: str = ""


OFFICE, STATION = "326001 青岚县水利局本级", "326002 青岚县供水服务站"
CLERK = Someone("li.jing", "李静", "单位经办", OFFICE, "unit")
HEAD = Someone("zhao.yuan", "赵远", "单位负责人", OFFICE, "unit")
REVIEWER = Someone("sun.he", "孙禾", "部门审核", OFFICE, "department")
FINANCE = Someone("qian.mu", "钱木", "财政审核")
PEOPLE = (CLERK, HEAD, REVIEWER, FINANCE)


@pytest.fixture
def administrators(db: None) -> dict[str, Any]:
    """The three administrators of a district that has nothing else yet."""
    from jiheng.web.org.models import District, Person, RoleAssignment

    district = District.objects.create(code="130298", name="青岚县")
    made = {}
    for role, name in (("system_admin", "系统管理员"), ("security_admin", "安全管理员"), ("audit_admin", "审计管理员")):
        made[role] = Person.objects.create_user(role, name, PASSWORD, must_change_password=False, district=district)
        RoleAssignment.objects.create(person=made[role], role=role, district=district)
    return made


def test_from_an_empty_database_to_a_published_document(
    open_page: Any, administrators: dict[str, Any], tmp_path: Path
) -> None:
    first_passwords = _the_system_administrator_enters_the_district(open_page(administrators["system_admin"]))
    _the_security_administrator_grants_the_roles(open_page(administrators["security_admin"]))
    desks = {p: _they_log_in_and_choose_a_password(open_page(), p, first_passwords[p.username]) for p in PEOPLE}
    clerk, head, reviewer, finance = (desks[p] for p in PEOPLE)

    _finance_opens_the_year(finance)
    _the_clerk_imports_the_word_file(clerk)
    _the_clerk_corrects_what_the_checker_found(clerk)
    for name in (RIVER, WATER, NETWORK):
        _step(clerk, name, "送负责人签报")
    for name in (RIVER, WATER, NETWORK):
        _step(head, name, "签报", tells="单位已报")
    _the_department_writes_its_goal_and_passes_all(reviewer)

    _finance_returns_one_with_a_comment(finance)
    _the_clerk_reads_the_comment_and_corrects(clerk)
    _step(clerk, RIVER, "送负责人签报")
    _step(head, RIVER, "签报", tells="单位已报")
    _step(reviewer, RIVER, "部门审核通过", tells="财政审核")

    _finance_approves_all(finance)
    _the_department_publishes_its_document(reviewer)
    _anybody_reads_and_downloads_it(open_page(), tmp_path)
    _the_trail_tells_it_all(open_page(administrators["audit_admin"]))


# ---- administrators ------------------------------------------------------------------------------------------------


def _the_system_administrator_enters_the_district(page: Any) -> dict[str, str]:
    """A department, its units, four accounts; the first passwords as they were shown, by account."""
    page.goto("/")
    page.click("main >> text=机构人员")
    assert page.locator(".empty").inner_text() == "还没有部门。"
    page.click("text=新增部门")
    page.fill("#newdepartment [name=code]", "326")
    page.fill("#newdepartment [name=name]", "青岚县水利局")
    page.click("#newdepartment .btn.go")
    page.click("details.department > summary")
    for unit in (OFFICE, STATION):  # the department stays open for the next one
        code, name = unit.split(" ")
        page.fill("details.department [name=code]", code)
        page.fill("details.department form.filters [name=name]", name)
        page.fill("details.department [name=valid_from]", "2020")
        page.click("text=新增单位")
        page.wait_for_selector(".message.success:has-text('单位已新增')")
    return {someone.username: _account_of(page, someone) for someone in PEOPLE}


def _account_of(page: Any, someone: Someone) -> str:
    page.goto("/org/people/")
    page.click("text=新建账号")
    page.fill("#newperson [name=username]", someone.username)
    page.fill("#newperson [name=name]", someone.name)
    if someone.unit:
        page.select_option("#newperson [name=unit]", label=someone.unit)
    page.click("#newperson .btn.go")
    row = page.locator("tr", has_text=someone.username)
    return str(row.locator("code").inner_text())


def _the_security_administrator_grants_the_roles(page: Any) -> None:
    page.goto("/org/people/")
    expect(page.locator("table.list")).to_contain_text(CLERK.username)
    expect(page.locator("text=新建账号")).to_have_count(0)
    for someone in PEOPLE:
        page.goto("/org/people/")
        page.click(f"a:has-text('{someone.username}')")
        page.select_option("#role", label=someone.role)
        page.select_option("#unit", label=someone.unit.split(" ")[1] if someone.at == "unit" else "")
        page.select_option("#department", label="青岚县水利局" if someone.at == "department" else "")
        page.click(".btn.go:has-text('授予')")
        page.wait_for_selector(".message.success:has-text('角色已授予')")
        expect(page.locator("table.list")).to_contain_text(someone.role)


def _they_log_in_and_choose_a_password(page: Any, someone: Someone, first: str) -> Any:
    page.goto("/plan/")
    page.fill("#id_username", someone.username)
    page.fill("#id_password", first)
    page.click("#login button")
    page.wait_for_url("**/account/password/")
    page.fill("#id_old", first)
    page.fill("#id_new", PASSWORD)
    page.fill("#id_again", PASSWORD)
    page.click(".btn.full")
    page.wait_for_selector(".message.success")
    assert page.locator(".who summary").inner_text().startswith(f"{someone.name} · {someone.role}")
    return page


# ---- the year, the import, the corrections -------------------------------------------------------------------------


def _finance_opens_the_year(page: Any) -> None:
    page.goto("/plan/")
    page.click("text=开放预算年度")
    page.fill("#number", "2023")
    page.select_option("#pack", label="河北省口径（2021年起）")
    page.fill("#until-draft", "2022-10-31")
    page.check("[name=errors_block]")
    page.click(".btn.go:has-text('开放')")
    page.wait_for_selector(".message.success:has-text('2023年已开放')")


def _the_clerk_imports_the_word_file(page: Any) -> None:
    from jiheng.web.jobs.models import Job
    from jiheng.web.jobs.services import perform

    page.goto("/import/")
    page.set_input_files("#files", FILE)
    page.click("text=上传并读取")
    page.wait_for_selector("#job")
    perform(Job.objects.get().pk)  # what a worker does beside the server
    page.wait_for_selector("table.choose")  # the preview comes by itself
    told = page.locator("table.choose").inner_text()
    for name in (RIVER, WATER, NETWORK):
        assert name in told
    expect(page.locator("table.choose .chip.green")).to_have_text(["新项目"] * 3)
    expect(page.locator("table.choose .bad")).to_have_text(["3", "2"])
    assert "V301" in page.locator("#p2 aside").inner_text()
    expect(page.locator(f"#p1 caption:has-text('{RIVER}')")).to_have_count(1)
    page.click("#choices .btn.go")
    page.wait_for_selector(".message.success:has-text('新增 3 个')")


def _the_clerk_corrects_what_the_checker_found(page: Any) -> None:
    _open_form(page, WATER)
    page.click("[data-dialog=step-hand_over]")
    expect(page.locator("#step-hand_over .why")).to_contain_text("还有 3 处错误")
    page.click("#step-hand_over [data-close]")
    for errors in (2, 1, 0):
        page.locator(".find:not(.a):not(.i) .fixit").first.click()
        page.wait_for_function(f"() => document.getElementById('errors').textContent === '{errors} 处错误'")
    _open_form(page, NETWORK)
    _type(page, "维护监测站点数量", "target_raw", "≥26个")
    _type(page, "运行维护成本", "target_raw", "≤18.6万元")
    page.wait_for_selector("#errors", state="hidden")


def _open_form(page: Any, name: str) -> None:
    page.goto("/plan/")
    page.click(f"table.plan a:has-text('{name}')")
    page.wait_for_selector("table.form.target")


def _type(page: Any, indicator: str, field: str, text: str) -> None:
    row = page.locator("tr.indicator", has_text=indicator)
    row.locator(f"td[data-cell$=':{field}']").click()
    page.keyboard.press("Control+A")
    page.keyboard.type(text)
    page.keyboard.press("Tab")
    page.wait_for_selector("#status.good")
    page.evaluate("document.getElementById('status').className = ''")


# ---- up, back, and up again ----------------------------------------------------------------------------------------


def _step(page: Any, name: str, label: str, tells: str = "已送负责人签报") -> None:
    """One step of the workflow on the form's page."""
    _open_form(page, name)
    page.click(f".tools button:text-is('{label}')")
    page.click(f"dialog[open] .btn.go:has-text('{label}')")
    page.wait_for_selector(f".message.success:has-text('{tells}')")


def _the_department_writes_its_goal_and_passes_all(page: Any) -> None:
    page.goto("/plan/")
    page.click("text=部门整体绩效目标")
    page.click("td[data-cell=overall]")
    page.keyboard.type(GOAL)
    page.keyboard.press("Tab")
    page.wait_for_selector("#status.good")
    page.goto("/")
    page.click("text=进入审核")
    assert "3 个项目" in page.locator(".head .sub").inner_text()
    page.check("[data-all]")
    page.click("text=审核通过")
    page.click("text=确认通过")
    page.wait_for_selector(".message.success:has-text('已通过 3 个项目')")


def _finance_returns_one_with_a_comment(page: Any) -> None:
    page.goto("/review/")
    page.click(f".queue a:has-text('{RIVER}')")
    page.locator("tr.indicator", has_text="沿岸居民满意度").locator("td[data-cell$=':basis']").click()
    assert "指标值确定依据" in page.locator("#commentcell").inner_text()
    page.fill("#newcomment textarea", "请写明调查的年份和样本数。")
    page.click("#newcomment .btn")
    page.wait_for_selector(".comment:has-text('样本数')")
    page.click("[data-dialog=step-finance_return]")
    assert "样本数" in page.input_value("#reason-finance_return")
    page.fill("#reason-finance_return", "满意度的依据不清楚，请按批注修改。")
    page.click("dialog[open] .btn.go")
    page.wait_for_selector(".message.success:has-text('退回单位')")


def _the_clerk_reads_the_comment_and_corrects(page: Any) -> None:
    page.goto("/notifications/")
    page.click("a:has-text('被财政退回修改：满意度的依据不清楚')")
    assert "请写明调查的年份和样本数。" in page.locator(".comment").inner_text()
    expect(page.locator("td[data-cell$=':basis'] .remark")).to_have_count(1)
    _type(page, "沿岸居民满意度", "basis", "2022年满意度调查，样本300份")


# ---- approval and publication --------------------------------------------------------------------------------------


def _finance_approves_all(page: Any) -> None:
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/review/")
    page.click(".head >> text=批复")
    expect(page.locator("[name=project]:checked")).to_have_count(3)
    page.fill("#number", NUMBER)
    page.click("text=批复所选项目")
    letter = page.locator("article.letter")
    assert letter.locator(".number").inner_text() == NUMBER
    assert "批复 3 个项目的绩效目标" in letter.inner_text()
    page.goto("/plan/")
    expect(page.locator("table.plan .chip.state-approved")).to_have_count(3)


def _the_department_publishes_its_document(page: Any) -> None:
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/documents/")
    page.click("a:has-text('青岚县水利局')")
    assert page.locator(".paper h1").inner_text() == "青岚县水利局2023年预算绩效文本"
    assert GOAL in page.locator(".paper").inner_text()
    page.click("text=公开这份文本")
    page.wait_for_selector(".message.success:has-text('第 1 版，3 个项目')")


def _anybody_reads_and_downloads_it(page: Any, folder: Path) -> None:
    page.goto("/public/")
    page.fill("#q", "清凉河")
    page.click("text=查找")
    page.click("a:has-text('青岚县水利局')")
    assert "样本300份" in page.locator(".paper").inner_text()
    with page.expect_download() as download:
        page.click("a.btn:has-text('Word')")
    path = folder / "downloaded.docx"
    download.value.save_as(path)
    _says_what_was_written(read(path))
    page.set_viewport_size({"width": 390, "height": 844})
    for address in (page.url, "/public/"):  # on a telephone as well: one column, nothing beyond the edge
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        assert page.locator(".sheet").bounding_box()["width"] > 340


def _says_what_was_written(published: Document) -> None:
    """The file says what the imported one said, with the corrections and nothing else."""
    imported = read(FILE)
    assert (published.department.name, published.fiscal_year) == ("青岚县水利局", 2023)
    assert published.goals.overall == (GOAL,)
    river, water, network = imported.projects
    wanted = [
        _with(river, "沿岸居民满意度", basis="2022年满意度调查，样本300份"),
        _with(water, "出厂水水质达标率", target="≥95%"),
        _with(network, "维护监测站点数量", target="≥26个"),
    ]
    wanted[1] = _with(wanted[1], "用水户满意度", target="≥90%")
    wanted[2] = _with(wanted[2], "运行维护成本", target="≤18.6万元")
    plans = [river.plan.raw, ("25", "50", "75", "100"), network.plan.raw]
    for got, expected, plan in zip(published.projects, wanted, plans, strict=True):
        assert (got.code, got.name, got.budget, got.purpose) == (
            expected.code, expected.name, expected.budget, expected.purpose,
        )  # fmt: skip
        assert got.goals == expected.goals
        assert [Decimal(raw.rstrip("%")) for raw in got.plan.raw] == [Decimal(raw.rstrip("%")) for raw in plan]
        assert got.indicators == expected.indicators


def _with(project: Any, indicator: str, target: str = "", **fields: str) -> Any:
    """The project with other content in one row."""
    from jiheng.readers.values import parse_target

    if target:
        fields["target"] = parse_target(target)  # type: ignore[assignment]
    rows = tuple(replace(i, **fields) if i.name == indicator else i for i in project.indicators)
    assert rows != project.indicators
    return replace(project, indicators=rows)


def _the_trail_tells_it_all(page: Any) -> None:
    page.goto("/audit/")
    told = page.locator("#action").inner_text()
    for action in (
        "新增部门", "新建账号", "授予角色", "开放预算年度", "导入文件", "送负责人签报", "签报", "部门审核通过", "批注", "退回单位", "批复",
        "公开绩效文本",
    ):  # fmt: skip
        assert action in told
    page.click("text=核验完整性")
    assert "没有改动" in page.locator(".message.success").inner_text()
