"""Sessions: nobody comes by another's, and what ends them ends them."""

from __future__ import annotations

from typing import Any

import pyotp
import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from jiheng.web.org.models import Person

pytestmark = pytest.mark.django_db
PASSWORD = "Ceshi-2026-mima"
NEW = "Xinde-2027-kouling"


def _log_in(client: Client, username: str = "clerk", **more: Any) -> Any:
    return client.post("/login/", {"username": username, "password": PASSWORD, **more})


def _is_in(client: Client) -> bool:
    return client.get("/account/totp/").status_code == 200


def test_a_session_set_before_login_is_not_the_one_after(world: Any) -> None:
    client = Client()
    session = client.session
    session["planted"] = "x"
    session.save()
    planted = session.session_key
    client.cookies["sessionid"] = planted
    _log_in(client)
    assert client.cookies["sessionid"].value != planted
    assert _is_in(client)
    thief = Client()
    thief.cookies["sessionid"] = planted
    assert not _is_in(thief)


def test_nor_is_it_between_password_and_code(world: Any, with_codes: Any) -> None:
    secret = with_codes(world.clerk)
    client = Client()
    _log_in(client)
    half = client.cookies["sessionid"].value
    assert not _is_in(client)
    client.post("/login/code/", {"code": pyotp.TOTP(secret).now()})
    assert client.cookies["sessionid"].value != half
    thief = Client()
    thief.cookies["sessionid"] = half
    assert _is_in(client)
    assert not _is_in(thief)


def test_a_code_is_good_once_whoever_sends_it(world: Any, with_codes: Any) -> None:
    secret = with_codes(world.clerk)
    code = pyotp.TOTP(secret).at(timezone.now())
    first, second = Client(), Client()
    for client in (first, second):
        _log_in(client)
    assert first.post("/login/code/", {"code": code}).status_code == 302
    assert second.post("/login/code/", {"code": code}).status_code == 200
    assert not _is_in(second)


def test_a_password_changed_between_password_and_code_stops_the_login(world: Any, with_codes: Any) -> None:
    secret = with_codes(world.clerk)
    client = Client()
    _log_in(client)
    someone = Person.objects.get(pk=world.clerk.pk)
    someone.set_password(NEW)
    someone.save()
    assert client.post("/login/code/", {"code": pyotp.TOTP(secret).now()}).url == "/login/"
    assert not _is_in(client)


def test_logout_ends_the_session_itself(world: Any) -> None:
    client = Client()
    _log_in(client)
    key = client.cookies["sessionid"].value
    client.post("/logout/")
    assert not Session.objects.filter(session_key=key).exists()
    thief = Client()
    thief.cookies["sessionid"] = key
    assert not _is_in(thief)


def test_a_new_password_ends_every_other_session(world: Any) -> None:
    here, elsewhere = Client(), Client()
    for client in (here, elsewhere):
        _log_in(client)
        assert _is_in(client)
    here.post("/account/password/", {"old": PASSWORD, "new": NEW, "again": NEW})
    assert _is_in(here)
    assert not _is_in(elsewhere)


def test_a_reset_password_or_a_disabled_account_ends_them_all(world: Any, as_: Any) -> None:
    system = as_(world.system_admin)
    for do, username in (("reset", "clerk"), ("disable", "head")):
        client = Client()
        _log_in(client, username)
        assert _is_in(client)
        system.post(f"/org/people/{Person.objects.get(username=username).pk}/change/", {"do": do})
        assert not _is_in(client)


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/", "//evil.example/", "///evil.example", "/\\evil.example", "\\\\evil.example",
        "javascript:alert(1)", "http:evil.example", "https:/evil.example", " //evil.example", "\t//evil.example",
        "//user@evil.example", "data:text/html,x", "ftp://evil.example",
    ],
)  # fmt: skip
def test_no_login_leads_elsewhere(world: Any, as_: Any, wanted: str) -> None:
    assert _log_in(Client(), next=wanted).url == "/"
    assert as_(world.clerk).get("/login/", {"next": wanted}).url == "/"
    back = as_(world.reviewer).post(f"/review/{world.project.pk}/comment/", {"text": "批注", "next": wanted})
    assert back.url == f"/review/{world.project.pk}/"


def test_a_role_that_is_taken_away_is_gone_at_once(world: Any, as_: Any) -> None:
    client = as_(world.clerk)
    assert client.get("/plan/").status_code == 200
    world.clerk.roles.all().delete()
    assert client.get("/plan/").status_code == 403
    assert client.get(f"/plan/{world.project.pk}/").status_code == 404


def test_own_secret_is_not_guessed_in_a_stolen_session(world: Any, as_: Any) -> None:
    client = as_(world.clerk)
    wrong = {"old": "guess", "new": NEW, "again": NEW}
    statuses = [client.post("/account/password/", wrong).status_code for _ in range(11)]
    assert statuses == [200] * 10 + [429]


def test_a_submission_after_a_time_out_leads_back_to_its_page_and_says_that_nothing_was_saved(world: Any) -> None:
    client, page = Client(), "/review/7/?sort=unit"
    answer = client.post("/review/7/comment/", {"text": "x"}, HTTP_REFERER=f"http://testserver{page}")
    assert answer.headers["Location"] == "/login/?next=%2Freview%2F7%2F%3Fsort%3Dunit"
    assert "刚才提交的内容没有保存" in client.get(answer.headers["Location"]).content.decode()
    elsewhere = Client().post("/review/7/comment/", {"text": "x"}, HTTP_REFERER="https://example.com/a")
    assert elsewhere.headers["Location"] == "/login/?next=/review/7/comment/"
    assert Client().get("/review/", HTTP_REFERER=f"http://testserver{page}").headers["Location"].endswith("=/review/")
