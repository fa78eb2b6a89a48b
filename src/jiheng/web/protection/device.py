"""The browsers from which an account has logged in: a signed cookie that names each account by a keyed hash."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from jiheng.web.protection.tries import DAY, KNOWN_DAYS, hidden

_SALT = "jiheng.device"
_MOST = 20
"""Accounts that share one browser."""
_KEY_DIGITS = 24


def _name() -> str:
    return "__Host-device" if settings.HTTPS else "device"


def _known(request: HttpRequest) -> dict[str, str]:
    """Account → name of the browser for that account."""
    said = request.get_signed_cookie(_name(), default="", salt=_SALT, max_age=KNOWN_DAYS * DAY)
    return dict(pair.split("-", 1) for pair in said.split(".") if "-" in pair)


def device_of(request: HttpRequest, account: str) -> str:
    """The name of this browser where the account has logged in from it before; else empty."""
    return _known(request).get(hidden(account)[:_KEY_DIGITS], "")


def remember(request: HttpRequest, response: HttpResponse, account: str) -> None:
    """Let the browser be known to this account from now on."""
    known, key = _known(request), hidden(account)[:_KEY_DIGITS]
    name = known.pop(key, "") or secrets.token_hex(8)
    kept = [*known.items(), (key, name)][-_MOST:]
    response.set_signed_cookie(
        _name(), ".".join(f"{k}-{v}" for k, v in kept), salt=_SALT, max_age=KNOWN_DAYS * DAY, httponly=True,
        secure=settings.HTTPS, samesite="Lax",
    )  # fmt: skip
