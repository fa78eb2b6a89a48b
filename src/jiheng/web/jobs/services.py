"""Ask for background work, do it, and pick it up again where a server was killed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from jiheng.web.jobs.models import Job
from jiheng.web.supervision.actor import acting

log = logging.getLogger(__name__)
STALE = timedelta(seconds=60)
"""A running job that has not moved for so long belonged to a server that is gone."""
MOST_ATTEMPTS = 3


class JobError(Exception):
    """Why a job cannot be done, in words for the one who asked."""


class Progress:
    """Handed to the function of a job: tell it how far you are; it keeps the job alive."""

    def __init__(self, job: Job) -> None:
        self.job = job

    def __call__(self, done: int, total: int, message: str = "") -> None:
        """``done`` of ``total`` steps; committed at once, outside of any transaction of the work."""
        Job.objects.filter(pk=self.job.pk).update(
            done=done, total=total, message=message[:500], heartbeat=timezone.now()
        )


Work = Callable[[dict[str, Any], Progress], dict[str, Any] | None]
_works: dict[str, Work] = {}


def job(kind: str) -> Callable[[Work], Work]:
    """Declare the function below as the work of jobs of this kind.

    It is called with the payload and a :class:`Progress`; it must be able to run again after being killed half-way
    (commit step by step, skip what is done). What it returns is the job's result.
    """

    def declare(work: Work) -> Work:
        _works[kind] = work
        return work

    return declare


def ask(kind: str, title: str, payload: dict[str, Any], person: Any = None) -> Job:
    """A new job, started as soon as the transaction is committed."""
    asked = Job.objects.create(kind=kind, title=title[:200], payload=payload, created_by=person)
    transaction.on_commit(lambda: _enqueue(asked.pk))
    return asked


def _enqueue(pk: int) -> None:
    from jiheng.web.jobs.tasks import run

    run.enqueue(pk)


def perform(pk: int) -> None:
    """Do a job that waits, or one whose server died; does nothing where another process has it."""
    stale = Q(state=Job.State.RUNNING) & (Q(heartbeat__lt=timezone.now() - STALE) | Q(heartbeat=None))
    mine = Job.objects.filter(Q(pk=pk) & (Q(state=Job.State.WAITING) | stale)).update(
        state=Job.State.RUNNING, heartbeat=timezone.now()
    )
    if not mine:
        return
    asked = Job.objects.select_related("created_by").get(pk=pk)
    asked.attempts += 1
    Job.objects.filter(pk=pk).update(attempts=asked.attempts)
    try:
        if asked.attempts > MOST_ATTEMPTS:
            raise JobError("任务多次中断，已停止重试。请检查服务器后重新发起。")
        with acting(asked.created_by, "后台任务"):
            result = _works[asked.kind](asked.payload, Progress(asked)) or {}
    except JobError as error:
        _finish(pk, Job.State.FAILED, str(error), {})
    except Exception:
        log.exception("job %s (%s) failed", pk, asked.kind)
        _finish(pk, Job.State.FAILED, "任务出错，已中止，没有留下不完整的数据。请联系系统管理员查看服务器日志。", {})
    else:
        _finish(pk, Job.State.DONE, "", result)


def _finish(pk: int, state: str, message: str, result: dict[str, Any]) -> None:
    fields: dict[str, Any] = {"state": state, "result": result, "finished_at": timezone.now()}
    if message:
        fields["message"] = message[:500]
    Job.objects.filter(pk=pk).update(**fields)


def pick_up() -> int:
    """Enqueue again the jobs that a killed server left running or waiting; called when a worker starts. How many."""
    left = Job.objects.filter(
        Q(state=Job.State.WAITING) | Q(state=Job.State.RUNNING, heartbeat__lt=timezone.now() - STALE)
    )
    keys = list(left.values_list("pk", flat=True))
    for pk in keys:
        _enqueue(pk)
    return len(keys)
