"""The API as a whole: how it answers, and how it says what is wrong."""

from __future__ import annotations

from typing import Any

import msgspec
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.renderers import BaseRenderer

from jiheng.web import doubts
from jiheng.web.api import endpoints, monitoring
from jiheng.web.api.auth import TooMany
from jiheng.web.protection import errors

_encoder = msgspec.json.Encoder(decimal_format="number")


class NumbersRenderer(BaseRenderer):
    """JSON as the core writes it: amounts are numbers, exactly as many decimals as they have; Chinese is readable."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        """The bytes of an answer."""
        return _encoder.encode(data)


# Ninja's own page of the API loads scripts from elsewhere, which offline users cannot; ours is ``views.docs``.
api = NinjaAPI(
    title="绩衡数据接口",
    version="1.0",
    description="除填报绩效监控外只读。每次请求都要带令牌，看到的与令牌所属的人在页面上看到的相同。金额以万元计。",
    urls_namespace="api-v1",
    docs_url=None,
    renderer=NumbersRenderer(),
)
api.add_router("", endpoints.router)
api.add_router("", monitoring.router)


def _problem(request: HttpRequest, status: int, detail: str) -> HttpResponse:
    response = api.create_response(request, {"detail": detail}, status=status)
    if status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(HttpError)
def refused(request: HttpRequest, error: HttpError) -> HttpResponse:
    """401, 403: in words."""
    return _problem(request, error.status_code, error.message)


@api.exception_handler(TooMany)
def too_many(request: HttpRequest, error: TooMany) -> HttpResponse:
    """429, with when to come again."""
    return errors.too_many(request, error.seconds)


@api.exception_handler(Http404)
def missing(request: HttpRequest, error: Http404) -> HttpResponse:
    """What does not exist and what is another's look alike."""
    return _problem(request, 404, str(error) or "没有找到。")


@api.exception_handler(PermissionDenied)
def denied(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
    """A role that was not given."""
    return _problem(request, 403, str(error) or "没有权限。")


@api.exception_handler(ValidationError)
def wrong(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Which parameters are wrong; the page of the API says what they may be."""
    names = dict.fromkeys(str(e["loc"][-1]) for e in error.errors)
    return _problem(request, 422, f"参数不正确：{'、'.join(names)}。可用的参数和取值见 /api/ 页面。")


@api.exception_handler(doubts.Doubtful)
def doubtful(request: HttpRequest, error: doubts.Doubtful) -> HttpResponse:
    """What is to be confirmed first, with the keys that confirm it."""
    return api.create_response(request, doubts.as_json(error), status=doubts.STATUS)
