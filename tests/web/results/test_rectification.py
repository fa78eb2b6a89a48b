"""An item of the register from being raised to being closed; who may do what; numbers; reminders."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connections
from django.utils import timezone

from jiheng.web.monitoring.signals import light_turned_red
from jiheng.web.org.models import Unit
from jiheng.web.plan.models import BudgetYear
from jiheng.web.plan.services.errors import Refused
from jiheng.web.results import workflow
from jiheng.web.results.models import Rectification
from jiheng.web.results.services import Found, raise_item, raise_once, remind
from jiheng.web.results.workflow import Given, available, next_of, perform
from jiheng.web.supervision.models import AuditEntry, Notification

pytestmark = pytest.mark.django_db
S = Rectification.State


def _names(person: Any, item: Rectification) -> list[str]:
    return [s.name for s in available(person, Rectification.objects.get(pk=item.pk))]


def _done(clerk: Any, item: Rectification) -> Rectification:
    perform(clerk, item, "plan", Given(measures="按实施方案逐路段测算。"))
    return perform(clerk, item, "report", Given(outcome="已补充测算表。"))


def test_the_whole_way(item: Rectification, clerk: Any, reviewer: Any) -> None:
    assert (item.state, item.number) == (S.OPEN, "139901-2026-00001")
    assert _names(clerk, item) == ["assign", "plan", "ask_extension"]
    perform(clerk, item, "assign", Given(owner=clerk))
    perform(clerk, item, "plan", Given(measures="按实施方案逐路段测算。"))
    later = item.due_on + timedelta(days=5)
    perform(clerk, item, "ask_extension", Given(text="测绘单位月底才能交图。", due_on=later))
    assert _names(reviewer, item) == ["grant_extension", "refuse_extension", "cancel"]
    perform(reviewer, item, "grant_extension", Given())
    item.refresh_from_db()
    assert (item.due_on, item.asked_due_on) == (later, None)
    perform(clerk, item, "report", Given(outcome="已补充测算表。"))
    assert _names(clerk, item) == []
    perform(reviewer, item, "send_back", Given(text="缺第三段。"))
    perform(clerk, item, "report", Given(outcome="已补齐。"))
    done = perform(reviewer, item, "close", Given(text="属实。"))
    assert done.state == S.CLOSED
    assert done.closed_at is not None
    told = [s.name for s in done.steps.all()]
    assert told == [
        "raise", "assign", "plan", "ask_extension", "grant_extension", "report", "send_back", "report", "close",
    ]  # fmt: skip
    actions = (
        AuditEntry.objects.filter(kind="results.rectification").order_by("sequence").values_list("action", flat=True)
    )
    assert next(iter(actions)) == "提出整改事项"
    assert [*actions][-1] == "核验销号"
    assert len(actions) == len(told)
    assert Notification.objects.filter(person=clerk, text__contains="已核验销号").count() == 1
    assert Notification.objects.filter(person=reviewer, text__contains="请核验").count() == 2


def test_the_step_that_comes_next_stands_open(item: Rectification, clerk: Any, reviewer: Any) -> None:
    def opened(person: Any) -> str:
        now = Rectification.objects.get(pk=item.pk)
        return next_of(now, available(person, now))

    assert (opened(clerk), opened(reviewer)) == ("assign", "")
    perform(clerk, item, "assign", Given(owner=clerk))
    assert opened(clerk) == "plan"
    perform(clerk, item, "plan", Given(measures="按实施方案逐路段测算。"))
    assert opened(clerk) == "report"
    perform(clerk, item, "report", Given(outcome="已补充测算表。"))
    assert (opened(clerk), opened(reviewer)) == ("", "close")


REFUSALS = (
    ("plan", Given(), "请写明整改措施"),
    ("report", Given(outcome="好了"), "还没有写整改措施"),
    ("ask_extension", Given(due_on=date(2020, 1, 1), text="忙"), "新的期限应晚于"),
    ("ask_extension", Given(text="忙"), "请填写日期"),
    ("assign", Given(), "请选择责任人"),
    ("fly", Given(), "没有名为“fly”的步骤"),
)


@pytest.mark.parametrize("name, given, said", REFUSALS)
def test_what_is_missing_is_said_and_nothing_changes(
    item: Rectification, clerk: Any, name: str, given: Given, said: str
) -> None:
    with pytest.raises(Refused, match=said):
        perform(clerk, item, name, given)
    fresh = Rectification.objects.get(pk=item.pk)
    assert (fresh.state, fresh.revision, fresh.steps.count()) == (S.OPEN, 0, 1)


def test_a_step_out_of_turn_is_refused(item: Rectification, reviewer: Any) -> None:
    with pytest.raises(Refused, match="现在是“整改中”，不能“核验销号”"):
        perform(reviewer, item, "close", Given(text="属实"))
    with pytest.raises(Refused, match="没有待批的延期申请"):
        perform(reviewer, item, "grant_extension", Given())


def test_one_request_for_more_time_at_a_time(item: Rectification, clerk: Any, reviewer: Any) -> None:
    later = item.due_on + timedelta(days=5)
    perform(clerk, item, "ask_extension", Given(text="忙", due_on=later))
    with pytest.raises(Refused, match="已有一份延期申请"):
        perform(clerk, item, "ask_extension", Given(text="忙", due_on=later))
    perform(reviewer, item, "refuse_extension", Given(text="期限已足够"))
    fresh = Rectification.objects.get(pk=item.pk)
    assert (fresh.due_on, fresh.asked_due_on) == (item.due_on, None)


def test_who_raised_it_verifies_it(item: Rectification, clerk: Any, person: Any) -> None:
    """Another reviewer may not, unless who raised it has left."""
    other = person("finance_reviewer", "other")
    _done(clerk, item)
    assert _names(other, item) == []
    with pytest.raises(Refused, match="也由其核验"):
        perform(other, item, "close", Given(text="属实"))
    item.raised_by.is_active = False
    item.raised_by.save()
    assert _names(other, item) == ["close", "send_back", "cancel"]


def test_nobody_verifies_what_he_reported(project: Any, person: Any) -> None:
    """Somebody who is clerk and reviewer at once, and an item of the system."""
    from jiheng.web.org.models import RoleAssignment

    both = person("clerk")
    RoleAssignment.objects.create(
        person=both, role="department_reviewer", district=project.unit.department.district,
        department=project.unit.department,
    )  # fmt: skip
    both.forget_roles()
    item = raise_once("k", Found("monitoring", "进度落后", project=project))
    assert item is not None
    _done(both, item)
    assert _names(both, item) == []
    with pytest.raises(Refused, match="不能自己核验"):
        perform(both, item, "close", Given(text="属实"))
    assert "close" in _names(person("finance_reviewer"), item)


WRONG = (
    ("clerk", "close"),
    ("unit_head", "cancel"),
    ("auditor", "plan"),
    ("system_admin", "plan"),
    ("evaluator", "close"),
)


@pytest.mark.parametrize("role, name", WRONG)
def test_wrong_roles(item: Rectification, person: Any, role: str, name: str) -> None:
    someone = person(role, "someone")
    with pytest.raises(PermissionDenied):
        perform(someone, item, name, Given(text="x", measures="x"))


def test_another_unit_may_not_answer(item: Rectification, person: Any) -> None:
    stranger = person("clerk", "stranger", Unit.objects.get(code="601002"))
    with pytest.raises(PermissionDenied):
        perform(stranger, item, "plan", Given(measures="x"))


@pytest.mark.parametrize("role", ("clerk", "unit_head", "system_admin", "evaluator"))
def test_who_may_not_raise(project: Any, person: Any, role: str) -> None:
    with pytest.raises(PermissionDenied):
        raise_item(person(role), Found("audit", "问题", project=project))
    assert not Rectification.objects.exists()


BAD = (
    (Found("audit", " "), "请写明问题"), (Found("rumour", "问题"), "请选择来源"), (Found("audit", "问题", severity="x"), "请选择程度"),
    (Found("audit", "问题"), "请选择责任单位"), (Found("audit", "问题", due_on=date(2020, 1, 1)), "不能早于今天"),
)  # fmt: skip


@pytest.mark.parametrize("found, said", BAD)
def test_what_cannot_be_raised(reviewer: Any, found: Found, said: str) -> None:
    with pytest.raises(Refused, match=said):
        raise_item(reviewer, found)


def test_reopened_it_has_a_new_deadline(item: Rectification, clerk: Any, reviewer: Any) -> None:
    _done(clerk, item)
    perform(reviewer, item, "close", Given(text="属实"))
    later = timezone.localdate() + timedelta(days=30)
    with pytest.raises(Refused, match="请填写日期"):
        perform(reviewer, item, "reopen", Given(text="又出现"))
    again = perform(reviewer, item, "reopen", Given(text="又出现", due_on=later))
    assert (again.state, again.due_on, again.closed_at) == (S.OPEN, later, None)


def test_the_same_cause_gives_birth_once(project: Any) -> None:
    found = Found("monitoring", "进度落后", project=project)
    assert raise_once("a", found) is not None
    assert raise_once("a", found) is None
    assert raise_once("b", found) is not None
    assert list(Rectification.objects.order_by("pk").values_list("number", flat=True)) == [
        "139901-2026-00001", "139901-2026-00002",
    ]  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_numbers_have_no_gaps_and_no_doubles_when_many_raise_at_once(project: Any, reviewer: Any) -> None:
    def one(n: int) -> None:
        try:
            raise_item(reviewer, Found("audit", f"问题{n}", project=project))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, range(12)))
    numbers = sorted(Rectification.objects.values_list("number", flat=True))
    assert numbers == [f"139901-2026-{n:05d}" for n in range(1, 13)]


def test_reminders_once_a_day(item: Rectification, clerk: Any, reviewer: Any) -> None:
    def told(person: Any) -> list[str]:
        found = Notification.objects.filter(person=person, text__contains="请抓紧办理").order_by("pk")
        return [n.text.rsplit("”", 1)[-1] for n in found]

    due = item.due_on
    assert remind(due - timedelta(days=4)) == 0
    assert remind(due - timedelta(days=3)) == 1
    assert remind(due - timedelta(days=3)) == 0
    assert remind(due) == 1
    assert remind(due + timedelta(days=2)) == 1
    assert told(clerk) == ["还有 3 天到期，请抓紧办理", "今天到期，请抓紧办理", "已逾期 2 天，请抓紧办理"]
    assert told(reviewer) == ["已逾期 2 天，请抓紧办理"]
    _done(clerk, item)
    assert remind(due + timedelta(days=3)) == 0  # reported: it is no longer the unit's turn


def test_a_red_light_gives_birth_to_an_item(project: Any, clerk: Any) -> None:
    from jiheng.web.monitoring.models import MonitoringRecord, MonitoringRound

    day = date(2026, 6, 30)
    monitored = MonitoringRound.objects.create(
        budget_year=BudgetYear.objects.get(),
        order=0,
        label="6月底",
        period_end=day,
        opens_on=day,
        closes_on=day,
        locks_on=day,
    )
    record = MonitoringRecord.objects.create(
        round=monitored, project=project, unit=project.unit, department=project.unit.department,
        money_reason="执行率 10%，计划 50%，落后 40 个百分点。",
    )  # fmt: skip
    light_turned_red.send(sender=MonitoringRecord, record=record, row=None)
    light_turned_red.send(sender=MonitoringRecord, record=record, row=None)
    (born,) = Rectification.objects.all()
    later = MonitoringRecord.objects.create(
        round=MonitoringRound.objects.create(
            budget_year=BudgetYear.objects.get(), order=1, label="10月底", period_end=day, opens_on=day, closes_on=day, locks_on=day
        ),
        project=project, unit=project.unit, department=project.unit.department, money_reason="执行率 30%，计划 80%。",
    )  # fmt: skip
    light_turned_red.send(sender=MonitoringRecord, record=later, row=None)
    assert Rectification.objects.count() == 1  # the open item hears of it
    assert born.steps.last().text == "10月底监控仍为红灯：执行率 30%，计划 80%。"
    Rectification.objects.update(state="closed")
    light_turned_red.send(sender=MonitoringRecord, record=later, row=None)
    assert Rectification.objects.count() == 2  # what was closed has come back
    assert (born.source, born.severity, born.raised_by) == ("monitoring", "serious", None)
    assert born.origin == record
    assert "资金支出偏离计划" in born.title
    assert born.description == record.money_reason
    assert Notification.objects.filter(person=clerk, link=f"/rectification/{born.pk}/").count() == 1


def test_every_step_says_what_it_needs() -> None:
    for step in workflow.STEPS:
        assert set(step.asks) <= workflow.ASKED.keys()
        assert step.sources
        assert step.tells in ("责任方", "督办方")
