"""The side that asks: have a function called, or a program run, in a process of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeVar

from jiheng.confined import keeper
from jiheng.confined.errors import Died, OutOfMemory, OutOfTime
from jiheng.confined.limits import CAN_FORK

T = TypeVar("T")
MEMORY = 2 * 2**30
_PATIENCE = 10
"""A process that waits instead of working is given up after so many times its processor time."""
_TIME_IS_UP = (-signal.SIGXCPU,) if CAN_FORK else ()
_starting = threading.Lock()
_template: list[socket.socket] = []


class Confined:
    """A process in which one function after the other is called. After one that was stopped, the next gets a new
    process. To be closed, or used with ``with``; not by several threads at once."""

    def __init__(self, memory: int = MEMORY) -> None:
        self._memory = memory
        self._data: Connection | None = None
        self._status: Connection | None = None

    def call(self, seconds: float, work: Callable[..., T], *arguments: Any) -> T:
        """``work(*arguments)``, for which it has so many seconds of processor time. ``work`` must be importable;
        arguments and result must pickle. What it raises is raised; besides :class:`OutOfTime`,
        :class:`OutOfMemory` and :class:`Died`.
        """
        if not CAN_FORK:
            return work(*arguments)
        if self._data is None:
            self._data, self._status = _new_worker()
        try:
            kind, value = self._asked(seconds, work, arguments)
        except (EOFError, OSError):
            raise self._end_of_it() from None
        if kind == "memory":
            self.close()  # what it holds is of no use to the next
            raise OutOfMemory
        if kind == "raised":
            raise value
        result: T = value
        return result

    def _asked(self, seconds: float, work: Callable[..., Any], arguments: Sequence[Any]) -> tuple[str, Any]:
        assert self._data is not None
        self._data.send((work, arguments, seconds, self._memory))
        if not self._data.poll(seconds * _PATIENCE):
            self.close()
            raise OutOfTime
        answer: tuple[str, Any] = self._data.recv()
        return answer

    def _end_of_it(self) -> Exception:
        """Why the process is gone."""
        try:
            how = self._status.recv() if self._status else 0
        except (EOFError, OSError):
            how = 0
        self.close()
        return OutOfTime() if how in _TIME_IS_UP else Died()

    def close(self) -> None:
        """End the process, whatever it does."""
        _end(self._data, self._status)
        self._data = self._status = None

    def end(self) -> None:
        """Stop what another thread is waiting for; that thread sees :class:`Died`."""
        if (status := self._status) is not None:
            with contextlib.suppress(OSError):
                status.send("end")

    def __enter__(self) -> Confined:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Program:
    """A program that runs with limits, without input and output, in a folder; to be used with ``with``, which ends
    it with all that it started. Raises ``OSError`` where it cannot be started.
    """

    def __init__(
        self, command: Sequence[str], folder: Path, environment: Mapping[str, str], seconds: float, memory: int
    ) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._data: Connection | None = None
        self._status: Connection | None = None
        if not CAN_FORK:
            quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            self._process = subprocess.Popen(command, cwd=folder, env=dict(environment), **quiet)  # type: ignore[call-overload]  # noqa: S603
            return
        self._data, self._status = _new_worker()
        request = (command, str(folder), dict(environment), seconds, memory)
        self._data.send((keeper.become, request, seconds, memory))
        with contextlib.suppress(EOFError):  # as it should be: from now on another program runs there
            _, error = self._data.recv()
            self.close()
            raise error if isinstance(error, OSError) else OSError(str(error))

    def wait(self, seconds: float) -> int | None:
        """Its exit code, a signal as a negative number; ``None`` where it still runs after so many seconds."""
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                return self._process.wait(seconds)
            return None
        assert self._status is not None
        if not self._status.poll(seconds):
            return None
        try:
            code: int = self._status.recv()
        except (EOFError, OSError):  # its keeper was killed
            return -signal.SIGKILL
        return code

    def close(self) -> None:
        """End it with all that it started."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        _end(self._data, self._status)
        self._data = self._status = None

    def __enter__(self) -> Program:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _end(data: Connection | None, status: Connection | None) -> None:
    """Have the keeper end its worker, and wait until it is gone."""
    if data is not None:
        data.close()
    if status is not None:
        with contextlib.suppress(EOFError, OSError):
            status.send("end")
            while status.poll(_PATIENCE):
                status.recv()
        status.close()


def _new_worker() -> tuple[Connection, Connection]:
    """Our ends of what a new worker and its keeper listen to."""
    data, their_data = socket.socketpair()
    status, their_status = socket.socketpair()
    try:
        if keeper.STARTED:
            keeper.fork_keeper(their_data.fileno(), their_status.fileno())
        else:
            _ask_template(their_data.fileno(), their_status.fileno())
    except BaseException:
        data.close()
        status.close()
        raise
    finally:
        their_data.close()
        their_status.close()
    return Connection(data.detach()), Connection(status.detach())


def _ask_template(*descriptors: int) -> None:
    with _starting:
        if _template:
            with contextlib.suppress(OSError):
                socket.send_fds(_template[0], [b"x"], descriptors)
                return
            _template.pop().close()  # it was killed
        _template.append(_start_template())
        socket.send_fds(_template[0], [b"x"], descriptors)


def prepare() -> None:
    """Start the template before it is needed; processes forked from this one share it."""
    with _starting:
        if CAN_FORK and not _template:
            _template.append(_start_template())


def _start_template() -> socket.socket:
    ours, theirs = socket.socketpair()
    code = f"from jiheng.confined.template import main; main({theirs.fileno()})"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with theirs:
        subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", code], pass_fds=[theirs.fileno()], env=environment, stdin=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
    return ours
