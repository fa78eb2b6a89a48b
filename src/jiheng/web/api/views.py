"""The pages of the API: what it offers, and a person's tokens."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jiheng.web.api import handbook, queries, services
from jiheng.web.api.models import ApiToken
from jiheng.web.api.scopes import TokenScope
from jiheng.web.asked import number
from jiheng.web.kept import taken
from jiheng.web.org.permissions import require


@require_GET
def docs(request: HttpRequest) -> HttpResponse:
    """/api/: the operations, out of the same schema that machines read."""
    return render(request, "api/docs.html", handbook.page())


def _listed(request: HttpRequest, asked: Any = None) -> HttpResponse:
    now = timezone.now()
    page = Paginator(ApiToken.objects.filter(person=request.user), 30).get_page(request.GET.get("page"))
    context = {
        "page": page, "tokens": [(t, t.is_live(now)) for t in page], "scopes": TokenScope.choices,
        "lifetimes": services.LIFETIMES, "asked": asked, "chosen": asked.getlist("scopes") if asked else [],
    }  # fmt: skip
    return render(request, "api/tokens.html", context)


def _create(request: HttpRequest) -> HttpResponse:
    try:
        token, secret = services.create(
            request.user, request.POST.get("name", ""), request.POST.getlist("scopes"),
            number(request.POST.get("days")) or 0,
        )  # fmt: skip
    except services.Refused as error:
        messages.error(request, str(error))
        return _listed(request, request.POST)
    return taken(render(request, "api/token.html", {"token": token, "secret": secret}))


@login_required
@never_cache  # the answer to a new token holds it in clear
@require_http_methods(["GET", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """/api/tokens/: one's own tokens; a new one is shown once, in the answer itself and nowhere after."""
    return _create(request) if request.method == "POST" else _listed(request)


@login_required
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of one's own tokens, even where new ones are not allowed any more."""
    token = get_object_or_404(ApiToken, pk=pk, person=request.user)
    services.revoke(token)
    messages.success(request, f"令牌“{token.name}”已撤销，立即失效。")
    return redirect("api-tokens")


@login_required
@never_cache
@require_GET
def others(request: HttpRequest) -> HttpResponse:
    """/api/tokens/all/: everybody's tokens, for the security administrator."""
    require(request.user, "api.revoke")
    now = timezone.now()
    page = Paginator(queries.tokens_in(request.user), 30).get_page(request.GET.get("page"))
    return render(request, "api/others.html", {"page": page, "tokens": [(t, t.is_live(now)) for t in page]})


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """End somebody's token."""
    require(request.user, "api.revoke")
    token = get_object_or_404(queries.tokens_in(request.user), pk=pk)
    services.revoke_of_other(request.user, token)
    messages.success(request, f"{token.person.name}的令牌“{token.name}”已撤销，立即失效。")
    return redirect("api-tokens-all")
