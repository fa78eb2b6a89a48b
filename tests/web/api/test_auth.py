"""Who is let in: a live token of an active person, with the scope."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from jiheng.web.api import services
from jiheng.web.api.models import ApiToken

pytestmark = pytest.mark.django_db
PATHS = {
    "organisations": "org:read", "projects": "projects:read", "projects/{pk}": "projects:read",
    "projects/{pk}/indicators": "projects:read", "projects/{pk}/findings": "findings:read",
    "documents": "documents:read", "documents/1": "documents:read",
}  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_read_without_a_token(path: str, project: Any) -> None:
    address = f"/api/v1/{path.format(pk=project.pk)}"
    for header in (None, "", "Bearer", "Bearer ", "Bearer wrong", "Bearer 错误", "Basic YTpi", "bearer\tx"):
        answer = Client().get(address, headers={"Authorization": header} if header is not None else {})
        assert answer.status_code == 401, header
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert "令牌" in answer.json()["detail"]


@pytest.mark.parametrize("path, scope", PATHS.items())
def test_each_endpoint_needs_its_scope_and_no_other(
    path: str, scope: str, project: Any, person: Any, caller: Any
) -> None:
    someone, address = person("finance_reviewer"), path.format(pk=project.pk)
    others = tuple(s for s in set(PATHS.values()) if s != scope)
    refused = caller(someone, others).get(address)
    assert refused.status_code == 403
    assert scope in refused.json()["detail"]
    assert "令牌没有" in refused.json()["detail"]
    assert caller(someone, (scope,)).get(address).status_code in (200, 404)


def test_revoked_and_expired_tokens_are_refused_in_words(person: Any, caller: Any, expire: Any) -> None:
    someone = person("finance_reviewer")
    revoked, expired = caller(someone), caller(someone)
    assert revoked.get("organisations").status_code == expired.get("organisations").status_code == 200
    services.revoke(revoked.token)
    expire(expired.token)
    for one, words in ((revoked, "已撤销"), (expired, "已过期")):
        answer = one.get("organisations")
        assert (answer.status_code, words in answer.json()["detail"]) == (401, True)


def test_a_disabled_account_is_refused(person: Any, caller: Any) -> None:
    someone = person("finance_reviewer")
    mine = caller(someone)
    someone.is_active = False
    someone.save()
    answer = mine.get("organisations")
    assert (answer.status_code, "已停用" in answer.json()["detail"]) == (401, True)


def test_a_lost_role_ends_the_reading(person: Any, caller: Any) -> None:
    someone = person("finance_reviewer")
    mine = caller(someone)
    someone.roles.update(role="unit_head")
    answer = mine.get("projects")
    assert (answer.status_code, "没有使用数据接口的权限" in answer.json()["detail"]) == (403, True)


def test_the_session_of_a_browser_does_not_let_in(signed_in: Any, person: Any, project: Any) -> None:
    assert signed_in(person("finance_reviewer")).get("/api/v1/projects").status_code == 401


def test_the_digest_is_no_token(person: Any, caller: Any) -> None:
    mine = caller(person("finance_reviewer"))
    mine.secret = mine.token.digest
    assert mine.get("organisations").status_code == 401


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_the_api_only_reads(method: str, person: Any, caller: Any, project: Any) -> None:
    headers = {"Authorization": f"Bearer {caller(person('finance_reviewer')).secret}"}
    for path in PATHS:
        answer = getattr(Client(), method)(f"/api/v1/{path.format(pk=project.pk)}", headers=headers)
        assert answer.status_code == 405


def test_use_is_noted_to_the_minute(person: Any, caller: Any, django_assert_max_num_queries: Any) -> None:
    mine = caller(person("finance_reviewer"))
    assert ApiToken.objects.get().last_used_at is None
    mine.get("organisations")
    first = ApiToken.objects.get().last_used_at
    assert first is not None
    mine.get("organisations")
    assert ApiToken.objects.get().last_used_at == first
    ApiToken.objects.update(last_used_at=timezone.now() - timedelta(minutes=2))
    mine.get("organisations")
    assert timezone.now() - ApiToken.objects.get().last_used_at < timedelta(minutes=1)
