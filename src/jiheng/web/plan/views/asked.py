"""What the script of a form asks: JSON in, JSON out, a refusal in words."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from jiheng.web.asked import MALFORMED
from jiheng.web.plan.services.errors import Refused, Stale

Act = Callable[[dict[str, Any]], HttpResponse]
View = Callable[..., HttpResponse]


def answered(request: HttpRequest, act: Act) -> HttpResponse:
    """What ``act`` answers to the body of the request, a mapping; why not, where it refuses."""
    try:
        body = json.loads(request.body or b"{}")
        if not isinstance(body, dict):
            raise TypeError
        return act(body)
    except Stale as stale:
        answer = {"error": str(stale), "conflicts": stale.conflicts, "revision": stale.revision}
        return JsonResponse(answer, status=409)
    except Refused as refused:
        return JsonResponse({"error": str(refused)}, status=422)
    except PermissionDenied as denied:
        return JsonResponse({"error": str(denied) or "没有权限。"}, status=403)
    except MALFORMED:
        return JsonResponse({"error": "请求的格式不对，请刷新页面后再试。"}, status=400)


def logged_out() -> HttpResponse:
    """For a page whose session ended while it was open."""
    return JsonResponse({"error": "登录已超时，请在新窗口重新登录后再保存；本页内容还在。"}, status=401)


def asked(
    found_or_404: Callable[[Any, int], Any],
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """The view gets the body as a mapping; an object that ``found_or_404(person, pk)`` does not find is a 404."""

    def wrap(view: View) -> View:
        @wraps(view)
        def handle(request: HttpRequest, pk: int) -> HttpResponse:
            if not request.user.is_authenticated:
                return logged_out()
            found_or_404(request.user, pk)
            return answered(request, lambda body: view(request, pk, body))

        return require_POST(handle)

    return wrap
