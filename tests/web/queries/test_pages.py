"""No page asks the database more often for thirty rows than for three."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
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
    """How many queries the page needs, once what is read only once is known; nothing that it writes is kept."""
    with transaction.atomic():
        assert get().status_code == 200
        with CaptureQueriesContext(connection) as captured:
            assert get().status_code == 200
        transaction.set_rollback(True)
    return len(captured)


def _client(grow: Any, role: str) -> Client:
    client = Client()
    if role:
        client.force_login(grow.accounts[role], BACKEND)
    return client


def _compare(grow: Any, pages: dict[str, Callable[[], Any]]) -> None:
    """The district grows once for all pages, which takes longer than to ask for them."""
    grow.add(FEW)
    few = {name: _asked(get) for name, get in pages.items()}
    grow.add(MANY - FEW)
    many = {name: _asked(get) for name, get in pages.items()}
    assert {name: (few[name], n) for name, n in many.items() if n > min(few[name], MOST)} == {}


def test_pages(grow: Any) -> None:
    clients = {role: _client(grow, role) for role, _ in PAGES}
    _compare(
        grow,
        {
            f"{role} {address}": lambda role=role, address=address: clients[role].get(address.format(**vars(grow)))  # type: ignore[misc]
            for role, address in PAGES
        },
    )


def test_endpoints(grow: Any) -> None:
    headers = {"Authorization": f"Bearer {grow.secret}"}
    _compare(
        grow,
        {a: lambda a=a: Client().get(f"/api/v1/{a.format(**vars(grow))}", headers=headers) for a in API},  # type: ignore[misc]
    )


def test_what_a_page_asks_on_its_own(grow: Any) -> None:
    """Saving a cell, as the form does while one types; who else is here, every few seconds; the rows of a list alone."""
    client, texts = _client(grow, "clerk"), iter(f"道路绿化补植{n}" for n in range(9))
    here = f"/plan/{grow.project.pk}"

    def save() -> Any:
        grow.project.refresh_from_db()
        body = {"values": {"name": next(texts)}, "seen": grow.project.revision}
        return client.post(f"{here}/cells/", body, content_type="application/json")

    presence = {"cell": "name", "seen": 0}
    _compare(
        grow,
        {
            "save": save,
            "presence": lambda: client.post(f"{here}/here/", presence, content_type="application/json"),
            "rows": lambda: client.get("/plan/?q=设备", headers={"HX-Request": "true"}),
        },
    )
