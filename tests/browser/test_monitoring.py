"""A unit reports a round in a real browser, by hand and by Excel; the page walks, warns and proposes."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.django_db(transaction=True)
ACTUAL = ("640", "950/1000", "正在栽植", "480元/株", "39%", "91%")


@pytest.fixture
def record(project: Any) -> Any:
    """The form of an approved project, its money paid, in a round that is open."""
    from datetime import date, timedelta
    from decimal import Decimal

    from django.utils import timezone

    from jiheng.web.execution.models import Payment
    from jiheng.web.execution.services import refresh_totals
    from jiheng.web.jobs.services import perform
    from jiheng.web.monitoring.models import MonitoringRound
    from jiheng.web.monitoring.services.rounds import ask_fill
    from jiheng.web.plan.models import Project

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


def cell(record: Any, row: int, field: str) -> str:
    return f"[data-cell='row:{list(record.rows.all())[row].pk}:{field}']"


def saved(page: Any) -> None:
    page.wait_for_selector("#status.good")
    page.evaluate("document.getElementById('status').className = ''")


def test_a_round_is_reported_by_hand_with_the_keyboard(open_page: Any, person: Any, record: Any) -> None:
    page = open_page(person("clerk"))
    page.goto("/monitoring/")
    page.click("text=道路绿化补植")
    page.wait_for_selector("table.filling")
    page.click(cell(record, 0, "actual_raw"))
    for text in ("50", *ACTUAL[1:]):
        page.keyboard.type(text)
        page.keyboard.press("Enter")
    saved(page)
    first = record.rows.first().pk
    page.wait_for_selector(f"[data-light='{first}'] .light.red")
    expect(page.locator(f"[data-why='{first}']")).to_contain_text("低于 70%")
    assert page.locator(cell(record, 1, "actual_raw")).input_value() == "95%（950/1000）"
    for n in range(6):
        page.select_option(cell(record, n, "likelihood"), "确定能")
    page.fill("[data-cell='forecast_fiscal']", "40")
    page.keyboard.press("Tab")
    page.wait_for_selector("text=偏离的指标要勾选偏差原因")
    page.check(f"[data-reasons='row:{first}:reasons'][value='人员保障']")
    page.fill(cell(record, 0, "reason_text"), "人手不足")
    page.fill(cell(record, 0, "measures"), "增加班组")
    page.keyboard.press("Tab")
    page.wait_for_selector("text=已填齐，可以报送。")
    page.click("text=报送 >> nth=0")
    page.click("#step-submit .btn.go")
    page.wait_for_selector(".chip.state-department_review")
    assert type(record).objects.get(pk=record.pk).state == "department_review"


def test_a_column_is_pasted_and_quick_fills_wait_for_a_yes(open_page: Any, person: Any, record: Any) -> None:
    page = open_page(person("clerk"))
    page.goto(f"/monitoring/{record.pk}/")
    page.wait_for_selector("table.filling")
    page.focus(cell(record, 0, "actual_raw"))
    page.evaluate(
        """(text) => { const data = new DataTransfer(); data.setData("text/plain", text);
        document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })); }""",
        "\n".join(ACTUAL),
    )
    saved(page)
    assert [r.actual_raw for r in record.rows.all()][:2] == ["640株", "95%（950/1000）"]
    page.click("summary:has-text('快速填写')")
    page.click("[data-fill=planned]")
    page.wait_for_selector("#proposed:not([hidden])")
    assert record.rows.filter(likelihood="").count() == 6
    assert page.locator(".proposed").count() > 6
    page.click("[data-keep]")
    saved(page)
    page.wait_for_selector("text=已填齐，可以报送。")
    assert record.rows.filter(likelihood="certain").count() == 6


def test_a_form_under_way_prints_all_that_was_typed(open_page: Any, person: Any, record: Any) -> None:
    page, reason = open_page(person("clerk")), "苗木到货晚，栽植延后。" * 12
    page.goto(f"/monitoring/{record.pk}/")
    page.fill(cell(record, 0, "reason_text"), reason)
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    box = page.locator(cell(record, 0, "reason_text"))
    assert not box.is_visible()  # a box for typing cuts off what is longer than itself
    assert box.locator("xpath=following-sibling::span").inner_text() == reason
    page.emulate_media(media="screen")
    assert box.is_visible()
    assert not box.locator("xpath=following-sibling::span").is_visible()


def test_a_round_is_reported_by_excel(open_page: Any, person: Any, record: Any, tmp_path: Path) -> None:
    import xlsxwriter

    from jiheng.readers.workbook_xlsx import xlsx_sheets

    page = open_page(person("clerk"))
    page.goto("/monitoring/")
    page.click("text=用 Excel 填报")
    with page.expect_download() as download:
        page.click("text=下载模板 >> nth=-1")
    sheets = {s.name: s.rows for s in xlsx_sheets(Path(download.value.path()).read_bytes())}
    for n, text in enumerate(ACTUAL, 1):
        sheets["指标"][n] |= {5: text, 7: "确定能"}
    out = BytesIO()
    with xlsxwriter.Workbook(out) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for n, cells in rows.items():
                for k, text in cells.items():
                    sheet.write_string(n, k, text)
    filled = tmp_path / "填报.xlsx"
    filled.write_bytes(out.getvalue())
    page.set_input_files("#files", str(filled))
    page.click("text=上传并核对")
    page.wait_for_selector("text=将改动 1 个项目的 12 格")
    page.click("text=确认保存")
    page.wait_for_selector("text=已保存 1 个项目的监控表")
    assert type(record).objects.get(pk=record.pk).is_reported
