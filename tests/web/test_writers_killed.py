"""bench/writers.py, short: people write at once, the server is killed and started again; nothing is lost or doubled."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).resolve().parents[2] / "bench" / "writers.py"


@pytest.mark.django_db  # for tools/databases.py: what is killed here may come out otherwise on another server
@pytest.mark.timeout(400)
def test_nothing_that_was_acknowledged_is_lost_and_nothing_is_doubled() -> None:
    """20 seconds, four writers, one kill -9 of every process; judged by counts alone, however slow the machine is."""
    address = os.environ.get("JIHENG_TEST_DATABASE_URL", "")
    server = address.rpartition("/")[0] if address else "sqlite"
    options = ["--server", server, "--minutes", "0.334", "--writers", "4", "--kills", "1", "--workers", "1", "--counts"]
    done = subprocess.run([sys.executable, BENCH, *options], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    assert "丢失或重复 0，5xx 0，停机以外的断线 0，其他 4xx 0，停机 1 次" in done.stdout, done.stdout
