"""``jiheng serve``: the platform in one command: database prepared, background worker and web server started."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from jiheng.confined.limits import end_with_parent

SERVE_HELP = """启动绩衡平台：准备数据库，启动后台任务和网页服务。

数据（数据库、上传的文件、密钥）放在当前文件夹的 var/，可用环境变量 JIHENG_VAR 改到别处；
JIHENG_DATABASE_URL 可改用 PostgreSQL 或 MySQL 系数据库。按 Ctrl+C 停止。"""
SERVE_EXAMPLES = """示例：

  jiheng serve --demo            带演示区（云溪区）和各角色账号

  jiheng serve --host 0.0.0.0 --port 8000"""


_END_SECONDS = 8
"""What web server and worker have to finish what they do, when told to end."""
CONNECTIONS = 8192
"""Connections of one process, idle ones included: what is beyond waits at the door. They cost memory, no thread."""
_LIMITS = [
    *("--http", "1", "--no-ws", "--log-level", "warning"),
    *("--backlog", "4096", "--backpressure", str(CONNECTIONS)),
    *("--http1-header-read-timeout", "15000"),  # milliseconds; idle connections are closed after them too
    *("--workers-kill-timeout", "5"),
    "--respawn-failed-workers",  # one that was killed, by want of memory say, stops neither the others nor the service
]


def _many_files() -> None:
    """Each connection is an open file, and many systems give a program 1,024 where it does not ask for more."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * CONNECTIONS if hard == resource.RLIM_INFINITY else min(hard, 2 * CONNECTIONS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _start(*command: str) -> subprocess.Popen[bytes]:
    """A process in a group of its own, that is told to end when this one is gone, were it killed."""
    tied = partial(end_with_parent, signal.SIGTERM, os.getpid()) if os.name == "posix" else None
    return subprocess.Popen([sys.executable, "-m", *command], preexec_fn=tied, start_new_session=True)  # noqa: S603


def _manage(*arguments: str) -> None:
    """Run one of Django's own commands in a process of its own. Raises ``CalledProcessError`` where it fails."""
    process = _start("jiheng.web.manage", *arguments)
    try:
        status = process.wait()
    except KeyboardInterrupt:
        _end(process)
        raise
    if status:
        raise subprocess.CalledProcessError(status, process.args)


def _worker() -> subprocess.Popen[bytes]:
    """The process that does background work."""
    return _start("jiheng.web.manage", "work")


def _end(*processes: subprocess.Popen[bytes]) -> None:
    """End these processes together; what is still there after a while is killed, with what it has left behind."""
    for process in processes:
        process.terminate()
    until = time.monotonic() + _END_SECONDS
    for process in processes:
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(0.1, until - time.monotonic()))
        _kill_group(process)
        process.wait()


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """The process where it still runs, and its own: those of a killed web server would go on to hold the port."""
    if os.name != "posix":
        process.kill()
        return
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _wait(process: subprocess.Popen[bytes]) -> int | None:
    """Its exit code; ``None`` where it still runs after a while."""
    try:
        return process.wait(timeout=2)
    except subprocess.TimeoutExpired:
        return None


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def _taken(host: str, port: int) -> str:
    """Why this port cannot be had; empty where it can.

    The web server shares its port with whoever lets it: a second platform on the same one would start without a
    word, and each request would reach either of the two.
    """
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # Connections of a server stopped a moment ago do not hinder the next one; one that listens does.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        return str(error.strerror or error)
    return ""


def _answering(host: str, port: int, server: subprocess.Popen[bytes]) -> bool:
    """Wait until the server takes connections: before, its address would only disappoint. ``False``: it ended."""
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    while server.poll() is None:
        try:
            socket.create_connection((here, port), timeout=1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return True
    return False


def _told(host: str, port: int, demo: bool) -> None:
    typer.echo(f"\n绩衡已启动：http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}/", err=False)  # noqa: S104
    if demo:
        from jiheng.web.demo.accounts import DEMO_ACCOUNTS, PASSWORD

        typer.echo(f"演示账号（口令都是 {PASSWORD}）：")
        for account in DEMO_ACCOUNTS:
            typer.echo(f"  {account.username:<14}{account.name}")
    typer.echo("按 Ctrl+C 停止。")


def _private(var: Path) -> None:
    """Nobody else on this machine reads what the platform keeps, and all its processes sign with one key."""
    from jiheng.web.database import file_of
    from jiheng.web.protection.private import kept_once, make_private, mine_alone

    mine_alone(var)
    corrected, left = make_private(var, file_of(os.environ.get("JIHENG_DATABASE_URL", "")))
    if corrected:
        typer.echo(f"{var} 里有 {corrected} 个文件或文件夹其他系统账号也能打开，已改为只有本账号可读写。", err=True)
    for path, why in left[:5]:
        typer.echo(f"警告：{path} {why}，改不了。请用 chown、chmod 改为只有运行平台的账号可读写。", err=True)
    os.environ.setdefault("JIHENG_SECRET_KEY", kept_once(var / "secret-key", lambda: secrets.token_urlsafe(64)))


def serve(
    host: Annotated[str, typer.Option("--host", metavar="HOST", help="监听的地址")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", metavar="PORT", min=1, max=65535, help="监听的端口")] = 8000,
    demo: Annotated[bool, typer.Option("--demo", help="空数据库时建立演示区，登录页列出账号")] = False,
    workers: Annotated[int, typer.Option("--workers", metavar="N", min=1, help="网页服务的进程数")] = 2,
) -> None:
    """The command; its help text is given where it is registered."""
    if why := _taken(host, port):
        typer.echo(
            f"不能在 {host}:{port} 上启动（{why}）。端口已被占用的，先停止占用它的程序，或用 --port 换一个。", err=True
        )
        raise typer.Exit(2)
    if demo:
        os.environ["JIHENG_DEMO"] = "1"
    os.environ.setdefault("JIHENG_VAR", str(Path("var").resolve()))
    _private(Path(os.environ["JIHENG_VAR"]))
    signal.signal(signal.SIGTERM, _interrupted)
    try:
        _prepare(demo)
        _many_files()
        status = _run(host, port, workers, demo)
    except KeyboardInterrupt:
        status = 0
    except subprocess.CalledProcessError as error:
        typer.echo("数据库没有准备好，未启动。请看上面的信息。", err=True)
        raise typer.Exit(2) from error
    raise typer.Exit(0 if status in (0, -signal.SIGTERM, -signal.SIGINT) else 1)


def _prepare(demo: bool) -> None:
    """Bring the database up to date. Raises ``CalledProcessError``, having said what is wrong."""
    _manage("migrate", "--verbosity", "0")
    _manage("collectstatic", "--noinput", "--verbosity", "0")
    if demo:
        _manage("demo")


def _run(host: str, port: int, workers: int, demo: bool) -> int:
    """Web server and worker, until the server ends or this process is told to; the server's exit code."""
    granian = ["granian", "--interface", "asginl", "--host", host, "--port", str(port), "--workers", str(workers)]
    running = {"server": _start(*granian, *_LIMITS, "jiheng.web.asgi:application"), "worker": _worker()}
    try:
        if _answering(host, port, running["server"]):
            _told(host, port, demo)
        while (status := _wait(running["server"])) is None:
            if running["worker"].poll() is not None:  # killed, by want of memory say: the next one takes up its work
                running["worker"] = _worker()
        return status
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        _end(*running.values())
