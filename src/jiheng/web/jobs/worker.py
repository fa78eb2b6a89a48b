"""The background worker: a parent that only watches, and a process for each lane and for the clock.

The parent has no threads and no connection, so that it may fork at any time and answers a signal at once, whatever
its children do. They end with it, even where it is killed.
"""

from __future__ import annotations

import logging
import os
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from django.db import DatabaseError, close_old_connections, connections

from jiheng.confined.asking import prepare
from jiheng.confined.limits import end_with_parent
from jiheng.readers.office_folders import sweep
from jiheng.web.jobs import services
from jiheng.web.jobs.kinds import PROCESSES
from jiheng.web.jobs.ticks import EVERY_SECONDS, run_ticks
from jiheng.web.jobs.turns import BEAT

log = logging.getLogger(__name__)
PATIENCE = 5
"""Seconds that a process has to finish its present step when the worker is to end; then it is killed."""
_LOOK_SECONDS = 0.5
_RELEASE_SECONDS = 3


class Worker:
    """One background worker, with a name of its own."""

    def __init__(self) -> None:
        self.name = f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"
        lanes = [lane for lane, count in PROCESSES.items() for _ in range(max(1, count))]
        self._roles: list[Callable[[], None]] = [_clock, *(lambda lane=lane: self._lane(lane) for lane in lanes)]
        self._children: dict[int, Callable[[], None]] = {}
        self._ending = False

    def run(self) -> None:
        """Work until a signal says that it is enough; what is not finished goes on in the next worker."""
        sweep()
        prepare()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        for role in self._roles:
            self._start(role)
        while not self._ending:
            self._replace_dead()
            time.sleep(_LOOK_SECONDS)
        self._stop_children()
        signal.alarm(_RELEASE_SECONDS)  # a database that does not answer does not keep the worker
        services.release(self.name)
        sweep()  # people's documents do not lie about until the service is started again

    def _end(self, *_: object) -> None:
        self._ending = True

    def _start(self, role: Callable[[], None]) -> None:
        connections.close_all()
        parent, pid = os.getpid(), os.fork()
        if pid:
            self._children[pid] = role
            return
        try:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches the whole group; the parent decides
            signal.signal(signal.SIGTERM, services.stopping.set)
            end_with_parent(parent=parent)
            role()
        except BaseException:
            log.exception("a process of the worker failed")
        finally:
            os._exit(0)

    def _replace_dead(self) -> None:
        while self._children:
            pid, _ = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            if (role := self._children.pop(pid, None)) is not None:
                log.warning("a process of the worker ended, another one takes its place")
                self._start(role)

    def _stop_children(self) -> None:
        until = time.monotonic() + PATIENCE
        for pid in self._children:
            os.kill(pid, signal.SIGTERM)
        while self._children:
            pid, _ = os.waitpid(-1, os.WNOHANG)
            if pid:
                self._children.pop(pid, None)
            elif time.monotonic() < until:
                time.sleep(0.05)
            else:
                for late in self._children:
                    os.kill(late, signal.SIGKILL)
                until = float("inf")

    def _lane(self, lane: str) -> None:
        while not services.stopping.is_set():
            try:
                found = services.perform_next(lane, self.name)
            except DatabaseError as error:  # busy or away for a moment
                log.warning("could not look for jobs: %s", error)
                connections.close_all()
                found = False
            close_old_connections()
            if not found:
                services.stopping.wait(_LOOK_SECONDS)


def _clock() -> None:
    """What is due by the clock; jobs of other workers that died."""
    for work, seconds in ((services.take_back, BEAT), (run_ticks, EVERY_SECONDS)):
        threading.Thread(target=_again_and_again, args=(work, seconds), daemon=True, name=work.__name__).start()
    services.stopping.wait()


def _again_and_again(work: Callable[[], Any], seconds: float) -> None:
    """Do this now and every so many seconds."""
    while True:
        try:
            work()
        except DatabaseError as error:  # busy or away for a moment
            log.warning("could not %s: %s", work.__name__, error)
        finally:
            connections.close_all()
        if services.stopping.wait(seconds):
            return
