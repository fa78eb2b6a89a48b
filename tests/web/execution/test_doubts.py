"""Entries by hand that are possible but unlikely: asked about, kept once confirmed, and the trail says so."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.db import connections

from jiheng.web.api.api import doubtful
from jiheng.web.doubts import Doubtful, Question, as_json, confirm, gathered, question
from jiheng.web.execution.models import BudgetAdjustment, Contract, ImportBatch, Payment, Procurement
from jiheng.web.execution.services import Entry, add_entry, change_entry, remove_entry
from jiheng.web.execution.services.money import link_contract
from jiheng.web.execution.services.procurement import save_contract, save_procurement
from jiheng.web.plan.services import Refused
from jiheng.web.supervision.models import AuditEntry

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
D = Decimal


def said(caught: Any) -> str:
    return "".join(q.text for q in caught.value.questions)


def keys(caught: Any) -> set[str]:
    return {q.key for q in caught.value.questions}


def entry(amount: str, month: int = 5, **more: Any) -> Entry:
    return Entry(date(2026, month, 10), D(amount), **more)


@pytest.fixture
def page(client: Any, clerk: Any) -> Any:
    client.force_login(clerk, BACKEND)
    return client


def again(answer: Any) -> tuple[str, dict[str, Any]]:
    """(Path, fields) of the form with which the page asks."""
    text = answer.content.decode()
    form = re.search(
        r'<section class="note amber doubts".*?<form method="post" action="([^"]+)">(.*?)</form', text, re.S
    )
    assert form is not None, text
    fields: dict[str, Any] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form[2]):
        fields.setdefault(name, []).append(unescape(value))
    fields.pop("csrfmiddlewaretoken", None)
    return form[1], fields


def test_payments_beyond_the_budget_are_asked_about_on_the_page(page: Any, project: Any, pay: Any) -> None:
    pay(project, "350000")
    form = {"on": "2026-05-10", "amount": "50000.01", "source": "fiscal", "number": "7", "payee": "青禾“园林”"}
    form["note"] = "<b>"
    asked = page.post(f"/execution/{project.pk}/entries/payment/", form)
    text = asked.content.decode()
    assert asked.status_code == 409 and Payment.objects.count() == 1
    assert "“道路绿化补植”累计支付 40.000001 万元，超过全年预算 40 万元，超出 0.000001 万元。" in text
    assert "仍要登记" in text and 'data-amount="50000.01"' in text and "&lt;b&gt;" in text
    path, fields = again(asked)
    assert {k: v[0] for k, v in fields.items() if k != "confirmed"} == form
    assert page.post(path, fields).status_code == 302
    assert Payment.objects.get(number="7").amount == D("50000.01")
    kept = AuditEntry.objects.filter(action="登记支付").latest("sequence")
    assert "超过全年预算 40 万元" in str(kept.after)


def test_the_same_payment_twice_is_asked_about_with_the_first_one(page: Any, project: Any, clerk: Any) -> None:
    form = {"on": "2026-05-10", "amount": "1200", "source": "fiscal", "number": "0042", "payee": "青禾园林"}
    form["note"] = "苗木"
    add = f"/execution/{project.pk}/entries/payment/"
    assert page.post(add, form).status_code == 302
    asked = page.post(add, form)
    text = asked.content.decode()
    assert asked.status_code == 409 and Payment.objects.count() == 1
    assert "2026-05-10，0.12 万元，凭证号或文号 0042，收款人“青禾园林”，摘要“苗木”（单位经办手工登记）" in text
    # Another voucher is another payment; one without a payee may be the same, one to somebody else is not.
    assert page.post(add, form | {"number": "0043"}).status_code == 302
    assert page.post(add, form | {"payee": ""}).status_code == 409
    assert page.post(add, form | {"payee": "云溪水利"}).status_code == 302
    path, fields = again(asked)
    assert page.post(path, fields).status_code == 302
    assert Payment.objects.filter(number="0042", payee="青禾园林").count() == 2
    # An imported one counts too.
    batch = ImportBatch.objects.create(budget_year=project.budget_year, name="五月.xlsx", path="x", sm3="x", by=clerk)
    Payment.objects.filter(number="0043").update(batch=batch)
    assert "导入“五月.xlsx”入账" in page.post(add, form | {"number": "0043"}).content.decode()


def test_what_was_confirmed_holds_for_those_figures_alone(project: Any, pay: Any, clerk: Any) -> None:
    with pytest.raises(Doubtful) as first:
        pay(project, "400001")
    pay(project, "10000")  # somebody else, meanwhile
    with pytest.raises(Doubtful) as second:
        add_entry(clerk, project, "payment", entry("400001"), keys(first))
    assert "累计支付 41.0001 万元" in said(second) and Payment.objects.count() == 1
    add_entry(clerk, project, "payment", entry("400001"), keys(second))
    assert Payment.objects.count() == 2
    pay(project, "-5", month=6)  # it is still beyond the budget, but less so: nothing to ask


def test_refunds_beyond_what_was_paid(project: Any, pay: Any, clerk: Any) -> None:
    paid = pay(project, "1000")
    with pytest.raises(Doubtful) as asked:
        pay(project, "-1500", month=4)
    assert "财政拨款退回的比支付的多 0.05 万元" in said(asked)
    with pytest.raises(Doubtful, match="其他资金退回的比支付的多"):
        pay(project, "-1", month=4, source="other")
    pay(project, "-1000", month=4)
    # The states that removing and correcting lead to are the same.
    with pytest.raises(Doubtful, match=r"退回的比支付的多 0\.1 万元"):
        remove_entry(clerk, "payment", paid.pk)
    with pytest.raises(Doubtful, match=r"退回的比支付的多 0\.02 万元"):
        change_entry(clerk, "payment", paid.pk, entry("800"))
    change_entry(clerk, "payment", paid.pk, entry("1000", note="更正摘要"))
    assert Payment.objects.count() == 2


def test_budgets_below_what_was_paid(page: Any, project: Any, pay: Any, clerk: Any) -> None:
    more = pay(project, "100000", kind="adjustment", source="other")
    pay(project, "450000")
    asked = page.post(f"/execution/entries/adjustment/{more.pk}/remove/")
    assert asked.status_code == 409 and "超过全年预算 40 万元" in asked.content.decode()
    assert BudgetAdjustment.objects.count() == 1
    with pytest.raises(Doubtful, match="超出 1 万元"):
        pay(project, "-60000", kind="adjustment", source="other", month=6)
    with pytest.raises(Doubtful, match="超出 1 万元"):
        change_entry(clerk, "adjustment", more.pk, entry("40000", source="other"))
    path, fields = again(asked)
    assert page.post(path, fields).status_code == 302
    assert not BudgetAdjustment.objects.exists()


def test_allotments_beyond_the_budget_and_below_what_was_paid(project: Any, pay: Any) -> None:
    pay(project, "300000", kind="allotment")
    with pytest.raises(Doubtful, match=r"累计下达指标 40\.5 万元，超过全年预算 40 万元"):
        pay(project, "105000", kind="allotment", month=4)
    pay(project, "250000")
    with pytest.raises(Doubtful, match="累计支付 25 万元，超过累计下达的指标 20 万元"):
        pay(project, "-100000", kind="allotment", month=4)
    with pytest.raises(Doubtful, match="同样的一笔"):
        pay(project, "300000", kind="allotment")


def test_contracts_and_procurements_have_limits_too(project: Any, pay: Any, clerk: Any) -> None:
    words = {"number": "", "supplier": "", "signed_on": None}
    bought = save_procurement(clerk, project, None, name="苗木", method="open", budget=D(200000), number="")
    made = save_contract(clerk, project, None, name="苗木合同", amount=D(150000), procurement=bought, **words)
    with pytest.raises(Doubtful, match=r"采购预算合计 40\.1 万元，超过全年预算 40 万元"):
        save_procurement(clerk, project, None, name="灌溉", method="open", budget=D(201000), number="")
    with pytest.raises(Doubtful, match="采购“苗木”的合同合计 21 万元，超过采购预算 20 万元"):
        save_contract(clerk, project, None, name="二期", amount=D(60000), procurement=bought, **words)
    paid = pay(project, "150000", contract=made)
    with pytest.raises(Doubtful, match=r"合同“苗木合同”累计支付 15\.0001 万元，超过合同金额 15 万元"):
        pay(project, "1", month=4, contract=made)
    with pytest.raises(Doubtful, match="超过合同金额 14 万元"):
        save_contract(clerk, project, made, name="苗木合同", amount=D(140000), procurement=bought, **words)
    other = pay(project, "5000", month=4)
    with pytest.raises(Doubtful, match=r"超出 0\.5 万元"):
        link_contract(clerk, other, made)
    with pytest.raises(Doubtful, match=r"超出 0\.5 万元"):
        change_entry(clerk, "payment", paid.pk, entry("155000", contract=made))
    assert (Contract.objects.get().amount, Procurement.objects.count()) == (150000, 1)
    other.refresh_from_db()
    assert other.contract is None


def test_what_is_refused_is_not_asked_about(project: Any, pay: Any) -> None:
    with pytest.raises(Refused, match="不能是负数"):
        pay(project, "-500000", kind="adjustment")


def test_a_page_names_no_attributes_after_what_a_stranger_sends(page: Any, project: Any) -> None:
    form = {"on": "2026-05-10", "amount": "500000", "source": "fiscal", "x onclick=alert(1) y": "1"}
    text = page.post(f"/execution/{project.pk}/entries/payment/", form).content.decode()
    assert "data-x" not in text and 'name="x onclick=alert(1) y"' in text


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_the_second_is_asked_about_both(project: Any, clerk: Any) -> None:
    def one(n: int) -> str:
        try:
            add_entry(clerk, project, "payment", entry("250000", number=str(n)))
        except Doubtful as doubtful:
            return str(doubtful)
        finally:
            connections.close_all()
        return ""

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(one, range(2)))
    assert answers[0] == "" and "累计支付 50 万元，超过全年预算 40 万元" in answers[1]
    assert Payment.objects.count() == 1


def test_questions_are_answered_by_their_keys() -> None:
    one, two = question("paid", "甲。", 1, D("5.00")), question("paid", "乙。", 1, D("6.00"))
    assert one.key != two.key and one == question("paid", "甲。", 1, D("5.00"))
    with pytest.raises(Doubtful) as caught:
        confirm([one, two], {one.key})
    assert as_json(caught.value)["questions"] == [{"key": q.key, "text": q.text} for q in (one, two)]
    assert confirm([one, two], {one.key, two.key}) == {"confirmed": ["甲。", "乙。"]}
    assert confirm([], ()) == {}
    (whole,) = gathered([question("paid", f"第{n}。", n) for n in range(30)])
    assert "有 30 处" in whole.text and "第19。" in whole.text and "第20。" not in whole.text
    assert isinstance(whole, Question)


def test_the_api_answers_with_the_questions_and_their_keys(rf: Any) -> None:
    asked = question("paid", "超过预算。", 1)
    answer = doubtful(rf.post("/api/v1/"), Doubtful([asked]))
    assert answer.status_code == 409
    said = json.loads(answer.content)
    assert said["questions"] == [{"key": asked.key, "text": "超过预算。"}] and "confirmed" in said["detail"]
