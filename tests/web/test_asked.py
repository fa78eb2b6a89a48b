"""Texts that are looked for."""

from __future__ import annotations

from typing import Any

import pytest

from jiheng.web.asked import holding
from jiheng.web.org.models import Unit
from jiheng.web.plan.models import BudgetYear, Project


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text, found",
    [
        ("照明", ["LED照明改造", "照明"]), ("led", ["LED照明改造"]), ("Led照", ["LED照明改造"]), ("p001", ["照明"]),
        ("13990126P0", ["照明"]), ("100%", ["养护率100%"]), ("1_0", []), ("", ["LED照明改造", "养护率100%", "照明"]),
    ],
)  # fmt: skip
def test_a_text_is_found_in_any_field_in_capitals_or_not(district: Any, text: str, found: list[str]) -> None:
    unit, year = Unit.objects.order_by("code")[0], BudgetYear.objects.get()
    for name, code in (("LED照明改造", ""), ("照明", "13990126P001"), ("养护率100%", "")):
        Project.objects.create(unit=unit, budget_year=year, name=name, code=code)
    assert sorted(Project.objects.filter(holding(text, "name", "code")).values_list("name", flat=True)) == found
