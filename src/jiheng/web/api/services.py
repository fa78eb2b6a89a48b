"""Make, find, and revoke tokens."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone

from jiheng.web import transaction
from jiheng.web.api.models import ApiToken
from jiheng.web.api.scopes import TokenScope
from jiheng.web.locks import for_update
from jiheng.web.org.models import Person
from jiheng.web.org.permissions import require
from jiheng.web.supervision.services import notify, record

PREFIX = "jh_"
"""Tells a token from other secrets where one was left lying about."""
LIFETIMES = (30, 90, 180, 365)
"""Days that a token may be good for; none is good for ever."""
MOST_LIVE = 20
"""Live tokens of one person."""
USE_NOTED_EVERY = timedelta(minutes=1)


class Refused(Exception):
    """What cannot be done, in words for the person; nothing was changed."""


def digest_of(secret: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _checked(person: Person, name: str, scopes: Sequence[str], days: int) -> tuple[str, list[str]]:
    name = " ".join(name.split())
    if not name or len(name) > 100:
        raise Refused("请写明令牌的用途，最多 100 个字。")
    wanted = [s.value for s in TokenScope if s.value in scopes]
    if not wanted or len(wanted) != len(set(scopes)):
        raise Refused("请至少选择一个范围，且只能从列出的范围中选。")
    if days not in LIFETIMES:
        raise Refused("有效期只能从列出的期限中选。")
    live = ApiToken.objects.filter(person=person, revoked_at=None, expires_at__gt=timezone.now())
    if live.count() >= MOST_LIVE:
        raise Refused(f"有效的令牌最多 {MOST_LIVE} 个，请先撤销不用的。")
    return name, wanted


@transaction.atomic
def create(person: Person, name: str, scopes: Sequence[str], days: int) -> tuple[ApiToken, str]:
    """A new token and its secret, which cannot be read again. Raises :class:`Refused` or ``PermissionDenied``."""
    require(person, "api.token")
    name, wanted = _checked(person, name, scopes, days)
    secret = PREFIX + secrets.token_urlsafe(32)
    made = ApiToken.objects.create(
        person=person, name=name, digest=digest_of(secret), scopes=wanted,
        expires_at=timezone.now() + timedelta(days=days),
    )  # fmt: skip
    record(
        "新建接口令牌",
        made,
        None,
        {"name": name, "scopes": wanted, "expires_at": made.expires_at.isoformat("T", "seconds")},
    )
    return made, secret


@transaction.atomic
def revoke(token: ApiToken) -> None:
    """End a token at once; done again, nothing happens. It stays listed."""
    found = for_update(ApiToken.objects.all()).get(pk=token.pk)
    if found.revoked_at is not None:
        return
    found.revoked_at = timezone.now()
    found.save(update_fields=["revoked_at"])
    record("撤销接口令牌", found, {"revoked": False}, {"revoked": True, "scopes": found.scopes})


@transaction.atomic
def revoke_of_other(person: Person, token: ApiToken) -> None:
    """End somebody's token, as the security administrator does; its person is told. Raises ``PermissionDenied``."""
    require(person, "api.revoke", token.person)
    revoke(token)
    notify([token.person], f"安全管理员{person.name}撤销了您的接口令牌“{token.name}”，使用它的系统不能再读取数据。")


def token_of(secret: str) -> ApiToken | None:
    """The token that this is the secret of, live or not, with its person."""
    return ApiToken.objects.select_related("person").filter(digest=digest_of(secret)).first()


def note_use(token: ApiToken) -> None:
    """Remember when a token was last used, so that its person sees which are not used any more."""
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at >= USE_NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
