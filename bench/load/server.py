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
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg
from psycopg import sql

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


@contextmanager
def database(server: str, name: str = "") -> Iterator[str]:
    """The address of a database: a new one that is dropped at the end, or the one of this name, which is kept."""
    made = name or f"jiheng_bench_{os.getpid()}_{secrets.token_hex(3)}"
    with connect(server) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (made,)).fetchone()
        if not known:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(made)))
    try:
        yield f"{server.rstrip('/')}/{made}"
    finally:
        if not name:
            with connect(server) as connection:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(made)))


@contextmanager
def workplace(server: str, name: str = "") -> Iterator[tuple[str, Path]]:
    """A database, as :func:`database` has it, and an empty folder; without PostgreSQL the script ends, saying so."""
    try:
        connect(server).close()
    except psycopg.Error as error:
        print(f"没有可用的 PostgreSQL（{server}），跳过：{str(error).strip().splitlines()[0]}")
        raise SystemExit(0) from None
    print(f"{os.cpu_count()} 核，开始时机器负载 {os.getloadavg()[0]:.1f}；客户端、服务和数据库都在本机", flush=True)
    with tempfile.TemporaryDirectory(prefix="jiheng-bench-") as folder, database(server, name) as address:
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


@contextmanager
def served(address: str, var: Path, workers: int) -> Iterator[int]:
    """The platform on 127.0.0.1; its port."""
    port = free_port()
    command = [sys.executable, "-c", "from jiheng.cli import main; main()", "serve", "--port", str(port)]
    log = (var / "serve.log").open("wb")
    process = subprocess.Popen(
        [*command, "--workers", str(workers)], env=environment(address, var), stdout=log, stderr=log, cwd=var
    )
    try:
        _await(f"http://127.0.0.1:{port}/login/", process, var / "serve.log")
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.close()


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
