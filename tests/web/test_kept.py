"""The server says which submissions it has taken, so that their text is kept on the device no longer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from jiheng.web.kept import COOKIE

pytestmark = pytest.mark.django_db
NAME = "0123456789abcdef"


@pytest.fixture
def step(district: Any, person: Any) -> Any:
    """``step(client, **fields)``: an item of the register is planned."""
    from jiheng.web.org.models import Unit
    from jiheng.web.plan.models import BudgetYear, Project
    from jiheng.web.results.services import Found, raise_item

    year = BudgetYear.objects.get(district=district, year=2026)
    project = Project.objects.create(unit=Unit.objects.get(code="601001"), budget_year=year, name="道路绿化补植")
    due = timezone.localdate() + timedelta(days=10)
    found = Found("review", "补植株数没有依据", "请补充测算过程。", project=project, due_on=due)
    item = raise_item(person("finance_reviewer"), found)

    def post(client: Client, **fields: str) -> Any:
        sent = {"step": "plan", "measures": "增加班组。", "kept": NAME, **fields}
        page = f"http://testserver/rectification/{item.pk}/"
        return client.post(f"/rectification/{item.pk}/step/", sent, headers={"Referer": page})

    return post


@pytest.fixture
def clerk(client: Client, person: Any) -> Client:
    client.force_login(person("clerk"), "django.contrib.auth.backends.ModelBackend")
    return client


def test_what_was_taken_is_named(clerk: Client, step: Any) -> None:
    answer = step(clerk)
    assert answer.cookies[COOKIE].value == NAME
    assert not answer.cookies[COOKIE]["httponly"]


def test_several_are_named_and_nothing_but_names(clerk: Client, step: Any) -> None:
    clerk.cookies[COOKIE] = "fedcba9876543210.<script>"
    assert step(clerk).cookies[COOKIE].value == f"fedcba9876543210.{NAME}"
    assert COOKIE not in step(clerk, kept="<script>").cookies


def test_what_was_refused_is_not(clerk: Client, step: Any) -> None:
    assert COOKIE not in step(clerk, measures="").cookies


def test_nor_what_asks_for_a_login(client: Client, step: Any) -> None:
    answer = step(client)
    assert COOKIE not in answer.cookies
    assert "next=%2Frectification" in answer.headers["Location"]


def test_a_part_of_a_page_leads_the_whole_page_to_the_login(client: Client, district: Any) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/plan/?year=1"}
    answer = client.get("/plan/?q=树", headers=headers)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/login/?next=%2Fplan%2F%3Fyear%3D1")
    elsewhere = client.get("/plan/?q=树", headers={**headers, "HX-Current-URL": "https://evil.example/plan/"})
    assert elsewhere.headers["HX-Redirect"] == "/login/?"
