"""A place to measure in: a database of its own on a server that answers, and the platform on it, as in earnest."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg
import pymysql

ROOT = Path(__file__).resolve().parents[2]
DEFAULT = "postgresql://postgres@127.0.0.1:5432"
PATIENCE = 180
"""Seconds for the server to answer its first page."""


def connect(server: str, name: str = "postgres") -> psycopg.Connection:
    """A connection that commits by itself. Raises ``psycopg.Error``."""
    parts = urlsplit(server)
    who = {"user": unquote(parts.username or ""), "password": unquote(parts.password or "")}
    port = parts.port or 5432
    return psycopg.connect(host=parts.hostname, port=port, dbname=name, autocommit=True, connect_timeout=5, **who)


def _execute(server: str, statement: str) -> None:
    """One statement on a PostgreSQL or MariaDB server. Raises their errors, or ``OSError``."""
    if server.startswith("postgresql:"):
        with connect(server) as connection:
            connection.execute(statement.encode())
        return
    parts = urlsplit(server)
    who = {"user": unquote(parts.username or ""), "password": unquote(parts.password or "")}
    with pymysql.connect(host=parts.hostname, port=parts.port or 3306, connect_timeout=5, **who) as opened:
        opened.cursor().execute(statement)


@contextmanager
def database(server: str, name: str = "", folder: Path | None = None) -> Iterator[str]:
    """The address of a database: a new one that is dropped at the end, or the one of this name, which is kept.

    On the server ``sqlite`` it is a file in the folder.
    """
    if server == "sqlite":
        assert folder is not None
        yield f"sqlite:///{folder / (name or 'bench.sqlite3')}"
        return
    made = name or f"test_jiheng_bench_{os.getpid()}_{secrets.token_hex(3)}"
    is_postgres = server.startswith("postgresql:")
    if is_postgres:
        with connect(server) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (made,)).fetchone()
    if not is_postgres or not known:
        _execute(server, f"CREATE DATABASE {made}" if is_postgres else f"CREATE DATABASE IF NOT EXISTS {made}")
    try:
        yield f"{server.rstrip('/')}/{made}"
    finally:
        if not name:
            _execute(server, f"DROP DATABASE {made}" + (" WITH (FORCE)" if is_postgres else ""))


@contextmanager
def workplace(server: str, name: str = "") -> Iterator[tuple[str, Path]]:
    """A database, as :func:`database` has it, and an empty folder; without the server the script ends, saying so."""
    try:
        if server != "sqlite":
            _execute(server, "SELECT 1")
    except (psycopg.Error, pymysql.err.MySQLError, OSError) as error:
        print(f"没有可用的数据库（{server}），跳过：{str(error).strip().splitlines()[0]}")
        raise SystemExit(0) from None
    print(f"{os.cpu_count()} 核，开始时机器负载 {os.getloadavg()[0]:.1f}；客户端、服务和数据库都在本机", flush=True)
    with (
        tempfile.TemporaryDirectory(prefix="jiheng-bench-") as folder,
        database(server, name, Path(folder)) as address,
    ):
        yield address, Path(folder)


def set_up(address: str, var: Path) -> None:
    """Make the tables, and this process one of the platform's."""
    os.environ.update(environment(address, var), DJANGO_SETTINGS_MODULE="jiheng.web.settings")
    sys.path.insert(0, str(ROOT / "src"))
    migrate = [sys.executable, "-m", "jiheng.web.manage", "migrate", "--verbosity", "0"]
    subprocess.run(migrate, check=True, env=environment(address, var))
    import django

    django.setup()


def environment(address: str, var: Path) -> dict[str, str]:
    """What the platform's processes are started with: this database, this folder, nothing of the caller's settings."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("JIHENG_", "DJANGO_"))}
    return kept | {"JIHENG_DATABASE_URL": address, "JIHENG_VAR": str(var), "PYTHONPATH": str(ROOT / "src")}


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def _below(pid: int) -> list[int]:
    """The processes that this one has started, and theirs, as /proc tells."""
    started = defaultdict(list)
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            started[int(stat.read_text().rpartition(")")[2].split()[1])].append(int(stat.parent.name))
    found = [pid]
    for one in found:
        found += started[one]
    return found[1:]


class Served:
    """The platform as ``jiheng serve`` starts it on 127.0.0.1, with all its processes."""

    def __init__(self, address: str, var: Path, workers: int) -> None:
        self.address, self.var, self.workers = address, var, workers
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait for its first page."""
        command = [sys.executable, "-c", "from jiheng.cli import main; main()", "serve", "--port", str(self.port)]
        self.log = (self.var / "serve.log").open("ab")
        self.process = subprocess.Popen(
            [*command, "--workers", str(self.workers)], env=environment(self.address, self.var), stdout=self.log,
            stderr=self.log, cwd=self.var, start_new_session=True,
        )  # fmt: skip
        _await(f"http://127.0.0.1:{self.port}/login/", self.process, self.var / "serve.log")

    def kill(self) -> None:
        """Let every process of it die at this moment, the background worker too; wait until the port is free."""
        assert self.process is not None
        for pid in [self.process.pid, *_below(self.process.pid)]:  # its web server and worker have groups of their own
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        self.log.close()
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", self.port))
                except OSError:
                    time.sleep(0.05)
                else:
                    return

    def stop(self) -> None:
        """Let it end as by Ctrl+C; a rest that does not is killed."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.kill()
        self.log.close()


@contextmanager
def served(address: str, var: Path, workers: int) -> Iterator[int]:
    """The platform on 127.0.0.1; its port."""
    server = Served(address, var, workers)
    try:
        server.start()
        yield server.port
    finally:
        server.stop()


def _await(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except OSError as error:
            if process.poll() is not None or time.monotonic() > until:
                raise SystemExit(f"平台没有启动：{log.read_text('utf-8', 'replace')[-2000:]}") from error
            time.sleep(0.3)
        else:
            return
