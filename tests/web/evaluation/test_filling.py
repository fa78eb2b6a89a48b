"""Filling in: points at once, adjusted only with a reason, nothing lost between two editors."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from jiheng.web.plan.services.errors import Refused, Stale

pytestmark = pytest.mark.django_db


def row(form: Any, place: int = 0) -> Any:
    return form.rows.all()[place]


def test_a_filled_form_is_scored_and_graded(filled: Any) -> None:
    assert (filled.score, filled.computed, filled.grade, filled.whole, filled.missing) == (99, 99, "优", 99, 0)
    assert row(filled).explanation == "完成值 800株，指标值 800株，达到目标，得满分。"
    assert row(filled, 2).explanation.startswith("限期为全年第 334 天")


@pytest.mark.parametrize("typed, stored, points", (
    ("640", "640株", "10.00"), ("640株", "640株", "10.00"), ("1100", "1100株", "11.25"), ("0", "0株", "0.00"),
))  # fmt: skip
def test_a_number_becomes_points(form: Any, write: Any, typed: str, stored: str, points: str) -> None:
    write(form, actual_raw=(typed,))
    assert (row(form).actual_raw, row(form).computed) == (stored, Decimal(points))


def test_a_rate_keeps_its_numerator_and_denominator(form: Any, write: Any) -> None:
    write(form, actual_raw=("", "760/800"))
    found = row(form, 1)
    assert (found.actual_raw, found.numerator, found.denominator) == ("95%（760/800）", 760, 800)
    assert found.computed == Decimal("12.5")


def test_words_are_scored_by_the_band_a_person_chooses(form: Any, write: Any) -> None:
    write(form, actual_raw=("", "", "", "", "有所改善"))
    assert row(form, 4).computed is None and "请选择达成程度" in row(form, 4).explanation
    write(form, attainment=("", "", "", "", "部分达成 65%"))
    assert row(form, 4).computed == Decimal("19.5")
    with pytest.raises(Refused, match="60% 到 80%"):
        write(form, attainment=("", "", "", "", "部分达成 95%"))


def test_points_change_only_with_a_reason(filled: Any, write: Any) -> None:
    with pytest.raises(Refused, match="调整得分要写明理由"):
        write(filled, given=("10",))
    with pytest.raises(Refused, match=r"不能超过分值 12\.5 分"):
        write(filled, given=("13",), given_reason=("超额",))
    changed = write(filled, given=("10",), given_reason=("补植时间偏晚，影响成活。",))
    assert (changed.score, changed.computed, changed.adjusted) == (Decimal("96.5"), 99, 1)
    back = write(filled, given=("",))
    assert (back.score, back.adjusted, row(back).given_reason) == (99, 0, "")


def test_points_as_computed_are_no_change(filled: Any, write: Any) -> None:
    found = write(filled, given=("12.5",), given_reason=("核对无误",))
    assert (found.adjusted, row(found).given, row(found).given_reason) == (0, None, "")


def test_every_save_is_in_the_audit_trail(filled: Any, write: Any) -> None:
    from jiheng.web.supervision.models import AuditEntry

    write(filled, given=("10",), given_reason=("补植时间偏晚。",))
    entry = AuditEntry.objects.latest("sequence")
    assert entry.action == "填写自评表" and "补植行道树数量" in entry.after and "补植时间偏晚" in entry.after


def test_what_somebody_else_changed_is_not_overwritten(form: Any, person: Any, write: Any) -> None:
    from jiheng.web.evaluation.services.filling import save_cells

    write(form, actual_raw=("640株",))
    other, cell = person("clerk", "other"), f"row:{row(form).pk}:actual_raw"
    with pytest.raises(Stale) as stale:
        save_cells(other, form.pk, {cell: "700株"}, {cell: ""})
    assert stale.value.conflicts[0]["value"] == "640株" and row(form).actual_raw == "640株"
    save_cells(other, form.pk, {cell: "700株"}, {cell: "640株"})
    assert row(form).actual_raw == "700株"


@pytest.mark.parametrize("values", (
    {"actual_raw": ("x" * 501,)}, {"weight": ("101",)}, {"weight": ("abc",)}, {"given": ("-1",)}, {"attainment": ("很好",)},
    {"actual_raw": ("", "1/0")}, {"goals_actual": "字" * 5001},
))  # fmt: skip
def test_what_does_not_fit_is_refused_and_nothing_saved(form: Any, write: Any, values: Any) -> None:
    with pytest.raises(Refused):
        write(form, **values)
    form.refresh_from_db()
    assert form.revision == 0 and form.goals_actual == ""


def test_all_or_none(form: Any, write: Any) -> None:
    with pytest.raises(Refused, match="分母是 0"):
        write(form, actual_raw=("800株", "1/0"))
    assert row(form).actual_raw == ""


@pytest.mark.parametrize("role", ("unit_head", "department_reviewer", "finance_reviewer", "auditor"))
def test_only_the_clerk_fills_in(form: Any, person: Any, role: str) -> None:
    from jiheng.web.evaluation.services.filling import save_cells

    with pytest.raises(PermissionDenied):
        save_cells(person(role), form.pk, {"goals_actual": "完成"}, {})


def test_another_units_clerk_does_not(form: Any, person: Any) -> None:
    from jiheng.web.evaluation.services.filling import save_cells
    from jiheng.web.org.models import Unit

    with pytest.raises(PermissionDenied):
        save_cells(person("clerk", unit=Unit.objects.get(code="601002")), form.pk, {"goals_actual": "完成"}, {})


def test_money_is_read_anew(filled: Any) -> None:
    from datetime import date

    from jiheng.web.evaluation.services.filling import recompute
    from jiheng.web.execution.models import Payment
    from jiheng.web.execution.services import refresh_totals
    from jiheng.web.org.models import Person

    Payment.objects.create(project=filled.project, amount=60000, on=date(2026, 12, 20), key="late")
    refresh_totals([filled.project_id])
    found = recompute(Person.objects.get(username="clerk"), filled.pk).form
    assert (found.executed, found.execution_rate, found.score) == (420000, 105, 100)
    assert "H04" in [d["code"] for d in found.honesty]


def test_doubts_are_kept_with_the_form(form: Any, write: Any) -> None:
    found = write(form, actual_raw=("800株", "95%", "", "500元/株", "", "90%"))
    assert {d["code"] for d in found.honesty} == {"H02", "H05"} and found.doubts == 2
    assert "等 4 个指标没有佐证资料" in found.honesty[1]["message"]


def test_a_value_against_monitoring_is_doubted(form: Any, write: Any) -> None:
    form.rows.filter(pk=row(form).pk).update(monitored_raw="850株")
    found = write(form, actual_raw=("700株",))
    (doubt,) = [d for d in found.honesty if d["code"] == "H01"]
    assert doubt["rows"] == [row(form).pk] and "反而少了" in doubt["message"]


@pytest.mark.parametrize("typed", ("120", "848/400", "999999%"))
def test_a_share_of_more_than_all_is_worth_nothing_and_doubted(filled: Any, write: Any, typed: str) -> None:
    from jiheng.web.evaluation.services.submission import shortcomings

    found = write(filled, actual_raw=("800株", typed), goals_actual="全年补植800株。")
    rate = row(found, 1)
    assert rate.computed == 0 and rate.explanation.endswith("部分不会大于全部。更正前不得分。")
    (doubt,) = [d for d in found.honesty if d["code"] == "H08"]
    assert (doubt["severity"], doubt["rows"]) == ("error", [rate.pk])
    assert any("要写偏差原因" in text and rate.name in text for text in shortcomings(found, found.rows.all()))
