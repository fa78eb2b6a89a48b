"""What strangers can hold of the server: ``python bench/connections.py``.

500 browsers keep four connections each and say nothing more; 1,000 connections begin a request and do not end it, half
of them in the headers, half in the body of the login form. Then one more person opens the login page again and again.
Exit status 1 where 95 of 100 of these pages do not come within a second. Loopback only; the server is our own, in a
folder of its own, and everything ends with the program.
"""

from __future__ import annotations

import argparse
import os
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1] / "src"
TIMEOUT = 14
"""Seconds that a connection waits here: less than the server gives one that says nothing, so that none is freed."""
LIMIT = 1.0
"""Seconds within which 95 of 100 login pages come."""


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@contextmanager
def served(*options: str) -> Iterator[int]:
    """The port of a platform of its own, stopped at the end."""
    with tempfile.TemporaryDirectory(prefix="jiheng-connections-") as folder:
        port = free_port()
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("JIHENG_", "DJANGO_"))}
        command = [sys.executable, "-c", "from jiheng.cli import main; main()", "serve", "--port", str(port), *options]
        environment = {**kept, "PYTHONPATH": str(SOURCE)}
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)
        try:
            assert server.stdout is not None
            while str(port) not in server.stdout.readline():
                if server.poll() is not None:
                    raise RuntimeError("the server did not start")
            yield port
        finally:
            server.terminate()
            server.wait(timeout=60)


def connected(port: int, said: bytes) -> socket.socket:
    """A connection on which this was said."""
    s = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT)
    s.sendall(said)
    return s


def idle(port: int) -> socket.socket:
    """A connection that was answered once and is kept."""
    s = connected(port, b"HEAD /static/jiheng.css HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    if not s.recv(4096).startswith(b"HTTP/1.1 200"):
        raise RuntimeError("no answer to a request of an idle browser")
    return s


def half_open(port: int, number: int) -> socket.socket:
    """A request without an end: in the headers, or in the body of a form."""
    if number % 2:
        return connected(port, b"GET /login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Never: ")
    head = b"POST /login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    head += b"Cookie: csrftoken=" + b"a" * 32 + b"\r\n"  # without it the form is refused before anyone reads it
    return connected(port, head + b"Content-Length: 1000\r\n\r\nusername=")


def login_page(port: int) -> float:
    """Seconds until the whole page is there, over a new connection."""
    begin = time.perf_counter()
    with connected(port, b"GET /login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n") as s:
        answer = b"".join(iter(lambda: s.recv(65536), b""))
    if not answer.startswith(b"HTTP/1.1 200") or "绩衡".encode() not in answer:
        raise RuntimeError(f"no login page: {answer[:80]!r}")
    return time.perf_counter() - begin


def percentile(seconds: list[float], share: int) -> float:
    return statistics.quantiles(seconds, n=100, method="inclusive")[share - 1]


def measured(port: int, pages: int, what: str) -> float:
    """Print how long login pages take; returns the 95th percentile."""
    taken = [login_page(port) for _ in range(pages)]
    p95 = percentile(taken, 95)
    print(f"{what:<58} p50 {percentile(taken, 50):6.3f} s   p95 {p95:6.3f} s   max {max(taken):6.3f} s", flush=True)
    return p95


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--browsers", type=int, default=500, help="idle browsers of four connections each")
    parser.add_argument("--half-open", type=int, default=1000, help="requests that never end")
    parser.add_argument("--pages", type=int, default=100, help="login pages measured in each state")
    options = parser.parse_args()
    needed = 4 * options.browsers + options.half_open + 200
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < needed:
        sys.exit(f"This machine lets a program have {hard} files; {needed} are needed. Ask for fewer.")
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
    kept: list[socket.socket] = []
    with served() as port:
        for _ in range(5):
            login_page(port)
        worst = measured(port, options.pages, "nobody else")
        begin = time.perf_counter()
        kept += [idle(port) for _ in range(4 * options.browsers)]
        print(f"  ({len(kept)} idle connections opened in {time.perf_counter() - begin:.1f} s)")
        worst = max(worst, measured(port, options.pages, f"{options.browsers} idle browsers, four connections each"))
        kept += [half_open(port, number) for number in range(options.half_open)]
        worst = max(worst, measured(port, options.pages, f"and {options.half_open} requests that never end"))
        for s in kept:
            s.close()
        worst = max(worst, measured(port, options.pages, "all of them gone"))
    print("within the limit" if worst < LIMIT else f"more than {LIMIT:g} s")
    return 0 if worst < LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
