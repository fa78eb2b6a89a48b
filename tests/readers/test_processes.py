from __future__ import annotations

import multiprocessing
import os
import signal
import time

from jiheng.readers.processes import in_processes


def _square(number: int) -> int:
    time.sleep(0.002 * (number % 3))
    return number * number


def _die_at_seven(number: int) -> int:
    if number == 7:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def test_results_come_in_order() -> None:
    assert list(in_processes(_square, range(40), 2)) == [n * n for n in range(40)]


def test_a_dying_process_costs_only_its_item() -> None:
    assert list(in_processes(_die_at_seven, range(20), 2)) == [None if n == 7 else n for n in range(20)]


def test_leaving_early_ends_the_processes() -> None:
    results = in_processes(_square, range(10_000), 2)
    assert next(results) == 0
    results.close()  # type: ignore[attr-defined]
    assert not multiprocessing.active_children()
