"""A year closes: opened by finance, filled in and scored, adjusted with a reason, submitted, reviewed, exported."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from jiheng.readers.docx import read_docx
from jiheng.readers.workbook_xlsx import xlsx_sheets

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]
SAID = ("784", "950/1000", "11月20日", "480", "39%", "91%")
"""784 of 800 trees: 98% of the target; everything else is reached."""


@pytest.fixture
def approved(project: Any, settings: Any, tmp_path: Path) -> Any:
    """The project, approved, 36 of 40 万元 paid."""
    from jiheng.web.execution.models import Payment
    from jiheng.web.execution.services import refresh_totals
    from jiheng.web.plan.models import Project

    settings.MEDIA_ROOT = tmp_path / "media"
    Project.objects.filter(pk=project.pk).update(state="approved")
    Payment.objects.create(project=project, amount=Decimal(360000), on=date(2026, 11, 20))
    refresh_totals([project.pk])
    return Project.objects.get(pk=project.pk)


def _saved(page: Any) -> None:
    page.wait_for_selector("#status.good")
    page.evaluate("document.getElementById('status').className = ''")


def _step(page: Any, name: str, state: str) -> None:
    page.click(f"[data-dialog=step-{name}]")
    page.click(f"#step-{name} .btn.go")
    page.wait_for_selector(f".head .chip.state-{state}")


def _download(page: Any, link: str) -> bytes:
    if not page.locator(f".menu >> text={link}").is_visible():
        page.click("summary:has-text('导出')")
    with page.expect_download() as download:
        page.click(f".menu >> text={link}")
    return Path(download.value.path()).read_bytes()


def _open_the_year(page: Any) -> Any:
    from jiheng.web.evaluation.models import EvaluationYear, SelfEvaluation
    from jiheng.web.jobs.services import perform

    page.goto("/evaluation/?year=2026")
    page.fill("#closes_on", "2027-03-31")
    page.click("text=开展2026年自评")
    page.wait_for_selector("progress")
    perform(EvaluationYear.objects.get().job)
    page.wait_for_selector("text=自评表已经生成")
    return SelfEvaluation.objects.get()


def _fill_in(page: Any, form: Any) -> None:
    """Every point follows as it is typed; what lost points must be explained."""
    rows = list(form.rows.all())
    page.goto("/evaluation/?year=2026")
    page.click("text=道路绿化补植")
    for row, text in zip(rows, SAID, strict=True):
        page.click(f"[data-cell='row:{row.pk}:actual_raw']", position={"x": 4, "y": 4})
        page.keyboard.press("Control+a")
        page.keyboard.type(text)
        page.keyboard.press("Enter")
        _saved(page)
        page.keyboard.press("Escape")
    # 9 (36 of 40 万元) + 12.25 (784 of 800 trees) + 3 × 12.5 + 30 + 10
    page.wait_for_selector(".score .sum:has-text('98.75')")
    expect(page.locator(f"#row-{rows[0].pk}")).to_contain_text("完成值 784株，指标值 800株，按 98% 计 12.25 分。")
    expect(page.locator(".find.a:has-text('扣分的指标要写偏差原因')")).to_have_count(1)


def _adjust(page: Any, row: Any) -> None:
    """Points are lowered, and not without a reason."""
    page.click(f"[data-points='{row.pk}']")
    page.fill("#adjust-points", "10")
    page.click("#adjust .btn.go")
    expect(page.locator("#adjust-error")).to_have_text("请写明调整理由。")
    page.fill("#adjust-reason", "抽查发现部分苗木规格偏小。")
    page.click("#adjust .btn.go")
    page.wait_for_selector(".score .sum:has-text('96.5')")
    assert "98.75" in page.inner_text(".score")


def _explain(page: Any, row: Any) -> None:
    page.click(f"[data-cell='row:{row.pk}:deviation']", position={"x": 4, "y": 4})
    page.keyboard.type("苗木到货晚，少栽16株，下年提前采购。")
    page.keyboard.press("Enter")
    _saved(page)
    page.keyboard.press("Escape")
    page.click("[data-cell='goals_actual']")
    page.keyboard.type("全年补植784株，成活率95%。")
    page.keyboard.press("Tab")
    _saved(page)
    page.keyboard.press("Escape")
    page.fill("#explain", "验收单存单位备查。")
    page.click("h2:has-text('自评得分')")
    page.wait_for_selector("text=已经齐备，请单位负责人报送。")


def test_a_year_closes(open_page: Any, person: Any, approved: Any) -> None:
    finance, clerk = open_page(person("finance_reviewer")), open_page(person("clerk"))
    form = _open_the_year(finance)
    _fill_in(clerk, form)
    first = form.rows.first()
    _adjust(clerk, first)
    _explain(clerk, first)
    page = f"/evaluation/{form.pk}/"
    for role, name, state in (
        ("unit_head", "submit", "department_review"), ("department_reviewer", "department_pass", "finance_review"),
    ):  # fmt: skip
        other = open_page(person(role))
        other.goto(page)
        _step(other, name, state)
    finance.goto(page)
    assert "调整理由：抽查发现部分苗木规格偏小。" in finance.inner_text(f"#row-{first.pk}")
    _step(finance, "accept", "accepted")

    clerk.goto(page)
    table = str(read_docx(_download(clerk, "Word 自评表")))
    assert "96.5" in table and "等级：优" in table and "按规则计 12.25 分，调整为 10 分" in table
    report = str(read_docx(_download(clerk, "Word 自评报告")))
    assert "总分 96.5 分，评价等级为“优”" in report and "执行率 90%，10 分计 9 分" in report
    (sheet, *_) = xlsx_sheets(_download(clerk, "Excel 自评表"))
    assert any("784株" in cells.values() for cells in sheet.rows.values())

    finance.goto("/evaluation/ranking/?year=2026")
    assert "96.5" in finance.inner_text("main table.list")
