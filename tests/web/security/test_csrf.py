"""No address changes anything for a form of another site."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.django_db
API = "api-v1:"


@pytest.mark.one_database  # refused before any view asks
def test_a_post_without_token_is_refused_everywhere(world: Any, addresses: Any, path_of: Any, as_: Any) -> None:
    from jiheng.web.supervision.models import AuditEntry

    before = AuditEntry.objects.count()
    asked = [a for a in addresses if not a.name.startswith(API)]
    assert len(asked) > 40
    for someone in (world.clerk, world.finance_reviewer, world.system_admin, None):
        client = as_(someone, enforce_csrf_checks=True)
        for address in asked:
            answer = client.post(path_of(address))
            assert answer.status_code == 403, address.name
            assert "页面已过期" in answer.content.decode(), address.name
    assert AuditEntry.objects.count() == before


def test_the_script_is_told_in_its_own_shape(world: Any, as_: Any) -> None:
    client = as_(world.clerk, enforce_csrf_checks=True)
    answer = client.post(f"/plan/{world.project.pk}/cells/", {"values": {"name": "x"}}, content_type="application/json")
    assert (answer.status_code, answer.json()["error"]) == (403, "页面已过期，没有做任何改动。")
    assert answer.headers["Token-Expired"]


def test_only_the_api_does_without_and_it_knows_no_session(world: Any, addresses: Any, path_of: Any, as_: Any) -> None:
    exempt = {a.name.partition(":")[0] for a in addresses if getattr(a.view, "csrf_exempt", False)}
    assert exempt <= {"api-v1"}
    client = as_(world.finance_reviewer)
    for address in addresses:
        if not address.name.startswith(API) or address.name.endswith(("openapi-json", "api-root")):
            continue
        path = path_of(address)
        assert client.get(path).status_code == 401, "a session opens nothing there"
        assert client.post(path).status_code == 405, "and nothing is changed there"
