"""An approved project with money, and people around it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def year(district: Any) -> Any:
    from jiheng.web.plan.models import BudgetYear

    return BudgetYear.objects.get(year=2026)


@pytest.fixture
def make_project(district: Any, year: Any) -> Any:
    """``make_project("名称", fiscal="40", other="0", unit="601001")``: approved, with four periods."""
    from jiheng.web.execution.services import refresh_totals
    from jiheng.web.org.models import Unit
    from jiheng.web.plan.models import PlanPeriod, Project

    def make(
        name: str = "道路绿化补植", fiscal: str = "40", other: str = "0", unit: str = "601001", code: str = "",
        state: str = "approved", plan: tuple[str, ...] = ("10", "40", "80", "100"),
    ) -> Any:  # fmt: skip
        made = Project.objects.create(
            unit=Unit.objects.get(code=unit), budget_year=year, code=code, name=name, state=state,
            budget_total=Decimal(fiscal) + Decimal(other), budget_fiscal=Decimal(fiscal), budget_other=Decimal(other),
        )  # fmt: skip
        for n, (label, raw) in enumerate(zip(("3月底", "6月底", "10月底", "12月底"), plan, strict=True)):
            PlanPeriod.objects.create(project=made, order=n, label=label, raw=raw)
        refresh_totals([made.pk])
        return Project.objects.select_related("unit__department", "budget_year").get(pk=made.pk)

    return make


@pytest.fixture
def project(make_project: Any) -> Any:
    """40 万元 of fiscal money."""
    return make_project(code="13990126P000141100015")


@pytest.fixture
def clerk(person: Any) -> Any:
    return person("clerk")


class _Everything:
    def __contains__(self, key: object) -> bool:
        return True


@pytest.fixture
def everything() -> Any:
    """Confirms whatever is asked, for tests that are about something else."""
    return _Everything()


@pytest.fixture
def pay(clerk: Any) -> Any:
    """``pay(project, "12000.50", month=3)``: a payment by hand, in 元."""
    from jiheng.web.execution.services import Entry, add_entry

    def add(project: Any, amount: str, month: int = 3, day: int = 10, kind: str = "payment", **more: Any) -> Any:
        return add_entry(clerk, project, kind, Entry(date(2026, month, day), Decimal(amount), **more))

    return add
