from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from rich.console import Console

from jiheng.cli import progress


def _numbers() -> Iterator[int]:
    yield from range(5)


def test_no_bar_off_the_terminal_or_for_quick_work(monkeypatch: pytest.MonkeyPatch) -> None:
    for terminal, patience in ((False, -1.0), (True, 60.0)):
        monkeypatch.setattr(progress, "PATIENCE", patience)
        screen = io.StringIO()
        console = Console(file=screen, force_terminal=terminal)
        assert list(progress.track(_numbers(), 5, "读取", console)) == [0, 1, 2, 3, 4]
        assert screen.getvalue() == ""


def test_bar_for_long_work_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE", -1.0)
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=100)
    assert list(progress.track(_numbers(), 5, "读取", console)) == [0, 1, 2, 3, 4]
    assert "读取" in screen.getvalue()
    assert "5/5" in screen.getvalue()
