"""Pages of long lists: the same rows in the same order, whichever way they are read."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import Count, Q, Sum

from jiheng.web.org.models import Unit
from jiheng.web.pages import KeyPaginator, added_up, sums_by_unit
from jiheng.web.plan.models import BudgetYear, Project

pytestmark = pytest.mark.django_db
ORDER = ("unit__code", "order", "pk")


@pytest.fixture
def projects(district: Any) -> Any:
    """Seven, two and five projects of three units; the last two have one code."""
    first, second = Unit.objects.order_by("code")
    twin = Unit.objects.create(department=second.department, code=second.code, name="同码单位", valid_from=2030)
    year = BudgetYear.objects.get()
    for unit, count in ((first, 7), (second, 2), (twin, 5)):
        for n in range(count):
            Project.objects.create(unit=unit, budget_year=year, name=f"{unit}{n}", order=count - n, errors=n % 2)
    return Project.objects.order_by(*ORDER)


@pytest.mark.parametrize("size", [1, 3, 4, 7, 20])
def test_pages_by_unit_are_those_of_the_whole_list(projects: Any, size: int) -> None:
    pages = KeyPaginator(projects, Project.objects.all(), size, sums_by_unit(projects), by_unit=True)
    assert pages.count == 14
    read = [[p.pk for p in pages.page(n)] for n in pages.page_range]
    assert [key for page in read for key in page] == [p.pk for p in projects]
    assert all(len(page) == size for page in read[:-1])


def test_only_the_units_on_the_page_are_sorted(projects: Any, django_assert_num_queries: Any) -> None:
    units = sums_by_unit(projects)
    with django_assert_num_queries(3) as captured:
        KeyPaginator(projects, Project.objects.all(), 5, units, by_unit=True).page(1)
    first = Unit.objects.order_by("code")[0]
    assert f"IN ({first.pk})" in captured.captured_queries[1]["sql"]


def test_sums_of_units_come_to_those_of_the_list(projects: Any) -> None:
    wrong = Count("pk", filter=Q(errors__gt=0))
    rows = sums_by_unit(projects, "unit__code", wrong=wrong, budget=Sum("budget_total"))
    assert sorted((r["unit__code"], r["count"], r["wrong"]) for r in rows) == [
        ("601001", 7, 3), ("601002", 2, 1), ("601002", 5, 2),
    ]  # fmt: skip
    assert added_up(rows, "wrong", "budget") == {"count": 14, "wrong": 6, "budget": 0}
    assert added_up([], "wrong") == {"count": 0, "wrong": 0}
