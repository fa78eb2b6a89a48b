"""Tell the browser which submissions were taken, so that it stops keeping what was typed into them."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from jiheng.web.once.answers import is_final

Handler = Callable[[HttpRequest], HttpResponse]
COOKIE = "jiheng_taken"
"""Names of submissions, for the script alone (``static/kept.js``); they say nothing of what was submitted."""
_NAME = re.compile(r"[0-9a-f]{8,32}")
_MOST = 5


def taken_submissions(get_response: Handler) -> Handler:
    """A form names itself in ``kept``. Taken is what led on without an error: a refusal, a form that is shown again, or
    a login that is asked for leave the text where it is kept."""

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.method != "POST" or not _is_taken(request, response):
            return response
        if _NAME.fullmatch(name := request.POST.get("kept", "")):
            before = [n for n in request.COOKIES.get(COOKIE, "").split(".") if _NAME.fullmatch(n)]
            response.set_cookie(
                COOKIE, ".".join([*before, name][-_MOST:]), max_age=86400, samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
            )  # fmt: skip
        return response

    return handle


def _is_taken(request: HttpRequest, response: HttpResponse) -> bool:
    if not request.user.is_authenticated:
        return False
    if any(message.level >= messages.ERROR for message in _told(request)):
        return False
    to = response.headers.get("Location", "")
    is_file = "attachment" in response.headers.get("Content-Disposition", "")
    leads_on = 300 <= response.status_code < 400 and not to.startswith(reverse("login"))
    return leads_on or is_file or is_final(response)


def _told(request: HttpRequest) -> list[messages.storage.base.Message]:
    """What this request says to the person, not read yet."""
    storage = messages.get_messages(request)
    return list(getattr(storage, "_queued_messages", ()))
