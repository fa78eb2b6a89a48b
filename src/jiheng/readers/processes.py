"""Work on several files at once with results in order and bounded memory: a thread for each process that works."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from typing import TypeVar

from jiheng.readers.bounded import BoundedReader, Patience

Item = TypeVar("Item")
T = TypeVar("T")

_AHEAD = 4
"""Pieces of work given to each thread before their results are fetched: bounds the memory of waiting results."""
_NEVER = 2**31


def in_processes(work: Callable[[BoundedReader, Item], T], items: Sequence[Item], jobs: int) -> Iterator[T]:
    """``work(reader, item)`` for each item, in order; each reader has a process of its own.

    What ``work`` raises is raised here, in its turn. Leaving early ends the processes.
    """
    readers = [BoundedReader(Patience(most=_NEVER)) for _ in range(min(jobs, len(items)))]
    todo: queue.SimpleQueue[tuple[Item, Future[T]] | None] = queue.SimpleQueue()
    for reader in readers:
        # Not waited for when the program ends: what they wait for may take a minute, and ends with the program.
        threading.Thread(target=_work_on, args=(work, reader, todo), daemon=True).start()
    ahead: deque[Future[T]] = deque()
    waiting = iter(items)
    try:
        while True:
            while len(ahead) < jobs * _AHEAD and (item := next(waiting, None)) is not None:
                ahead.append(Future())
                todo.put((item, ahead[-1]))
            if not ahead:
                return
            yield ahead.popleft().result()
    finally:
        for future in ahead:
            future.cancel()
        for reader in readers:
            todo.put(None)
            reader.end()


def _work_on(
    work: Callable[[BoundedReader, Item], T],
    reader: BoundedReader,
    todo: queue.SimpleQueue[tuple[Item, Future[T]] | None],
) -> None:
    with reader:
        while (given := todo.get()) is not None:
            item, future = given
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(work(reader, item))
            except BaseException as error:
                future.set_exception(error)
