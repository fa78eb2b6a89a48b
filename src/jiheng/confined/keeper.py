"""The two processes behind each request: the worker, and its keeper, which ends it when nobody waits any more."""

from __future__ import annotations

import contextlib
import os
import select
import signal
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NoReturn

from jiheng.confined.limits import end_with_parent, limit_memory, limit_time

STARTED: list[bool] = []
"""Not empty in a worker: it has no threads, and forks by itself where its work asks for a program."""


def fork_keeper(data: int, status: int) -> int:
    """Fork a keeper with its worker, which takes its requests from ``data``; the keeper's process id.

    Over ``status`` the keeper tells how the worker ended; where the other side says anything there, or closes it, the
    keeper ends the worker with all that it started.
    """
    pid = os.fork()
    if not pid:
        try:
            os.setsid()  # what ends the one who asked, with its group, must leave the keeper to clean up
            _close_all_but(data, status)
            for kept in (data, status):  # received over a socket they would stay open in programs
                os.set_inheritable(kept, False)
            _keep(data, status)
        finally:
            os._exit(1)
    return pid


def _close_all_but(*kept: int) -> None:
    """Close what was inherited: as long as a copy is open, nobody notices that the one who asked is gone."""
    try:
        inherited = [int(entry.name) for entry in Path("/proc/self/fd").iterdir()]
    except OSError:
        inherited = list(range(3, 1024))
    for one in inherited:
        if one > 2 and one not in kept:
            with contextlib.suppress(OSError):
                os.close(one)


def _keep(data: int, status: int) -> NoReturn:
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    worker = os.fork()
    if not worker:
        try:
            _become_worker(data, status)
        finally:
            os._exit(1)
    os.close(data)
    ended = _wait_for(worker, woken, status)
    with contextlib.suppress(OSError):
        os.killpg(worker, signal.SIGKILL)
    if ended is None:
        os.waitpid(worker, 0)
    else:
        with contextlib.suppress(OSError):
            Connection(status).send(ended)
    os._exit(0)


def _wait_for(worker: int, woken: int, status: int) -> int | None:
    """How the worker ended: its exit code, or the signal as a negative number; ``None``: nobody waits for it."""
    while True:
        pid, how = os.waitpid(worker, os.WNOHANG)
        if pid:
            return os.waitstatus_to_exitcode(how)
        ready, _, _ = select.select([woken, status], [], [])
        if status in ready:
            return None
        os.read(woken, 512)


def _become_worker(data: int, status: int) -> NoReturn:
    os.close(status)
    signal.set_wakeup_fd(-1)
    # It goes on ignoring signals: a service that is stopped gets them in all its processes, and who asked is to decide.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    os.setsid()
    end_with_parent()
    STARTED.append(True)
    _serve(Connection(data))


def _serve(requests: Connection) -> NoReturn:
    """Do one piece of work after the other, until nobody asks any more."""
    while True:
        try:
            work, arguments, seconds, memory = requests.recv()
        except EOFError:
            os._exit(0)
        except Exception as error:  # the request names something that cannot be imported here
            requests.send(("raised", error))
            continue
        limit_time(seconds)
        limit_memory(memory)
        _answer(requests, work, arguments)


def _answer(requests: Connection, work: Callable[..., Any], arguments: Sequence[Any]) -> None:
    try:
        answer: tuple[str, Any] = ("done", work(*arguments))
    except MemoryError:
        answer = ("memory", None)
    except Exception as error:
        answer = ("raised", error)
    try:
        requests.send(answer)
    except MemoryError:
        requests.send(("memory", None))
    except OSError:
        os._exit(0)  # nobody waits any more
    except Exception as error:  # an answer that cannot be pickled
        requests.send(("raised", RuntimeError(repr(error))))


def become(
    command: Sequence[str], folder: str, environment: Mapping[str, str], seconds: float, memory: int
) -> NoReturn:  # pragma: no cover - another program runs from here on
    """Turn the worker into this program; its answer is its exit code. Work for :class:`~jiheng.confined.Program`."""
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    os.chdir(Path(folder))
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    limit_time(seconds)
    limit_memory(memory, beside_present=False)
    os.execvpe(command[0], list(command), dict(environment))  # noqa: S606 - our own code names it
