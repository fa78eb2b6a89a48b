"""Ask for background work, do it, and pick it up again where a server was killed."""

from __future__ import annotations

import logging
import threading
import time
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, connection
from django.db.models import Case, F, Q, QuerySet, When
from django.utils import timezone

from jiheng.web.jobs import turns
from jiheng.web.jobs.kinds import kind_of
from jiheng.web.jobs.models import Job
from jiheng.web.retrying import Busy, retried
from jiheng.web.supervision.actor import acting

log = logging.getLogger(__name__)
_LOOK_SECONDS = 0.2
MOST_ATTEMPTS = 3
"""After so many attempts in a row that died before a step was done, it is not tried again."""

_BUSY = "数据库正忙，任务多次没有做成，已中止，没有留下不完整的数据。请稍后重新发起。"


class JobError(Exception):
    """Why a job cannot be done, in words for the one who asked."""


class Lost(Exception):
    """This worker was given up for dead, and another one does the job now."""


class GivenBack(Exception):
    """The job goes on later: this worker is to end, or somebody else's job goes first."""


class _Stopping:
    """Whether this process is to end. Unlike an event it has no lock, which a signal could find taken."""

    def __init__(self) -> None:
        self._asked = False

    def set(self, *_: object) -> None:
        """Let what is done stop after its present step. May be called by a signal."""
        self._asked = True

    def is_set(self) -> bool:
        """Whether it was asked for."""
        return self._asked

    def wait(self, seconds: float = float("inf")) -> bool:
        """Wait until it is asked for, or so many seconds; whether it was."""
        until = time.monotonic() + seconds
        while not self._asked and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, _LOOK_SECONDS))
        return self._asked


stopping = _Stopping()


def _mine(job: Job) -> QuerySet[Job]:
    """The job, while this attempt at it is the present one."""
    return Job.objects.filter(pk=job.pk, attempts=job.attempts, state=Job.State.RUNNING)


class Progress:
    """Handed to the function of a job: tell it how far you are."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.begun_at = job.done
        self._kind, self._since = kind_of(job.kind), time.monotonic()

    @property
    def fruitless(self) -> int:
        """How many attempts in a row, with this one, have got no further than the present step."""
        return self.job.fruitless

    def __call__(self, done: int, total: int, message: str = "") -> None:
        """``done`` of ``total`` steps; committed at once, outside of any transaction of the work.

        Raises :class:`Lost` where another worker has taken the job over, and :class:`GivenBack` where it is to go on
        later: the work must then stop.
        """
        if done > self.begun_at:
            self.job.fruitless = 0
        now = {"heartbeat": timezone.now(), "fruitless": self.job.fruitless}
        if not _mine(self.job).update(done=done, total=total, message=message[:500], **now):
            raise Lost
        if stopping.is_set() or (done > self.begun_at and self._is_others_turn()):
            raise GivenBack

    def _is_others_turn(self) -> bool:
        long = self._kind.resumes and time.monotonic() - self._since > turns.SLICE
        return long and turns.others_wait(self.job, self._kind.lane)

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
        while not self._over.wait(turns.BEAT):
            try:
                _mine(self.job).update(heartbeat=timezone.now())
            except DatabaseError as error:  # busy or away for a moment: the next beat tries again
                log.warning("no heartbeat of job %s: %s", self.job.pk, error)
            finally:
                connection.close()

    def stop(self) -> None:
        self._over.set()


def ask(kind: str, title: str, payload: dict[str, Any], person: Any = None, after: timedelta | None = None) -> Job:
    """A new job, started as soon as the transaction is committed, or some time after."""
    due = timezone.now() + after if after else None
    return Job.objects.create(kind=kind, title=title[:200], payload=payload, created_by=person, due=due)


def _claim(pk: int, worker: str) -> Job | None:
    """The job as a new attempt of this process; ``None`` where another has it or it is done."""
    open_to_all = Job.objects.filter(Q(pk=pk) & (Q(state=Job.State.WAITING) | turns.stale()))
    begun = {"state": Job.State.RUNNING, "heartbeat": timezone.now(), "worker": worker}
    if not open_to_all.update(**begun, attempts=F("attempts") + 1, fruitless=F("fruitless") + 1):
        return None
    return Job.objects.select_related("created_by").get(pk=pk)


def perform_next(lane: str, worker: str) -> bool:
    """Do the job of this lane whose turn it is; whether there was one."""
    return any(perform(pk, worker) for pk in turns.in_turn(lane))


def perform(pk: int, worker: str = "") -> bool:
    """Do a job that waits, or one whose worker died; does nothing where another process has it. Whether it did."""
    asked = _claim(pk, worker)
    if asked is None:
        return False
    beating = _Beating(asked)
    beating.start()
    try:
        if asked.fruitless > MOST_ATTEMPTS:
            raise JobError("任务多次中断，已停止重试。请检查服务器后重新发起。")
        with acting(asked.created_by, "后台任务"):
            work = kind_of(asked.kind).work
            result = retried(lambda: work(asked.payload, Progress(asked)), resumable=True) or {}
    except Lost:
        log.warning("job %s (%s) was taken over by another worker", pk, asked.kind)
    except GivenBack:
        _give_back(_mine(asked))
    except Exception as error:
        _finish_failed(asked, error)
    else:
        _finish(asked, Job.State.DONE, "", result)
    finally:
        beating.stop()
    return True


def _finish_failed(job: Job, error: Exception) -> None:
    if stopping.is_set():  # when a service is stopped, what the job needs may be gone before it
        _give_back(_mine(job))
    elif isinstance(error, JobError):
        _finish(job, Job.State.FAILED, str(error), {})
    elif isinstance(error, Busy):
        log.error("job %s (%s) met others at every try", job.pk, job.kind, exc_info=error)
        _finish(job, Job.State.FAILED, _BUSY, {})
    else:
        log.error("job %s (%s) failed", job.pk, job.kind, exc_info=error)
        _finish(job, Job.State.FAILED, "任务出错，已中止，没有留下不完整的数据。请联系系统管理员查看服务器日志。", {})


def _finish(job: Job, state: str, message: str, result: dict[str, Any]) -> None:
    fields: dict[str, Any] = {"state": state, "result": result, "finished_at": timezone.now()}
    if message:
        fields["message"] = message[:500]
    _mine(job).update(**fields)


def _give_back(jobs: QuerySet[Job]) -> int:
    """Let others do these jobs, as if the present attempt at them had not been. How many."""
    before = Case(When(fruitless__gt=0, then=F("fruitless") - 1), default=0)
    return jobs.update(state=Job.State.WAITING, fruitless=before)


def release(worker: str) -> int:
    """Let others do what a worker that was told to end has not finished. How many."""
    return _give_back(Job.objects.filter(worker=worker, state=Job.State.RUNNING))


def take_back() -> int:
    """Let others do the jobs whose worker died; asked every few seconds by every worker. How many."""
    return Job.objects.filter(turns.stale()).update(state=Job.State.WAITING)
