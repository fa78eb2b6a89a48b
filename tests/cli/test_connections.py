"""Connections that ask for nothing: more of them than the server has threads, and the login page still comes."""

from __future__ import annotations

import importlib.util
import socket
from pathlib import Path

import pytest

_SPEC = importlib.util.spec_from_file_location(
    "connections_bench", Path(__file__).parents[2] / "bench" / "connections.py"
)
assert _SPEC is not None and _SPEC.loader is not None
bench = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(bench)


@pytest.mark.timeout(300)
def test_idle_and_unfinished_connections_stop_nobody() -> None:
    """With one process; before, 4 forms without an end held its threads, and 64 idle connections all there were."""
    kept: list[socket.socket] = []
    with bench.served("--workers", "1") as port:
        kept += [bench.half_open(port, number) for number in range(60)]
        kept += [bench.idle(port) for _ in range(80)]
        assert bench.login_page(port) < bench.TIMEOUT  # or it raises, having waited so long
        for s in kept:
            s.close()
