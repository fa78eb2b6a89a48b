"""Work on several processes with results in order, bounded memory, and no loss when a process dies."""

from __future__ import annotations

import gc
import multiprocessing
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

Item = TypeVar("Item")
T = TypeVar("T")

_AHEAD = 4
"""Pieces of work given to each process before their results are fetched: bounds the memory of waiting results."""


def in_processes(work: Callable[[Item], T], items: Sequence[Item], jobs: int) -> Iterator[T | None]:
    """``work(item)`` for each item, in order; ``None`` where the process died of it, alone as well.

    ``work`` must be importable, items and results must pickle.
    """
    ahead: deque[tuple[Item, Future[T]]] = deque()
    pool = _pool(jobs)
    waiting = iter(items)
    try:
        while True:
            while len(ahead) < jobs * _AHEAD and (item := next(waiting, None)) is not None:
                ahead.append((item, pool.submit(work, item)))
            if not ahead:
                return
            item, future = ahead.popleft()
            try:
                yield future.result()
            except BrokenProcessPool:
                # Nobody knows which item killed the process: the oldest is tried alone, the others start again.
                pool.shutdown()
                pool = _pool(jobs)
                again = [other for other, _ in ahead]
                yield alone(work, item)
                ahead = deque((other, pool.submit(work, other)) for other in again)
    finally:
        pool.shutdown(cancel_futures=True)


def alone(work: Callable[[Item], T], item: Item) -> T | None:
    """``work(item)`` in a process of its own; ``None`` where that process dies."""
    with _pool(1) as pool:
        try:
            return pool.submit(work, item).result()
        except BrokenProcessPool:
            return None


def _pool(jobs: int) -> ProcessPoolExecutor:
    # Forking starts at once, but is safe only while there are no other threads; a server has some.
    alone_here = threading.active_count() == 1 and sys.platform == "linux"
    context = multiprocessing.get_context("fork" if alone_here else "spawn")
    # What a fork inherits never becomes garbage: looking through it again and again would copy the parent's memory.
    return ProcessPoolExecutor(jobs, mp_context=context, initializer=gc.freeze)
