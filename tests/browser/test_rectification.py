"""A light turns red in a report: an item is born, taken in hand, proved, verified and closed, all in a browser."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from jiheng.readers.docx import read_docx

pytestmark = pytest.mark.django_db(transaction=True)
SAID = ("50", "950/1000", "正在栽植", "480元/株", "39%", "91%")


@pytest.fixture
def record(project: Any, settings: Any, tmp_path: Path) -> Any:
    """The form of an approved project in an open round, its money as planned."""
    from django.utils import timezone

    from jiheng.web.execution.models import Payment
    from jiheng.web.execution.services import refresh_totals
    from jiheng.web.jobs.services import perform
    from jiheng.web.monitoring.models import MonitoringRound
    from jiheng.web.monitoring.services.rounds import ask_fill
    from jiheng.web.plan.models import Project

    settings.MEDIA_ROOT = tmp_path
    Project.objects.filter(pk=project.pk).update(state="approved")
    Payment.objects.create(project=project, amount=Decimal(320000), on=date(2026, 10, 20))
    refresh_totals([project.pk])
    today = timezone.localdate()
    found = MonitoringRound.objects.create(
        budget_year=project.budget_year, order=3, label="10月底", period_end=date(2026, 10, 31), opens_on=today,
        closes_on=today + timedelta(days=9), locks_on=today + timedelta(days=19),
    )  # fmt: skip
    perform(ask_fill(found).pk)
    return found.records.get()


def _report(page: Any, record: Any) -> None:
    """The clerk reports far too few trees, says why, and sends the form off."""
    rows = list(record.rows.all())

    def cell(n: int, field: str) -> str:
        return f"[data-cell='row:{rows[n].pk}:{field}']"

    page.goto(f"/monitoring/{record.pk}/")
    page.click(cell(0, "actual_raw"))
    for text in SAID:
        page.keyboard.type(text)
        page.keyboard.press("Enter")
    page.wait_for_selector(f"[data-light='{rows[0].pk}'] .light.red")
    for n in range(len(rows)):
        page.select_option(cell(n, "likelihood"), "有可能")
    page.fill("[data-cell='forecast_fiscal']", "40")
    page.check(f"[data-reasons='row:{rows[0].pk}:reasons'][value='人员保障']")
    page.fill(cell(0, "reason_text"), "人手不足")
    page.fill(cell(0, "measures"), "增加班组")
    page.keyboard.press("Tab")
    page.wait_for_selector("text=已填齐，可以报送。")
    page.click("text=报送 >> nth=0")
    page.click("#step-submit .btn.go")
    page.wait_for_selector(".chip.state-department_review")


def _step(page: Any, name: str, **fields: str) -> None:
    """Take a step on the page of an item."""
    form = page.locator(f"form:has(input[name=step][value={name}])")
    if not form.locator("button").is_visible():
        page.click(f"details:has(input[value={name}]) > summary")
    for field, text in fields.items():
        form.locator(f"[name={field}]").fill(text)
    form.locator("button").click()


def test_from_a_red_light_to_a_closed_item(open_page: Any, person: Any, record: Any, tmp_path: Path) -> None:
    from jiheng.web.results.models import Rectification

    clerk, reviewer = open_page(person("clerk")), open_page(person("department_reviewer"))
    _report(clerk, record)
    item = Rectification.objects.get()
    assert item.title == "道路绿化补植：10月底指标“补植行道树数量”偏离目标"
    clerk.goto("/")
    clerk.click("a:has-text('办理整改')")
    clerk.click(f"text={item.title}")
    assert "低于 70%" in clerk.inner_text(".facts")
    _step(clerk, "plan", measures="增加两个栽植班组，11月底前补齐。")
    clerk.wait_for_selector("text=已填写整改措施")
    photo = tmp_path / "补植现场.pdf"
    photo.write_bytes(b"%PDF-1.7 photographs")
    clerk.set_input_files(".prove [name=files]", str(photo))
    clerk.click(".prove .btn")
    clerk.wait_for_selector(".proofs >> text=补植现场.pdf")
    _step(clerk, "report", outcome="已补植到800株。")
    clerk.wait_for_selector(".chip:has-text('待核验')")
    expect(clerk.locator(".prove"), "what was reported is not changed any more").to_have_count(0)

    reviewer.goto("/")
    reviewer.click("a:has-text('核验整改')")
    reviewer.click(f"text={item.title}")
    with reviewer.expect_download() as download:
        reviewer.click("text=补植现场.pdf")
    assert Path(download.value.path()).read_bytes() == photo.read_bytes()
    _step(reviewer, "send_back", text="请附验收单。")
    reviewer.wait_for_selector(".chip:has-text('整改中')")
    clerk.reload()
    assert "请附验收单。" in clerk.inner_text(".timeline")
    _step(clerk, "report", outcome="已补植到800株，验收单见佐证。")
    clerk.wait_for_selector(".chip:has-text('待核验')")
    reviewer.reload()
    _step(reviewer, "close", text="现场核对属实。")
    reviewer.wait_for_selector(".chip:has-text('已销号')")

    reviewer.goto("/rectification/?year=2026&state=all")
    assert "已销号 1" in reviewer.inner_text(".tally")
    reviewer.click("summary:has-text('导出')")
    with reviewer.expect_download() as download:
        reviewer.click(".tally >> text=Word")
    text = str(read_docx(Path(download.value.path()).read_bytes()))
    assert "补植行道树数量" in text and "已销号" in text and "验收单见佐证" in text
