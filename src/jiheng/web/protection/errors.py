"""What people read when something cannot be done: in Chinese, in the look of the platform, and telling nothing more."""

from __future__ import annotations

import re
import sys
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import loader
from django.utils import timezone

from jiheng.web.protection.full import is_full
from jiheng.web.retrying import RETRY_AFTER, met_a_lock

_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_TITLES = {
    400: "请求不正确", 403: "没有权限", 404: "没有找到", 405: "不能这样打开", 413: "内容太大", 429: "操作太频繁",
    500: "服务器出错", 503: "系统正忙", 507: "磁盘已满",
}  # fmt: skip


def _said(exception: object, otherwise: str) -> str:
    """The reason where one of ours was given; Django's own are English, and tell how the platform is built."""
    text = str(exception)
    return text if _CHINESE.search(text) else otherwise


def _answer(request: HttpRequest, status: int, text: str, hint: str = "", title: str = "") -> HttpResponse:
    """The reason as who asked can read it: the API's shape, the script's, or a page."""
    if request.path.startswith("/api/v1/"):
        return JsonResponse({"detail": text}, status=status, json_dumps_params={"ensure_ascii": False})
    if request.content_type == "application/json":
        return JsonResponse({"error": text}, status=status, json_dumps_params={"ensure_ascii": False})
    page = {"status": status, "title": title or _TITLES[status], "text": text, "hint": hint}
    return render(request, "error.html", page, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400."""
    text = _said(exception, "浏览器发来的内容不完整或格式不对，没有做任何改动。")
    if request.path.startswith("/api/v1/") or request.content_type == "application/json":
        return _answer(request, 400, text)
    # The host itself may be what is wrong, and the page must not ask for it again.
    return HttpResponse(
        loader.render_to_string("error_alone.html", {"status": 400, "title": _TITLES[400], "text": text}), status=400
    )


def denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    text, hint = _said(exception, "您没有办理这件事的权限。"), "如确需办理，请联系安全管理员授权。"
    return _answer(request, 403, text, "" if hint in text else hint)


def missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404; what does not exist and what is another's look alike."""
    return _answer(request, 404, _said(exception, "没有这个页面，或者您无权查看。"))


def failed(request: HttpRequest) -> HttpResponse:
    """500, or 507 where there was no room to write, or 503 where others were in the way; asks neither database nor
    session, which may be what failed."""
    error = sys.exc_info()[1]
    if error is not None and met_a_lock(error):
        return busy(request, RETRY_AFTER, True)
    at = f"{timezone.localtime():%Y-%m-%d %H:%M:%S}"
    if is_full(error):
        what = _NOT_RECORDED if request.method in ("GET", "HEAD") else _NOT_SAVED
        return _alone(request, 507, what, f"查看页面不受影响。请告诉运维人员腾出磁盘空间，再办理一次（{at}）。")
    text = "办理没有完成，没有留下不完整的数据。请稍后再试。"
    return _alone(request, 500, text, f"仍不行时，请把出错时间 {at} 告诉系统管理员。")


_NOT_SAVED = "服务器的磁盘已满（或暂时不能写入），刚才提交的内容没有保存，原来的数据没有改动。"
_NOT_RECORDED = "服务器的磁盘已满（或暂时不能写入），这项操作要记入审计日志，现在记不进去，没有办理。"


def _alone(request: HttpRequest, status: int, text: str, hint: str) -> HttpResponse:
    """A page that needs nothing; to programs and scripts the reason in their own shape."""
    if request.path.startswith("/api/v1/"):
        return JsonResponse({"detail": text}, status=status, json_dumps_params={"ensure_ascii": False})
    if status == 507 and request.content_type == "application/json":
        return JsonResponse({"error": text + hint}, status=status, json_dumps_params={"ensure_ascii": False})
    page = {"status": status, "title": _TITLES[status], "text": text, "hint": hint}
    return HttpResponse(loader.render_to_string("error_alone.html", page), status=status)


def no_token(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 of a form without a right CSRF token: mostly a page left open over a logout."""
    title, text = "页面已过期", "页面已过期，没有做任何改动。"
    hint = "请返回上一页，刷新后再提交一次，填写的文字会放回原处；浏览器须允许本站的 Cookie。"
    answer = _answer(request, 403, text, hint, title)
    answer["Token-Expired"] = "1"  # by which a form that saves while one types knows that a new token is all it lacks
    return answer


def too_large(request: HttpRequest, most: int) -> HttpResponse:
    """413."""
    size = f"{most // 2**20} MB" if most >= 2**20 else f"{most // 2**10} KB"
    return _answer(request, 413, f"一次提交的内容超过 {size}，没有接收。", "文件较多时请分几次上传，或先压缩图片。")


def too_many(request: HttpRequest, seconds: int) -> HttpResponse:
    """429, with when to come again."""
    response = _answer(request, 429, f"短时间内操作太多，请 {seconds} 秒后再试。")
    response["Retry-After"] = str(seconds)
    return response


def busy(request: HttpRequest, seconds: int, is_partial: bool = False) -> HttpResponse:
    """503, with when to come again; like :func:`failed` it asks neither the database nor the session."""
    kept = "可能只办了一部分，请先刷新核对" if is_partial else "没有做任何改动"
    text = f"同时办理的人太多，这一次没有办成，{kept}。请 {seconds} 秒后再提交。"
    if request.path.startswith("/api/v1/") or request.content_type == "application/json":
        response: HttpResponse = _answer(request, 503, text)
    else:
        page = {"status": 503, "title": _TITLES[503], "text": text, "hint": "返回上一页，填写的内容还在。"}
        response = HttpResponse(loader.render_to_string("error_alone.html", page), status=503)
    response["Retry-After"] = str(seconds)
    return response


def not_allowed(request: HttpRequest, response: Any) -> HttpResponse:
    """405; keeps the header that says what is allowed."""
    shown = _answer(request, 405, "这个地址只用来提交，不能直接打开。", "请从页面上的按钮办理。")
    shown["Allow"] = response["Allow"]
    return shown
