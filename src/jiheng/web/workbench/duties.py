"""What waits for a person in the second half of the year: reports, reviews, self-evaluations, rectification."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Min, Q

from jiheng.web.evaluation.models import SelfEvaluation
from jiheng.web.monitoring.models import MonitoringRecord, MonitoringRound, RecordState
from jiheng.web.org.handover import SEES_LEFT, left_count
from jiheng.web.org.permissions import allowed, reach
from jiheng.web.results.models import Rectification
from jiheng.web.results.queries import raised_for

_OF_RECORD = {"unit": "unit__", "year": "round__budget_year__year"}
_REVIEWS = (("review_department", RecordState.DEPARTMENT_REVIEW), ("review_finance", RecordState.FINANCE_REVIEW))


@dataclass(frozen=True, slots=True)
class Duty:
    """Something to do: how many, by when, and where. ``late`` of them are overdue, or all where the day is past."""

    label: str
    count: int
    link: str
    due: date | None = None
    late: int = 0


def duties(person: Any, today: date) -> list[Duty]:
    """What waits for this person, in the order of the year; a few queries, however much it is."""
    found = [*_reports(person, today), *_reviews(person), *_evaluations(person), *_items(person, today), *_left(person)]
    return [duty for duty in found if duty.count]


def _left(person: Any) -> Iterator[Duty]:
    """What stands in the name of people who have left, and nobody is reminded of."""
    if any(allowed(person, permission) for permission in SEES_LEFT):
        yield Duty("停用人员名下的事项", left_count(person), "/org/left/")


def _reports(person: Any, today: date) -> Iterator[Duty]:
    """Monitoring forms of open rounds that are not sent yet."""
    if not (allowed(person, "monitoring.report") or allowed(person, "monitoring.submit")):
        return
    mine = reach(person, "monitoring.report", **_OF_RECORD) | reach(person, "monitoring.submit", **_OF_RECORD)
    forms = MonitoringRecord.objects.filter(
        mine, state=RecordState.DRAFT, round__state__in=(MonitoringRound.State.OPEN, MonitoringRound.State.CLOSED)
    )
    rounds = forms.order_by("round__closes_on").values_list(
        "round", "round__budget_year__year", "round__label", "round__closes_on"
    )
    for key, year, label, closes, count in rounds.annotate(Count("pk")):
        late = count if closes < today else 0
        yield Duty(f"填报{year}年{label}监控", count, f"/monitoring/?round={key}", closes, late)


def _reviews(person: Any) -> Iterator[Duty]:
    for suffix, state in _REVIEWS:
        if allowed(person, f"monitoring.{suffix}"):
            forms = MonitoringRecord.objects.filter(reach(person, f"monitoring.{suffix}", **_OF_RECORD), state=state)
            yield Duty("审核监控表", forms.count(), "/monitoring/review/")


def _evaluations(person: Any) -> Iterator[Duty]:
    if allowed(person, "evaluation.fill") or allowed(person, "evaluation.submit"):
        mine = reach(person, "evaluation.fill") | reach(person, "evaluation.submit")
        forms = SelfEvaluation.objects.filter(mine, state=RecordState.DRAFT)
        for year, count in forms.order_by("budget_year__year").values_list("budget_year__year").annotate(Count("pk")):
            yield Duty(f"填写{year}年自评表", count, f"/evaluation/?year={year}&state=draft")
    for suffix, state in _REVIEWS:
        if allowed(person, f"evaluation.{suffix}"):
            forms = SelfEvaluation.objects.filter(reach(person, f"evaluation.{suffix}"), state=state)
            yield Duty("审核自评表", forms.count(), f"/evaluation/?state={state}")


def _items(person: Any, today: date) -> Iterator[Duty]:
    """Items to put right, and items to verify: one's own and those that the system raised. The register shows a year
    at a time: what is left of another one is a duty of its own."""
    open_ones, years = Rectification.State.OPEN, "budget_year__year"
    if allowed(person, "results.answer"):
        items = Rectification.objects.filter(reach(person, "results.answer"), state=open_ones)
        late = Count("pk", filter=Q(due_on__lt=today))
        for sums in items.order_by(f"-{years}").values(years).annotate(count=Count("pk"), late=late, due=Min("due_on")):
            label, link = _of_year("办理整改", "state=open", sums[years], today)
            yield Duty(label, sums["count"], link, sums["due"], sums["late"])
    if allowed(person, "results.verify"):
        mine = Rectification.objects.filter(reach(person, "results.verify"), raised_for(person))
        by_year = (
            mine.order_by(f"-{years}")
            .values(years)
            .annotate(
                reported=Count("pk", filter=Q(state=Rectification.State.REPORTED)),
                asked=Count("pk", filter=Q(state=open_ones) & ~Q(asked_due_on=None)),
                overdue=Count("pk", filter=Q(state=open_ones, due_on__lt=today)),
            )
        )
        for sums in by_year:
            for name, state in (("核验整改", "reported"), ("审批延期", "asked"), ("督办逾期整改", "overdue")):
                label, link = _of_year(name, f"state={state}&raised=mine", sums[years], today)
                yield Duty(label, sums[state], link, late=sums[state] if state == "overdue" else 0)


def _of_year(label: str, asked: str, year: int, today: date) -> tuple[str, str]:
    return label if year == today.year else f"{label}（{year}年）", f"/rectification/?year={year}&{asked}"
