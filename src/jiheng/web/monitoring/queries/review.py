"""What waits for a reviewer."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from jiheng.web.monitoring.models import MonitoringRecord, MonitoringRound, RecordState
from jiheng.web.monitoring.services.report import OPEN_ROUNDS
from jiheng.web.org.permissions import reach

STAGES = (
    ("monitoring.review_department", RecordState.DEPARTMENT_REVIEW, "department_pass", "department_return"),
    ("monitoring.review_finance", RecordState.FINANCE_REVIEW, "accept", "finance_return"),
)
"""Permission, the state in which a form waits for its holders, the step that passes it, the one that returns it."""


def waiting(person: Any) -> QuerySet[MonitoringRecord]:
    """The forms of rounds under way that wait for this person."""
    turn = Q(pk__in=[])
    for permission, state, _, _ in STAGES:
        turn |= Q(state=state) & reach(person, permission, year="round__budget_year__year")
    return MonitoringRecord.objects.filter(turn, round__state__in=OPEN_ROUNDS)


def rounds_waiting(forms: QuerySet[MonitoringRecord]) -> QuerySet[MonitoringRound]:
    """The rounds that these forms are of."""
    found = MonitoringRound.objects.filter(pk__in=forms.order_by().values("round").distinct())
    return found.select_related("budget_year")


def step_of(record: MonitoringRecord, action: str) -> str:
    """The step that passes or returns a form where it stands; "" where it waits for nobody."""
    return next(((go if action == "pass" else back) for _, state, go, back in STAGES if state == record.state), "")
