"""Entries by hand, and the kept sums that follow them to the cent."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jiheng.web.execution.models import ExecutionTotal, ImportBatch, Payment
from jiheng.web.execution.queries import executed
from jiheng.web.execution.services import Entry, add_entry, change_entry, refresh_totals, remove_entry
from jiheng.web.execution.services.totals import rebuild_totals
from jiheng.web.org.models import Unit
from jiheng.web.plan import workflow
from jiheng.web.plan.models import Project
from jiheng.web.plan.services import Refused
from jiheng.web.supervision.models import AuditEntry

pytestmark = pytest.mark.django_db
D = Decimal


def total(project: Any) -> ExecutionTotal:
    return ExecutionTotal.objects.get(project=project)


def test_sums_follow_every_change(project: Any, clerk: Any, pay: Any, everything: Any) -> None:
    first = pay(project, "12000.50")
    pay(project, "-0.50", month=4, note="退回")
    pay(project, "50000", kind="adjustment", source="carry_over")
    pay(project, "-10000", kind="adjustment")
    pay(project, "300000", kind="allotment")
    pay(project, "7000", source="carry_over", day=11)
    kept = total(project)
    assert (kept.initial_fiscal, kept.budget_fiscal, kept.budget_carry_over) == (400000, 390000, 50000)
    assert (kept.paid_fiscal, kept.paid_carry_over, kept.paid) == (D(12000), D(7000), D(19000))
    assert (kept.allotted, kept.budget, kept.last_paid_on) == (300000, 440000, date(2026, 4, 10))
    # 40% by the end of June, of the budget after adjustments.
    assert (kept.planned_6, kept.planned_12) == (176000, 440000)
    assert (kept.spent_2, kept.spent_3, kept.spent_4, kept.spent_12) == (0, D("19000.50"), 19000, 19000)
    change_entry(clerk, "payment", first.pk, Entry(date(2026, 3, 12), D("11000.50")))
    assert total(project).paid_fiscal == 11000
    remove_entry(clerk, "payment", first.pk, everything)  # the refund of 0.50 is more than what is left
    assert total(project).paid_fiscal == D("-0.50")
    said = list(AuditEntry.objects.order_by("sequence").values_list("action", flat=True))
    assert said == [
        "登记支付",
        "登记支付",
        "登记预算调整",
        "登记预算调整",
        "登记指标下达",
        "登记支付",
        "更正支付",
        "删除支付",
    ]


def test_sums_are_written_in_a_statement_for_the_new_and_one_for_the_known(make_project: Any, pay: Any) -> None:
    new, known = make_project(), make_project()
    pay(known, "5")
    ExecutionTotal.objects.filter(project=new).delete()
    ExecutionTotal.objects.filter(project=known).update(paid_fiscal=0)
    key = total(known).pk
    with CaptureQueriesContext(connection) as captured:
        refresh_totals([new.pk, known.pk])
    asked = [q["sql"] for q in captured if ExecutionTotal._meta.db_table in q["sql"]]
    assert [sql.split()[0] for sql in asked] == ["SELECT", "INSERT", "INSERT"]
    assert (total(known).pk, total(known).paid_fiscal, total(new).initial_fiscal) == (key, 5, 400000)


def test_money_on_any_day(project: Any, pay: Any) -> None:
    pay(project, "100", month=3)
    pay(project, "20000", month=5, kind="adjustment")
    pay(project, "1000", month=6)
    march, june = executed(project, date(2026, 3, 31)), executed(project, date(2026, 6, 10))
    assert (march.total.paid, march.total.budget, march.total.rate) == (100, 400000, D("0.03"))
    assert (june.total.paid, june.of("fiscal").budget, june.total.left) == (1100, 420000, 418900)
    assert (march.last_paid_on, executed(project).total) == (date(2026, 3, 10), june.total)
    assert executed(project, date(2025, 12, 31)).total.paid == 0
    assert executed(project).of("other").rate is None


@pytest.mark.parametrize("fields, said", (
    ({"amount": "0"}, "金额是 0"), ({"source": "x"}, "资金来源"), ({"on": date(2025, 12, 31)}, "不在 2026 年度"),
    ({"on": date(2027, 1, 1)}, "不在 2026 年度"), ({"on": date(2026, 12, 31)}, "还没有到"), ({"note": "长" * 501}, "最多 500 字"),
))  # fmt: skip
def test_what_cannot_be_is_refused(
    project: Any, clerk: Any, fields: dict[str, Any], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.utils.timezone.localdate", lambda: date(2026, 7, 1))
    given = {"on": date(2026, 3, 1), "amount": "5"} | fields
    with pytest.raises(Refused, match=said):
        add_entry(clerk, project, "payment", Entry(**given | {"amount": D(given["amount"])}))  # type: ignore[arg-type]
    assert not Payment.objects.exists()


def test_money_may_be_allotted_early_and_spent_only_after_approval(make_project: Any, pay: Any, clerk: Any) -> None:
    draft = make_project(state="draft")
    add_entry(clerk, draft, "allotment", Entry(date(2025, 11, 20), D(1000)))
    with pytest.raises(Refused, match="还没有批复"):
        pay(draft, "5")
    assert (total(draft).budget, total(draft).allotted) == (0, 1000)


def test_the_budget_is_the_first_approved_one(make_project: Any, person: Any) -> None:
    made, chief = make_project(state="finance_review"), person("finance_reviewer")
    assert total(made).budget == 0
    workflow.perform(chief, made, "approve")
    assert total(made).initial_fiscal == 400000
    Project.objects.filter(pk=made.pk).update(budget_fiscal=99)
    refresh_totals([made.pk])
    assert total(made).initial_fiscal == 400000
    workflow.perform(chief, made, "revoke", "数字有误")
    assert total(made).budget == 0
    workflow.perform(chief, made, "approve")
    assert total(made).initial_fiscal == 990000
    workflow.perform(person("unit_head"), made, "adjust", "任务变化")
    refresh_totals([made.pk])
    assert total(made).initial_fiscal == 990000


def test_others_may_not(project: Any, pay: Any, person: Any) -> None:
    entry = Entry(date(2026, 3, 1), D(5))
    stranger = person("clerk", "fremd", unit=Unit.objects.get(code="601002"))
    made = pay(project, "5")
    for someone in (stranger, person("finance_leader"), person("auditor")):
        with pytest.raises(PermissionDenied):
            add_entry(someone, project, "payment", entry)
        with pytest.raises(PermissionDenied):
            change_entry(someone, "payment", made.pk, entry)
        with pytest.raises(PermissionDenied):
            remove_entry(someone, "payment", made.pk)
    assert total(project).paid == 5


def test_no_more_is_cut_than_there_is(project: Any, clerk: Any, pay: Any) -> None:
    with pytest.raises(Refused, match=r"调整后上年结转的全年预算是 -0\.01 元，不能是负数"):
        pay(project, "-0.01", kind="adjustment", source="carry_over")
    pay(project, "-400000", kind="adjustment")
    more = pay(project, "5000", kind="adjustment", source="other")
    pay(project, "-5000", kind="adjustment", source="other", day=11)
    assert (total(project).budget, total(project).budget_other) == (0, 0)
    with pytest.raises(Refused, match=r"调整后其他资金的全年预算是 -5,000\.00 元"):
        remove_entry(clerk, "adjustment", more.pk)
    with pytest.raises(Refused, match=r"调整后财政拨款的全年预算是 -0\.01 元"):
        pay(project, "-0.01", kind="adjustment", day=12)
    assert total(project).budget == 0


def test_what_was_imported_is_not_touched_by_hand(project: Any, clerk: Any, pay: Any, year: Any) -> None:
    made = pay(project, "5")
    made.batch = ImportBatch.objects.create(budget_year=year, name="三月支付.xlsx", path="x", sm3="x", by=clerk)
    made.save()
    with pytest.raises(Refused, match="三月支付"):
        remove_entry(clerk, "payment", made.pk)
    with pytest.raises(Refused, match="已经被删除"):
        remove_entry(clerk, "payment", made.pk + 1)


amounts = st.decimals(min_value=D("-9999999999.99"), max_value=D("9999999999.99"), places=2).filter(bool)
steps = st.lists(
    st.tuples(st.sampled_from(("payment", "adjustment", "allotment")), amounts, st.sampled_from(("fiscal", "other")), st.booleans()),
    min_size=1, max_size=12,
)  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps, data=st.data())
def test_totals_are_the_sums_of_entries_to_the_cent(
    make_project: Any, clerk: Any, everything: Any, steps: list[Any], data: st.DataObject
) -> None:
    """Whatever was added and removed in whatever order, kept as it went or made anew."""
    made = make_project(fiscal="123.4567", other="8.9")
    left: list[tuple[str, Decimal, str, int]] = []
    for kind, amount, source, remove in steps:
        with suppress(Refused):  # a cut of more than there is changes nothing
            entry = add_entry(clerk, made, kind, Entry(date(2026, 2, 1), amount, source), everything)
            left.append((kind, amount, source, entry.pk))
        if remove and left:
            gone = left[data.draw(st.integers(0, len(left) - 1))]
            with suppress(Refused):
                remove_entry(clerk, gone[0], gone[3], everything)
                left.remove(gone)
    sums = {
        (kind, source): sum((a for k, a, s, _ in left if (k, s) == (kind, source)), D(0))
        for kind in ("payment", "adjustment", "allotment")
        for source in ("fiscal", "other")
    }

    def check() -> None:
        kept = total(made)
        assert (kept.paid_fiscal, kept.paid_other) == (sums["payment", "fiscal"], sums["payment", "other"])
        assert kept.budget_fiscal == D("1234567") + sums["adjustment", "fiscal"]
        assert kept.budget_other == D("89000") + sums["adjustment", "other"]
        assert kept.allotted == sums["allotment", "fiscal"] + sums["allotment", "other"]

    check()
    ExecutionTotal.objects.all().delete()
    rebuild_totals(2026)
    check()
