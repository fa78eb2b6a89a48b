"""Tokens are made, shown once, listed and revoked by their person, and every change is in the audit trail."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.utils import timezone

from jiheng.web.api import services
from jiheng.web.api.models import ApiToken
from jiheng.web.org.permissions import allowed
from jiheng.web.org.roles import Role
from jiheng.web.supervision.models import AuditEntry

pytestmark = pytest.mark.django_db
ASKED = {"name": "一体化取数", "scopes": ["org:read", "projects:read"], "days": "90"}


def shown_secret(page: str) -> str:
    found = re.search(r"jh_[\w-]{43}", page)
    assert found
    return found[0]


def test_a_token_is_shown_once_and_never_stored_in_clear(signed_in: Any, person: Any) -> None:
    mine = signed_in(person("finance_reviewer"))
    answer = mine.post("/api/tokens/", ASKED)
    secret = shown_secret(answer.content.decode())
    assert "no-store" in answer.headers["Cache-Control"]
    token = ApiToken.objects.get()
    assert token.digest == hashlib.sha256(secret.encode()).hexdigest()
    assert token.scopes == ["org:read", "projects:read"]
    assert timedelta(days=89) < token.expires_at - timezone.now() <= timedelta(days=90)
    page = mine.get("/api/tokens/").content.decode()
    assert "一体化取数" in page
    assert secret not in page
    assert token.digest not in page
    with connection.cursor() as cursor:
        for table in ("api_apitoken", "supervision_auditentry", "django_session"):
            cursor.execute(f"SELECT * FROM {table}")
            assert secret not in str(cursor.fetchall())


def test_create_and_revoke_are_in_the_audit_trail(signed_in: Any, person: Any) -> None:
    mine = signed_in(person("finance_reviewer"))
    secret = shown_secret(mine.post("/api/tokens/", ASKED).content.decode())
    token = ApiToken.objects.get()
    page = mine.post(f"/api/tokens/{token.pk}/revoke/", follow=True).content.decode()
    assert "已撤销，立即失效" in page
    mine.post(f"/api/tokens/{token.pk}/revoke/")
    made, revoked = AuditEntry.objects.filter(kind="api.apitoken").order_by("sequence")
    assert (made.action, revoked.action) == ("新建接口令牌", "撤销接口令牌")
    assert made.person.startswith("finance_reviewer")
    assert json.loads(made.after)["scopes"] == ["org:read", "projects:read"]
    assert secret not in made.after + revoked.after
    assert token.digest not in made.after + revoked.after


@pytest.mark.parametrize(
    "change, words",
    [
        ({"name": "  "}, "用途"),
        ({"name": "长" * 101}, "用途"),
        ({"scopes": []}, "至少选择一个范围"),
        ({"scopes": ["org:read", "org:write"]}, "至少选择一个范围"),
        ({"days": "9999"}, "有效期"),
        ({"days": "forever"}, "有效期"),
        ({"days": "9" * 5000}, "有效期"),
    ],
)
def test_wrong_wishes_are_refused_in_words(signed_in: Any, person: Any, change: dict[str, Any], words: str) -> None:
    answer = signed_in(person("finance_reviewer")).post("/api/tokens/", ASKED | change)
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert not ApiToken.objects.exists()


def test_no_more_than_so_many_live_tokens(person: Any) -> None:
    someone = person("finance_reviewer")
    for n in range(services.MOST_LIVE):
        services.create(someone, f"第{n}个", ["org:read"], 30)
    with pytest.raises(services.Refused):
        services.create(someone, "多余", ["org:read"], 30)
    services.revoke(ApiToken.objects.first())  # type: ignore[arg-type]
    services.create(someone, "又一个", ["org:read"], 30)


@pytest.mark.parametrize("role", ["unit_head", "auditor", "system_admin", "security_admin", "audit_admin"])
def test_roles_without_the_permission_make_none(signed_in: Any, person: Any, role: str) -> None:
    someone = person(role)
    mine = signed_in(someone)
    assert "不能申请接口令牌" in mine.get("/api/tokens/").content.decode()
    assert mine.post("/api/tokens/", ASKED).status_code == 403
    with pytest.raises(PermissionDenied):
        services.create(someone, "取数", ["org:read"], 30)
    assert not ApiToken.objects.exists()


def test_others_tokens_are_neither_seen_nor_revoked(signed_in: Any, person: Any) -> None:
    token, _ = services.create(person("finance_reviewer"), "别人的令牌", ["org:read"], 30)
    mine = signed_in(person("department_reviewer"))
    assert "别人的令牌" not in mine.get("/api/tokens/").content.decode()
    assert mine.post(f"/api/tokens/{token.pk}/revoke/").status_code == 404
    token.refresh_from_db()
    assert token.is_live()


def test_one_who_lost_the_role_still_revokes(signed_in: Any, person: Any) -> None:
    someone = person("finance_reviewer")
    token, _ = services.create(someone, "取数", ["org:read"], 30)
    someone.roles.all().delete()
    signed_in(someone).post(f"/api/tokens/{token.pk}/revoke/")
    token.refresh_from_db()
    assert not token.is_live()


def test_strangers_and_other_methods_are_turned_away(signed_in: Any, person: Any) -> None:
    token, _ = services.create(person("finance_reviewer"), "取数", ["org:read"], 30)
    assert "/login/" in Client().get("/api/tokens/").headers["Location"]
    assert "/login/" in Client().post(f"/api/tokens/{token.pk}/revoke/").headers["Location"]
    mine = signed_in(token.person)
    assert mine.get(f"/api/tokens/{token.pk}/revoke/").status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(token.person, backend="django.contrib.auth.backends.ModelBackend")
    assert strict.post("/api/tokens/", ASKED).status_code == 403


def test_hostile_names_are_shown_as_text(signed_in: Any, person: Any) -> None:
    mine = signed_in(person("finance_reviewer"))
    page = mine.post("/api/tokens/", ASKED | {"name": "<script>alert(1)</script>"}).content.decode()
    page += mine.get("/api/tokens/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_list_takes_few_queries(signed_in: Any, person: Any, django_assert_max_num_queries: Any) -> None:
    someone = person("finance_reviewer")
    for n in range(10):
        services.create(someone, f"第{n}个", ["org:read"], 30)
    mine = signed_in(someone)
    with django_assert_max_num_queries(9):
        mine.get("/api/tokens/")


def test_who_may_have_tokens_finds_them_in_the_menu(signed_in: Any, person: Any) -> None:
    for role in Role:
        someone = person(role)
        mine = signed_in(someone)
        page = mine.get("/notifications/").content.decode()
        for address in ("/api/", "/api/tokens/"):
            assert (f'href="{address}"' in page) == allowed(someone, "api.token"), role
            assert mine.get(address).status_code == 200
