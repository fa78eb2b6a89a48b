"""Which job is next: in each lane people take turns, however much one of them has asked for."""

from __future__ import annotations

import os
from datetime import datetime, timedelta

from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from jiheng.web.jobs.kinds import names_in
from jiheng.web.jobs.models import Job

BEAT = float(os.environ.get("JIHENG_JOB_BEAT", "5"))
"""Every so many seconds a running job says that its worker lives, however long its present step takes."""
STALE = timedelta(seconds=6 * BEAT)
"""A running job that has not been heard of for so long belonged to a worker that is gone."""
SLICE = float(os.environ.get("JIHENG_JOB_SLICE", "20"))
"""After so many seconds a job that can go on later lets those of others go before it."""
_REMEMBERED = timedelta(hours=1)


def stale() -> Q:
    """Jobs whose worker is gone."""
    silent = Q(heartbeat__lt=timezone.now() - STALE) | Q(heartbeat=None)
    return Q(state=Job.State.RUNNING) & silent


def _due(lane: str) -> QuerySet[Job]:
    waiting = Q(state=Job.State.WAITING) & (Q(due=None) | Q(due__lte=timezone.now()))
    return Job.objects.filter(waiting | stale(), kind__in=names_in(lane))


def in_turn(lane: str) -> list[int]:
    """The keys of the jobs that wait in a lane: first those of whom was served longest ago; of one person, as asked."""
    waiting = list(_due(lane).order_by("pk").values_list("pk", "created_by_id"))
    if len({person for _, person in waiting}) > 1:
        served, never = _last_served(lane), timezone.now() - 2 * _REMEMBERED
        waiting.sort(key=lambda one: (served.get(one[1], never), one[0]))
    return [pk for pk, _ in waiting]


def _last_served(lane: str) -> dict[int | None, datetime]:
    lately = Job.objects.filter(kind__in=names_in(lane), heartbeat__gt=timezone.now() - _REMEMBERED)
    return dict(lately.order_by().values_list("created_by_id").annotate(Max("heartbeat")))


def others_wait(job: Job, lane: str) -> bool:
    """Whether somebody else waits behind this job."""
    mine = Q(created_by=job.created_by_id) if job.created_by_id else Q(created_by=None)
    return _due(lane).exclude(pk=job.pk).exclude(mine).exists()
