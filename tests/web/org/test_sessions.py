"""A session that was ended elsewhere while a request ran."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from jiheng.web.org.models import Person
from jiheng.web.org.services import session as services

pytestmark = pytest.mark.django_db


def test_what_was_done_is_answered_and_the_next_page_asks_to_log_in(
    person: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person logs out in one window while another one saves: the save stands, and is not called a bad request."""
    browser = Client(raise_request_exception=False)
    browser.force_login(person("clerk"), backend="django.contrib.auth.backends.ModelBackend")
    change = services.change_contact

    def meanwhile(*given: Any, **more: Any) -> None:
        change(*given, **more)
        Session.objects.all().delete()

    monkeypatch.setattr("jiheng.web.org.views.session.services.change_contact", meanwhile)
    answer = browser.post("/account/", {"email": "a@example.com", "phone": "", "wants_mail": ""})
    assert answer.status_code == 302
    assert Person.objects.get().email == "a@example.com"
    assert not Session.objects.exists()
    assert browser.get("/account/")["Location"].startswith("/login/")
