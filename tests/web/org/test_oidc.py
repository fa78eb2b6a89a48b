"""Login by an identity provider: who it says one is counts, and only that; everything about it is checked."""

from __future__ import annotations

import hashlib
import hmac
import importlib.util
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyotp
import pytest
import requests
from cryptography.hazmat.primitives import serialization
from django.test import Client
from django.utils import timezone

from jiheng.web.org import oidc
from jiheng.web.org.models import Person
from jiheng.web.supervision.models import AuditEntry

_spec = importlib.util.spec_from_file_location("oidc_provider", Path(__file__).with_name("provider.py"))
assert _spec is not None and _spec.loader is not None
_provider = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_provider)
CLIENT, SECRET, encoded = _provider.CLIENT, _provider.SECRET, _provider.encoded

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(settings: Any) -> Iterator[Any]:
    made = _provider.Provider()
    settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = made.issuer, CLIENT, SECRET
    oidc._client.cache_clear()
    yield made
    made.close()


def to_provider(client: Client, where: str = "/login/oidc/") -> str:
    """What the provider answers a browser that is sent to it: the address to come back to."""
    sent = client.get(where)
    assert sent.status_code == 302, sent.content
    return requests.get(sent["Location"], allow_redirects=False, timeout=5).headers["Location"]


def log_in(client: Client, where: str = "/login/oidc/") -> Any:
    return client.get(to_provider(client, where).replace("http://testserver", ""))


def said(client: Client, answer: Any) -> str:
    """What a refused person reads on the login page."""
    assert answer.status_code == 302
    assert answer["Location"] == "/login/"
    assert "_auth_user_id" not in client.session
    return client.get("/login/").content.decode()


def test_who_is_known_gets_in_where_they_wanted_to_go(provider: Any, person: Any) -> None:
    clerk = person("clerk")
    client = Client()
    assert "用统一身份认证登录" in client.get("/login/?next=/notifications/").content.decode()
    assert log_in(client, "/login/oidc/?next=/notifications/").url == "/notifications/"
    assert client.session["_auth_user_id"] == str(clerk.pk)
    entry = AuditEntry.objects.get(action="登录")
    assert (entry.person_id_then, "统一身份认证" in entry.after) == (clerk.pk, True)
    assert log_in(Client(), "/login/oidc/?next=//evil.example/").url == "/"


def test_off_by_default(client: Client) -> None:
    assert "/login/oidc/" not in client.get("/login/").content.decode()
    assert "没有配置统一身份认证" in said(client, client.get("/login/oidc/"))
    assert "没有配置统一身份认证" in said(client, client.get("/login/oidc/back/?code=x&state=y"))


def _hs256(claims: dict[str, Any], provider: Any) -> str:
    """Signed with the public key as if it were a shared secret."""
    public = provider.key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    text = f"{encoded(json.dumps({'alg': 'HS256', 'kid': 'k1'}).encode())}.{encoded(json.dumps(claims).encode())}"
    return f"{text}.{encoded(hmac.new(public, text.encode(), hashlib.sha256).digest())}"


def _unsigned(claims: dict[str, Any], provider: Any) -> str:
    head = json.dumps({"alg": "none"})
    return f"{encoded(head.encode())}.{encoded(json.dumps(claims).encode())}."


def _altered(claims: dict[str, Any], provider: Any) -> str:
    head, _, signature = provider.signed(claims | {"preferred_username": "other"}).split(".")
    return f"{head}.{encoded(json.dumps(claims).encode())}.{signature}"


SIGNATURES: dict[str, Callable[[dict[str, Any], Any], str]] = {
    "another key": lambda claims, provider: provider.signed(claims, provider.other_key),
    "an unknown key": lambda claims, provider: provider.signed(claims, provider.other_key, "k2"),
    "a shared secret": _hs256,
    "none": _unsigned,
    "altered": _altered,
    "no token": lambda claims, provider: "nonsense",
}


@pytest.mark.parametrize("how", sorted(SIGNATURES))
def test_a_wrong_signature_lets_nobody_in(provider: Any, person: Any, how: str) -> None:
    person("clerk")
    provider.sign = lambda claims: SIGNATURES[how](claims, provider)
    client = Client()
    assert "统一身份认证没有通过" in said(client, log_in(client))


@pytest.mark.parametrize(
    "name, value",
    [
        ("nonce", "another"), ("nonce", None), ("exp", "past"), ("exp", None), ("iss", "https://evil.example"),
        ("aud", "another-client"), ("aud", None), ("sub", None), ("nbf", "future"),
    ],
)  # fmt: skip
def test_a_wrong_claim_lets_nobody_in(provider: Any, person: Any, name: str, value: Any) -> None:
    person("clerk")
    now = int(time.time())
    wrong = {"past": now - 3600, "future": now + 3600}.get(value, value)

    def change(claims: dict[str, Any]) -> None:
        claims[name] = wrong
        if wrong is None:
            del claims[name]

    provider.change = change
    client = Client()
    assert "统一身份认证没有通过" in said(client, log_in(client))


@pytest.mark.parametrize("username", [None, "", 7, ["clerk"]])
def test_a_claim_that_names_no_account(provider: Any, person: Any, username: Any) -> None:
    person("clerk")
    provider.username = username
    client = Client()
    assert "统一身份认证没有" in said(client, log_in(client))


def test_an_unknown_account_is_not_made(provider: Any, person: Any) -> None:
    person("clerk")
    for name in ("nobody", "CLERK"):
        provider.username = name
        client = Client()
        assert f"没有在用的账号“{name}”" in said(client, log_in(client))
    assert Person.objects.count() == 1


def test_the_state_binds_the_answer_to_the_browser_that_asked_and_is_good_once(provider: Any, person: Any) -> None:
    person("clerk")
    mine, theirs = Client(), Client()
    answer = to_provider(mine).replace("http://testserver", "")
    assert "没有通过" in said(theirs, theirs.get(answer)), "another browser"
    assert "没有通过" in said(mine, mine.get(answer.replace("state=", "state=x"))), "another state"
    assert mine.get(answer).url == "/"
    mine.post("/logout/")
    assert "没有通过" in said(mine, mine.get(answer)), "again"
    assert "没有通过" in said(mine, mine.get("/login/oidc/back/"))
    assert "没有通过" in said(mine, mine.get("/login/oidc/back/?error=access_denied&error_description=no"))


def test_the_verifier_of_pkce_is_sent(provider: Any, person: Any) -> None:
    person("clerk")
    client = Client()
    answer = to_provider(client)
    code = next(iter(provider.asked))
    provider.asked[code]["code_challenge"] = "of-someone-else"
    assert "没有通过" in said(client, client.get(answer.replace("http://testserver", "")))


def test_wrong_passwords_do_not_matter_and_disabled_accounts_stay_outside(provider: Any, person: Any) -> None:
    clerk = person("clerk")
    client = Client()
    for _ in range(5):
        client.post("/login/", {"username": "clerk", "password": "wrong"})
    assert log_in(client).url == "/"
    client = Client()
    other = person("unit_head")
    other.is_active = False
    other.save()
    provider.username = other.username
    assert "没有在用的账号" in said(client, log_in(client))
    assert not clerk.roles.filter(role="unit_head").exists()


def test_a_one_time_code_is_still_asked_for(provider: Any, person: Any, with_codes: Any) -> None:
    secret = with_codes(person("clerk"))
    client = Client()
    assert log_in(client).url == "/login/code/"
    assert "_auth_user_id" not in client.session
    assert client.post("/login/code/", {"code": pyotp.TOTP(secret).now()}).url == "/"
    assert client.get("/account/").status_code == 200


def test_who_comes_by_the_provider_needs_no_password_of_ours(provider: Any, person: Any) -> None:
    clerk = person("clerk")
    Person.objects.filter(pk=clerk.pk).update(must_change_password=True, password_changed_at=timezone.now())
    client = Client()
    log_in(client)
    assert client.get("/account/").status_code == 200
    by_password = Client()
    by_password.post("/login/", {"username": "clerk", "password": "Ceshi-2026-mima"})
    assert by_password.get("/account/").url == "/account/password/"


def test_a_new_key_of_the_provider_is_fetched(provider: Any, person: Any) -> None:
    person("clerk")
    assert log_in(Client()).url == "/"
    provider.key = provider.other_key
    provider.jwk = lambda key, made=provider.jwk: made(key) | {"kid": "k2"}
    provider.sign = lambda claims: provider.signed(claims, kid="k2")
    assert log_in(Client()).url == "/"


@pytest.mark.parametrize(
    "change", [{"issuer": "https://evil.example"}, {"token_endpoint": "http://evil.example/token"}, {"jwks_uri": ""}]
)
def test_a_provider_that_is_not_the_configured_one_is_not_asked(
    provider: Any, person: Any, change: dict[str, str]
) -> None:
    person("clerk")
    provider.describe = lambda about: about.update(change)
    client = Client()
    sent = client.get("/login/oidc/")
    assert "暂时连不上" in said(client, sent)


def test_a_provider_that_does_not_answer_leaves_the_password(provider: Any, person: Any) -> None:
    person("clerk")
    provider.close()
    client = Client()
    assert "用绩衡的账号和口令登录" in said(client, client.get("/login/oidc/"))
    assert client.post("/login/", {"username": "clerk", "password": "Ceshi-2026-mima"}).url == "/"
