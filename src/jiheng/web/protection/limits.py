"""How often what is expensive, or worth guessing at, may be asked for: one table, and the counting."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import IntegrityError
from django.db.models import F
from django.http import HttpRequest

from jiheng.web import transaction
from jiheng.web.protection.models import Window
from jiheng.web.protection.tries import same_place
from jiheng.web.retrying import retried

KEPT_SECONDS = 3600
"""For how long windows that are over stay."""


@dataclass(frozen=True, slots=True)
class Limit:
    """``most`` requests in ``seconds`` of one asker: a person where one is logged in, else an address.

    Addresses that share a ``kind`` are counted together. ``method`` limits that method alone; ``failures`` counts only
    what was refused: people who log in at once from one office hinder nobody.
    """

    kind: str
    most: int
    seconds: int = 60
    method: str = ""
    failures: bool = False


_EXPORT = Limit("export", 30)
_UPLOAD = Limit("upload", 30, method="POST")
_OWN_SECRET = Limit("secret", 10, method="POST", failures=True)
_PROVIDER = Limit("oidc", 600)  # a whole office comes from one address
LIMITS: dict[str, Limit] = {
    "oidc": _PROVIDER, "oidc-back": _PROVIDER,
    "password": _OWN_SECRET, "totp": _OWN_SECRET,
    "plan-export": _EXPORT, "plan-offline": _EXPORT, "plan-offline-blank": _EXPORT,
    "documents-download": _EXPORT, "audit-export": _EXPORT,
    "execution-export": _EXPORT, "rectification-export": _EXPORT,
    "import": _UPLOAD, "import-many": _UPLOAD, "execution-imports": _UPLOAD, "org-bring": _UPLOAD, "org-roles": _UPLOAD,
    "audit-verify": Limit("verify", 6, method="POST"),
    "public": Limit("public", 120), "public-document": Limit("public", 120),
    "public-download": Limit("public-download", 60),
}  # fmt: skip
"""Name of the address → its limit."""
API_NAMESPACE = "api-v1"


def wrong_tokens(address: str) -> tuple[Limit, str]:
    """Wrong tokens of one address: no more are looked up once there were too many, but a right one gets in."""
    return Limit("api-refused", settings.API_PER_MINUTE, failures=True), same_place(address)


def _api_limits(token: str) -> list[tuple[Limit, str]]:
    """Requests of one token."""
    return [(Limit("api", settings.API_PER_MINUTE), token)] if token else []


def limits_of(request: HttpRequest, namespace: str, name: str) -> list[tuple[Limit, str]]:
    """The limits that a request falls under, each with the asker it counts for."""
    address = request.META.get("REMOTE_ADDR", "")
    if namespace == API_NAMESPACE:
        return _api_limits(request.headers.get("Authorization", ""))
    found = LIMITS.get(name)
    if found is None or found.method not in ("", request.method):
        return []
    user = getattr(request, "user", None)
    return [(found, f"person {user.pk}" if user is not None and user.is_authenticated else address)]


def _key(limit: Limit, asker: str) -> str:
    return f"{limit.kind}|{hashlib.sha256(asker.encode('utf-8', 'replace')).hexdigest()}"


def _start(limit: Limit, now: float) -> int:
    return int(now) // limit.seconds * limit.seconds


def wait_for(asked: Sequence[tuple[Limit, str]], now: float | None = None) -> int:
    """For how many seconds must wait who has reached one of these limits; 0 where none is reached. One query."""
    now = time.time() if now is None else now
    wanted = {(_key(limit, asker), _start(limit, now)): limit for limit, asker in asked}
    found = Window.objects.filter(key__in=[key for key, _ in wanted], start__in=[start for _, start in wanted])
    waits = [0]
    for key, start, count in found.values_list("key", "start", "count") if asked else ():
        limit = wanted.get((key, start))
        if limit is not None and count >= limit.most:
            waits.append(max(1, start + limit.seconds - int(now)))
    return max(waits)


def count_one(limit: Limit, asker: str, now: float | None = None) -> None:
    """Count one more request."""
    retried(lambda: _count_one(limit, asker, now))


def _count_one(limit: Limit, asker: str, now: float | None) -> None:
    start = _start(limit, time.time() if now is None else now)
    mine = Window.objects.filter(key=_key(limit, asker), start=start)
    if mine.update(count=F("count") + 1):
        return
    Window.objects.filter(start__lt=start - KEPT_SECONDS).delete()
    try:
        with transaction.atomic():
            Window.objects.create(key=_key(limit, asker), start=start, count=1)
    except IntegrityError:  # another process began the same window
        mine.update(count=F("count") + 1)
