"""Rounds of a year: made from the policy pack, opened, reminded of, closed and locked by date.

A closed round still takes late reports and reviews; a locked one takes nothing any more.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Max
from django.utils import timezone

from jiheng.scoring.monitoring import rounds_of
from jiheng.web import transaction
from jiheng.web.jobs.models import Job
from jiheng.web.jobs.services import ask
from jiheng.web.jobs.ticks import tick
from jiheng.web.locks import for_update, lock, take_turns
from jiheng.web.monitoring.models import MonitoringRecord, MonitoringRound, RecordState
from jiheng.web.monitoring.services.opening import FILL_JOB, covered_projects
from jiheng.web.monitoring.services.reminders import remind
from jiheng.web.org.permissions import require
from jiheng.web.plan.checking import pack_of
from jiheng.web.plan.models import BudgetYear
from jiheng.web.plan.services.errors import Refused
from jiheng.web.supervision.services import record

State = MonitoringRound.State
REFRESH_EVERY = timedelta(hours=20)
"""So often the money of open forms is read anew from the payments, where nobody saves them."""


def _make(year: BudgetYear, calendar: str) -> list[MonitoringRound]:
    made = []
    for order, rule in enumerate(rounds_of(pack_of(year), year.year, calendar), 1):
        days = {"period_end": rule.period_end, "opens_on": rule.opens, "closes_on": rule.closes, "locks_on": rule.locks}
        made.append(MonitoringRound.objects.create(budget_year=year, order=order, label=rule.label, **days))
    record("设置监控期次", year, None, {"calendar": calendar, "rounds": [r.label for r in made]})
    return made


@transaction.atomic
def make_rounds(person: Any, year: BudgetYear, calendar: str = "") -> list[MonitoringRound]:
    """The rounds of a year by a calendar of its pack (by default the pack's own), in place of those that are planned.

    Raises :class:`Refused` where one of them was opened already, ``PermissionDenied``.
    """
    require(person, "monitoring.manage", year)
    take_turns("monitoring.rounds", year.pk)
    calendar = calendar or pack_of(year).calendar
    if calendar not in pack_of(year).rounds:
        raise Refused("没有这种监控安排，请从列出的安排里选。")
    existing = MonitoringRound.objects.filter(budget_year=year)
    if existing.exclude(state=State.PLANNED).exists() or MonitoringRecord.objects.filter(round__in=existing).exists():
        raise Refused(f"{year}已有期次开始填报，不能整体改换监控安排。需要时请逐期调整日期。")
    existing.delete()
    return _make(year, calendar)


@transaction.atomic
def ensure_rounds(year: BudgetYear) -> list[MonitoringRound]:
    """The rounds by the pack for a year that has none; done again, nothing is made."""
    take_turns("monitoring.rounds", year.pk)
    if MonitoringRound.objects.filter(budget_year=year).exists() or not pack_of(year).calendar:
        return []
    return _make(year, pack_of(year).calendar)


def _locked(person: Any, pk: int) -> MonitoringRound:
    found = for_update(MonitoringRound.objects.all()).get(pk=pk)
    require(person, "monitoring.manage", found)
    return found


@transaction.atomic
def reschedule(
    person: Any, pk: int, opens_on: date, closes_on: date, locks_on: date, reason: str = ""
) -> MonitoringRound:
    """Move the days of a round. A closed round is open again where it closes later now; a locked one needs a reason.

    Raises :class:`Refused` for days out of order or a locked round without a reason, ``PermissionDenied``.
    """
    found, today = _locked(person, pk), timezone.localdate()
    if not found.period_end < opens_on <= closes_on < locks_on:
        raise Refused("日期的先后不对：数据截止日、开始填报、截止填报、锁定应依次在后。")
    if found.state == State.LOCKED and not reason.strip():
        raise Refused("这一期已经锁定。确需解锁的，请写明理由。")
    before = {f: str(getattr(found, f)) for f in ("opens_on", "closes_on", "locks_on", "state")}
    if found.state != State.PLANNED and closes_on != found.closes_on:
        found.reminded_at = None
    found.opens_on, found.closes_on, found.locks_on = opens_on, closes_on, locks_on
    if found.state in (State.CLOSED, State.LOCKED) and today < locks_on:
        found.state = State.OPEN if today <= closes_on else State.CLOSED
        found.locked_at = None
    found.save()
    after = {f: str(getattr(found, f)) for f in before} | {"reason": reason.strip()}
    record("调整监控期次", found, before, after)
    return found


@transaction.atomic
def open_now(person: Any, pk: int) -> Job:
    """Open a planned round today, whatever its day. Raises :class:`Refused` where it is not planned any more."""
    found = _locked(person, pk)
    if found.state != State.PLANNED:
        raise Refused(f"{found}现在是“{found.get_state_display()}”，不能再开放。")
    if found.period_end >= timezone.localdate():
        raise Refused(f"{found}的数据截止日是 {found.period_end:%Y-%m-%d}，还没有过，不能开放填报。")
    record("开放监控期次", found, {"state": found.state}, {"state": "开放"})
    return ask_fill(found, person)


def ask_fill(found: MonitoringRound, person: Any = None) -> Job:
    """Ask for the forms of a round to be made; the round is open when all are."""
    waiting = Job.objects.filter(kind=FILL_JOB, payload__round=found.pk, state__in=("waiting", "running")).first()
    return waiting or ask(FILL_JOB, f"生成{found}监控表", {"round": found.pk}, person)


@tick("monitoring.rounds")
def advance(today: date | None = None) -> None:
    """Do what is due on this day with every round: make, open, remind, close, lock; called again, nothing twice."""
    today = today or timezone.localdate()
    for year in BudgetYear.objects.filter(year__gte=today.year, monitoring_rounds=None):
        if covered_projects(year).exists():
            ensure_rounds(year)
    for found in MonitoringRound.objects.exclude(state=State.LOCKED).select_related("budget_year"):
        _advance(found, today)


def _advance(found: MonitoringRound, today: date) -> None:
    if found.state == State.PLANNED:
        # A round whose time went by unused is not opened only to be locked.
        if found.opens_on <= today < found.locks_on:
            ask_fill(found)
        return
    if today >= found.locks_on:
        _move(found, State.LOCKED, "锁定监控期次", locked_at=timezone.now())
        return
    if found.state == State.OPEN and today > found.closes_on:
        _move(found, State.CLOSED, "截止监控填报", closed_at=timezone.now())
    elif found.state == State.OPEN and found.reminded_at is None and today >= _reminder_day(found):
        _remind(found)
    if _is_stale(found):
        ask_fill(found)


def _reminder_day(found: MonitoringRound) -> date:
    return found.closes_on - timedelta(days=pack_of(found.budget_year).monitoring.remind_days)


@transaction.atomic
def _move(seen: MonitoringRound, state: MonitoringRound.State, action: str, **when: Any) -> None:
    lock(MonitoringRound, [seen.pk])
    found = MonitoringRound.objects.select_related("budget_year").get(pk=seen.pk)
    if found.state != seen.state:
        return  # another worker did it
    if state == State.CLOSED:
        remind(found, late=True)
    before, found.state = found.state, state
    for field, value in when.items():
        setattr(found, field, value)
    found.save(update_fields=["state", *when])
    record(action, found, {"state": str(before)}, {"state": str(state)})


@transaction.atomic
def _remind(seen: MonitoringRound) -> None:
    lock(MonitoringRound, [seen.pk])
    found = MonitoringRound.objects.select_related("budget_year").get(pk=seen.pk)
    if found.reminded_at is None and found.state == State.OPEN:
        remind(found)
        found.reminded_at = timezone.now()
        found.save(update_fields=["reminded_at"])


def _is_stale(found: MonitoringRound) -> bool:
    """Whether projects were approved since, or the money of drafts was not looked at for long."""
    records = MonitoringRecord.objects.filter(round=found)
    if covered_projects(found.budget_year).count() > records.count():
        return True
    last = Job.objects.filter(kind=FILL_JOB, payload__round=found.pk).aggregate(last=Max("finished_at"))["last"]
    old = last is None or last < timezone.now() - REFRESH_EVERY
    return old and records.filter(state=RecordState.DRAFT).exists()
