"""Money in a browser: entries by hand, and a list of the finance system with two bad rows."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
import xlsxwriter
from playwright.sync_api import expect

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def approved(project: Any) -> Any:
    """The project with an approved budget of 40 万元."""
    from jiheng.web.execution.services import refresh_totals
    from jiheng.web.plan.models import Project

    Project.objects.filter(pk=project.pk).update(state="approved")
    refresh_totals([project.pk])
    return Project.objects.get(pk=project.pk)


def test_an_entry_is_written_corrected_and_removed(open_page: Any, person: Any, approved: Any) -> None:
    page = open_page(person("clerk"))
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"/execution/{approved.pk}/")
    page.click("text=登记支付")
    page.fill("#entry-on", "2026-03-05")
    page.fill("#entry-amount", "1.2万元")
    page.fill("#entry-payee", "青禾园林")
    page.click("#entry .go")
    page.wait_for_selector("td:has-text('12,000.00')")
    assert "3.00%" in page.inner_text(".sources .sum")
    page.click("text=更正")
    assert (page.input_value("#entry-amount"), page.input_value("#entry-payee")) == ("12000.00", "青禾园林")
    page.fill("#entry-amount", "20000")
    page.click("#entry .go")
    page.wait_for_selector("td:has-text('20,000.00')")
    page.click("text=登记支付")
    assert page.input_value("#entry-amount") == "", "a new entry begins empty"
    page.click("#entry [data-close]")
    page.click("#entries ~ table .danger")
    page.wait_for_selector("text=还没有登记。")
    assert "0.00%" in page.inner_text(".sources .sum")


def test_what_is_unlikely_is_asked_about_changed_or_confirmed(open_page: Any, person: Any, approved: Any) -> None:
    from jiheng.web.execution.models import Payment

    page = open_page(person("clerk"))
    page.goto(f"/execution/{approved.pk}/")
    page.click("text=登记支付")
    page.fill("#entry-on", "2026-03-05")
    page.fill("#entry-amount", "50万元")
    page.fill("#entry-payee", "青禾园林")
    page.click("#entry .go")
    asked = page.locator(".doubts")
    expect(asked).to_contain_text("累计支付 50 万元，超过全年预算 40 万元")
    asked.locator(".go").click()  # without the tick nothing is sent
    assert not Payment.objects.exists()
    asked.locator("button:has-text('返回修改')").click()
    assert (page.input_value("#entry-amount"), page.input_value("#entry-payee")) == ("50万元", "青禾园林")
    page.fill("#entry-amount", "45万元")
    page.click("#entry .go")
    expect(asked).to_contain_text("累计支付 45 万元")
    asked.locator("input[type=checkbox]").check()
    asked.locator(".go").click()
    page.wait_for_selector("td:has-text('450,000.00')")
    assert Payment.objects.get().payee == "青禾园林"


def test_the_chart_is_drawn(open_page: Any, person: Any, approved: Any) -> None:
    page = open_page(person("clerk"))
    page.goto("/execution/overview/")
    page.wait_for_selector("[data-chart=curve] canvas")
    drawn = page.evaluate(
        """() => { const c = document.querySelector("[data-chart=curve] canvas"), p = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
        for (let i = 3; i < p.length; i += 4) if (p[i]) return true; return false; }"""
    )
    assert drawn
    expect(page.locator("details.data tbody tr")).to_have_count(12)


def test_a_list_with_two_bad_rows_comes_in_whole_or_not_at_all(open_page: Any, person: Any, approved: Any) -> None:
    from jiheng.web.execution.models import ImportBatch, Payment
    from jiheng.web.jobs.services import perform

    rows = (
        ("项目代码", "支付日期", "凭证号", "支付金额（元）", "摘要"), (approved.code, "2026-03-05", "1", "12,000.50", "苗木"),
        (approved.code, "2026-02-30", "2", "八千", "灯具"), ("139901X", "2026-03-06", "3", "500", "其他"),
        (approved.code, "2026-03-20", "4", "-0.50", "退回"), ("合计", "", "", "12,500.00", ""),
    )  # fmt: skip
    page = open_page(person("clerk"))
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/execution/imports/")
    text = "\n".join("\t".join(row) for row in rows)
    page.evaluate(f"document.getElementById('text').value = {json.dumps(text)}")
    page.click("#upload .go")
    page.wait_for_selector("#job progress")
    perform(ImportBatch.objects.get().job_id)  # type: ignore[arg-type]
    page.wait_for_selector(".problems")
    said = [row.split("\t")[:3] for row in page.locator(".problems tbody tr").all_inner_texts()]
    assert said == [["3", "支付日期", "2026-02-30"], ["3", "支付金额（元）", "八千"], ["4", "项目代码", "139901X"]]
    page.click("text=入账 2 行")
    expect(page.locator("[name=leave_out]:invalid"), "nothing is sent before the rows are left out").to_have_count(1)
    assert not Payment.objects.exists()
    page.check("[name=leave_out]")
    page.click("text=入账 2 行")
    page.wait_for_selector("#job progress")
    perform(ImportBatch.objects.get().job_id)  # type: ignore[arg-type]
    page.wait_for_selector("text=行已入账")
    assert sum(Payment.objects.values_list("amount", flat=True)) == Decimal(12000)
    page.fill("#reason", "月份不对")
    page.click("text=整批撤回")
    page.wait_for_selector("text=已整批撤回")
    assert not Payment.objects.exists()


def test_sheets_are_chosen_and_rows_decided_before_anything_is_kept(
    open_page: Any, person: Any, approved: Any, tmp_path: Any
) -> None:
    from jiheng.web.execution.models import ImportBatch, Payment
    from jiheng.web.jobs.services import perform

    head = ("项目代码", "支付日期", "凭证号", "支付金额（元）")
    march, april = (approved.code, "2026-03-05", "1", 1200), (approved.code, "2026-04-03", "2", 50)
    file = tmp_path / "支付明细.xlsx"
    book = xlsxwriter.Workbook(file)
    third = [head, march, march, ("合计", "", "", 2400)]
    for name, rows in {"汇总": [head, march], "3月": third, "4月": [head, april]}.items():
        sheet = book.add_worksheet(name)
        for n, row in enumerate(rows):
            sheet.write_row(n, 0, row)
    book.close()
    page = open_page(person("clerk"))

    def checked() -> None:
        page.wait_for_selector("#job progress")
        perform(ImportBatch.objects.get().job_id)  # type: ignore[arg-type]
        page.wait_for_selector("#job", state="detached")

    page.goto("/execution/imports/")
    page.set_input_files("#files", file)
    page.click("#upload .go")
    checked()
    assert page.is_checked("#chosen-1") and not page.is_checked("#chosen-0")
    assert "来自工作表“3月”" in page.inner_text(".decide")
    page.check("#chosen-2")
    page.click("#sheets button")
    checked()
    assert "确认后有 2 行入账，合计 0.13 万元（1,250.00 元），来自工作表“3月”、“4月”" in page.inner_text(".decide")
    page.set_viewport_size({"width": 390, "height": 800})
    page.select_option("#held select", label="确有这一笔，也入账")
    page.click("#held .go")
    checked()
    page.click("text=入账 3 行")
    checked()
    assert sum(Payment.objects.values_list("amount", flat=True)) == Decimal(2450)
