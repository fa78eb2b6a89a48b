"""Log in by the government's identity provider: OpenID Connect, authorization code flow with PKCE.

Authlib speaks the protocol (state, nonce, PKCE, signature, expiry); here stands what we ask beyond it, and whose
account it is. An identity never makes an account or a role: it is matched with an account that the administrators made.
"""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.django_client import OAuth
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from joserfc.errors import JoseError

log = logging.getLogger(__name__)
ALGORITHMS = frozenset(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"))
"""Signatures made with a key that only the provider has; a shared secret or no signature at all is refused."""
_SECONDS = 10
_LEEWAY = 60
"""Seconds that the clocks of two servers may differ by."""
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_BROKEN = (AuthlibBaseError, JoseError, requests.RequestException, ValueError, KeyError, TypeError, RuntimeError)
"""What Authlib raises for an answer that is not as it should be."""


class LoginRefused(Exception):
    """Why the provider's answer lets nobody in, in words for the person; the log says more."""


def is_on() -> bool:
    """Whether a provider is configured."""
    return bool(settings.OIDC_ISSUER and settings.OIDC_CLIENT_ID)


def start(request: HttpRequest, come_back: str) -> HttpResponse:
    """Send the browser to the provider. Raises :class:`LoginRefused` where it does not answer."""
    try:
        answer: HttpResponse = _provider().authorize_redirect(request, come_back)
    except _BROKEN as error:
        log.exception("the identity provider cannot be asked")
        raise LoginRefused("统一身份认证暂时连不上，请稍后再试，或用绩衡的账号和口令登录。") from error
    return answer


def username_of(request: HttpRequest) -> str:
    """The account that the provider's answer names. Raises :class:`LoginRefused` for one that is not to be believed."""
    must_be = {"iss": settings.OIDC_ISSUER, "aud": settings.OIDC_CLIENT_ID}
    options = {name: {"essential": True, "value": value} for name, value in must_be.items()}
    try:
        token = _provider().authorize_access_token(request, claims_options=options, leeway=_LEEWAY)
        claims = token["userinfo"]
        username = claims[settings.OIDC_CLAIM]
    except _BROKEN as error:
        log.warning("the identity provider's answer was refused: %s: %s", type(error).__name__, error)
        raise LoginRefused("统一身份认证没有通过，或等待太久。请重新登录；仍不行时请联系系统管理员。") from error
    if not isinstance(username, str) or not username:
        log.warning("the identity provider's claim %s is no text", settings.OIDC_CLAIM)
        raise LoginRefused("统一身份认证没有给出账号，请联系系统管理员。")
    return username


def _provider() -> Any:
    """The client for the configured provider, with what the provider says of itself checked."""
    client = _client(settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET)
    found = client.load_server_metadata()
    if found.get("issuer") != settings.OIDC_ISSUER:
        _client.cache_clear()
        raise ValueError(f"the provider calls itself {found.get('issuer')!r}")
    for name in _ENDPOINTS:
        _check_address(str(found.get(name, "")))
    offered = found.get("id_token_signing_alg_values_supported") or ["RS256"]
    found["id_token_signing_alg_values_supported"] = sorted(ALGORITHMS.intersection(offered))
    return client


def _check_address(address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost")):
        raise ValueError(f"the provider is asked over HTTPS only, not at {address!r}")


@lru_cache(maxsize=4)
def _client(issuer: str, client_id: str, secret: str) -> Any:
    """One a process: it keeps the provider's description and keys, and fetches the keys anew for an unknown one."""
    _check_address(issuer)
    wanted = {"scope": "openid profile", "code_challenge_method": "S256", "default_timeout": _SECONDS}
    return OAuth().register(
        "provider", client_id=client_id, client_secret=secret, client_kwargs=wanted,
        server_metadata_url=f"{issuer.rstrip('/')}/.well-known/openid-configuration",
    )  # fmt: skip
