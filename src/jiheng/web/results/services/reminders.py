"""Remind of what is due: each item at most once a day, however often this is called."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Q
from django.utils import timezone

from jiheng.web import transaction
from jiheng.web.jobs.ticks import tick
from jiheng.web.results.models import Rectification
from jiheng.web.results.people import answering, overseeing
from jiheng.web.supervision.services import notify

AHEAD = timedelta(days=3)
"""From so long before the deadline on, those who answer are reminded daily."""


@tick("results.rectification")
def remind_today() -> int:
    """What is due today, done from time to time by the worker."""
    return remind(timezone.localdate())


def remind(today: date) -> int:
    """Tell those who answer of what is due within days or overdue, and those who oversee of what is overdue; how many.

    Each item commits by itself: called again after being killed, it goes on where it was.
    """
    waiting = Rectification.objects.filter(
        Q(reminded_on=None) | Q(reminded_on__lt=today), state=Rectification.State.OPEN, due_on__lte=today + AHEAD
    )
    keys = list(waiting.values_list("pk", flat=True))
    return sum(_remind(pk, today) for pk in keys)


@transaction.atomic
def _remind(pk: int, today: date) -> int:
    mine = Rectification.objects.filter(Q(reminded_on=None) | Q(reminded_on__lt=today), pk=pk)
    if not mine.update(reminded_on=today):
        return 0
    item = Rectification.objects.select_related("unit__department", "budget_year", "owner", "raised_by").get(pk=pk)
    days = (item.due_on - today).days
    when = f"还有 {days} 天到期" if days > 0 else "今天到期" if days == 0 else f"已逾期 {-days} 天"
    people = answering(item) + (overseeing(item) if days < 0 else [])
    notify(people, f"整改事项“{item}”{when}，请抓紧办理", f"/rectification/{item.pk}/")
    return 1
