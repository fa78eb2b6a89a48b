"""What a request passes before any view sees it: size, characters, frequency; and the headers of every answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse

from jiheng.web.protection import errors
from jiheng.web.protection.full import left_out_when_full
from jiheng.web.protection.limits import count_one, limits_of, wait_for

Handler = Callable[[HttpRequest], HttpResponse]
_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def security_headers(get_response: Handler) -> Handler:
    """No inline scripts or styles, nothing from elsewhere, no framing; of static files and errors too."""

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", _POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")
        response.headers.setdefault("X-Frame-Options", settings.X_FRAME_OPTIONS)
        return response

    return handle


def real_address(get_response: Handler) -> Handler:
    """Behind ``TRUSTED_PROXIES`` proxies, the visitor is who the outermost of them saw; what a visitor writes into the
    header stands further to the left and is not believed."""

    def handle(request: HttpRequest) -> HttpResponse:
        seen = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
        proxies = settings.TRUSTED_PROXIES
        if proxies and len(seen) >= proxies:
            request.META["REMOTE_ADDR"] = seen[-proxies][:64]
        return get_response(request)

    return handle


def body_size(get_response: Handler) -> Handler:
    """Refuse what is too large before a byte of it is read; who is not logged in sends forms, never files."""

    def handle(request: HttpRequest) -> HttpResponse:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
        if length > settings.ANONYMOUS_MAX_BYTES:
            most = settings.REQUEST_MAX_BYTES if request.user.is_authenticated else settings.ANONYMOUS_MAX_BYTES
            if length > most:
                return errors.too_large(request, most)
        return get_response(request)

    return handle


def private_pages(get_response: Handler) -> Handler:
    """What a person sees is kept by no cache: the next one at the desk must not find it by going back."""

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.user.is_authenticated:
            response.headers["Cache-Control"] = "private, no-store"
        return response

    return handle


class Guard:
    """Count what is limited, refuse what is too much; refuse characters that no text has and databases choke on."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Hand the request on, and count it where only failures count."""
        response = self.get_response(request)
        # A form that is shown again was refused; the API says so by its status.
        refused = response.status_code >= 400 or (response.status_code == 200 and request.method == "POST")
        for limit, asker in getattr(request, "limits_on_failure", ()) if refused else ():
            with left_out_when_full():
                count_one(limit, asker)
        if response.status_code == 405 and not getattr(response, "content", b""):
            return errors.not_allowed(request, response)
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """The address is known by now, and nothing was done yet."""
        match = request.resolver_match
        assert match is not None
        found = limits_of(request, match.namespace, match.url_name or "")
        if found and (seconds := wait_for(found)):
            return errors.too_many(request, seconds)
        for limit, asker in found:
            if not limit.failures:
                with left_out_when_full():
                    count_one(limit, asker)
        request.limits_on_failure = [f for f in found if f[0].failures]  # type: ignore[attr-defined]
        _no_nul(request)
        return None


def _no_nul(request: HttpRequest) -> None:
    said = [request.path, *(v for values in request.GET.lists() for v in values[1])]
    if request.method == "POST" and request.content_type in _FORMS:
        said += [v for values in request.POST.lists() for v in values[1]]
    if any("\0" in text for text in said):
        raise SuspiciousOperation("提交的内容里有不能显示的字符（空字符）。请删除后再试。")
