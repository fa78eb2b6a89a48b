"""What every request passes through: who is asking from where, for the audit trail."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from jiheng.web.supervision.actor import acting

Handler = Callable[[HttpRequest], HttpResponse]


def who_and_where(get_response: Handler) -> Handler:
    """Changes made while a request is handled are recorded as this person's, from this address."""

    def handle(request: HttpRequest) -> HttpResponse:
        person = request.user if request.user.is_authenticated else None
        with acting(person, request.META.get("REMOTE_ADDR", "")):
            return get_response(request)

    return handle
