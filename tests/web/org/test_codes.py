"""One-time codes: demanded, set up with the password, forgotten for who lost the device, kept sealed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyotp
import pytest
from django.test import Client
from typer.testing import CliRunner

from jiheng.cli.app import app
from jiheng.web.backup.restoring import restore
from jiheng.web.backup.saving import backup
from jiheng.web.org.models import District, Person
from jiheng.web.org.services.codes import unreadable
from jiheng.web.protection import sealing
from jiheng.web.supervision.models import AuditEntry

pytestmark = pytest.mark.django_db
PASSWORD = "Ceshi-2026-mima"


@pytest.fixture(autouse=True)
def key_file(tmp_path: Path, settings: Any) -> Path:
    settings.KEY_FILE, settings.KEYS, settings.MEDIA_ROOT = tmp_path / "key", [], tmp_path / "media"
    return tmp_path / "key"


def log_in(client: Client, username: str) -> Any:
    return client.post("/login/", {"username": username, "password": PASSWORD})


def enters(username: str, secret: str) -> bool:
    """Whether the account gets in with the next code of this secret."""
    client = Client()
    log_in(client, username)
    Person.objects.filter(username=username).update(totp_step=0)
    return client.post("/login/code/", {"code": pyotp.TOTP(secret).now()}).status_code == 302


def set_up(client: Client) -> str:
    secret = client.get("/account/totp/").context["secret"]
    body = {"code": pyotp.TOTP(secret).now(), "password": PASSWORD}
    assert client.post("/account/totp/", body).status_code == 302
    return str(secret)


def test_setting_up_and_dropping_take_the_password(person: Any) -> None:
    client = Client()
    client.force_login(person("clerk"))
    secret = client.get("/account/totp/").context["secret"]
    assert (
        "现在的口令不正确"
        in client.post("/account/totp/", {"code": pyotp.TOTP(secret).now(), "password": "x"}).content.decode()
    )
    assert client.post("/account/totp/", {"code": pyotp.TOTP(secret).now()}).status_code == 200
    set_up(client)
    Person.objects.update(totp_step=0)
    code = pyotp.TOTP(secret).now()
    assert client.post("/account/totp/", {"code": code, "password": "x"}).status_code == 200
    assert Person.objects.get().totp_secret
    client.post("/account/totp/", {"code": code, "password": PASSWORD})
    assert not Person.objects.get().totp_secret


@pytest.mark.parametrize(
    "demanded, role, must",
    [
        ("administrators", "system_admin", True), ("administrators", "finance_reviewer", False),
        ("reviewers", "finance_reviewer", True), ("reviewers", "department_reviewer", True),
        ("reviewers", "audit_admin", True), ("reviewers", "clerk", False), ("everybody", "clerk", True),
    ],
)  # fmt: skip
def test_who_must_use_codes_sets_them_up_before_anything_else(
    person: Any, settings: Any, demanded: str, role: str, must: bool
) -> None:
    person(role)
    for by_district in (True, False):
        District.objects.update(codes_for=demanded if by_district else "nobody")
        settings.CODES_FOR = "nobody" if by_district else demanded
        client = Client()
        log_in(client, role)
        if not must:
            assert client.get("/account/").status_code == 200
            continue
        assert client.get("/account/").url == "/account/totp/"
        assert client.get("/", headers={"HX-Request": "true"})["HX-Redirect"] == "/account/totp/"
        assert "必须使用动态口令" in client.get("/account/totp/").content.decode()
        set_up(client)
        assert client.get("/account/").status_code == 200
        Person.objects.update(totp_secret="", totp_step=0)


def test_a_first_password_is_changed_before_codes_are_set_up(person: Any) -> None:
    person("system_admin")
    District.objects.update(codes_for="administrators")
    Person.objects.update(must_change_password=True)
    client = Client()
    log_in(client, "system_admin")
    assert client.get("/account/totp/").url == "/account/password/"
    new = {"old": PASSWORD, "new": "Xinde-2027-kouling", "again": "Xinde-2027-kouling"}
    client.post("/account/password/", new)
    assert client.get("/account/").url == "/account/totp/"


def test_the_security_administrator_says_who_must(person: Any) -> None:
    clients = {}
    for role in ("security_admin", "system_admin"):
        clients[role] = Client()
        clients[role].force_login(person(role))
    assert clients["system_admin"].post("/org/people/codes/", {"codes_for": "everybody"}).status_code == 403
    security = clients["security_admin"]
    assert "必须使用动态口令的人员" in security.get("/org/people/").content.decode()
    security.post("/org/people/codes/", {"codes_for": "nonsense"})
    assert District.objects.get().codes_for == "nobody"
    security.post("/org/people/codes/", {"codes_for": "reviewers"})
    assert District.objects.get().codes_for == "reviewers"
    assert AuditEntry.objects.filter(action="规定必须使用动态口令的人员").count() == 1


def test_nobody_forgets_their_own_codes_as_administrator(person: Any, with_codes: Any) -> None:
    me = person("security_admin")
    client = Client()
    client.force_login(me)
    with_codes(me)
    client.post(f"/org/people/{me.pk}/change/", {"do": "forget_codes"})
    assert Person.objects.get(pk=me.pk).totp_secret


def test_a_changed_key_closes_every_secret_anew(person: Any, with_codes: Any, key_file: Path) -> None:
    secret = with_codes(person("clerk"))
    before, old = Person.objects.get().totp_secret, sealing.keys()
    done = CliRunner().invoke(app, ["admin", "new-key"])
    assert done.exit_code == 0, done.output
    assert len(sealing.keys()) == 1
    assert sealing.keys() != old
    assert Person.objects.get().totp_secret != before
    assert enters("clerk", secret)
    aside = [p for p in key_file.parent.iterdir() if p.name.startswith("key.")]
    assert [p.read_text().split() for p in aside] == [old], "for backups of before"
    assert aside[0].stat().st_mode & 0o077 == 0


def test_a_backup_brings_the_key_only_where_asked(person: Any, with_codes: Any, key_file: Path, tmp_path: Path) -> None:
    secret = with_codes(person("clerk"))
    old = sealing.keys()
    backup(tmp_path / "without.jhb")
    backup(tmp_path / "with.jhb", with_key=True)
    assert old[0].encode() not in (tmp_path / "without.jhb").read_bytes()
    key_file.unlink()
    told: list[str] = []
    restore(tmp_path / "without.jhb", replace=True, tell=told.append)
    assert "1 个账号（clerk）的动态口令是用另一个密钥加密的" in told[-1]
    client = Client()
    log_in(client, "clerk")
    page = client.post("/login/code/", {"code": pyotp.TOTP(secret).now()}).content.decode()
    assert "没有加密这个动态口令的密钥" in page
    assert "_auth_user_id" not in client.session
    restore(tmp_path / "with.jhb", replace=True, tell=told.append)
    assert "动态口令" not in told[-1]
    assert unreadable() == []
    assert enters("clerk", secret)
    assert secret not in (tmp_path / "with.jhb").read_bytes().decode("latin-1")


def test_secrets_that_stood_in_clear_are_sealed_by_the_upgrade(person: Any) -> None:
    from importlib import import_module

    from django.apps import apps

    person("clerk")
    secret = pyotp.random_base32()
    Person.objects.update(totp_secret=secret)
    for _ in range(2):  # taken up again after it was stopped
        import_module("jiheng.web.org.migrations.0004_secrets").seal_secrets(apps, None)
    assert secret not in Person.objects.get().totp_secret
    assert enters("clerk", secret)
