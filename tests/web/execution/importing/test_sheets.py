"""Workbooks as finance systems and people make them: several sheets, hidden rows, lost digits, rows that are equal."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
import xlsxwriter
from django.test import Client

from jiheng.web.execution.importing import applying, batches, reading
from jiheng.web.execution.models import ImportBatch, Payment
from jiheng.web.plan.services import Refused
from jiheng.web.supervision.models import AuditEntry

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
CODE = "13990126P000141100015"
HEAD = ["项目代码", "项目名称", "支付日期", "凭证号", "支付金额（元）", "收款人", "摘要"]
ROAD = [CODE, "道路绿化补植", "2026-03-05", "0001", 1200, "青禾园林", "苗木"]
RIVER = ["", "河道清淤", "2026-03-06", "0002", 800, "云溪水利", "清淤"]
Sheets = dict[str, list[list[Any]]]


def workbook(sheets: Sheets, hidden: tuple[str, ...] = (), rows: tuple[int, ...] = (), columns: str = "") -> bytes:
    """The sheets by name; ``rows`` and ``columns`` are hidden in each of them."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out)
    for name, lines in sheets.items():
        sheet = book.add_worksheet(name)
        for n, line in enumerate(lines):
            sheet.write_row(n, 0, line)
        for n in rows:
            sheet.set_row(n, None, None, {"hidden": True})
        if columns:
            sheet.set_column(columns, None, None, {"hidden": True})
        if name in hidden:
            sheet.hide()
    book.close()
    return out.getvalue()


@pytest.fixture
def page(client: Client, reviewer: Any) -> Any:
    """``page(batch)``: its page as text; ``page(batch, "apply", {...})`` after a form was sent there."""
    client.force_login(reviewer, BACKEND)

    def look(batch: ImportBatch, to: str = "", form: Any = None) -> str:
        address = f"/execution/imports/{batch.pk}/"
        answer = client.post(f"{address}{to}/", form, follow=True) if to else client.get(address)
        return answer.content.decode()

    return look


def months() -> bytes:
    april = [[CODE, "", "2026-04-02", "0003", 50, "", ""]]
    return workbook(
        {
            "汇总": [HEAD, [CODE, "道路绿化补植", "2026-03-31", "", 1250, "", ""]],
            "3月": [["三月支付"], HEAD, ROAD, RIVER, ["合计", "", "", "", 2000]],
            "4月": [HEAD, *april],
            "旧": [HEAD, [CODE, "", "2026-01-02", "9", 9, "", ""]],
        },
        hidden=("旧",),
    )  # fmt: skip


def test_sheets_are_listed_and_chosen_and_a_summary_is_not_booked_first(
    bring: Any, page: Any, done: Any, reviewer: Any
) -> None:
    batch = bring(months())
    assert [(p.name, p.rows, p.is_chosen, p.is_hidden) for p in batch.plans] == [
        ("汇总", 1, False, False), ("3月", 2, True, False), ("4月", 1, False, False), ("旧", 1, False, True),
    ]  # fmt: skip
    assert (batch.good, batch.amount) == (2, 2000)
    shown = page(batch)
    assert "还有 1 张工作表也是这样的清单，现在没有选：4月" in shown
    assert "名称像汇总，与明细一起导入会重复" in shown
    assert "确认后有 <b>2</b> 行入账，合计 <b>0.20 万元</b>（2,000.00 元）" in shown and "来自工作表“3月”" in shown
    assert "第 5 行合计“合计　2000”" in shown
    page(batch, "columns", {"chosen": ["1", "2"]})
    batch = done(ImportBatch.objects.get())
    assert (batch.good, batch.amount) == (3, 2050)
    assert "来自工作表“3月”、“4月”" in page(batch)
    done(applying.apply(reviewer, batch.pk))
    assert sum(Payment.objects.values_list("amount", flat=True)) == 2050
    assert '"sheets": ["3月", "4月"]' in str(AuditEntry.objects.get(action="导入执行数据").after).replace("'", '"')


def test_rows_below_a_gap_are_read_and_heads_of_two_rows_understood(bring: Any) -> None:
    out = BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet("支出")
    sheet.merge_range(0, 0, 1, 0, "项目代码")
    sheet.merge_range(0, 1, 0, 2, "支出")
    sheet.write_row(1, 1, ["日期", "金额（元）"])
    sheet.write_row(2, 0, [CODE, "2026-03-05", 10])
    sheet.write_row(200, 0, [CODE, "2026-03-06", 20])
    sheet.write(203, 0, "制表人：张三")
    book.close()
    batch = bring(out.getvalue())
    assert (batch.good, batch.amount, batch.problems) == (2, 30, [])
    assert batch.plans[0].headings == ["项目代码", "支出 日期", "支出 金额（元）"]
    assert batch.plans[0].aside == [[204, "制表人：张三", "说明或签字"]]


def test_hidden_rows_are_told_and_booked_only_where_that_is_chosen(bring: Any, page: Any, done: Any) -> None:
    batch = bring(workbook({"3月": [HEAD, ROAD, RIVER]}, rows=(2,)))
    assert (batch.good, batch.amount) == (1, 1200)
    assert "隐藏（含筛选掉）的 1 行没有导入：第 3 行" in page(batch)
    page(batch, "columns", {"chosen": "0", "hidden:0": "1"})
    batch = done(ImportBatch.objects.get())
    assert (batch.good, batch.amount) == (2, 2000)
    assert "隐藏（含筛选掉）的 1 行按您的选择一并导入：第 3 行" in page(batch)


def test_hidden_columns_are_told_and_used_only_where_that_is_chosen(bring: Any, page: Any) -> None:
    batch = bring(workbook({"3月": [HEAD, ROAD]}, columns="F:F"))
    assert "隐藏的列没有使用：F 列“收款人”" in page(batch)
    assert batch.sample[0]["payee"] == ""
    assert "收款人（隐藏列）" in " ".join(page(batch).split()).replace(" （", "（")


def test_numbers_that_lost_digits_are_refused_in_every_column_that_is_read(bring: Any) -> None:
    rows = [[*ROAD[:3], 12345678901234512345, *ROAD[4:]], [13990126000141100015, *ROAD[1:]],
            [*ROAD[:3], 999999999999999, *ROAD[4:]]]  # fmt: skip
    batch = bring(workbook({"3月": [[*HEAD, "收款人账号"], *([*row, 6222020200012345678] for row in rows)]}))
    assert [(p["row"], p["column"], p["text"]) for p in batch.problems] == [
        (2, "凭证号", "12345678901234500000"), (3, "项目代码", "13990126000141100000"),
    ]  # fmt: skip
    assert "设为“文本”格式，重新录入" in batch.problems[0]["message"]
    assert (batch.good, batch.sample[0]["number"]) == (1, "999999999999999")  # 15 digits are kept; accounts not read
    saved_as_text = "\t".join(HEAD) + f"\n{CODE}\t\t2026-03-05\t1.23457E+19\t5\t\t"
    assert "超过 15 位" in bring(saved_as_text).problems[0]["message"]


def test_a_code_and_a_name_of_different_projects_wait_for_a_decision(
    bring: Any, page: Any, done: Any, reviewer: Any, projects: Any
) -> None:
    wrong = [CODE, "河道清淤", *ROAD[2:]]
    batch = bring(workbook({"3月": [HEAD, wrong, RIVER]}))
    assert (batch.good, batch.problems, batch.undecided) == (1, [], {"0:2"})
    assert "代码是“道路绿化补植”的，名称却是另一个项目“河道清淤”" in page(batch)
    with pytest.raises(Refused, match="还有 1 行有问题或没有决定"):
        applying.apply(reviewer, batch.pk)
    page(batch, "decide", {"row:0:2:project": "name"})
    batch = done(ImportBatch.objects.get())
    assert (batch.good, batch.undecided) == (2, set())
    done(applying.apply(reviewer, batch.pk))
    assert set(Payment.objects.values_list("project", flat=True)) == {projects[1].pk}


def test_a_unit_that_is_not_the_project_s_is_pointed_out(bring: Any) -> None:
    units = ("601002", "601001", "", "601 云溪区公共服务局")
    rows = [[unit, *ROAD[:3], f"{n}", *ROAD[4:]] for n, unit in enumerate(units)]
    batch = bring(workbook({"3月": [["单位编码", *HEAD], *rows]}))
    assert (batch.good, [h["row"] for h in batch.held]) == (3, [2])
    assert "代码是“云溪区公共服务局本级”的项目，这一行写的单位却是“601002”" in batch.held[0]["message"]


def test_names_that_are_nobody_s_are_told(bring: Any, page: Any) -> None:
    batch = bring(workbook({"3月": [HEAD, [CODE, "道路绿化（续）", *ROAD[2:]]]}))
    assert batch.good == 1
    assert "第 2 行写的是“道路绿化（续）”，代码是“道路绿化补植”" in page(batch)


def test_equal_rows_are_asked_about_and_can_be_accepted(bring: Any, page: Any, done: Any, reviewer: Any) -> None:
    data = workbook({"3月": [HEAD, ROAD, RIVER, ROAD, ROAD]})
    batch = bring(data)
    assert (batch.good, batch.duplicates, [h["row"] for h in batch.held]) == (2, 0, [4, 5])
    assert "与第 2 行相同" in batch.held[0]["message"]
    batch = done(batches.decide(reviewer, batch.pk, {"0:4:equal": "keep", "0:5:equal": "out", "0:2:equal": "keep"}))
    assert (batch.good, batch.amount, batch.undecided) == (3, 3200, set())
    done(applying.apply(reviewer, batch.pk))
    assert Payment.objects.filter(amount=1200).count() == 2
    # The same file again: as many as are kept are skipped, and what is beyond them is asked about again.
    again = bring(data)
    assert (again.good, again.duplicates, [h["row"] for h in again.held]) == (0, 3, [5])
    page(again, "decide", {"all": "keep"})
    assert done(ImportBatch.objects.get(pk=again.pk)).good == 1


def test_equal_rows_on_two_sheets_are_asked_about(bring: Any, page: Any, done: Any) -> None:
    batch = bring(workbook({"3月": [HEAD, ROAD], "补": [HEAD, ROAD]}))
    page(batch, "columns", {"chosen": ["0", "1"]})
    batch = done(ImportBatch.objects.get())
    assert (batch.good, batch.undecided) == (1, {"1:2"})
    assert "与“3月”第 2 行相同" in page(batch)


@pytest.mark.parametrize("sheets, said", (
    ({"3月": [HEAD]}, "“3月”只有表头，下面一行数据也没有，没有导入任何内容"),
    ({"3月": [HEAD, ["合计", "", "", "", 0]]}, "“3月”只有表头"),
    ({"3月": [["项目代码", "数"], [CODE, 5]]}, "还没有找到“日期”、“金额”是哪一列。第 1 行写的是：项目代码、数。"),
    ({"3月": [[*HEAD[:4], "金额（千元）"], ROAD[:5]]}, "金额单位写的是“千元”"),
))  # fmt: skip
def test_a_list_without_rows_or_columns_says_so(
    bring: Any, page: Any, reviewer: Any, sheets: Sheets, said: str
) -> None:
    batch = bring(workbook(sheets))
    assert said in page(batch) and "行已入账" not in page(batch) and "入账 0 行" not in page(batch)
    with pytest.raises(Refused, match="没有可以入账的行"):
        applying.apply(reviewer, batch.pk)


def test_another_list_below_is_not_read_and_said(bring: Any) -> None:
    batch = bring(workbook({"3月": [HEAD, ROAD, [], ["支付日期", "项目代码", "金额"], ["2026-03-04", CODE, 7]]}))
    assert (batch.good, [(p["row"], "又一个表头" in p["message"]) for p in batch.problems]) == (1, [(4, True)])


def test_a_preview_that_has_changed_is_not_confirmed_and_a_second_click_changes_nothing(
    bring: Any, page: Any, done: Any, reviewer: Any
) -> None:
    batch = bring(months())
    seen = applying.fingerprint(batch)
    page(batch, "columns", {"chosen": ["1", "2"]})
    done(ImportBatch.objects.get())
    assert "预览之后内容又变了，没有入账" in page(batch, "apply", {"seen": seen})
    assert not Payment.objects.exists()
    confirmed = {"seen": applying.fingerprint(ImportBatch.objects.get())}
    for _ in range(2):
        assert "正在入账" in page(batch, "apply", confirmed)
    done(ImportBatch.objects.get())
    page(batch, "apply", confirmed)
    assert Payment.objects.count() == 3
    assert AuditEntry.objects.filter(action="导入执行数据").count() == 1


def test_days_and_amounts_in_many_writings(bring: Any) -> None:
    days = (46086, "2026.3.5", 20260305, "2026年3月5日", "2026/3/5", "2026-03-05 10:20:30")
    amounts = (-12.5, "(12.50)", "（12.5）", "-12.50", "￥-12.5", "1,012.50")
    rows = [[CODE, "", day, f"{n}", amount, "", ""] for n, (day, amount) in enumerate(zip(days, amounts, strict=True))]
    batch = bring(workbook({"3月": [HEAD, *rows]}))
    assert [p["text"] for p in batch.problems] == ["￥-12.5"]
    assert {d["on"] for d in batch.sample} == {"2026-03-05"}
    assert batch.amount == Decimal("962.50")


def test_too_many_rows_of_two_sheets_can_be_chosen_anew(
    bring: Any, page: Any, done: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_ROWS", 2)
    batch = bring(months())
    page(batch, "columns", {"chosen": ["1", "2"]})
    batch = done(ImportBatch.objects.get())
    assert (batch.state, batch.good) == ("failed", 0)
    assert "有 3 行，一次最多导入 2 行" in page(batch) and "重新检查</button>" in page(batch)
    page(batch, "columns", {"chosen": ["2"]})
    assert done(ImportBatch.objects.get()).good == 1


@pytest.mark.parametrize("data, said", (
    (b"PK\x03\x04" + b"x" * 200, "损坏"), (b"\x89PNG\r\n" + b"x" * 50, "图片"),
    (("\t".join(HEAD) + "\n" + f"{CODE}\t\t2026-03-05\t1\t5\t\t\n" * 60_000).encode(), "超过 50000 行"),
    (("\t".join(HEAD) + "\n" + f"{CODE}\t\t2026-03-05\t1\t5\t\t\n" * 10_001).encode(), "有 10001 行，一次最多导入 10000 行"),
), ids=("broken", "picture", "far too many", "too many"))  # fmt: skip
def test_what_cannot_be_read_says_one_thing_and_keeps_the_file(
    bring: Any, page: Any, client: Client, data: bytes, said: str
) -> None:
    batch = bring(data)
    assert batch.state == "failed" and said in batch.message and said in page(batch)
    assert client.get(f"/execution/imports/{batch.pk}/original/").getvalue() == data  # type: ignore[attr-defined]
