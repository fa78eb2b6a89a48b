"""Login, lock-out, one-time codes, passwords that must be changed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pyotp
import pytest
from django.test import Client
from django.utils import timezone

pytestmark = pytest.mark.django_db
PASSWORD = "Ceshi-2026-mima"


def log_in(client: Client, username: str, password: str = PASSWORD, **more: Any) -> Any:
    return client.post("/login/", {"username": username, "password": password, **more})


def test_login_leads_where_one_wanted_to_go_but_never_elsewhere(person: Any) -> None:
    clerk = person("clerk")
    assert log_in(Client(), "clerk").url == "/"
    assert log_in(Client(), "clerk", next="/notifications/").url == "/notifications/"
    assert log_in(Client(), "clerk", next="//evil.example/").url == "/"
    from jiheng.web.supervision.models import AuditEntry

    entry = AuditEntry.objects.filter(action="登录").first()
    assert entry is not None
    assert entry.person_id_then == clerk.pk
    assert entry.address == "127.0.0.1"


def test_a_login_without_csrf_token_is_refused(person: Any) -> None:
    person("clerk")
    assert log_in(Client(enforce_csrf_checks=True), "clerk").status_code == 403


def test_a_disabled_account_does_not_get_in_and_is_thrown_out(person: Any) -> None:
    clerk = person("clerk")
    client = Client()
    log_in(client, "clerk")
    clerk.is_active = False
    clerk.save()
    assert client.get("/account/password/").status_code == 302
    assert "不正确" in log_in(Client(), "clerk").content.decode()


@pytest.mark.parametrize("fields", [{"must_change_password": True}, {"password_changed_at": timedelta(days=91)}])
def test_a_first_or_old_password_must_be_changed_first(person: Any, fields: dict[str, Any]) -> None:
    clerk = person("clerk")
    for name, value in fields.items():
        setattr(clerk, name, timezone.now() - value if isinstance(value, timedelta) else value)
    clerk.save()
    client = Client()
    log_in(client, "clerk")
    assert client.get("/account/totp/").url == "/account/password/"
    assert client.get("/account/totp/", headers={"HX-Request": "true"})["HX-Redirect"] == "/account/password/"
    new = {"old": PASSWORD, "new": "Xinde-2027-kouling", "again": "Xinde-2027-kouling"}
    assert client.post("/account/password/", new).status_code == 302
    assert client.get("/account/totp/").status_code == 200, "still logged in, and free to go on"


@pytest.mark.parametrize(
    "old, new, again, message",
    [
        ("wrong", "Xinde-2027-kouling", "Xinde-2027-kouling", "现在的口令不正确"),
        (PASSWORD, PASSWORD, PASSWORD, "不能与现在的口令相同"),
        (PASSWORD, "Ab-12345", "Ab-12345", "口令太短，至少要有 10 个字符。"),
        (PASSWORD, "xindekouling2027", "xindekouling2027", "三种"),
        (PASSWORD, "Xinde-2027-kouling", "Xinde-2027-koulinG", "不一致"),
    ],
)
def test_password_rules(person: Any, old: str, new: str, again: str, message: str) -> None:
    clerk = person("clerk")
    client = Client()
    client.force_login(clerk)
    page = client.post("/account/password/", {"old": old, "new": new, "again": again})
    assert page.status_code == 200
    assert message in page.content.decode()
    clerk.refresh_from_db()
    assert clerk.check_password(PASSWORD)


def test_one_time_codes_are_set_up_asked_for_and_good_once(person: Any) -> None:
    clerk = person("clerk")
    client = Client()
    client.force_login(clerk)
    secret = client.get("/account/totp/").context["secret"]
    assert secret not in str(dict(client.session)), "it is kept sealed"
    totp = pyotp.TOTP(secret)
    assert "不正确" in client.post("/account/totp/", {"code": "000000", "password": PASSWORD}).content.decode()
    before = totp.at(timezone.now() - timedelta(seconds=30))
    assert "现在的口令不正确" in client.post("/account/totp/", {"code": before, "password": "x"}).content.decode()
    assert client.post("/account/totp/", {"code": before, "password": PASSWORD}).status_code == 302

    other = Client()
    assert log_in(other, "clerk").url == "/login/code/"
    assert other.get("/account/password/").status_code == 302, "not in yet"
    assert "不正确" in other.post("/login/code/", {"code": before}).content.decode(), "used at set-up"
    code = totp.now()
    assert other.post("/login/code/", {"code": code}).url == "/"
    third = Client()
    log_in(third, "clerk")
    assert third.post("/login/code/", {"code": code}).status_code == 200, "used before"


def test_logout_takes_a_post(person: Any) -> None:
    client = Client()
    client.force_login(person("clerk"))
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/").url == "/login/"
    assert "_auth_user_id" not in client.session


def test_accounts_are_listed_in_the_demonstration_only(person: Any, settings: Any) -> None:
    person("clerk")
    assert "演示账号" not in Client().get("/login/").content.decode()
    settings.DEMO = True
    page = Client().get("/login/").content.decode()
    assert 'data-account="clerk"' in page
    from jiheng.web.demo.accounts import PASSWORD as SHOWN

    assert SHOWN in page, "the one that the demonstration is built with"
