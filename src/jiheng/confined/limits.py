"""Limits that the kernel keeps for the present process. None of them where the system has no such limits."""

from __future__ import annotations

import ctypes
import math
import os
import signal
import sys
from pathlib import Path

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

CAN_FORK = hasattr(os, "fork") and resource is not None
_PR_SET_PDEATHSIG = 1
_KILL = getattr(signal, "SIGKILL", signal.SIGTERM)
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def limit_time(seconds: float) -> None:
    """Let this process take so many seconds of processor time from now on; then the kernel ends it."""
    if resource is None:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    _lower(resource.RLIMIT_CPU, math.ceil(used.ru_utime + used.ru_stime + seconds))


def limit_memory(size: int, beside_present: bool = True) -> None:
    """Let this process have so many bytes, more than what it has at present unless told otherwise."""
    if resource is None:
        return
    _lower(resource.RLIMIT_AS, size + (_present_size() if beside_present else 0))
    _lower(resource.RLIMIT_CORE, 0)


def _lower(which: int, value: int) -> None:
    """Set the soft limit, which the next piece of work may raise again."""
    hard = resource.getrlimit(which)[1]
    resource.setrlimit(which, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def _present_size() -> int:
    try:
        pages = Path("/proc/self/statm").read_text("ascii").split()[0]
    except OSError:
        return 0
    return int(pages) * resource.getpagesize()


def end_with_parent(how: int = _KILL, parent: int | None = None) -> None:
    """Have the kernel send this process a signal when its parent ends. The parent must ask for it in its first
    thread: the kernel means the thread. ``parent`` is its process id, where it may be gone by now."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, int(how))
    if parent is not None and os.getppid() != parent:
        os.kill(os.getpid(), how)
