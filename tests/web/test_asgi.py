"""The bridge between the web server and the pages: what a page is given, and what holds no thread."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from threading import Event
from typing import Any

import pytest
from django.test import override_settings

from jiheng.web import asgi, upstream

Environ = dict[str, Any]


def scope(**more: Any) -> dict[str, Any]:
    path = more.pop("path", "/")
    return {
        "type": "http", "method": "POST", "path": path, "raw_path": None, "query_string": b"a=%E7%BB%A9", "scheme": "http",
        "http_version": "1.1", "headers": [], "server": ("127.0.0.1", 8000), "client": ("127.0.0.2", 4000), **more,
    }  # fmt: skip


def headers(*pairs: tuple[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in pairs]


def ask(what: dict[str, Any], *pieces: bytes | None) -> tuple[int, dict[str, str], bytes]:
    """The answer to a request whose body comes in these pieces; ``None``: and then nothing more, without an end."""
    sent: list[dict[str, Any]] = []
    messages = [
        {"type": "http.request", "body": p, "more_body": n + 1 < len(pieces)} for n, p in enumerate(pieces) if p
    ]

    async def receive() -> dict[str, Any]:
        if messages:
            return messages.pop(0)
        if None in pieces:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(asgi.application(what, receive, send))
    head = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], head, b"".join(m["body"] for m in sent[1:])


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[Environ]:
    """What pages are given, where they answer with the body that they read."""
    given: list[Environ] = []

    def page(environ: Environ, start: Callable[..., Any]) -> Iterator[bytes]:
        given.append(environ)
        body = environ["wsgi.input"].read()
        start("200 OK", [("Content-Type", "text/plain")])
        return _Closing([body[:3], body[3:]])

    monkeypatch.setattr(asgi, "pages", page)
    return given


class _Closing(list):
    def close(self) -> None:
        pass


def test_a_page_is_given_the_request(seen: list[Environ]) -> None:
    said = headers(
        ("content-type", "text/plain"), ("content-length", "6"), ("x-forwarded-for", "1"), ("x-forwarded-for", "2"),
        ("x_forwarded_for", "forged"), ("cookie", "a=1"), ("cookie", "b=2"),
    )  # fmt: skip
    what = scope(path="/计划/ a", raw_path=b"/%E8%AE%A1%E5%88%92/%20a", headers=said)
    assert ask(what, b"form", b"ed") == (200, {"content-type": "text/plain", "content-length": "6"}, b"formed")
    environ = seen[0]
    assert environ["PATH_INFO"].encode("latin-1").decode() == "/计划/ a"
    assert (environ["QUERY_STRING"], environ["REMOTE_ADDR"], environ["CONTENT_LENGTH"]) == (
        "a=%E7%BB%A9",
        "127.0.0.2",
        "6",
    )
    assert (environ["HTTP_X_FORWARDED_FOR"], environ["HTTP_COOKIE"]) == ("1,2", "a=1; b=2")


def test_a_body_in_pieces_of_unknown_number_has_a_length_at_last(seen: list[Environ]) -> None:
    assert ask(scope(headers=headers(("transfer-encoding", "chunked"))), b"one", b"two")[2] == b"onetwo"
    assert seen[0]["CONTENT_LENGTH"] == "6"
    with override_settings(ANONYMOUS_MAX_BYTES=5):
        assert ask(scope(headers=headers(("transfer-encoding", "chunked"))), b"one", b"two")[0] == 413


@override_settings(ANONYMOUS_MAX_BYTES=5)
def test_a_large_body_is_read_as_it_comes(seen: list[Environ]) -> None:
    what = scope(headers=headers(("content-length", "300004")))
    assert ask(what, b"x" * 300_000, b"last")[2] == b"x" * 300_000 + b"last"


def test_a_form_that_does_not_come_is_refused_and_no_page_sees_it(
    seen: list[Environ], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upstream, "SILENT_SECONDS", 0.05)
    status, _, why = ask(scope(headers=headers(("content-length", "10"))), b"user", None)
    assert (status, seen) == (408, [])
    assert "没有在规定时间内传完" in why.decode()


def test_a_form_that_trickles_is_refused_too(seen: list[Environ], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte comes in time, all of them do not."""
    monkeypatch.setattr(upstream, "SILENT_SECONDS", 0)
    monkeypatch.setattr(upstream, "SLOWEST", 10**9)

    async def later() -> dict[str, Any]:
        await asyncio.sleep(0.01)
        return {"type": "http.request", "body": b"a", "more_body": True}

    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    what = scope(headers=headers(("content-length", "100000")))
    asyncio.run(asyncio.wait_for(asgi.application(what, later, send), 20))
    assert (sent[0]["status"], seen) == (408, [])


def test_more_unfinished_forms_than_threads_stop_nobody(seen: list[Environ]) -> None:
    unfinished = scope(headers=headers(("content-length", "10")))
    answered = Event()

    async def never() -> dict[str, Any]:
        return await asyncio.Event().wait()  # type: ignore[return-value]

    async def at_once() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        answered.set()

    async def all_of_them() -> None:
        held: list[Awaitable[None]] = [
            asyncio.ensure_future(asgi.application(unfinished, never, send)) for _ in range(10 * asgi.THREADS)
        ]
        await asyncio.wait_for(asgi.application(scope(method="GET"), at_once, send), 20)
        for task in held:
            task.cancel()  # type: ignore[attr-defined]

    asyncio.run(all_of_them())
    assert answered.is_set()
    assert len(seen) == 1


def test_an_answer_that_nobody_reads_holds_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    def page(environ: Environ, start: Callable[..., Any]) -> Any:
        start("200 OK", [])
        return _Closing([b"x" * asgi.PIECE] * 3)

    monkeypatch.setattr(asgi, "pages", page)
    monkeypatch.setattr(asgi, "READ_SECONDS", 0.05)
    sent = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)
        if len(sent) == 2:
            await asyncio.Event().wait()

    asyncio.run(asyncio.wait_for(asgi.application(scope(method="GET"), receive, send), 20))
    assert len(sent) == 2
