"""The pages of execution: what they show, to whom, in how many queries, and what they refuse."""

from __future__ import annotations

import json
import re
import zipfile
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.test import Client

from jiheng.readers.grids import read_grids
from jiheng.web.execution.models import Contract, Payment, Procurement, ProcurementStep
from jiheng.web.execution.services import refresh_totals
from jiheng.web.jobs.services import perform
from jiheng.web.org.models import Unit
from jiheng.web.plan.models import Project
from jiheng.web.supervision.models import AuditEntry

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def enter(client: Any, person: Any) -> Any:
    def log_in(role: str, **where: Any) -> Any:
        client.force_login(person(role, **where), BACKEND)
        return client

    return log_in


@pytest.fixture
def as_clerk(client: Any, clerk: Any) -> Any:
    client.force_login(clerk, BACKEND)
    return client


def text(response: Any) -> str:
    return response.content.decode()


def chart(page: str, name: str = "curve") -> Any:
    found = re.search(rf'<script id="{name}" type="application/json">(.*?)</script>', page)
    assert found is not None
    return json.loads(found[1])


def test_the_list_shows_money_against_the_plan(enter: Any, project: Any, make_project: Any, pay: Any) -> None:
    pay(project, "40000", month=3)
    pay(project, "120000", month=6)
    late = make_project("河道清淤", "10", "2", unit="601002")
    finance = enter("finance_reviewer")
    page = text(finance.get("/execution/?on=2026-06-30"))
    assert "160,000" not in page and "16.00" in page and "40.00%" in page and "2 个项目，预算 52.00 万元" in page
    assert "1 个落后计划 10 个百分点以上" in page
    behind = text(finance.get("/execution/?on=2026-06-30&state=behind&sort=gap", headers={"HX-Request": "true"}))
    assert "河道清淤" in behind and project.name not in behind and "<html" not in behind and "−40.00" in behind
    assert "河道清淤" not in text(finance.get(f"/execution/?unit={project.unit_id}"))
    # 2 of 12 万元 are of other sources.
    other = text(finance.get("/execution/?source=other"))
    assert "河道清淤" in other and project.name not in other and "2.00" in other
    assert late.name in text(finance.get("/execution/?state=none"))
    assert "没有符合条件" in text(finance.get("/execution/?q=没有这个"))
    assert finance.get("/execution/?unit=x&source=x&state=x&sort=x&page=x&on=x&year=x").status_code == 200


def test_on_a_day_of_the_past_the_list_says_what_was_known_then(enter: Any, project: Any, pay: Any) -> None:
    pay(project, "40000", month=3, day=31)
    pay(project, "360000", month=8)
    finance = enter("finance_leader")
    assert "100.00%" in text(finance.get("/execution/"))
    march = text(finance.get("/execution/?on=2026-03-31"))
    assert ">4.00<" in march and ">10.00%<" in march and "+0.00" not in march
    assert ">0.00<" in text(finance.get("/execution/?on=2026-03-30"))


def test_lists_hold_what_one_may_see(enter: Any, project: Any, make_project: Any) -> None:
    other = make_project("河道清淤", unit="601002")
    client = enter("unit_head")
    page = text(client.get("/execution/"))
    assert project.name in page and other.name not in page
    for path in (
        f"/execution/{other.pk}/",
        f"/execution/overview/?unit={other.unit_id}",
        "/execution/overview/?department=999",
    ):
        assert client.get(path).status_code == 404
    assert client.get("/execution/imports/").status_code == 403


@pytest.mark.parametrize("role", ("evaluator", "system_admin", "security_admin", "audit_admin"))
def test_others_see_nothing(enter: Any, project: Any, role: str) -> None:
    client = enter(role)
    for path in ("", "export/", "overview/", "imports/"):
        assert client.get(f"/execution/{path}").status_code == 403
    assert client.get(f"/execution/{project.pk}/").status_code == 404


def test_queries_do_not_grow(enter: Any, project: Any, pay: Any, django_assert_max_num_queries: Any) -> None:
    for n in range(40):
        pay(project, f"{n + 1}", month=n % 9 + 1)
    Project.objects.bulk_create(
        Project(unit=project.unit, budget_year=project.budget_year, name=f"项目{n}", state="approved", budget_total=n)
        for n in range(60)
    )
    refresh_totals(Project.objects.values_list("pk", flat=True))
    client = enter("finance_reviewer")
    for path, most in (
        ("", 16),
        ("?on=2026-03-01&sort=gap", 16),
        ("overview/", 18),
        (f"{project.pk}/", 24),
        ("imports/", 14),
    ):
        client.get(f"/execution/{path}")  # whoever comes first adds up what changed
        with django_assert_max_num_queries(most):
            assert client.get(f"/execution/{path}").status_code == 200
    assert "第 1 / 2 页" in text(client.get("/execution/"))


def test_the_list_goes_out_as_a_workbook(enter: Any, project: Any, pay: Any) -> None:
    pay(project, "123456.78")
    Project.objects.filter(pk=project.pk).update(name="=1+1")
    answer = enter("auditor").get("/execution/export/")
    (sheet,) = read_grids(answer.content, "x.xlsx")
    assert (sheet.rows[2][1], sheet.rows[2][3], sheet.rows[2][4]) == ("=1+1", "40", "12.345678")
    sheet_xml = zipfile.ZipFile(BytesIO(answer.content)).read("xl/worksheets/sheet1.xml").decode()
    assert 'orientation="landscape"' in sheet_xml  # eleven columns do not fit on an upright page
    assert AuditEntry.objects.filter(action="导出预算执行").exists()


def test_the_page_of_a_project(as_clerk: Any, project: Any, pay: Any) -> None:
    pay(project, "40000", month=3)
    pay(project, "-500", month=4, note="<b>退回</b>")
    page = text(as_clerk.get(f"/execution/{project.pk}/?on=2026-06-30"))
    assert "执行率 9.88%，计划 40%，落后 30.12 个百分点" in page
    assert "&lt;b&gt;退回" in page and "40,000.00" in page and "-500.00" in page
    planned, paid = (s["points"] for s in chart(page)["series"])
    assert planned == [["2025-12-31", 0], ["2026-03-31", 4], ["2026-06-30", 16], ["2026-10-31", 32], ["2026-12-31", 40]]
    assert paid == [
        ["2025-12-31", 0],
        ["2026-03-09", 0],
        ["2026-03-10", 4],
        ["2026-04-09", 4],
        ["2026-04-10", 3.95],
        ["2026-06-30", 3.95],
    ]


def test_entries_are_written_from_the_page(as_clerk: Any, project: Any) -> None:
    add = f"/execution/{project.pk}/entries/payment/"
    form = {
        "on": "2026-03-05",
        "amount": "1.2万元",
        "source": "fiscal",
        "number": "1",
        "payee": "青禾园林",
        "note": "苗木",
    }
    as_clerk.post(add, form)
    kept = Payment.objects.get()
    assert (kept.amount, kept.payee, kept.by.name) == (12000, "青禾园林", "单位经办")
    page = text(as_clerk.post(add, form | {"amount": "一万"}, follow=True))
    assert "金额：“一万”不是金额" in page
    assert "日期：日期是空的" in text(as_clerk.post(add, form | {"on": ""}, follow=True))
    as_clerk.post(f"/execution/entries/payment/{kept.pk}/", form | {"amount": "13000"})
    kept.refresh_from_db()
    assert kept.amount == 13000
    assert "已删除" in text(as_clerk.post(f"/execution/entries/payment/{kept.pk}/remove/", follow=True))
    for path in (
        f"/execution/{project.pk}/entries/x/",
        "/execution/entries/payment/999/",
        "/execution/entries/x/1/remove/",
    ):
        assert as_clerk.post(path, form).status_code == 404


def test_who_may_only_look_cannot_write(enter: Any, project: Any, pay: Any, person: Any) -> None:
    kept = pay(project, "5")
    form = {"on": "2026-03-05", "amount": "1", "source": "fiscal"}
    paths = (
        f"/execution/{project.pk}/entries/payment/", f"/execution/entries/payment/{kept.pk}/", f"/execution/entries/payment/{kept.pk}/remove/",
        f"/execution/{project.pk}/procurements/", f"/execution/{project.pk}/contracts/",
    )  # fmt: skip
    form |= {"name": "采购", "method": "open", "budget": "5"}
    leader = enter("finance_leader")
    assert [leader.post(p, form).status_code for p in paths] == [403] * 5
    assert "登记支付" not in text(leader.get(f"/execution/{project.pk}/"))
    stranger = Client()
    stranger.force_login(person("clerk", "fremd", unit=Unit.objects.get(code="601002")), BACKEND)
    assert [stranger.post(p, form).status_code for p in paths] == [404] * 5
    assert Payment.objects.count() == 1


def test_procurements_go_from_step_to_step(as_clerk: Any, project: Any) -> None:
    form = {"name": "苗木采购", "method": "open", "budget": "300000", "number": "YX-1"}
    as_clerk.post(f"/execution/{project.pk}/procurements/", form)
    bought = Procurement.objects.get()
    steps = f"/execution/procurements/{bought.pk}/steps/"
    as_clerk.post(steps, {"planned:intent": "2026-01-10", "done:intent": "2026-01-20", "planned:plan": "2026-02-01"})
    page = text(as_clerk.get(f"/execution/{project.pk}/"))
    assert "01-20 完成，晚 10 天" in page and "应于 02-01，逾期" in page
    page = text(as_clerk.post(steps, {"done:intent": "2026-03-01", "done:notice": "2026-02-01"}, follow=True))
    assert "早于前面的“意向公开”" in page
    assert ProcurementStep.objects.count() == 2
    assert "要大于 0" in text(
        as_clerk.post(f"/execution/procurements/{bought.pk}/", form | {"budget": "0"}, follow=True)
    )
    as_clerk.post(f"/execution/procurements/{bought.pk}/remove/")
    assert not Procurement.objects.exists()


def test_contracts_know_what_was_paid_to_them(as_clerk: Any, project: Any, make_project: Any) -> None:
    form = {"name": "苗木合同", "number": "HT-1", "supplier": "青禾园林", "amount": "200000", "signed_on": "2026-03-01"}
    as_clerk.post(f"/execution/{project.pk}/contracts/", form)
    made = Contract.objects.get()
    entry = {"on": "2026-03-05", "amount": "50000", "source": "fiscal", "contract": made.pk}
    as_clerk.post(f"/execution/{project.pk}/entries/payment/", entry)
    page = text(as_clerk.get(f"/execution/{project.pk}/"))
    assert "50,000.00" in page and "25.00%" in page
    other = make_project("河道清淤")
    assert as_clerk.post(f"/execution/{other.pk}/entries/payment/", entry).status_code == 404
    as_clerk.post(f"/execution/contracts/{made.pk}/remove/")
    assert Payment.objects.get().contract is None


def test_an_overview_adds_up(enter: Any, project: Any, make_project: Any, pay: Any) -> None:
    other = make_project("河道清淤", "10", "2", unit="601002")
    pay(project, "40000", month=3)
    Payment.objects.create(project=other, amount=Decimal(5000), on=date(2026, 5, 6), source="other")
    refresh_totals([other.pk])
    finance = enter("finance_reviewer")
    page = text(finance.get("/execution/overview/"))
    assert "52.00" in page and "4.50" in page and "云溪区公共服务局" in page
    planned, paid = (s["points"] for s in chart(page)["series"])
    assert planned[3] == ["2026-03-31", 5.2] and planned[-1] == ["2026-12-31", 52.0]
    assert paid[:6] == [
        ["2025-12-31", 0], ["2026-01-31", 0], ["2026-02-28", 0], ["2026-03-31", 4], ["2026-04-30", 4], ["2026-05-31", 4.5],
    ]  # fmt: skip
    # Nothing was brought in after May: the year is looked at as it was then.
    assert paid[-1][0] == "2026-05-31" and "截至 2026年5月31日" in page
    units = text(finance.get(f"/execution/overview/?department={project.unit.department_id}"))
    assert chart(units, "bars")["names"] == ["云溪区公园管理中心", "云溪区公共服务局本级"]
    total = re.search(r'<tr class="sum"><td>合计</td>(.*?)</tr>', units)
    assert total is not None and "52.00" in total[1] and "4.50" in total[1] and "47.50" in total[1]
    one = text(finance.get(f"/execution/overview/?unit={other.unit_id}"))
    assert 'class="sum"><td>合计</td><td class="r">' not in one  # a unit alone has nothing to add up
    assert "0.50" in one and 'id="bars"' not in one


def test_a_list_is_brought_in_from_the_pages(as_clerk: Any, project: Any, clerk: Any) -> None:
    from jiheng.web.execution.models import ImportBatch

    page = text(as_clerk.get("/execution/imports/"))
    place = re.search(r'<option value="(u\d+)">', page)
    assert place is not None
    csv = (
        f"项目代码,支付日期,支付金额（元）,摘要\n{project.code},2026-03-05,100.50,<i>甲</i>\n坏,2026-03-06,5,\n".encode(
            "gbk"
        )
    )
    file = BytesIO(csv)
    file.name = "三月.csv"
    sent = as_clerk.post("/execution/imports/", {"place": place[1], "kind": "payment", "file": file})
    batch = ImportBatch.objects.get()
    assert sent.url == f"/execution/imports/{batch.pk}/"
    assert "等待中" in text(as_clerk.get(sent.url))
    perform(batch.job_id)  # type: ignore[arg-type]
    assert as_clerk.get(f"{sent.url}progress/").headers["HX-Refresh"] == "true"
    page = text(as_clerk.get(sent.url))
    assert "没有这个代码的项目" in page and "&lt;i&gt;甲" in page and 'value="0:3" required' in page
    assert "还有 1 行有问题" in text(as_clerk.post(f"{sent.url}apply/", follow=True))
    as_clerk.post(f"{sent.url}apply/", {"leave_out": "0:3"})
    perform(ImportBatch.objects.get().job_id)  # type: ignore[arg-type]
    assert "行已入账" in text(as_clerk.get(sent.url))
    assert Payment.objects.get().amount == Decimal("100.50")
    assert as_clerk.get(f"{sent.url}original/").getvalue() == csv
    assert "已整批撤回" in text(as_clerk.post(f"{sent.url}take-back/", {"reason": "重复"}, follow=True))
    assert not Payment.objects.exists()


def test_where_columns_are_unknown_the_page_asks_for_them(as_clerk: Any, project: Any) -> None:
    from jiheng.web.execution.models import ImportBatch

    place = re.search(r'<option value="(u\d+)">', text(as_clerk.get("/execution/imports/")))
    assert place is not None
    pasted = f"项目代码\t付讫\n{project.code}\t2026-03-05"
    sent = as_clerk.post("/execution/imports/", {"place": place[1], "kind": "payment", "text": pasted})
    perform(ImportBatch.objects.get().job_id)  # type: ignore[arg-type]
    page = text(as_clerk.get(sent.url))
    assert "待指明各列" in page and "已读取，待确认" not in page
    assert "金额（必填）" in page and "摘要（必填）" not in page
    assert page.index("重新检查</button>") < page.index("放弃</button>")
    assert "待指明各列" in text(as_clerk.get("/execution/imports/"))


def test_imports_of_other_places_are_not_there(as_clerk: Any, project: Any, clerk: Any, person: Any) -> None:
    from jiheng.web.execution.importing import batches

    place = batches.places_for(clerk, project.budget_year)[0]
    batch, _ = batches.receive_pasted(clerk, project.budget_year, place, "payment", "甲\t乙\n1\t2\n")
    stranger = Client()
    stranger.force_login(person("clerk", "fremd", unit=Unit.objects.get(code="601002")), BACKEND)
    for path in ("", "progress/", "original/"):
        assert stranger.get(f"/execution/imports/{batch.pk}/{path}").status_code == 404
    for path in ("columns/", "decide/", "apply/", "discard/", "take-back/"):
        assert stranger.post(f"/execution/imports/{batch.pk}/{path}").status_code == 404
    reviewer = Client()
    reviewer.force_login(person("department_reviewer"), BACKEND)
    assert reviewer.get(f"/execution/imports/{batch.pk}/").status_code == 200
    wrong = as_clerk.post("/execution/imports/", {"place": "all", "kind": "payment", "text": "x"}, follow=True)
    assert "请选择年度和导入的范围" in text(wrong)
