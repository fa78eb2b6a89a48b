"""Projects of two departments, and tokens to read them with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

ALL = ("org:read", "projects:read", "findings:read", "documents:read")
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def other_unit(district: Any) -> Any:
    """A unit of another department."""
    from jiheng.web.org.models import Department, Unit

    other = Department.objects.create(district=district, code="602", name="云溪区水务局")
    return Unit.objects.create(department=other, code="602001", name="云溪区水务局本级")


@pytest.fixture
def make_project(district: Any) -> Callable[..., Any]:
    """``make_project(unit, name)``: a project with an indicator and what the checker finds."""
    from jiheng.web.plan.checking import recheck
    from jiheng.web.plan.mapping import fill_target
    from jiheng.web.plan.models import BudgetYear, Indicator, PlanPeriod, Project, ProjectGoal

    def make(unit: Any, name: str, state: str = "draft", year: int = 2026) -> Any:
        budget_year, _ = BudgetYear.objects.get_or_create(
            district=unit.department.district, year=year, defaults={"pack": "hebei-2023"}
        )
        made = Project.objects.create(
            unit=unit, budget_year=budget_year, code="13990126P000141100015", name=name, title=name, state=state,
            budget_total=Decimal("12.5"), budget_fiscal=Decimal("12.5"), purpose="用于公园座椅更换。",
        )  # fmt: skip
        PlanPeriod.objects.create(project=made, label="12月底", raw="100%")
        ProjectGoal.objects.create(project=made, text="更换公园座椅50组")
        row = Indicator(
            project=made, level1="产出指标", level2="数量指标", name="更换座椅数量", description="更换的座椅",
            target_raw="≥50组", basis="实施方案",
        )  # fmt: skip
        fill_target(row)
        row.save()
        recheck(made)
        return Project.objects.get(pk=made.pk)

    return make


@pytest.fixture
def project(make_project: Any) -> Any:
    """A project of unit 601001."""
    from jiheng.web.org.models import Unit

    return make_project(Unit.objects.get(code="601001"), "公园座椅更换")


class Caller:
    """Asks the API with a token."""

    def __init__(self, token: Any, secret: str) -> None:
        self.token, self.secret = token, secret

    def get(self, path: str, **asked: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.secret}"}
        return Client().get(f"/api/v1/{path}", asked, headers=headers)


@pytest.fixture
def caller() -> Callable[..., Caller]:
    """``caller(person, scopes)``: someone's new token, ready to ask with."""
    from jiheng.web.api.services import create

    def make(person: Any, scopes: tuple[str, ...] = ALL) -> Caller:
        return Caller(*create(person, "取数", scopes, 30))

    return make


@pytest.fixture
def expire() -> Callable[[Any], None]:
    """Let a token have expired a moment ago."""
    from jiheng.web.api.models import ApiToken

    def do(token: Any) -> None:
        ApiToken.objects.filter(pk=token.pk).update(expires_at=timezone.now() - timedelta(seconds=1))

    return do


@pytest.fixture
def signed_in(client: Client) -> Callable[[Any], Client]:
    """``signed_in(person)``: a browser of theirs."""

    def do(person: Any) -> Client:
        client.force_login(person, backend=BACKEND)
        return client

    return do
