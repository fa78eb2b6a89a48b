"""How often is too often."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from jiheng.web.protection.limits import LIMITS, Limit, count_one, wait_for
from jiheng.web.protection.models import Window

pytestmark = pytest.mark.django_db
NOON = 1_800_000_000.0


@pytest.fixture
def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """No new stretch of time begins while the test asks."""
    monkeypatch.setattr("jiheng.web.protection.limits.time", SimpleNamespace(time=lambda: NOON))


def test_each_asker_and_each_stretch_of_time_counts_afresh() -> None:
    limit = Limit("test", 2, 60)
    for _ in range(2):
        assert wait_for([(limit, "a")], NOON) == 0
        count_one(limit, "a", NOON)
    assert wait_for([(limit, "a")], NOON + 10) == 50 - int(NOON) % 60
    assert wait_for([(limit, "b")], NOON) == 0
    assert wait_for([(limit, "a")], NOON + 60) == 0
    count_one(limit, "a", NOON + 7200)
    assert Window.objects.count() == 1, "what is over is dropped"


@pytest.mark.usefixtures("at_noon")
def test_the_api_is_limited_by_token_and_by_address(world: Any, settings: Any) -> None:
    settings.API_PER_MINUTE = 3
    ask = lambda secret: Client().get("/api/v1/projects", headers={"Authorization": f"Bearer {secret}"})  # noqa: E731
    answers = [ask(world.secret) for _ in range(4)]
    assert [a.status_code for a in answers] == [200, 200, 200, 429]
    assert "秒后再试" in answers[-1].json()["detail"]
    assert answers[-1]["Retry-After"]
    guesses = [ask(f"jh_{n}").status_code for n in range(4)]
    assert guesses == [401, 401, 401, 429], "guessing gives no fresh count"


@pytest.mark.usefixtures("at_noon")
def test_wrong_tokens_shut_out_no_right_one_from_the_same_address(world: Any, settings: Any) -> None:
    settings.API_PER_MINUTE = 3
    ask = lambda secret: Client().get("/api/v1/projects", headers={"Authorization": f"Bearer {secret}"})  # noqa: E731
    guesses = [ask(f"jh_{n}") for n in range(4)]
    assert guesses[-1].status_code == 429
    assert guesses[-1]["Retry-After"]
    assert ask(world.secret).status_code == 200


@pytest.mark.usefixtures("at_noon")
def test_exports_are_limited_by_person(world: Any, as_: Any, monkeypatch: Any) -> None:
    monkeypatch.setitem(LIMITS, "plan-export", Limit("export", 2))
    monkeypatch.setitem(LIMITS, "documents-download", Limit("export", 2))
    client = as_(world.reviewer)
    assert client.get("/plan/export/json/").status_code == 200
    assert client.get(f"/documents/{world.department.pk}/2026/download.json").status_code == 200
    assert client.get("/plan/export/json/").status_code == 429, "exports of every kind count together"
    assert as_(world.clerk).get("/plan/export/json/").status_code == 200


def test_limited_addresses_exist(addresses: Any) -> None:
    assert LIMITS.keys() <= {a.name for a in addresses}


@pytest.mark.parametrize(
    "proxies, said, recorded",
    [
        (0, "1.2.3.4", "127.0.0.1"),
        (1, "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        (2, "6.6.6.6, 1.2.3.4, 10.0.0.1", "1.2.3.4"),
        (2, "1.2.3.4", "127.0.0.1"),
    ],
)
def test_the_address_is_what_our_own_proxies_saw(
    world: Any, settings: Any, proxies: int, said: str, recorded: str
) -> None:
    from jiheng.web.supervision.models import AuditEntry

    settings.TRUSTED_PROXIES = proxies
    Client().post("/login/", {"username": "clerk", "password": "Ceshi-2026-mima"}, headers={"x-forwarded-for": said})
    assert AuditEntry.objects.filter(action="登录").get().address == recorded
