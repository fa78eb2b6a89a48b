"""Lists of the finance system: clear problems, nothing half-imported, recognised again, taken back as a whole."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
import xlsxwriter
from django.core.exceptions import PermissionDenied

from jiheng.web.execution.importing import applying, batches
from jiheng.web.execution.models import Allotment, ColumnMapping, ExecutionTotal, ImportBatch, Payment
from jiheng.web.execution.services import totals
from jiheng.web.execution.signals import taking_back
from jiheng.web.jobs.models import Job
from jiheng.web.jobs.services import perform
from jiheng.web.org.models import Unit
from jiheng.web.plan.models import BudgetYear, Project
from jiheng.web.plan.services import Refused
from jiheng.web.supervision.models import AuditEntry

pytestmark = pytest.mark.django_db
HEAD = ["支付日期", "凭证号", "项目代码", "项目名称", "资金性质", "支付金额（元）", "收款人", "摘要"]
CODE = "13990126P000141100015"
GOOD = [
    ["2026-03-05", "0001", CODE, "道路绿化补植", "一般公共预算", "12,000.50", "青禾园林", "苗木款"],
    ["2026-03-06", "0002", "", "河道清淤", "上年结转", "800", "云溪水利", "工程款"],
    ["2026-03-20", "0003", CODE, "", "单位资金", "-20.5", "青禾园林", "退款"],
]
D = Decimal


def table(rows: list[list[str]], head: list[str] = HEAD) -> str:
    return "\n".join("\t".join(line) for line in [head, *rows])


def workbook(rows: list[list[Any]], head: list[str] = HEAD) -> bytes:
    out = BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    for r, row in enumerate([["2026年3月支付明细"], [], head, *rows]):
        sheet.write_row(r, 0, row)
    book.close()
    return out.getvalue()


def done(batch: ImportBatch) -> ImportBatch:
    assert batch.job_id is not None
    perform(batch.job_id)
    return ImportBatch.objects.get(pk=batch.pk)


def paid(project: Any) -> tuple[Decimal, Decimal, Decimal]:
    kept = ExecutionTotal.objects.get(project=project)
    return kept.paid_fiscal, kept.paid_carry_over, kept.paid_other


@pytest.mark.parametrize("content", (
    workbook(GOOD), table(GOOD), table(GOOD).encode("gb18030"), table(GOOD).replace("12,000.50", "12000.50").replace("\t", ",").encode("gbk"),
), ids=("xlsx", "pasted", "gb18030", "csv"))  # fmt: skip
def test_a_month_of_payments(bring: Any, reviewer: Any, projects: Any, content: Any) -> None:
    batch = bring(content)
    assert (batch.state, batch.good, batch.problems, batch.amount) == ("read", 3, [], D("12780.00"))
    assert batch.summary["sources"] == {"财政拨款": "12,000.50", "上年结转": "800.00", "其他资金": "-20.50"}
    assert not Payment.objects.exists()
    batch = done(applying.apply(reviewer, batch.pk))
    assert (batch.state, Payment.objects.filter(batch=batch).count()) == ("applied", 3)
    assert paid(projects[0]) == (D("12000.50"), 0, D("-20.50"))
    assert paid(projects[1]) == (0, 800, 0)
    assert AuditEntry.objects.filter(action="导入执行数据").count() == 1


def test_payments_beyond_the_budget_are_pointed_out_before_they_are_kept(
    bring: Any, client: Any, reviewer: Any, projects: Any
) -> None:
    rows = [[*GOOD[0][:5], "60", *GOOD[0][6:]], GOOD[1]]
    in_wan = [cell.replace("元", "万元") for cell in HEAD]
    batch = bring(table(rows, in_wan))
    # 60 万元 of a budget of 40 万元; 800 万元 of 12 万元
    assert [(o["project"], o["paid"], o["budget"]) for o in batch.summary["overspent"]] == [
        ("河道清淤", "8,000,000.00", "120,000.00"), ("道路绿化补植", "600,000.00", "400,000.00"),
    ]  # fmt: skip
    client.force_login(reviewer, "django.contrib.auth.backends.ModelBackend")
    page = client.get(f"/execution/imports/{batch.pk}/").content.decode()
    assert "入账后有 2 个项目的支付超过全年预算" in page and "现按“万元”读取" in page
    assert bring(table(GOOD)).summary["overspent"] == []


def test_refunds_beyond_payments_and_cuts_below_them_are_pointed_out(
    bring: Any, client: Any, reviewer: Any, projects: Any, pay: Any
) -> None:
    batch = bring(table(GOOD))  # 20.50 元 come back of other funds, of which nothing was paid
    assert batch.summary["refunded"] == [{"project": "道路绿化补植", "source": "其他资金", "paid": "-20.50"}]
    client.force_login(reviewer, "django.contrib.auth.backends.ModelBackend")
    assert "入账后有 1 处退回的比支付的多" in client.get(f"/execution/imports/{batch.pk}/").content.decode()
    pay(projects[0], "300000")
    cut = f"调整日期\t项目代码\t资金性质\t调整金额（元）\t文号\n2026-04-02\t{CODE}\t财政拨款\t-150000\t1"
    over = bring(cut, kind="adjustment").summary["overspent"]
    assert over == [{"project": "道路绿化补植", "budget": "250,000.00", "paid": "300,000.00"}]


def test_a_list_whose_refunds_remain_is_taken_back_after_a_question(
    bring: Any, client: Any, reviewer: Any, projects: Any, pay: Any
) -> None:
    batch = done(applying.apply(reviewer, bring(table(GOOD[:2])).pk))
    pay(projects[0], "-10000", month=4)
    client.force_login(reviewer, "django.contrib.auth.backends.ModelBackend")
    path = f"/execution/imports/{batch.pk}/take-back/"
    asked = client.post(path, {"reason": "导错了月份"})
    assert asked.status_code == 409 and Payment.objects.filter(batch=batch).count() == 2
    page = asked.content.decode()
    assert "财政拨款退回的比支付的多 1 万元" in page and 'name="reason" value="导错了月份"' in page
    key = re.search(r'name="confirmed" value="(\w+)"', page)
    assert key is not None
    assert client.post(path, {"reason": "导错了月份", "confirmed": key[1]}).status_code == 302
    assert not Payment.objects.filter(batch=batch).exists()


BAD = [
    *GOOD[:1],
    ["2026-02-30", "0009", "13990126P0", "", "", "一万", "", ""],
    ["2025-12-31", "0010", "", "没有这个项目", "一般公共预算", "5.005", "", ""],
    *GOOD[1:],
]


def test_bad_rows_are_named_cell_by_cell_and_nothing_is_half_imported(bring: Any, reviewer: Any) -> None:
    batch = bring(workbook(BAD))
    said = [(p["row"], p["column"], p["text"]) for p in batch.problems]
    assert said == [
        (5, "项目代码", "13990126P0"), (5, "支付日期", "2026-02-30"), (5, "支付金额（元）", "一万"), (5, "资金性质", ""),
        (6, "项目名称", "没有这个项目"), (6, "支付金额（元）", "5.005"),
    ]  # fmt: skip
    assert all(p["message"].endswith("。") for p in batch.problems)
    assert (batch.good, batch.bad) == (3, 2)
    for leave_out in ((), ("0:5",)):
        with pytest.raises(Refused, match="没有入账"):
            applying.apply(reviewer, batch.pk, leave_out)
    assert not Payment.objects.exists()
    batch = done(applying.apply(reviewer, batch.pk, ("0:5", "0:6")))
    assert (batch.state, batch.left_out, Payment.objects.count()) == ("applied", ["0:5", "0:6"], 3)


def test_what_is_there_already_is_skipped(bring: Any, reviewer: Any, projects: Any) -> None:
    first = bring(table(GOOD))
    assert (first.good, first.duplicates, first.held) == (3, 0, [])
    done(applying.apply(reviewer, first.pk))
    april = ["2026-04-02", "0004", CODE, "", "财政拨款", "100", "", ""]
    second = bring(workbook([*GOOD, april]))
    assert (second.good, second.duplicates) == (1, 3)
    assert "已由导入“粘贴的表格”入账" in second.repeated[0]["message"]
    done(applying.apply(reviewer, second.pk))
    assert Payment.objects.count() == 4
    third = bring(workbook([*GOOD, april]))
    assert third.good == 0
    with pytest.raises(Refused, match="没有可以入账的行"):
        applying.apply(reviewer, third.pk)


def test_taken_back_as_a_whole(bring: Any, reviewer: Any, projects: Any) -> None:
    batch = done(applying.apply(reviewer, bring(table(GOOD)).pk))
    with pytest.raises(Refused, match="理由"):
        applying.take_back(reviewer, batch.pk, " ")
    asked: list[Any] = []

    def against(batch: Any, projects: Any, **_: Any) -> str:
        asked.append(projects)
        return "一季度监控已锁定。"

    taking_back.connect(against)
    try:
        with pytest.raises(Refused, match="一季度监控已锁定"):
            applying.take_back(reviewer, batch.pk, "导错了月份")
    finally:
        taking_back.disconnect(against)
    assert asked == [{projects[0].pk, projects[1].pk}]
    assert Payment.objects.count() == 3
    assert applying.take_back(reviewer, batch.pk, "导错了月份") == 3
    assert not Payment.objects.exists()
    assert paid(projects[0]) == paid(projects[1]) == (0, 0, 0)
    with pytest.raises(Refused, match="已撤回"):
        applying.take_back(reviewer, batch.pk, "再来一次")
    assert done(applying.apply(reviewer, bring(table(GOOD)).pk)).state == "applied"


def test_a_server_killed_in_the_middle_leaves_nothing_half_done(
    bring: Any, reviewer: Any, projects: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = applying.apply(reviewer, bring(table(GOOD)).pk)
    with monkeypatch.context() as killed:

        def die(*_: Any, **__: Any) -> None:
            raise SystemExit

        killed.setattr(applying, "refresh_totals", die)
        with pytest.raises(SystemExit):
            perform(batch.job_id)  # type: ignore[arg-type]
    assert not Payment.objects.exists()
    assert ImportBatch.objects.get(pk=batch.pk).state == "applying"
    Job.objects.update(heartbeat=None)
    assert done(batch).state == "applied"
    assert (Payment.objects.count(), paid(projects[1])) == (3, (0, 800, 0))
    Job.objects.update(state="waiting")
    perform(batch.job_id)  # type: ignore[arg-type]
    assert Payment.objects.count() == 3


def test_work_that_was_given_up_can_be_asked_for_again(bring: Any, reviewer: Any) -> None:
    batch = applying.apply(reviewer, bring(table(GOOD)).pk)
    Job.objects.filter(pk=batch.job_id).update(state="failed")
    assert done(applying.apply(reviewer, batch.pk)).state == "applied"


def test_what_changed_after_the_confirmation_is_confirmed_again(bring: Any, reviewer: Any, projects: Any) -> None:
    batch = applying.apply(reviewer, bring(table(GOOD)).pk)
    Project.objects.filter(pk=projects[1].pk).update(name="改了名字")
    batch = done(batch)
    assert (batch.state, batch.good, Payment.objects.exists()) == ("read", 2, False)
    assert "情况有了变化" in batch.message
    assert Job.objects.get(pk=batch.job_id).state == "failed"


def test_columns_are_corrected_and_remembered(bring: Any, reviewer: Any) -> None:
    head = ["付讫", "号", "码", "名", "钱", "数（万元）", "谁", "话"]
    batch = bring(table([["2026-03-05", "1", CODE, "", "财政", "1.20005", "", ""]], head))
    assert (batch.state, batch.good) == ("read", 0)
    assert "项目代码（或项目名称）”、“日期”、“金额" in batch.message
    mapping = {"on": 0, "number": 1, "code": 2, "source": 4, "amount": 5}
    (plan,) = batch.plans
    with pytest.raises(Refused, match="两个用途"):
        batches.reread(reviewer, batch.pk, [replace(plan, mapping={"on": 0, "amount": 0})])
    batch = done(batches.reread(reviewer, batch.pk, [replace(plan, mapping=mapping, amount_unit="wan")]))
    assert (batch.good, batch.amount) == (1, D("12000.50"))
    done(applying.apply(reviewer, batch.pk))
    assert ColumnMapping.objects.get().mapping == mapping
    again = bring(table([["2026-04-05", "2", CODE, "", "财政", "1", "", ""]], head))
    assert (again.good, again.amount, again.plans[0].is_remembered) == (1, 10000, True)


def test_only_ones_own_units(bring: Any, person: Any, year: BudgetYear, reviewer: Any) -> None:
    clerk = person("clerk")
    batch = bring(table(GOOD), by=clerk)
    assert (batch.unit, batch.good) == (Unit.objects.get(code="601001"), 2)
    assert "没有这个名称的项目" in batch.problems[0]["message"]
    stranger = person("clerk", "fremd", unit=Unit.objects.get(code="601002"))
    for someone in (stranger, person("auditor")):
        with pytest.raises(PermissionDenied):
            applying.apply(someone, batch.pk, ("0:3",))
        with pytest.raises(PermissionDenied):
            batches.discard(someone, batch.pk)
    assert batches.places_for(person("unit_head"), year) == []
    assert [p.key for p in batches.places_for(person("finance_reviewer"), year)] == ["all"]
    # The department reaches what its units bring in, and what a unit may not have.
    assert batches.discard(reviewer, batch.pk).state == "discarded"


def test_names_that_are_not_unique_need_a_code_or_a_unit(bring: Any, make_project: Any) -> None:
    make_project("河道清淤", unit="601001")
    batch = bring(table(GOOD[1:2]))
    assert "有 2 个项目都叫这个名称" in batch.problems[0]["message"]
    batch = bring(table([["601002", *GOOD[1]]], ["单位编码", *HEAD]))
    assert (batch.good, batch.problems) == (1, [])


def test_allotments_may_be_early_and_drafts_have_no_payments(bring: Any, projects: Any, reviewer: Any) -> None:
    Project.objects.filter(pk=projects[0].pk).update(state="draft")
    rows = [["2025-11-20", "云财预〔2025〕1号", CODE, "", "一般公共预算", "50000", "", "提前下达"]]
    batch = bring(table(rows), kind="allotment")
    done(applying.apply(reviewer, batch.pk))
    assert Allotment.objects.get().amount == 50000
    batch = bring(table([["2026-03-05", "1", CODE, "", "财政", "1", "", ""]]))
    assert "还没有批复" in batch.problems[0]["message"]


def test_too_many_rows_and_no_list_at_all(bring: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from jiheng.web.execution.importing import reading

    monkeypatch.setattr(reading, "MOST_ROWS", 2)
    batch = bring(table(GOOD))
    assert (batch.state, "有 3 行，一次最多导入 2 行" in batch.message) == ("failed", True)
    batch = bring(b"%PDF-1.7\n%x")
    assert (batch.state, "不是表格文件" in batch.message) == ("failed", True)
    with pytest.raises(Refused, match="没有粘贴内容"):
        bring(" \n")


def test_sums_below_the_list_are_left_alone(bring: Any) -> None:
    batch = bring(table([*GOOD, ["合计", "", "", "", "", "12,780.00", "", ""]]))
    assert (batch.rows, batch.good, batch.problems) == (3, 3, [])


def test_many_rows_in_few_queries(bring: Any, reviewer: Any, projects: Any, django_assert_max_num_queries: Any) -> None:
    lines = [["2026-03-05", f"{n:05d}", CODE, "", "财政拨款", f"{n}.01", "", ""] for n in range(1, 2001)]
    batch = applying.apply(reviewer, bring(table(lines)).pk)
    with django_assert_max_num_queries(90):
        done(batch)
    assert paid(projects[0])[0] == sum(range(1, 2001)) + D("20.00")
    assert totals.ExecutionTotal.objects.count() == 2


def test_the_same_voucher_is_known_again_in_a_list_that_leaves_payees_out(bring: Any, reviewer: Any) -> None:
    paid = ["2026-04-02", "0077", CODE, "", "财政拨款", "100", "甲公司", "设备款"]
    unnamed = [*paid[:6], "", ""]
    done(applying.apply(reviewer, bring(table([paid])).pk))
    again = bring(table([unnamed]))
    assert again.good == 0
    assert again.repeated[0]["message"].endswith("入账，凭证号、日期和金额相同，收款人“甲公司”。")
    other = bring(table([[*unnamed[:1], "0078", *unnamed[2:]]]))
    assert other.good == 1
    done(applying.apply(reviewer, other.pk))
    named = bring(table([[*paid[:1], "0078", *paid[2:]], [*paid[:1], "0077", *paid[2:6], "乙公司", ""]]))
    assert (named.good, named.duplicates) == (1, 1)  # one voucher may pay two


def test_cuts_of_more_than_there_is_are_problems_of_their_rows(bring: Any, projects: Any) -> None:
    head, day = "调整日期\t项目代码\t资金性质\t调整金额（元）\t文号\n", "2026-04-02"
    rows = [(day, CODE, "财政拨款", "-300000", "1"), (day, CODE, "财政拨款", "-100000.01", "2"),
            (day, CODE, "上年结转", "-5", "3"), (day, CODE, "上年结转", "5", "4")]  # fmt: skip
    batch = bring(head + "\n".join("\t".join(row) for row in rows), kind="adjustment")
    assert [(p["row"], p["column"]) for p in batch.problems] == [(2, "调整金额（元）"), (3, "调整金额（元）")]
    assert "调整后财政拨款的全年预算是 -0.01 元" in batch.problems[0]["message"]
    assert batch.good == 2
