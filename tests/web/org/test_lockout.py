"""Wrong passwords and codes: who guesses waits, who is known does not, and nothing tells which accounts exist."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pyotp
import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jiheng.web.org.models import Person
from jiheng.web.protection import tries
from jiheng.web.supervision.models import AuditEntry

pytestmark = pytest.mark.django_db
PASSWORD = "Ceshi-2026-mima"
HOME, FAR = "10.0.0.9", "198.51.100.7"
CLERK = {"username": "clerk"}


def log_in(client: Client, username: str, password: str = PASSWORD, **more: Any) -> Any:
    return client.post("/login/", {"username": username, "password": password, **more})


def guess(address: str, times: int, username: str = "clerk") -> list[int]:
    return [log_in(Client(REMOTE_ADDR=address), username, f"wrong{n}").status_code for n in range(times)]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """What time it is for who counts."""
    now = SimpleNamespace(at=1_800_000_000.0)
    monkeypatch.setattr("jiheng.web.protection.tries.time", SimpleNamespace(time=lambda: now.at))
    return now


def test_who_guesses_waits_and_nobody_else(person: Any, clock: Any) -> None:
    person("clerk")
    person("unit_head")
    stranger = Client(REMOTE_ADDR=FAR)
    for left in (4, 3, 2, 1):
        assert f"还可以再试 {left} 次" in log_in(stranger, "clerk", "wrong").content.decode()
    locked = log_in(stranger, "clerk", "wrong")
    assert (locked.status_code, locked["Retry-After"]) == (429, "1800")
    assert "30 分钟" in locked.content.decode()
    assert log_in(stranger, "clerk").status_code == 429, "the right password helps no more from there"
    assert log_in(Client(REMOTE_ADDR=FAR), "unit_head").status_code == 302, "another account from there"
    assert log_in(Client(REMOTE_ADDR=HOME), "clerk").status_code == 302, "its owner from elsewhere"
    clock.at += 1801
    assert log_in(Client(REMOTE_ADDR=FAR), "clerk").status_code == 302
    assert AuditEntry.objects.filter(action="登录失败").count() == 4
    assert AuditEntry.objects.filter(action="登录锁定").count() == 1


@pytest.mark.usefixtures("clock")
def test_in_one_office_a_colleague_who_guesses_locks_out_no_known_browser(person: Any) -> None:
    person("clerk")
    own = Client(REMOTE_ADDR=HOME)
    log_in(own, "clerk")
    own.post("/logout/")
    assert guess(HOME, 6)[-2:] == [429, 429]
    assert log_in(own, "clerk").status_code == 302
    own.post("/logout/")
    assert [log_in(own, "clerk", "wrong").status_code for _ in range(5)] == [200] * 4 + [429], "nor may it guess"
    other = Client(REMOTE_ADDR=FAR)
    other.cookies["device"] = own.cookies["device"].value[:-1] + "x"
    assert guess(FAR, 5)[-1] == 429
    assert log_in(other, "clerk").status_code == 429, "a forged cookie is none"


@pytest.mark.usefixtures("clock")
def test_a_browser_known_to_one_account_is_not_to_another(person: Any) -> None:
    person("clerk")
    person("unit_head")
    own = Client(REMOTE_ADDR=HOME)
    log_in(own, "clerk")
    own.post("/logout/")
    guess(HOME, 5, "unit_head")
    assert log_in(own, "unit_head").status_code == 429
    assert log_in(own, "clerk").status_code == 302
    own.post("/logout/")
    guess(HOME, 5)
    assert log_in(own, "clerk").status_code == 302, "known to both"


def test_guesses_from_many_addresses_are_bounded_but_not_for_known_addresses(person: Any, clock: Any) -> None:
    person("clerk")
    log_in(Client(REMOTE_ADDR=HOME), "clerk")
    answers = [status for n in range(15) for status in guess(f"203.0.113.{n}", 5)]
    looked_at = answers.index(429, 59)
    assert looked_at == 59, "after 60 guesses an hour the account is closed to unknown addresses"
    assert log_in(Client(REMOTE_ADDR="192.0.2.1"), "clerk").status_code == 429
    assert log_in(Client(REMOTE_ADDR=HOME), "clerk").status_code == 302, "not to where it has logged in before"
    clock.at += 3601
    assert log_in(Client(REMOTE_ADDR="192.0.2.1"), "clerk").status_code == 302


@pytest.mark.usefixtures("clock")
def test_one_address_tries_few_passwords_over_all_accounts(person: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tries, "ADDRESS", tries.Bound("address", 3, 600))
    person("clerk")
    own = Client(REMOTE_ADDR=HOME)
    assert [log_in(own, "clerk").status_code for _ in range(2)] == [302] * 2, "who gets in is not counted"
    own.post("/logout/")
    answers = [guess(HOME, 1, f"x{n}")[0] for n in range(4)]
    assert answers == [200, 200, 429, 429]
    assert log_in(Client(REMOTE_ADDR=HOME), "clerk").status_code == 429
    assert log_in(own, "clerk").status_code == 302, "a known browser there"
    assert log_in(Client(REMOTE_ADDR=FAR), "clerk").status_code == 302
    assert Client(REMOTE_ADDR=HOME).get("/login/").status_code == 200


@pytest.mark.usefixtures("clock")
def test_a_subscriber_of_ipv6_is_one_address(person: Any) -> None:
    person("clerk")
    assert [guess(f"2001:db8:1:2::{n}", 1)[0] for n in range(1, 6)] == [200] * 4 + [429]
    assert guess("2001:db8:1:3::1", 1) == [200]
    assert tries.same_place("::ffff:10.0.0.9") == HOME


def _active(person: Any) -> None:
    person("clerk")


def _disabled(person: Any) -> None:
    person("clerk")
    Person.objects.update(is_active=False)


def _without_password(person: Any) -> None:
    clerk = person("clerk")
    clerk.set_unusable_password()
    clerk.save()


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("make", [_active, _disabled, _without_password])
def test_nothing_tells_whether_an_account_exists(
    person: Any, make: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not the text, not the status, not the work: as many queries and as many passwords hashed, up to the lock."""
    hashed: list[str] = []
    encode = MD5PasswordHasher.encode

    def count(self: Any, password: str, salt: str) -> str:
        hashed.append(password)
        return encode(self, password, salt)

    make(person)
    log_in(Client(), "another", "wrong")  # the first of all entries begins the audit trail
    monkeypatch.setattr(MD5PasswordHasher, "encode", count)
    seen = []
    for name in ("clerk", "nobody"):
        hashed.clear()
        client, answers = Client(REMOTE_ADDR=f"10.1.1.{len(name)}"), []
        for _ in range(6):
            with CaptureQueriesContext(connection) as asked:
                answer = log_in(client, name, "wrong")
            shown = re.sub(r"\b\w{64}\b", "token", answer.content.decode().replace(name, ""))
            answers.append((answer.status_code, shown, len(asked), len(hashed)))
        seen.append(answers)
    assert [a[0] for a in seen[0]] == [200] * 4 + [429] * 2
    assert [a[2:] for a in seen[0]] == [a[2:] for a in seen[1]]
    assert seen[0] == seen[1]


@pytest.mark.usefixtures("clock")
def test_letters_of_another_case_give_no_new_tries(person: Any) -> None:
    """Some databases find an account by letters of either case."""
    person("clerk")
    assert log_in(Client(), "CLERK").status_code == 200


@pytest.mark.usefixtures("clock")
def test_wrong_codes_are_counted_apart_and_a_right_password_gives_no_new_ones(person: Any, with_codes: Any) -> None:
    secret = with_codes(person("clerk"))
    client = Client(REMOTE_ADDR=FAR)
    statuses = []
    for _ in range(6):
        log_in(client, "clerk")
        statuses.append(client.post("/login/code/", {"code": "000000"}).status_code)
    assert statuses == [200] * 4 + [429] * 2
    own = Client(REMOTE_ADDR=HOME)
    log_in(own, "clerk")
    assert own.post("/login/code/", {"code": pyotp.TOTP(secret).now()}).url == "/"


@pytest.mark.usefixtures("clock")
def test_codes_guessed_from_many_addresses_are_bounded(person: Any, with_codes: Any) -> None:
    with_codes(person("clerk"))
    statuses = []
    for n in range(6):
        for _ in range(4):
            client = Client(REMOTE_ADDR=f"203.0.113.{n}")
            log_in(client, "clerk")
            statuses.append(client.post("/login/code/", {"code": "000000"}).status_code)
    assert statuses.index(429) == tries.CODE_ACCOUNT.most - 1
    assert set(statuses[tries.CODE_ACCOUNT.most :]) == {429}


@pytest.mark.usefixtures("clock")
def test_the_security_administrator_sees_and_lifts_it(person: Any) -> None:
    clerk = person("clerk")
    guess(FAR, 5)
    administrator = Client()
    administrator.force_login(person("security_admin"), "django.contrib.auth.backends.ModelBackend")
    assert administrator.get("/org/people/?role=clerk").content.decode().count("有尝试被锁定") == 1
    assert "有尝试被锁定" not in administrator.get("/org/people/?role=security_admin").content.decode()
    administrator.post(f"/org/people/{clerk.pk}/change/", {"do": "unlock"})
    assert log_in(Client(REMOTE_ADDR=FAR), "clerk").status_code == 302
    assert AuditEntry.objects.filter(action="解锁账号").count() == 1
