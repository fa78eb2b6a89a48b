"""The bridge between the web server and the pages: what a page is given, and what holds no thread."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Awaitable, Callable, Iterator
from threading import Event
from typing import Any

import pytest
from django.conf import settings
from django.test import Client, RequestFactory, override_settings

from jiheng.web import asgi, upstream
from jiheng.web.org.models import Person
from jiheng.web.wsgi import sender

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


LARGE = scope(headers=headers(("content-length", "300004")))


@override_settings(ANONYMOUS_MAX_BYTES=5)
def test_a_large_body_is_taken_of_somebody_who_is_logged_in(seen: list[Environ], monkeypatch: Any) -> None:
    monkeypatch.setattr(asgi, "sender", lambda _: 1)
    assert ask(LARGE, b"x" * 300_000, b"last")[2] == b"x" * 300_000 + b"last"
    monkeypatch.setattr(asgi, "sender", lambda _: None)
    assert ask(LARGE, b"x" * 300_000, b"last")[2] == b""  # not a byte was read, and the pages are told how long it is
    assert seen[1]["CONTENT_LENGTH"] == "300004"


@override_settings(ANONYMOUS_MAX_BYTES=5, REQUEST_MAX_BYTES=300_003)
def test_of_what_is_larger_than_anybody_may_send_nothing_is_read(seen: list[Environ], monkeypatch: Any) -> None:
    monkeypatch.setattr(asgi, "sender", lambda _: 1)
    assert ask(LARGE, b"x" * 300_000, b"last")[2] == b""


@override_settings(ANONYMOUS_MAX_BYTES=5)
def test_slow_uploads_hold_no_thread_and_one_person_has_few_at_once(seen: list[Environ], monkeypatch: Any) -> None:
    """Before, eight uploads over slow lines stopped the pages of everybody."""
    monkeypatch.setattr(asgi, "sender", lambda _: 1)
    sent: list[int] = []

    async def never() -> dict[str, Any]:
        return await asyncio.Event().wait()  # type: ignore[return-value]

    async def at_once() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message.get("status", 0))

    async def all_of_them() -> None:
        held = [
            asyncio.ensure_future(asgi.application(LARGE, never, send)) for _ in range(asgi.LARGE_OF_ONE + 1)
        ]  # fmt: skip
        _, held = await asyncio.wait(held, return_when=asyncio.FIRST_COMPLETED, timeout=20)
        await asyncio.wait_for(asgi.application(scope(method="GET"), at_once, send), 20)
        for task in held:
            task.cancel()
        await asyncio.wait(held)

    asyncio.run(all_of_them())
    assert sent == [429, 0, 200, 0]
    assert not asgi._large


@override_settings(ANONYMOUS_MAX_BYTES=5)
def test_where_there_is_no_room_for_an_upload_it_says_so(seen: list[Environ], monkeypatch: Any) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(asgi, "sender", lambda _: 1)
    monkeypatch.setattr(upstream.tempfile, "SpooledTemporaryFile", lambda _: type("Full", (), {"write": full})())
    status, _, why = ask(LARGE, b"x" * 300_000, b"last")
    assert (status, seen) == (507, [])
    assert "磁盘已满" in why.decode()


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


@pytest.mark.django_db
def test_who_sends_is_known_by_the_session(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    # The transaction around the test would be closed with them; of a request there is none.
    monkeypatch.setattr("jiheng.web.wsgi.close_old_connections", lambda: None)

    def environ(cookie: str) -> Environ:
        return RequestFactory().post("/", headers={"Cookie": cookie}).environ

    somebody = Person.objects.create_user("somebody", "某人", "Ceshi-2026-mima")
    assert sender(environ("")) is None
    assert sender(environ(f"{settings.SESSION_COOKIE_NAME}={'x' * 32}")) is None
    client.force_login(somebody)
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    assert sender(environ(cookie)) == somebody.pk
