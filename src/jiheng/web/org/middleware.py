"""Whoever has a first or an old password changes it before anything else."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from jiheng.web.org.passwords import why_change

Handler = Callable[[HttpRequest], HttpResponse]


def fresh_password(get_response: Handler) -> Handler:
    """Send people with a first or an expired password to the page where they change it."""

    def handle(request: HttpRequest) -> HttpResponse:
        why = why_change(request.user) if request.user.is_authenticated else ""
        here = reverse("password")
        if not why or request.path in (here, reverse("logout")) or request.path.startswith("/static/"):
            return get_response(request)
        if request.headers.get("HX-Request"):
            return HttpResponse(status=204, headers={"HX-Redirect": here})
        return redirect(here)

    return handle
