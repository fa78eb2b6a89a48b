"""What every request passes through: security headers, and who is asking from where (for the audit trail)."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from jiheng.web.supervision.actor import acting

Handler = Callable[[HttpRequest], HttpResponse]
_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)


def security_headers(get_response: Handler) -> Handler:
    """No inline scripts or styles, nothing from elsewhere, no framing."""

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", _POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        return response

    return handle


def who_and_where(get_response: Handler) -> Handler:
    """Changes made while a request is handled are recorded as this person's, from this address."""

    def handle(request: HttpRequest) -> HttpResponse:
        person = request.user if request.user.is_authenticated else None
        with acting(person, request.META.get("REMOTE_ADDR", "")):
            return get_response(request)

    return handle
