"""The schema for machines and the page for people say the same, and load nothing from elsewhere."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db
ENDPOINTS = (
    "organisations", "projects", "projects/{pk}", "projects/{pk}/indicators", "projects/{pk}/findings", "documents",
    "documents/{pk}", "monitoring/rounds", "monitoring/records", "monitoring/records/{pk}",
)  # fmt: skip
WRITING = {"/api/v1/monitoring/records/{pk}": ["get", "patch"]}
"""Where anything can be written."""


def test_the_schema_lists_every_endpoint_and_what_writes() -> None:
    schema = Client().get("/api/v1/openapi.json").json()
    assert list(schema["paths"]) == [f"/api/v1/{path}" for path in ENDPOINTS]
    for path, methods in schema["paths"].items():
        assert list(methods) == WRITING.get(path, ["get"])
        for given in methods.values():
            assert given["security"] == [{"BearerToken": []}]
            assert given["x-scope"].endswith(":read") == (given is methods["get"])
            assert {"200", "401", "403", "422"} <= set(given["responses"])
    line = schema["components"]["schemas"]["ProjectLine"]["properties"]
    assert {"type": "number"} in line["budget_total"]["anyOf"]
    assert schema["components"]["securitySchemes"]["BearerToken"]["scheme"] == "bearer"


def test_the_page_shows_every_endpoint_with_its_scope_and_parameters() -> None:
    answer = Client().get("/api/")
    page = answer.content.decode()
    for path in ENDPOINTS:
        assert f"<code>/api/v1/{path}</code>" in page
    for words in (
        "projects:read",
        "findings:read",
        "org:read",
        "documents:read",
        "page_size",
        "units[].code",
        "rows[].actual",
        "预算年度",
    ):
        assert words in page
    assert "curl -H" in page
    assert "http://testserver/api/v1/projects?year=2026" in page


def test_the_pages_keep_to_the_content_security_policy(signed_in: Any, person: Any) -> None:
    mine = signed_in(person("finance_reviewer"))
    made = mine.post("/api/tokens/", {"name": "取数", "scopes": ["org:read"], "days": "30"})
    for answer in (Client().get("/api/"), mine.get("/api/tokens/"), made):
        page = answer.content.decode()
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
        assert re.findall(r"<script(?![^>]* src=\"/static/)", page) == []
        assert re.findall(r"(?:src|href)=\"(?:https?:)?//", page) == []
        assert re.findall(r"\son\w+=|\sstyle=", page) == []


def test_ninjas_own_page_is_not_served() -> None:
    assert Client().get("/api/v1/docs").status_code == 404
    assert Client().get("/api/v1/").status_code == 404
    assert Client().post("/api/").status_code == 405
