"""What every answer carries, and what is kept by no cache."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def _check(answer: Any, name: str) -> None:
    policy = answer["Content-Security-Policy"]
    assert "unsafe" not in policy, name
    for part in ("default-src 'self'", "object-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"):
        assert part in policy, name
    assert "form-action 'self'" in policy, name
    assert answer["X-Frame-Options"] == "DENY", name
    assert answer["X-Content-Type-Options"] == "nosniff", name
    assert answer["Referrer-Policy"] == "same-origin", name
    assert "camera=()" in answer["Permissions-Policy"], name
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin", name
    assert "Server" not in answer.headers


def test_every_page_of_everybody(world: Any, addresses: Any, path_of: Any, as_: Any) -> None:
    for someone in (world.clerk, world.reviewer, world.finance_reviewer, world.security_admin, world.auditor, None):
        client = as_(someone)
        for address in addresses:
            answer = client.get(path_of(address))
            assert answer.status_code < 500, address.name
            _check(answer, f"{address.name} {someone}")
            if someone is not None:
                assert "no-store" in answer["Cache-Control"], address.name
                assert "public" not in answer["Cache-Control"], address.name


@pytest.mark.parametrize("path", ["/static/jiheng.css", "/static/icon.svg", "/nowhere/", "/static/nowhere.js"])
def test_static_files_and_errors_too(db: None, path: str) -> None:
    _check(Client().get(path), path)


def test_cookies(world: Any) -> None:
    client = Client()
    client.get("/login/")
    client.post("/login/", {"username": "clerk", "password": "Ceshi-2026-mima"})
    for name in ("sessionid", "csrftoken"):
        cookie = client.cookies[name]
        assert cookie["httponly"], name
        assert cookie["samesite"] == "Lax", name
    assert client.cookies["sessionid"]["expires"] == "", "ends with the browser"


@pytest.mark.one_database  # what templates say; that each page opens on a server, the tests around this one show
def test_scripts_and_styles_are_files_of_our_own(world: Any, addresses: Any, path_of: Any, as_: Any) -> None:
    from lxml import html

    seen = 0
    for someone in (world.clerk, world.finance_reviewer, world.system_admin, None):
        client = as_(someone)
        for address in addresses:
            answer = client.get(path_of(address))
            if answer.status_code != 200 or not answer.get("Content-Type", "").startswith("text/html"):
                continue
            if not answer.content.strip():  # a part of a page with nothing to say
                continue
            seen += 1
            page = html.document_fromstring(answer.content.decode())
            for element in page.iter():
                if not isinstance(element.tag, str):
                    continue
                said = f"{address.name}: {element.tag} {dict(element.attrib)}"
                assert element.tag != "style", said
                assert not [a for a in element.attrib if a == "style" or a.startswith("on")], said
                if element.tag == "script" and element.get("type") != "application/json":
                    assert (element.get("src") or "").startswith("/static/"), said
                for reference in ("src", "href", "action"):
                    assert not (element.get(reference) or "").startswith(("http:", "https:", "//", "javascript:")), said
    assert seen > 30
