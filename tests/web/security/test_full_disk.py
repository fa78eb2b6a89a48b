"""With a full disk every page still opens; what is submitted is refused in words and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction

from jiheng.web.supervision.models import AuditEntry

pytestmark = [
    pytest.mark.django_db,
    # The two servers are told to write nothing in ways of their own; what our code does then is the same.
    pytest.mark.one_database,
]
EXPORTS = {
    "assessment-export", "evaluation-department-report", "evaluation-export", "evaluation-file",
    "evaluation-ranking-file", "execution-export", "plan-export", "plan-offline", "rectification-export",
}  # fmt: skip
"""What is recorded before it leaves the platform."""


@contextmanager
def full() -> Iterator[None]:
    """Nothing can be written, as SQLite says it of a disk that it may only read."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = ON")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA query_only = OFF")


def opened(world: Any, addresses: Any, path_of: Any, as_: Any) -> dict[str, int]:
    """The status of every address, for the first who is let in there."""
    people = (world.reviewer, world.finance_reviewer, world.clerk, world.system_admin, world.security_admin, None)
    clients = [as_(someone, raise_request_exception=False) for someone in people]
    found = {}
    with full():
        for address in addresses:
            path = path_of(address)
            statuses = (client.get(path).status_code for client in clients)
            found[address.name] = next((status for status in statuses if status == 200 or status >= 500), 404)
    return found


def test_every_page_opens_but_nothing_leaves_unrecorded(world: Any, addresses: Any, path_of: Any, as_: Any) -> None:
    found = opened(world, addresses, path_of, as_)
    assert {name for name, status in found.items() if status >= 500} == EXPORTS
    assert sum(status == 200 for status in found.values()) > 60


def test_what_is_submitted_is_refused_in_words_and_changes_nothing(world: Any, as_: Any) -> None:
    clerk, reviewer = (as_(p, raise_request_exception=False) for p in (world.clerk, world.reviewer))
    cells = {"values": {"purpose": "改"}, "seen": 0}
    login = {"username": "clerk", "password": "Ceshi-2026-mima"}
    token = {"Authorization": f"Bearer {world.secret}"}
    asked = {
        "form": lambda: clerk.post("/account/", {"email": "a@example.org", "phone": "1"}),
        "cells": lambda: clerk.post(f"/plan/{world.project.pk}/cells/", cells, content_type="application/json"),
        "here": lambda: clerk.post(here, {"seen": 0, "cell": "name"}, content_type="application/json"),
        "login": lambda: as_(None, raise_request_exception=False).post("/login/", login),
        "export": lambda: reviewer.get("/plan/export/json/"),
        "api": lambda: as_(None).get("/api/v1/projects", headers=token),
    }
    here = f"/plan/{world.project.pk}/here/"
    before, answers = AuditEntry.objects.count(), {}
    with full():
        for name, ask in asked.items():
            answers[name] = ask()
            transaction.set_rollback(False)  # of the transaction around the test; a request has none
    assert [a.status_code for a in answers.values()] == [507, 507, 200, 507, 507, 200]
    assert "磁盘已满" in answers["cells"].json()["error"]
    assert "没有保存" in answers["cells"].json()["error"]
    for name, said in (("form", "没有保存"), ("login", "腾出磁盘空间"), ("export", "审计日志")):
        assert said in answers[name].content.decode()
    world.clerk.refresh_from_db()
    world.project.refresh_from_db()
    assert (world.clerk.email, world.project.purpose) == ("", "用于城区道路补植行道树。")
    assert AuditEntry.objects.count() == before
