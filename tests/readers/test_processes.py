from __future__ import annotations

import os
import re
import signal
import time

import pytest

from jiheng.readers import limits
from jiheng.readers.bounded import BoundedReader, Patience
from jiheng.readers.errors import BrokenFile, ReadError, TooLarge, TooSlow
from jiheng.readers.processes import in_processes

HOURS = "a" * 60 + "b"
"""What keeps the pattern (a+)+$ busy, in C, for longer than anybody lives."""


def _squared(reader: BoundedReader, number: int) -> int:
    return reader.call("读取", str(number), 60, pow, number, 2)


def _one_kills(reader: BoundedReader, number: int) -> int | ReadError:
    try:
        if number == 7:
            reader.call("读取", "七.docx", 60, os.abort)
        return reader.call("读取", str(number), 60, os.getpid)
    except ReadError as error:
        return error


def test_results_come_in_order() -> None:
    assert list(in_processes(_squared, range(40), 2)) == [n * n for n in range(40)]


def test_a_dying_process_costs_only_its_item() -> None:
    results = list(in_processes(_one_kills, range(20), 2))
    assert [n for n, r in enumerate(results) if isinstance(r, BrokenFile)] == [7]
    assert "“七.docx”" in str(results[7])
    # The two processes go on from item to item, and one of them had to be replaced.
    assert len({r for r in results if isinstance(r, int)}) <= 3


def test_a_fault_is_raised_in_its_turn() -> None:
    results = in_processes(_squared, [1, "x", 2], 1)  # type: ignore[list-item]
    assert next(results) == 1
    with pytest.raises(ReadError, match="读取“x”时程序出错（TypeError"):
        next(results)


def test_what_takes_too_long_is_stopped_even_in_c() -> None:
    with BoundedReader() as reader:
        before = reader.call("读取", "甲", 60, os.getpid)
        with pytest.raises(TooSlow, match=r"读取“乙\.docx”用了 1 秒处理器时间仍未完成，已停止"):
            reader.call("读取", "乙.docx", 1, re.match, r"(a+)+$", HOURS)
        assert reader.call("读取", "丙", 60, os.getpid) != before
    with pytest.raises(ProcessLookupError):
        os.kill(before, 0)


def test_what_needs_too_much_memory_is_stopped() -> None:
    with BoundedReader() as reader, pytest.raises(TooLarge, match=r"需要的内存超过 .* MB，已停止"):
        reader.call("读取", "大.docx", 60, bytes, 2 * limits.FILE_MEMORY)


def test_the_time_of_one_file_is_not_that_of_the_next() -> None:
    with BoundedReader() as reader:
        pids = {reader.call("读取", "甲", 1, _busy, 0.3) for _ in range(5)}
    assert len(pids) == 1


def _busy(seconds: float) -> int:
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass
    return os.getpid()


def test_after_some_heavy_files_the_others_have_less_time() -> None:
    patience = Patience()
    with BoundedReader(patience) as reader:
        for _ in range(limits.HEAVY_FILES):
            with pytest.raises(TooSlow) as told:
                reader.call("读取", "重.docx", 1, signal.raise_signal, signal.SIGXCPU)
            assert "缩短" not in str(told.value)
        assert patience.seconds(60) == 15
        with pytest.raises(TooSlow, match="单独上传"):
            reader.call("读取", "重.docx", 60, signal.raise_signal, signal.SIGXCPU)


def test_leaving_early_ends_the_processes() -> None:
    results = in_processes(_one_kills, [1, 2, 3], 1)
    pid = next(results)
    assert isinstance(pid, int)
    results.close()  # type: ignore[attr-defined]
    _gone(pid)


def _gone(pid: int) -> None:
    """Wait until a process has ended; the time-out of the test is for those that never do."""
    while True:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        os.sched_yield()
