"""No page asks the database more often for thirty rows than for three."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

FEW, MANY = 3, 30
MOST = 40
"""No page needs more queries than so."""
BACKEND = "django.contrib.auth.backends.ModelBackend"

PAGES: tuple[tuple[str, str], ...] = (
    *((role, "/") for role in (
        "clerk", "unit_head", "department_reviewer", "finance_reviewer", "finance_leader", "evaluator", "auditor",
        "system_admin", "security_admin", "audit_admin",
    )),
    ("clerk", "/plan/"), ("department_reviewer", "/plan/"), ("finance_reviewer", "/plan/?q=设备&sort=risk"),
    ("auditor", "/plan/?state=draft&found=errors"), ("clerk", "/plan/bring/?year={year.pk}"),
    ("clerk", "/plan/{project.pk}/"), ("finance_leader", "/plan/{project.pk}/"),
    ("clerk", "/plan/{project.pk}/sources/"), ("department_reviewer", "/plan/department/{unit.department_id}/"),
    ("clerk", "/plan/{project.pk}/versions/"), ("clerk", "/plan/{project.pk}/versions/?a=1&b=now"),
    ("department_reviewer", "/review/"), ("finance_reviewer", "/review/?sort=waiting&came_back=1"),
    ("finance_leader", "/review/"), ("finance_reviewer", "/review/{waiting.pk}/"),
    ("finance_reviewer", "/review/approve/"), ("finance_leader", "/review/letter/{approval.pk}/"),
    ("clerk", "/import/"), ("department_reviewer", "/import/"), ("department_reviewer", "/import/{upload.pk}/"),
    ("finance_reviewer", "/documents/"), ("department_reviewer", "/documents/{unit.department_id}/2026/"),
    ("", "/public/"), ("", "/public/?q=设备&year=2026"), ("", "/public/{publication.pk}/"),
    ("system_admin", "/org/"), ("system_admin", "/org/people/"), ("security_admin", "/org/people/?q=李&role=clerk"),
    ("security_admin", "/org/people/{by.pk}/"), ("system_admin", "/org/people/{by.pk}/"),
    ("auditor", "/audit/"), ("audit_admin", "/audit/?q=乙&person=李"), ("audit_admin", "/audit/1/"),
    ("clerk", "/notifications/"), ("finance_reviewer", "/notifications/"), ("finance_reviewer", "/api/tokens/"),
    ("", "/api/"), ("", "/login/"),
)  # fmt: skip
API = (
    "organisations", "projects", "projects?year=2026&state=draft", "projects/{project.pk}",
    "projects/{project.pk}/indicators", "projects/{project.pk}/findings", "documents", "documents/{publication.pk}",
)  # fmt: skip


def _asked(get: Callable[[], Any]) -> int:
    """How many queries the page needs, once what is read only once is known."""
    assert get().status_code == 200
    with CaptureQueriesContext(connection) as captured:
        assert get().status_code == 200
    return len(captured)


def _client(grow: Any, role: str) -> Client:
    client = Client()
    if role:
        client.force_login(grow.accounts[role], BACKEND)
    return client


def _compare(grow: Any, get: Callable[[], Any]) -> None:
    grow.add(FEW)
    few = _asked(get)
    grow.add(MANY - FEW)
    many = _asked(get)
    assert many <= min(few, MOST)


@pytest.mark.parametrize("role, address", PAGES)
def test_page(grow: Any, role: str, address: str) -> None:
    client, path = _client(grow, role), address.format(**vars(grow))
    _compare(grow, lambda: client.get(path))


@pytest.mark.parametrize("address", API)
def test_endpoint(grow: Any, address: str) -> None:
    path, headers = address.format(**vars(grow)), {"Authorization": f"Bearer {grow.secret}"}
    _compare(grow, lambda: Client().get(f"/api/v1/{path}", headers=headers))


def test_live_check(grow: Any) -> None:
    """Saving a cell, as the form does while one types."""
    client, texts = _client(grow, "clerk"), iter(f"道路绿化补植{n}" for n in range(9))

    def save() -> Any:
        grow.project.refresh_from_db()
        body = {"values": {"name": next(texts)}, "seen": grow.project.revision}
        return client.post(f"/plan/{grow.project.pk}/cells/", body, content_type="application/json")

    _compare(grow, save)


def test_presence(grow: Any) -> None:
    """What an open form asks every few seconds."""
    client = _client(grow, "clerk")
    body = {"cell": "name", "seen": 0}
    _compare(grow, lambda: client.post(f"/plan/{grow.project.pk}/here/", body, content_type="application/json"))


def test_list_answers_htmx_with_the_rows_alone(grow: Any) -> None:
    client = _client(grow, "clerk")
    _compare(grow, lambda: client.get("/plan/?q=设备", headers={"HX-Request": "true"}))
