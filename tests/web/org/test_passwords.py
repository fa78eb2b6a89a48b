"""What is no password, and which are not taken again."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from jiheng.web.org import passwords
from jiheng.web.org.models import Person
from jiheng.web.org.services.people import reset_password

PASSWORD = "Ceshi-2026-mima"


@pytest.mark.parametrize(
    "password, said",
    [
        ("aaaaaaaaaA1", "不同的字符太少"), ("Ab1Ab1Ab1Ab1", "不同的字符太少"), ("Xinxxxx-2027", "“xxxx”"),
        ("Jixiao-12345", "“1234”"), ("Jixiao-98765", "“9876”"), ("Qwerty-Jx-27", "“qwer”"), ("1qaz2WSX-jx", "“1qaz”"),
        ("Jx-Abcdef-27", "“abcd”"), ("Zhang.san-2027", "不能包含账号"),
    ],
)  # fmt: skip
def test_what_is_tried_first_is_no_password(password: str, said: str) -> None:
    person = Person(username="zhang.san", name="某某")
    with pytest.raises(ValidationError) as error:
        passwords.check(password, person)
    assert said in "".join(error.value.messages)


@pytest.mark.parametrize("password", ["Xinde-2027-kouling", "Yu7#milan-gao", PASSWORD])
def test_what_is_one(password: str) -> None:
    passwords.check(password, Person(username="zhang.san", name="某某"))


def test_a_first_password_follows_the_rules() -> None:
    for _ in range(200):
        made = passwords.temporary()
        passwords.check(made, Person(username="zhang.san", name="某某"))


def change(client: Client, old: str, new: str) -> str:
    answer = client.post("/account/password/", {"old": old, "new": new, "again": new})
    return "" if answer.status_code == 302 else answer.content.decode()


@pytest.mark.django_db
def test_the_last_five_are_not_taken_again(person: Any) -> None:
    clerk = person("clerk")
    client = Client()
    client.force_login(clerk)
    words = [PASSWORD, *(f"Xinde-{n}-kouling" for n in ("gao", "bei", "lan", "dun", "xue"))]
    for old, new in pairwise(words):
        assert change(client, old, new) == ""
    for past in words[1:-1]:
        assert "最近用过的口令" in change(client, words[-1], past)
    assert clerk.past_passwords.count() == passwords.KEPT - 1
    assert change(client, words[-1], PASSWORD) == "", "the sixth of before"


@pytest.mark.django_db
def test_a_reset_does_not_free_them(person: Any) -> None:
    clerk = person("clerk")
    first = reset_password(person("system_admin"), clerk)
    client = Client()
    client.post("/login/", {"username": "clerk", "password": first})
    assert "最近用过的口令" in change(client, first, PASSWORD)
    assert change(client, first, "Xinde-2027-kouling") == ""
