"""Ask for background work, do it, and pick it up again where a server was killed."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, connection
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from jiheng.web import transaction
from jiheng.web.jobs.models import Job
from jiheng.web.retrying import Busy, retried
from jiheng.web.supervision.actor import acting

log = logging.getLogger(__name__)
BEAT = float(os.environ.get("JIHENG_JOB_BEAT", "5"))
"""Every so many seconds a running job says that its worker lives, however long its present step takes."""
STALE = timedelta(seconds=6 * BEAT)
"""A running job that has not been heard of for so long belonged to a worker that is gone."""
MOST_ATTEMPTS = 3
"""After so many attempts in a row that died before a step was done, it is not tried again."""

_BUSY = "数据库正忙，任务多次没有做成，已中止，没有留下不完整的数据。请稍后重新发起。"


class JobError(Exception):
    """Why a job cannot be done, in words for the one who asked."""


class Lost(Exception):
    """This worker was given up for dead, and another one does the job now."""


def _mine(job: Job) -> QuerySet[Job]:
    """The job, while this attempt at it is the present one."""
    return Job.objects.filter(pk=job.pk, attempts=job.attempts, state=Job.State.RUNNING)


class Progress:
    """Handed to the function of a job: tell it how far you are."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.begun_at = job.done

    @property
    def fruitless(self) -> int:
        """How many attempts in a row, with this one, have got no further than the present step."""
        return self.job.fruitless

    def __call__(self, done: int, total: int, message: str = "") -> None:
        """``done`` of ``total`` steps; committed at once, outside of any transaction of the work.

        Raises :class:`Lost` where another worker has taken the job over: the work must then stop.
        """
        if done > self.begun_at:
            self.job.fruitless = 0
        now = {"heartbeat": timezone.now(), "fruitless": self.job.fruitless}
        if not _mine(self.job).update(done=done, total=total, message=message[:500], **now):
            raise Lost

    def keep(self, result: dict[str, Any]) -> None:
        """Keep what is known so far, for an attempt after this one."""
        if not _mine(self.job).update(result=result):
            raise Lost


class _Beating(threading.Thread):
    """Says every few seconds that the worker lives, also while one step takes long."""

    def __init__(self, job: Job) -> None:
        super().__init__(daemon=True, name=f"heartbeat of job {job.pk}")
        self.job, self._over = job, threading.Event()

    def run(self) -> None:
        while not self._over.wait(BEAT):
            try:
                _mine(self.job).update(heartbeat=timezone.now())
            except DatabaseError as error:  # busy or away for a moment: the next beat tries again
                log.warning("no heartbeat of job %s: %s", self.job.pk, error)
            finally:
                connection.close()

    def stop(self) -> None:
        self._over.set()


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


def ask(kind: str, title: str, payload: dict[str, Any], person: Any = None, after: timedelta | None = None) -> Job:
    """A new job, started as soon as the transaction is committed, or some time after."""
    asked = Job.objects.create(kind=kind, title=title[:200], payload=payload, created_by=person)
    transaction.on_commit(lambda: _enqueue(asked.pk, after))
    return asked


def _enqueue(pk: int, after: timedelta | None = None) -> None:
    from jiheng.web.jobs.tasks import run

    (run.using(run_after=timezone.now() + after) if after else run).enqueue(pk)


def _stale() -> Q:
    silent = Q(heartbeat__lt=timezone.now() - STALE) | Q(heartbeat=None)
    return Q(state=Job.State.RUNNING) & silent


def _claim(pk: int) -> Job | None:
    """The job as a new attempt of this process; ``None`` where another has it or it is done."""
    open_to_all = Job.objects.filter(Q(pk=pk) & (Q(state=Job.State.WAITING) | _stale()))
    begun = {"state": Job.State.RUNNING, "heartbeat": timezone.now()}
    if not open_to_all.update(**begun, attempts=F("attempts") + 1, fruitless=F("fruitless") + 1):
        return None
    return Job.objects.select_related("created_by").get(pk=pk)


def perform(pk: int) -> None:
    """Do a job that waits, or one whose worker died; does nothing where another process has it."""
    asked = _claim(pk)
    if asked is None:
        return
    beating = _Beating(asked)
    beating.start()
    try:
        if asked.fruitless > MOST_ATTEMPTS:
            raise JobError("任务多次中断，已停止重试。请检查服务器后重新发起。")
        with acting(asked.created_by, "后台任务"):
            result = retried(lambda: _works[asked.kind](asked.payload, Progress(asked)), resumable=True) or {}
    except Lost:
        log.warning("job %s (%s) was taken over by another worker", pk, asked.kind)
    except JobError as error:
        _finish(asked, Job.State.FAILED, str(error), {})
    except Busy:
        log.exception("job %s (%s) met others at every try", pk, asked.kind)
        _finish(asked, Job.State.FAILED, _BUSY, {})
    except Exception:
        log.exception("job %s (%s) failed", pk, asked.kind)
        _finish(asked, Job.State.FAILED, "任务出错，已中止，没有留下不完整的数据。请联系系统管理员查看服务器日志。", {})
    else:
        _finish(asked, Job.State.DONE, "", result)
    finally:
        beating.stop()


def _finish(job: Job, state: str, message: str, result: dict[str, Any]) -> None:
    fields: dict[str, Any] = {"state": state, "result": result, "finished_at": timezone.now()}
    if message:
        fields["message"] = message[:500]
    _mine(job).update(**fields)


def take_back() -> int:
    """Put jobs whose worker died into the queue again; asked every few seconds by every worker. How many."""
    keys = list(Job.objects.filter(_stale()).values_list("pk", flat=True))
    # Of several workers that see it, the one whose update finds it still running enqueues it.
    taken = [pk for pk in keys if Job.objects.filter(_stale(), pk=pk).update(state=Job.State.WAITING)]
    for pk in taken:
        _enqueue(pk)
    return len(taken)


def pick_up() -> int:
    """What is to be done when a worker starts: enqueue what died, and what waits, whatever became of its place."""
    waiting = list(Job.objects.filter(state=Job.State.WAITING).values_list("pk", flat=True))
    for pk in waiting:
        _enqueue(pk)
    return len(waiting) + take_back()
