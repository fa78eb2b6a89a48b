"""From the unit to finance: what is missing blocks, red lights need words, and later stages are told once."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import ACTUAL, filled

pytestmark = pytest.mark.django_db


@pytest.fixture
def told() -> Any:
    """What later stages were told: names of rows, ``None`` for money."""
    from jiheng.web.monitoring.signals import light_turned_red

    heard: list[Any] = []

    def hear(sender: Any, record: Any, row: Any, **_: Any) -> None:
        heard.append(row and row.name)

    light_turned_red.connect(hear)
    yield heard
    light_turned_red.disconnect(hear)


def step(person: Any, record: Any, name: str, reason: str = "") -> Any:
    from jiheng.web.monitoring.services.submission import take_step

    return take_step(person, record, name, reason)


def save(person: Any, record: Any, cells: dict[str, str]) -> None:
    from jiheng.web.monitoring.services.report import save_cells

    save_cells(person, record.pk, cells, {})


def first(record: Any, field: str) -> str:
    return f"row:{record.rows.first().pk}:{field}"


def test_a_number_that_cannot_be_compared_is_put_right_before_it_is_submitted(person: Any, record: Any) -> None:
    from jiheng.web.plan.services.errors import Refused

    clerk = person("clerk")
    save(clerk, record, filled(record) | {first(record, "actual_raw"): "六百四十株"})
    with pytest.raises(
        Refused, match=r"填的数不能与指标值比较，请改正：“.*”。完成值“六百四十株”不是数字，请按“株”填写"
    ):
        step(clerk, record, "submit")
    save(clerk, record, {first(record, "actual_raw"): "640"})
    assert step(person("unit_head"), record, "submit").state == "department_review"


def test_the_whole_way_and_back(person: Any, record: Any, client: Any) -> None:
    from jiheng.web.monitoring.models import MonitoringStep
    from jiheng.web.plan.services.errors import Refused
    from jiheng.web.supervision.models import Notification

    clerk, head, department, finance = map(person, ("clerk", "unit_head", "department_reviewer", "finance_reviewer"))
    with pytest.raises(Refused, match="还有 6 个指标没有填执行情况或完成可能性"):
        step(clerk, record, "submit")
    save(clerk, record, filled(record))
    assert step(head, record, "submit").state == "department_review"
    with pytest.raises(Refused, match="处于“部门审核”，不能修改"):
        save(clerk, record, {first(record, "note"): "晚了"})
    with pytest.raises(Refused, match="要写明理由"):
        step(department, record, "department_return", " ")
    assert step(department, record, "department_return", "成活率请附材料").state == "draft"
    assert "被部门退回修改：成活率请附材料" in Notification.objects.filter(person=clerk).latest("pk").text
    client.force_login(clerk, "django.contrib.auth.backends.ModelBackend")
    assert "退回：</b>成活率请附材料" in client.get(f"/monitoring/{record.pk}/").content.decode()
    step(clerk, record, "submit")
    assert step(clerk, record, "recall").state == "draft"
    assert "退回：</b>" not in client.get(f"/monitoring/{record.pk}/").content.decode()
    step(clerk, record, "submit")
    assert step(department, record, "department_pass").state == "finance_review"
    assert step(finance, record, "finance_return", "请核对").state == "draft"
    step(clerk, record, "submit")
    step(department, record, "department_pass")
    assert step(finance, record, "accept").state == "accepted"
    assert step(finance, record, "reopen", "数据有误").state == "draft"
    assert MonitoringStep.objects.filter(record=record).count() == 11


@pytest.mark.parametrize("role, name, state", (
    ("unit_head", "department_pass", "department_review"), ("clerk", "department_return", "department_review"),
    ("department_reviewer", "accept", "finance_review"), ("finance_leader", "accept", "finance_review"),
    ("auditor", "submit", "draft"), ("department_reviewer", "submit", "draft"), ("clerk", "reopen", "accepted"),
))  # fmt: skip
def test_nobody_takes_another_ones_step(person: Any, record: Any, role: str, name: str, state: str) -> None:
    from django.core.exceptions import PermissionDenied

    type(record).objects.filter(pk=record.pk).update(state=state)
    with pytest.raises(PermissionDenied):
        step(person(role), record, name, "理由")


def test_a_red_light_needs_reason_and_measures_and_is_told_once(person: Any, record: Any, told: Any) -> None:
    from jiheng.web.plan.services.errors import Refused

    clerk, department = person("clerk"), person("department_reviewer")
    save(clerk, record, filled(record, ("50株", *ACTUAL[1:])))
    with pytest.raises(Refused, match=r"要勾选偏差原因并写明说明：“补植行道树数量”。偏离的指标要写改进措施"):
        step(clerk, record, "submit")
    words = {first(record, "reasons"): "经费保障", first(record, "reason_text"): "苗木款未到位",
             first(record, "measures"): "11月底前补齐"}  # fmt: skip
    save(clerk, record, words)
    for _ in range(2):
        step(clerk, record, "submit")
        assert told == ["补植行道树数量"]
        step(department, record, "department_return", "再核对")
    # Green in between, then red again: that is a new turn.
    for actual in ("640株", "50株"):
        save(clerk, record, {first(record, "actual_raw"): actual})
        step(clerk, record, "submit")
        step(department, record, "department_return", "再核对")
    assert told == ["补植行道树数量"] * 2


def test_red_money_is_told_too_and_wants_measures(person: Any, record: Any, approved: Any, told: Any) -> None:
    from jiheng.web.execution.models import Payment
    from jiheng.web.plan.services.errors import Refused

    clerk = person("clerk")
    save(clerk, record, filled(record))
    Payment.objects.all().delete()
    with pytest.raises(Refused, match="要写资金纠偏措施"):
        step(clerk, record, "submit")
    save(clerk, record, {"measures": "加快结算"})
    step(clerk, record, "submit")
    assert told == [None]


def test_a_red_light_and_what_is_made_of_it_stand_or_fall_together(person: Any, record: Any, approved: Any) -> None:
    from jiheng.web.execution.models import Payment
    from jiheng.web.monitoring.models import MonitoringRecord
    from jiheng.web.monitoring.signals import light_turned_red
    from jiheng.web.results.models import Rectification

    clerk, reviewer = person("clerk"), person("department_reviewer")
    Payment.objects.all().delete()
    save(clerk, record, {**filled(record), "measures": "加快结算"})
    failure: list[BaseException] = [SystemExit(), ValueError("a later stage is out of order")]

    def fail(**_: Any) -> None:
        raise failure[0]

    light_turned_red.connect(fail)
    try:
        with pytest.raises(SystemExit):  # the process is gone in between: as if it had never been sent off
            step(clerk, record, "submit")
        assert (MonitoringRecord.objects.get().state, Rectification.objects.count()) == ("draft", 0)
        failure.pop(0)
        step(clerk, record, "submit")  # a failure over there undoes no report
    finally:
        light_turned_red.disconnect(fail)
    assert (MonitoringRecord.objects.get().state, Rectification.objects.count()) == ("department_review", 0)
    step(reviewer, record, "department_return", "再核对")
    step(clerk, record, "submit")  # and is made good with the next one
    assert Rectification.objects.get().title == "道路绿化补植：10月底资金支出偏离计划"


def test_nothing_moves_in_a_locked_round_and_late_reports_are_taken_in_a_closed_one(person: Any, record: Any) -> None:
    from jiheng.web.plan.services.errors import Refused

    clerk = person("clerk")
    save(clerk, record, filled(record))
    type(record.round).objects.update(state="closed")
    step(clerk, record, "submit")
    type(record.round).objects.update(state="locked")
    with pytest.raises(Refused, match="已经锁定"):
        step(clerk, record, "recall")


def test_reviewers_pass_many_at_once_all_or_none_with_few_queries(
    person: Any, record: Any, more: Any, opened: Any, django_assert_max_num_queries: Any
) -> None:
    from jiheng.web.monitoring.models import MonitoringRecord
    from jiheng.web.monitoring.services.opening import make_forms
    from jiheng.web.monitoring.services.submission import take_steps
    from jiheng.web.plan.services.errors import Refused

    make_forms(opened, [p.pk for p in more(5)])
    department = person("department_reviewer")
    MonitoringRecord.objects.exclude(pk=record.pk).update(state="department_review")
    with pytest.raises(Refused, match="现在处于“填报中”"):
        take_steps(department, MonitoringRecord.objects.all(), "department_pass")
    assert MonitoringRecord.objects.filter(state="finance_review").count() == 0
    ready = list(MonitoringRecord.objects.filter(state="department_review"))
    department.held()
    with django_assert_max_num_queries(14 + 9 * len(ready)):
        assert len(take_steps(department, ready, "department_pass")) == 5
    with pytest.raises(Refused, match="不能成批办理"):
        take_steps(department, ready, "submit")


@pytest.mark.parametrize(
    ("field", "text", "told"),
    [("actual_raw", "120%", "部分不会大于全部"), ("forecast_raw", "60%", "与“确定能”完成矛盾")],
)
def test_what_cannot_be_believed_is_confirmed_with_a_reason(
    person: Any, record: Any, field: str, text: str, told: str
) -> None:
    """120% content, and a forecast of 60% against 90% that is called certain: yellow, and not submitted unexplained."""
    from jiheng.web.plan.services.errors import Refused

    clerk, row = person("clerk"), record.rows.last()
    save(clerk, record, filled(record) | {f"row:{row.pk}:{field}": text})
    row.refresh_from_db()
    assert (row.light, told in row.light_reason) == ("yellow", True)
    with pytest.raises(Refused, match="填的数有疑问"):
        step(clerk, record, "submit")
    save(clerk, record, {f"row:{row.pk}:reason_text": "问卷按两次合计，已与调查公司核对。"})
    assert step(person("unit_head"), record, "submit").state == "department_review"
