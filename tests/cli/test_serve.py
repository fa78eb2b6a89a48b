"""``jiheng serve``: one command from an empty folder to pages, background work included; it stops when told to."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src"


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    port = free_port()
    dropped = ("JIHENG_", "DJANGO_")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(dropped)} | {"PYTHONPATH": str(SOURCE)}
    command = [
        sys.executable,
        "-c",
        "from jiheng.cli import main; main()",
        "serve",
        "--port",
        str(port),
        "--workers",
        "1",
    ]
    process = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True)
    yield process, f"http://127.0.0.1:{port}"
    if process.poll() is None:
        process.kill()
        process.wait()


def fetch(address: str, seconds: float = 150) -> tuple[int, str]:
    until = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5) as response:
                return response.status, response.read().decode()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.3)


@pytest.mark.timeout(400)
def test_serves_from_an_empty_folder_and_stops(served: tuple[subprocess.Popen[str], str], tmp_path: Path) -> None:
    process, address = served
    assert process.stdout is not None
    while address not in process.stdout.readline():  # said only when it answers
        assert process.poll() is None
    socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2])), timeout=5).close()
    status, page = fetch(f"{address}/login/")
    assert status == 200
    assert "绩衡" in page
    assert fetch(f"{address}/static/jiheng.css")[0] == 200
    assert "还没有公开的绩效文本" in fetch(f"{address}/public/")[1]
    assert (tmp_path / "var" / "jiheng.sqlite3").is_file()
    assert (tmp_path / "var" / "secret-key").stat().st_mode & 0o077 == 0
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 0
    with pytest.raises(OSError, match=r"."):
        fetch(f"{address}/login/", seconds=0)


def children(pid: int) -> list[int]:
    """The processes that this one has started, and theirs."""
    found = [int(c) for c in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]
    return found + [grandchild for child in found for grandchild in children(child)]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent is gone")
@pytest.mark.timeout(400)
def test_leaves_nothing_behind_when_it_is_killed(served: tuple[subprocess.Popen[str], str]) -> None:
    process, address = served
    assert process.stdout is not None
    while address not in process.stdout.readline():
        assert process.poll() is None
    started = children(process.pid)
    assert len(started) >= 3  # the worker, the web server and its own process
    process.kill()
    process.wait()
    wait_until_gone(started)


def wait_until_gone(pids: list[int]) -> None:
    while any(Path(f"/proc/{pid}").exists() for pid in pids):  # the test's time-out is for those that stay
        time.sleep(0.05)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent is gone")
@pytest.mark.timeout(400)
def test_a_killed_process_of_the_web_server_is_replaced_and_a_killed_server_leaves_none_behind(
    served: tuple[subprocess.Popen[str], str],
) -> None:
    """Where memory is short, the kernel kills either. What is left of a server would hold the port for ever."""
    process, address = served
    assert process.stdout is not None
    while address not in process.stdout.readline():
        assert process.poll() is None
    server = next(pid for pid in children(process.pid) if b"granian" in Path(f"/proc/{pid}/cmdline").read_bytes())
    (page_process,) = children(server)
    os.kill(page_process, signal.SIGKILL)
    wait_until_gone([page_process])
    assert fetch(f"{address}/login/")[0] == 200
    started = children(process.pid)
    os.kill(server, signal.SIGKILL)
    assert process.wait(timeout=60) == 1  # whoever watches the service starts it again
    wait_until_gone(started)


def test_does_not_share_a_port_with_another_server(tmp_path: Path) -> None:
    """The web server would: with SO_REUSEPORT two platforms answer on one port by turns."""
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        command = [sys.executable, "-c", "from jiheng.cli import main; main()", "serve", "--port", port]
        environment = os.environ | {"PYTHONPATH": str(SOURCE)}
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert f"127.0.0.1:{port}" in done.stderr
    assert "--port" in done.stderr
    assert not (tmp_path / "var").exists()  # nothing was touched
