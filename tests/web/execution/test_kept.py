"""Sums of units that are kept: the same as when added up anew, whatever happens in between."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from jiheng.web.execution import kept as keeping
from jiheng.web.execution.kept import kept, mark_changed
from jiheng.web.execution.models import UnitChange, UnitSums
from jiheng.web.execution.queries import overview
from jiheng.web.execution.services.money import remove_entry
from jiheng.web.org.models import Unit
from jiheng.web.plan.checking import pack_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _keeping(monkeypatch: pytest.MonkeyPatch) -> None:
    """On SQLite, too, though it keeps nothing in earnest."""
    monkeypatch.setattr(keeping, "is_kept", lambda: True)


@pytest.fixture
def units(district: Any) -> list[int]:
    return list(Unit.objects.order_by("code").values_list("pk", flat=True))


def asked(units: list[int], answer: dict[int, int], calls: list[list[int]], about: str = "") -> dict[int, Any]:
    """What is kept of these units; ``calls`` tells which were added up anew."""

    def add_up(keys: list[int]) -> dict[int, dict[str, Any]]:
        calls.append(keys)
        return {key: {"n": answer[key]} for key in keys if key in answer}

    return {key: found["n"] for key, found in kept("test", 1, units, add_up, about).items()}


def test_only_what_changed_is_added_up_anew(units: list[int]) -> None:
    first, second = units
    answer, calls = {first: 1, second: 2}, []  # type: ignore[var-annotated]
    assert asked(units, answer, calls) == answer
    assert asked(units, {}, calls) == answer and calls == [units]
    mark_changed("test", 1, [second])
    mark_changed("test", 2, [first])  # of another year
    assert asked(units, {first: 0, second: 3}, calls) == {first: 1, second: 3}
    assert asked([first], {}, calls) == {first: 1} and calls == [units, [second]]
    assert asked(units, {first: 7}, calls, "another day") == {first: 7}, "another question"
    assert asked(units, {}, calls, "another day") == {first: 7} and len(calls) == 3, "a unit without rows is known too"


def test_a_change_committed_while_adding_up_is_not_lost(units: list[int]) -> None:
    def add_up(keys: list[int]) -> dict[int, dict[str, Any]]:
        mark_changed("test", 1, [units[0]])
        return {key: {"n": 1} for key in keys}

    kept("test", 1, units, add_up)
    calls: list[list[int]] = []
    assert asked(units, {units[0]: 2}, calls) == {units[0]: 2, units[1]: 1} and calls == [[units[0]]]
    assert not UnitChange.objects.filter(of=1).exists()


def test_a_reader_that_was_overtaken_keeps_nothing(units: list[int]) -> None:
    calls: list[list[int]] = []

    def slow(keys: list[int]) -> dict[int, dict[str, Any]]:
        mark_changed("test", 1, units)
        assert asked(units, {units[0]: 2, units[1]: 2}, calls)  # another one reads what was committed meanwhile
        return {key: {"n": 1} for key in keys}

    kept("test", 1, units, slow)
    assert asked(units, {}, calls) == {units[0]: 2, units[1]: 2}


def test_kept_money_follows_every_change(
    project: Any, make_project: Any, pay: Any, clerk: Any, units: list[int]
) -> None:
    make_project("河道清淤", "10", unit="601002")
    year, on = project.budget_year, date(2026, 6, 30)

    def sums() -> dict[int, Any]:
        found = overview.sums_of_units(year, units, on, pack_of(year))
        UnitSums.objects.all().delete()
        UnitChange.objects.all().delete()
        assert found == overview.sums_of_units(year, units, on, pack_of(year)), "as if added up anew"
        return found

    first, second = units
    before = sums()
    assert (before[first]["budget_fiscal"], before[first]["late"], before[second]["count"]) == (400000, 1, 1)
    assert [key for key, _ in before[first]["unpaid"]] == [project.pk]
    paid = pay(project, "160000", month=5)
    now = sums()[first]
    assert (now["paid_fiscal"], now["late"], now["unpaid"]) == (160000, 0, [])
    remove_entry(clerk, "payment", paid.pk)
    assert sums() == before
    whole = overview.added(before.values())
    assert (whole["budget_fiscal"], whole["count"]) == (Decimal(500000), 2)


def test_what_was_read_is_remembered_while_it_holds(units: list[int], django_assert_num_queries: Any) -> None:
    answer: dict[int, int] = dict.fromkeys(units, 1)
    asked(units, answer, [])
    keeping._read.clear()
    with django_assert_num_queries(3):
        assert asked(units, answer, []) == answer
    with django_assert_num_queries(2):
        assert asked(units, {}, []) == answer, "its data is not read again"
    mark_changed("test", 1, units[:1])
    assert asked(units, {units[0]: 2}, []) == answer | {units[0]: 2}
    assert asked(units, {}, []) == answer | {units[0]: 2}, "what is remembered is of the new version"


def test_no_more_is_remembered_than_fits(units: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "REMEMBERED", 1)
    for about in ("a", "b", "c"):
        assert asked(units, dict.fromkeys(units, 1), [], about) == dict.fromkeys(units, 1)
        assert asked(units, {}, [], about) == dict.fromkeys(units, 1)
    assert len(keeping._read) <= keeping.REMEMBERED + len(units)
