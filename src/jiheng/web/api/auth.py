"""Who asks: the bearer token of a request, and whether it reaches this kind of data."""

from __future__ import annotations

from typing import NoReturn

from django.http import HttpRequest
from ninja.errors import AuthenticationError, AuthorizationError
from ninja.security import HttpBearer

from jiheng.web.api import services
from jiheng.web.api.models import ApiToken
from jiheng.web.api.scopes import TokenScope
from jiheng.web.once.answers import HEADER
from jiheng.web.org.permissions import allowed
from jiheng.web.protection.full import left_out_when_full
from jiheng.web.protection.limits import API_NAMESPACE, count_one, wait_for, wrong_tokens


def _refusal(token: ApiToken | None) -> str:
    """Why this token lets nobody in; empty where it does."""
    if token is None:
        return "令牌无效。"
    if token.revoked_at is not None:
        return "令牌已撤销。"
    if not token.is_live():
        return "令牌已过期，请重新申请。"
    return "" if token.person.is_active else "令牌所属的账号已停用。"


class TooMany(Exception):
    """Too many wrong tokens came from this address; ``seconds`` until the next is answered."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def _refuse(request: HttpRequest, why: str) -> NoReturn:
    """401; or 429 where so many wrong tokens came from the address. A right one from there never comes here."""
    limit, asker = wrong_tokens(request.META.get("REMOTE_ADDR", ""))
    if seconds := wait_for([(limit, asker)]):
        raise TooMany(seconds)
    with left_out_when_full():
        count_one(limit, asker)
    raise AuthenticationError(401, why)


def _secret(request: HttpRequest) -> str:
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if kind.lower() == "bearer" else ""


def token_behind(request: HttpRequest) -> str | None:
    """Whose a request to the API is, for answers that are kept; ``""`` where its token lets nobody in."""
    match = request.resolver_match
    if match is None or match.namespace != API_NAMESPACE:
        return None
    found = services.token_of(_secret(request)) if request.headers.get(HEADER) else None
    return f"token {found.pk}" if found is not None and not _refusal(found) else ""


class BearerToken(HttpBearer):
    """Lets a live token in that has the scope; the schema of the API shows it by this name."""

    def __init__(self, scope: TokenScope) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> ApiToken:
        """The token of the request. Raises 401 where there is none."""
        secret = _secret(request)
        if not secret:
            _refuse(request, "请在请求头中提供令牌：Authorization: Bearer 令牌。")
        return self.authenticate(request, secret)

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken:
        """The token, live, with the scope. Raises 401 or 403."""
        found = services.token_of(token)
        if why := _refusal(found):
            _refuse(request, why)
        assert found is not None
        with left_out_when_full():
            services.note_use(found)
        # The role that entitles to tokens may have been taken away since.
        if not allowed(found.person, "api.token"):
            raise AuthorizationError(403, "令牌所属的账号已没有使用数据接口的权限。")
        if self.scope.value not in found.scopes:
            raise AuthorizationError(403, f"令牌没有“{self.scope.label}”（{self.scope.value}）的范围，请另行申请。")
        return found
