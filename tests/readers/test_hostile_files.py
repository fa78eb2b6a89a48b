"""200 of the files of ``bench/hostile.py``: read and checked, each is a document or refused in words, and soon."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hostile_files import hostile

BENCH = Path(__file__).parents[2] / "bench" / "hostile.py"


@pytest.mark.timeout(600)
def test_hostile_files(tmp_path: Path) -> None:
    """With 10 s where the bench gives 2: another test may have the processor."""
    options = ["--files", "200", "--seed", "9", "--seconds", "10", "--converted", "0", "--keep", str(tmp_path / "kept")]
    done = subprocess.run([sys.executable, str(BENCH), *options], capture_output=True, text=True, timeout=590)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout[-4000:] + done.stderr[-2000:]
    assert not (tmp_path / "kept").exists()


def _grows() -> None:
    kept = []
    while True:
        kept.append(bytearray(2**24))


def _lasts() -> None:
    while True:
        pass


def _fails() -> None:
    raise KeyError("项目")


@pytest.mark.parametrize(
    "does, kind", [(_grows, "over the limit"), (_lasts, "over the limit"), (_fails, "foreign error")]
)
def test_what_the_bench_finds(does: Callable[[], None], kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that takes too much, too long, or fails in a way of its own."""
    spec = importlib.util.spec_from_file_location("hostile_bench", BENCH)
    assert spec is not None and spec.loader is not None
    bench = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bench)
    monkeypatch.setattr(bench, "read_bytes", lambda data, name: does())
    assert bench.tried(hostile(0), 1).kind == kind


def test_the_same_number_is_the_same_file() -> None:
    assert hostile(3, 9) == hostile(3, 9)
    assert hostile(3, 9) != hostile(3, 10)
