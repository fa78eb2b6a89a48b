"""The platform as the web server takes it: no request holds a thread before its form is there, nor until its answer is
read.

The pages are WSGI: each works in one of few threads. Granian's own bridge would let a thread wait for every byte of a
body, so that eight who never finish a form stop the platform. Here the loop waits, for thousands at once: a form is
gathered first (of what is large, only that of somebody who is logged in), an answer is put down first (on disk where it
is large) and then sent as fast as it is read.
"""

from __future__ import annotations

import asyncio
import logging
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar
from urllib.parse import unquote_to_bytes

from django.conf import settings

from jiheng.web.upstream import TooSlow, Upstream
from jiheng.web.wsgi import application as pages
from jiheng.web.wsgi import sender

THREADS = 4
"""Pages that one process works on at once."""
IN_MEMORY = 2**20
PIECE = 2**18
READ_SECONDS = 120
"""What a visitor may take for a piece of the answer."""

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

LARGE_OF_ONE = 8
"""Large bodies of one person on their way in to one process."""
T = TypeVar("T")

_large: Counter[int] = Counter()
_pool = ThreadPoolExecutor(THREADS, thread_name_prefix="page")
_log = logging.getLogger(__name__)
_TOO_SLOW = "请求没有在规定时间内传完，连接已断开。请检查网络后重试。"
_TOO_LARGE = "没有写明长度的请求太大。请用浏览器或在请求里写明 Content-Length 后再传。"
_TOO_MANY = "您同时上传的文件太多。请等前面的传完再传。"
_NO_ROOM = "服务器的磁盘已满（或暂时不能写入），上传的内容没有接收。请告诉运维人员腾出磁盘空间，再办理一次。"


class TooMany(Exception):
    """One person sends more at once than they may."""


class Answer:
    """What the pages answered: the head, and the body in a file that lies in memory while it is small."""

    def __init__(self) -> None:
        self.status = 500
        self.headers: list[tuple[bytes, bytes]] = []
        self.body = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115

    def start(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], Any]:
        """WSGI's ``start_response``."""
        self.status = int(status[:3])
        self.headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        return self.body.write


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """ASGI: one request."""
    if scope["type"] != "http":
        return None
    body = Upstream(receive, _length(scope))
    try:
        if body.length is None or body.length <= settings.ANONYMOUS_MAX_BYTES:
            await body.gather(settings.ANONYMOUS_MAX_BYTES)
        elif body.length <= settings.REQUEST_MAX_BYTES:
            await _gather_large(body, _environ(scope, body))
    except TooSlow:
        return await _refuse(send, 408, _TOO_SLOW)
    except OverflowError:
        return await _refuse(send, 413, _TOO_LARGE)
    except TooMany:
        return await _refuse(send, 429, _TOO_MANY)
    except ConnectionError:
        return None
    except OSError as error:
        _log.error("the body of a request cannot be put down: %s", error)
        return await _refuse(send, 507, _NO_ROOM)
    answer = await _in_thread(_worked, _environ(scope, body))
    with suppress(OSError, asyncio.TimeoutError), answer.body:
        await _sent(answer, send)
    return None


def _in_thread(work: Callable[[dict[str, Any]], T], environ: dict[str, Any]) -> Awaitable[T]:
    return asyncio.get_running_loop().run_in_executor(_pool, work, environ)


async def _gather_large(body: Upstream, environ: dict[str, Any]) -> None:
    """Take in what only people send who are logged in; of others it is left where it is, and the pages refuse it.

    A slow line must hold no thread: else few who upload from one stop the pages of everybody.
    """
    who = await _in_thread(sender, environ)
    if who is None:
        return
    if _large[who] >= LARGE_OF_ONE:
        raise TooMany
    _large[who] += 1
    try:
        await body.gather(settings.REQUEST_MAX_BYTES)
    finally:
        _large[who] -= 1
        if not _large[who]:
            del _large[who]


def _worked(environ: dict[str, Any]) -> Answer:
    """In a thread: let the pages answer, to the last byte."""
    answer = Answer()
    given = pages(environ, answer.start)
    try:
        for piece in given:
            answer.body.write(piece)
    finally:
        given.close()
        environ["wsgi.input"].close()
    return answer


async def _sent(answer: Answer, send: Send) -> None:
    left = answer.body.tell()
    if not any(name == b"content-length" for name, _ in answer.headers) and answer.status not in (204, 304):
        answer.headers.append((b"content-length", str(left).encode()))
    answer.body.seek(0)
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
    while left > PIECE:
        piece = answer.body.read(PIECE)
        left -= len(piece)
        await asyncio.wait_for(send({"type": "http.response.body", "body": piece, "more_body": True}), READ_SECONDS)
    await asyncio.wait_for(send({"type": "http.response.body", "body": answer.body.read()}), READ_SECONDS)


async def _refuse(send: Send, status: int, why: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": why.encode()})


def _length(scope: Scope) -> int | None:
    """How long the body says it is; ``None`` where it comes in pieces of unknown number."""
    said = dict(scope["headers"])
    if b"transfer-encoding" in said:
        return None
    length = said.get(b"content-length", b"0")
    return int(length) if length.isdigit() else 0


def _environ(scope: Scope, body: Upstream) -> dict[str, Any]:
    """The request as WSGI (PEP 3333) names it."""
    server, client = scope.get("server") or ("localhost", 80), scope.get("client") or ("", 0)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope.get("raw_path") or scope["path"].encode()).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": str(server[0]),
        "SERVER_PORT": str(server[1]),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": str(client[0]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": body.file(),
        "wsgi.errors": _Errors(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for raw, value in scope["headers"]:
        # A_B and A-B would be the same to WSGI: what a proxy sets could be written over.
        if b"_" in raw:
            continue
        name = raw.decode("latin-1").upper().replace("-", "_")
        name = name if name in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{name}"
        text = value.decode("latin-1")
        if name in environ:
            text = f"{environ[name]}{'; ' if name == 'HTTP_COOKIE' else ','}{text}"
        environ[name] = text
    if body.length is not None and body.length <= 0:
        environ.pop("CONTENT_LENGTH", None)
    elif body.length is not None:
        environ["CONTENT_LENGTH"] = str(body.length)
    return environ


class _Errors:
    """WSGI's place for errors: the log."""

    def write(self, text: str) -> None:
        """A line for the log."""
        _log.error("%s", text.rstrip())

    def writelines(self, lines: list[str]) -> None:
        """Lines for the log."""
        self.write("".join(lines))

    def flush(self) -> None:
        """Nothing waits."""
