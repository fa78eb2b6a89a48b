"""Errors: in Chinese, in the look of the platform, and telling nothing of how it is built."""

from __future__ import annotations

import io
import logging
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import path

from jiheng.web import urls

pytestmark = pytest.mark.django_db


def _breaks(request: Any) -> Any:
    raise RuntimeError("secret detail of the database")


class Broken:
    """The platform's addresses, and one that fails."""

    urlpatterns = [*urls.urlpatterns, path("breaks/", _breaks), path("api/v1/breaks/", _breaks)]
    handler400, handler403, handler404, handler500 = (
        urls.handler400, urls.handler403, urls.handler404, urls.handler500,
    )  # fmt: skip


def _page(answer: Any, status: int, *said: str) -> str:
    text = answer.content.decode()
    assert answer.status_code == status
    assert '<html lang="zh-CN">' in text
    assert "绩衡" in text
    assert "jiheng.css" in text
    for words in said:
        assert words in text
    for leak in ("Traceback", "Django", "/src/", "site-packages", "secret detail", "Exception", "matches the given"):
        assert leak not in text
    return text


def test_400_for_a_host_that_is_not_ours(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["jx.example.gov.cn"]
    assert Client().get("/public/", headers={"host": "jx.example.gov.cn"}).status_code == 200
    text = _page(Client().get("/public/", headers={"host": "evil.example"}), 400, "请求不正确")
    assert "evil.example" not in text
    both = {"host": "jx.example.gov.cn", "x-forwarded-host": "evil.example"}
    assert "evil.example" not in Client().get("/api/", headers=both).content.decode()


def test_what_a_stranger_sends_takes_one_line_of_the_log(
    client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With our code in it, it was forty: enough of them fill a disk."""
    settings.ALLOWED_HOSTS = ["jiheng.example"]
    (handler,) = (h for h in logging.getLogger("django.security").handlers if type(h) is logging.StreamHandler)
    monkeypatch.setattr(handler, "stream", log := io.StringIO())
    client.get("/login/", headers={"host": "evil.example"})
    assert len(log.getvalue().splitlines()) == 1
    assert "evil.example" in log.getvalue()


def test_400_for_characters_that_no_text_has(world: Any, as_: Any) -> None:
    client = as_(world.clerk)
    _page(client.get("/plan/?q=%00"), 400, "空字符")
    _page(client.post("/plan/new/", {"name": "a\0b"}), 400, "空字符")


def test_400_for_too_many_fields(world: Any, as_: Any, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 10
    _page(as_(world.clerk).post("/plan/new/", {f"f{n}": "1" for n in range(11)}), 400, "没有做任何改动")


def test_403_says_what_is_missing(world: Any, as_: Any) -> None:
    _page(as_(world.clerk).get("/audit/"), 403, "没有权限", "查看审计日志", "安全管理员")


def test_404(world: Any, as_: Any) -> None:
    _page(Client().get("/nowhere/"), 404, "没有找到")
    _page(as_(world.clerk).get("/plan/99999999/"), 404, "没有这个项目")
    _page(as_(world.system_admin).get("/org/people/99999999/"), 404, "没有这个页面，或者您无权查看")


def test_405_keeps_what_is_allowed(world: Any, as_: Any) -> None:
    answer = as_(world.clerk).get("/plan/new/")
    _page(answer, 405, "只用来提交")
    assert answer["Allow"] == "POST"


def test_413_before_anything_is_read(world: Any, as_: Any, settings: Any) -> None:
    settings.ANONYMOUS_MAX_BYTES, settings.REQUEST_MAX_BYTES = 2**10, 2**20
    big = SimpleUploadedFile("a.docx", b"x" * 2**11)
    _page(Client().post("/login/", {"username": "x", "file": big}), 413, "超过 1 KB")
    big = SimpleUploadedFile("a.docx", b"x" * (2**20 + 1))
    _page(as_(world.clerk).post("/import/", {"files": big}), 413, "超过 1 MB", "分几次上传")


def test_429_says_when_to_come_again(world: Any, as_: Any) -> None:
    client = as_(world.auditor)
    answers = [client.post("/audit/verify/") for _ in range(7)]
    assert [a.status_code for a in answers] == [200] * 6 + [429]
    _page(answers[-1], 429, "操作太频繁", "秒后再试")
    assert 1 <= int(answers[-1]["Retry-After"]) <= 60


def test_500_tells_when_and_no_more(world: Any, as_: Any, settings: Any) -> None:
    settings.ROOT_URLCONF = Broken
    client = as_(world.clerk)
    client.raise_request_exception = False
    _page(client.get("/breaks/"), 500, "服务器出错", "请稍后再试")
    answer = client.get("/api/v1/breaks/")
    assert answer.json() == {"detail": "办理没有完成，没有留下不完整的数据。请稍后再试。"}


def test_the_api_answers_errors_in_its_own_shape(world: Any) -> None:
    answer = Client().get("/api/v1/nowhere")
    assert (answer.status_code, answer.json()["detail"]) == (404, "没有这个页面，或者您无权查看。")
