"""200 of the files of ``bench/hostile.py``: read and checked, each is a document or refused in words, and soon."""

from __future__ import annotations

import subprocess
import sys
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


def test_the_same_number_is_the_same_file() -> None:
    assert hostile(3, 9) == hostile(3, 9)
    assert hostile(3, 9) != hostile(3, 10)
