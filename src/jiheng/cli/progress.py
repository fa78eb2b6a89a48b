"""A progress bar on standard error: only on a terminal, and only once the work has taken a second."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

T = TypeVar("T")
PATIENCE = 1.0


def _bar(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, transient=True)


def track(items: Iterable[T], total: int, label: str, console: Console) -> Iterator[T]:
    """The items as they come, with a bar on ``console`` while one waits for them."""
    if not console.is_terminal or total < 2:
        yield from items
        return
    begin = time.monotonic()
    bar: Progress | None = None
    try:
        for done, item in enumerate(items, start=1):
            if bar is None and time.monotonic() - begin > PATIENCE:
                bar = _bar(console)
                bar.add_task(label, total=total)
                bar.start()
            if bar is not None:
                bar.update(bar.task_ids[0], completed=done)
            yield item
    finally:
        if bar is not None:
            bar.stop()
