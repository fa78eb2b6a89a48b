"""A form is filled in cell by cell: lights follow, others' work is never overwritten unseen, what is wrong is refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from .conftest import ACTUAL, filled

pytestmark = pytest.mark.django_db


def save(person: Any, record: Any, cells: dict[str, str], was: dict[str, str] | None = None) -> Any:
    from jiheng.web.monitoring.services.report import save_cells

    return save_cells(person, record.pk, cells, was or {})


def again(record: Any) -> Any:
    return type(record).objects.get(pk=record.pk)


def cell(record: Any, place: int, field: str) -> str:
    return f"row:{list(record.rows.all())[place].pk}:{field}"


def test_a_whole_form_is_reported_and_lit(person: Any, record: Any) -> None:
    save(person("clerk"), record, filled(record))
    found = again(record)
    rows = list(found.rows.all())
    assert [r.light for r in rows] == ["green"] * 6
    assert rows[0].light_reason == "已完成 640株，全年 800株，时间进度 83.29%，折算完成率 96.05%。"
    assert (rows[1].actual_raw, rows[1].numerator, rows[1].denominator) == ("95%（950/1000）", 950, 1000)
    assert rows[2].light_reason == "“正在栽植”不能与指标值比较，填报单位认为确定能完成。"
    assert (found.light, found.is_reported, found.revision) == ("green", True, 1)
    assert found.forecast_fiscal == Decimal("400000.00")


@pytest.mark.parametrize("typed, stored, light", (
    ("640", "640株", "green"), ("700株", "700株", "green"), ("500株", "500株", "yellow"), ("100株", "100株", "red"),
    ("0", "0株", "red"), ("0.064万株", "0.064万株", "green"), ("", "", "grey"), ("6400元", "6400元", "grey"),
))  # fmt: skip
def test_a_count_is_lit_against_the_progress_of_the_plan(
    person: Any, record: Any, typed: str, stored: str, light: str
) -> None:
    saved = save(person("clerk"), record, filled(record) | {cell(record, 0, "actual_raw"): typed})
    row = saved.rows[0]
    assert (row.actual_raw, row.light) == (stored, light)


def test_impossible_is_red_whatever_the_number(person: Any, record: Any) -> None:
    saved = save(person("clerk"), record, filled(record) | {cell(record, 0, "likelihood"): "完全不可能"})
    assert (saved.rows[0].light, saved.record.light) == ("red", "red")
    assert saved.record.light_reason == "资金：执行率 80%，计划 80%，不低于计划。目标：6 项指标中 1 项偏离。"


def test_money_typed_in_wan_is_kept_in_yuan_and_payments_are_read_anew(person: Any, record: Any, approved: Any) -> None:
    from datetime import date

    from jiheng.web.execution.models import Payment

    Payment.objects.create(project=approved, amount=Decimal("-280000"), on=date(2026, 10, 25))
    Payment.objects.create(project=approved, amount=Decimal("50000"), on=date(2026, 11, 2))
    found = save(person("clerk"), record, {"forecast_fiscal": "39.123456万元"}).record
    assert found.forecast_fiscal == Decimal("391234.56")
    assert (found.executed, found.executed_percent, found.money_light) == (40000, 10, "red")
    assert found.money_reason == "执行率 10%，计划 80%，落后 70 个百分点，超过 20 个百分点的界限。"


@pytest.mark.parametrize("place, field, typed, told", (
    (1, "actual_raw", "5/0", "分母是 0"), (0, "reasons", "天气", "没有“天气”这种偏差原因"),
    (0, "likelihood", "也许", "不是完成可能性"), (0, "actual_raw", "9" * 20, "超出范围"),
    (0, "note", "长" * 1001, "最多 1000 字"), (0, "name", "改名", "没有名为"),
))  # fmt: skip
def test_what_does_not_fit_is_refused_in_words(
    person: Any, record: Any, place: int, field: str, typed: str, told: str
) -> None:
    from jiheng.web.plan.services.errors import Refused

    with pytest.raises(Refused, match=told):
        save(person("clerk"), record, {cell(record, 1, "note"): "不该留下", cell(record, place, field): typed})
    assert again(record).rows.all()[1].note == ""


def test_reasons_are_named_by_label_in_the_order_of_the_form(person: Any, record: Any) -> None:
    saved = save(person("clerk"), record, {cell(record, 0, "reasons"): "其他，人员、经费保障"})
    assert saved.rows[0].reasons == ["funds", "staff", "other"]
    assert saved.changed == {cell(record, 0, "reasons"): "经费保障、人员保障、其他"}


def test_nobody_overwrites_what_they_did_not_see(person: Any, record: Any) -> None:
    from jiheng.web.plan.services.errors import Stale

    one, other = person("clerk"), person("clerk", "clerk2")
    at = cell(record, 0, "actual_raw")
    save(one, record, {at: "100株"}, {at: ""})
    with pytest.raises(Stale, match="现在是“100株”") as stale:
        save(other, record, {at: "200株"}, {at: ""})
    assert stale.value.conflicts[0]["by"] == "单位经办"
    save(other, record, {at: "200株"}, {at: "100株"})
    assert again(record).rows.first().actual_raw == "200株"


def test_many_forms_are_saved_all_or_none(person: Any, record: Any, more: Any, opened: Any) -> None:
    from jiheng.web.monitoring.models import MonitoringRecord
    from jiheng.web.monitoring.services.opening import make_forms
    from jiheng.web.monitoring.services.report import save_many
    from jiheng.web.plan.services.errors import Refused

    (other,) = more(1)
    make_forms(opened, [other.pk])
    second = MonitoringRecord.objects.get(project=other)
    forms = {record.pk: (0, {cell(record, 0, "note"): "甲"}), second.pk: (0, {"forecast_fiscal": "很多"})}
    with pytest.raises(Refused, match="不是金额"):
        save_many(person("clerk"), forms, "导入")
    assert again(record).revision == 0


def test_every_save_is_in_the_audit_trail(person: Any, record: Any) -> None:
    from jiheng.web.supervision.models import AuditEntry

    save(person("clerk"), record, {cell(record, 0, "actual_raw"): ACTUAL[0]})
    entry = AuditEntry.objects.order_by("-sequence").first()
    assert (entry.action, entry.after) == ("填报绩效监控", '{"补植行道树数量·执行情况": "640株"}')


def test_saving_takes_the_same_queries_for_one_cell_or_all(
    person: Any, record: Any, django_assert_max_num_queries: Any
) -> None:
    clerk = person("clerk")
    clerk.held()
    with django_assert_max_num_queries(30):
        save(clerk, record, filled(record))


@pytest.mark.parametrize("role", ("unit_head", "department_reviewer", "finance_reviewer", "auditor", "system_admin"))
def test_only_the_clerk_of_the_unit_reports(person: Any, record: Any, role: str) -> None:
    from django.core.exceptions import PermissionDenied

    from jiheng.web.org.models import Unit

    with pytest.raises(PermissionDenied):
        save(person(role), record, {cell(record, 0, "note"): "x"})
    with pytest.raises(PermissionDenied):
        save(person("clerk", "other", Unit.objects.get(code="601002")), record, {cell(record, 0, "note"): "x"})
