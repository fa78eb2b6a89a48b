"""Whoever has a first or an old password changes it before anything else; who is at work stays logged in."""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from jiheng.web.org.passwords import why_change
from jiheng.web.org.services.codes import demanded_of

Handler = Callable[[HttpRequest], HttpResponse]
BY_PROVIDER = "by_provider"
"""In the session of who was let in by the identity provider, and may not even know a password of ours."""
ENTERED = "entered"
"""In the session: when its person logged in, in seconds of the epoch."""


def kept_session(get_response: Handler) -> Handler:
    """Whoever does something stays logged in; the session is written when it is to be kept longer, not each time."""
    every = min(60, settings.SESSION_COOKIE_AGE // 10)

    def handle(request: HttpRequest) -> HttpResponse:
        now = int(time.time())
        longer = request.user.is_authenticated and now - request.session.get("kept", 0) >= every
        if not longer or request.session.modified:
            return get_response(request)
        request.session["kept"] = now
        request.session.modified = False
        response = get_response(request)
        request.only_kept_longer = not request.session.modified  # type: ignore[attr-defined]
        request.session.modified = not request.session.is_empty()
        return response

    return handle


def _first_to(name: str, request: HttpRequest, get_response: Handler) -> HttpResponse:
    """Nothing but the page of this name, and the way out, until what it asks for is done."""
    here = reverse(name)
    if request.path in (here, reverse("logout")) or request.path.startswith("/static/"):
        return get_response(request)
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": here})
    return redirect(here)


def fresh_password(get_response: Handler) -> Handler:
    """Send people with a first or an expired password to the page where they change it."""

    def handle(request: HttpRequest) -> HttpResponse:
        by_password = request.user.is_authenticated and not request.session.get(BY_PROVIDER)
        if by_password and why_change(request.user):
            return _first_to("password", request, get_response)
        return get_response(request)

    return handle


def demanded_codes(get_response: Handler) -> Handler:
    """Send people who must use one-time codes and have set none up to the page where they do."""

    def handle(request: HttpRequest) -> HttpResponse:
        person = request.user
        lacking = person.is_authenticated and not person.totp_secret and demanded_of(person)
        if lacking and request.path != reverse("password"):
            return _first_to("totp", request, get_response)
        return get_response(request)

    return handle


def back_to_the_page(get_response: Handler) -> Handler:
    """After the log-in that a time-out asks for, the page that was submitted from: what it posted to is no page.

    A part of a page (htmx) that asks for a login is given the whole page to lead there, not a login inside a list.
    """

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        to, here = response.headers.get("Location", ""), reverse("login")
        page = urlsplit(request.headers.get("Referer", ""))
        if request.headers.get("HX-Request") and to.startswith(f"{here}?"):
            return _led_by_htmx(request, here)
        if request.method == "POST" and to.startswith(f"{here}?") and page.netloc == request.get_host():
            messages.warning(request, "登录已超时，刚才提交的内容没有保存。请登录后再办理一次，填写的文字会放回原处。")
            target = page.path + (f"?{page.query}" if page.query else "")
            response["Location"] = f"{here}?{urlencode({'next': target})}"
        return response

    return handle


def _led_by_htmx(request: HttpRequest, login: str) -> HttpResponse:
    page = urlsplit(request.headers.get("HX-Current-URL", ""))
    asked = {"next": page.path + (f"?{page.query}" if page.query else "")} if page.netloc == request.get_host() else {}
    return HttpResponse(status=204, headers={"HX-Redirect": f"{login}?{urlencode(asked)}"})
