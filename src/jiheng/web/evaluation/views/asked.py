"""What a script asks: JSON in, JSON out, a refusal in words."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from jiheng.web.evaluation.queries.forms import form_or_404
from jiheng.web.plan.services.errors import Refused, Stale


def asked(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view gets the body as a mapping; what the person may not see is a 404."""

    @wraps(view)
    def handle(request: HttpRequest, pk: int) -> HttpResponse:
        if not request.user.is_authenticated:
            return JsonResponse({"error": "登录已超时，请在新窗口重新登录后再保存；本页内容还在。"}, status=401)
        form_or_404(request.user, pk)
        try:
            body = json.loads(request.body or b"{}")
            if not isinstance(body, dict):
                raise TypeError
            return view(request, pk, body)
        except Stale as stale:
            answer = {"error": str(stale), "conflicts": stale.conflicts, "revision": stale.revision}
            return JsonResponse(answer, status=409)
        except Refused as refused:
            return JsonResponse({"error": str(refused)}, status=422)
        except PermissionDenied as denied:
            return JsonResponse({"error": str(denied) or "没有权限。"}, status=403)
        except (ValueError, TypeError, KeyError, AttributeError):
            return JsonResponse({"error": "请求的格式不对，请刷新页面后再试。"}, status=400)

    return require_POST(handle)
