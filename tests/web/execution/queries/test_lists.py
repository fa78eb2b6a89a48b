"""Who counts as behind is who has a yellow or red light, at the limit to the cent too."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from jiheng.policy import load
from jiheng.web.execution.models import ExecutionTotal
from jiheng.web.execution.queries.days import Days
from jiheng.web.execution.queries.lists import listed, rows_of, sums_of, together
from jiheng.web.execution.queries.overview import groups, sums_of_units

pytestmark = pytest.mark.django_db
ON = date(2026, 6, 30)


@pytest.mark.parametrize("paid, is_behind", (("60100", False), ("60099.99", False), ("60000", True), ("5000", True)))
def test_ten_points_exactly_are_not_behind(
    make_project: Any, pay: Any, person: Any, year: Any, paid: str, is_behind: bool
) -> None:
    """6.01% against 16.01%: in binary numbers the one less the other is a little less than −10."""
    made, pack = make_project(fiscal="100", plan=("5", "16.01", "80", "100")), load("central-2015")
    pay(made, paid)
    reviewer = person("finance_reviewer")
    everything = listed(reviewer, year, {}, Days(ON, ON), pack)
    (row,) = rows_of(everything, pack)
    assert (row.light.light == "green") == (not is_behind)
    assert listed(reviewer, year, {"state": "behind"}, Days(ON, ON), pack).exists() == is_behind
    assert together(sums_of(everything, pack), pack).behind == is_behind
    (group,) = groups(sums_of_units(year, [ExecutionTotal.objects.get().unit_id], ON, pack), "unit", pack)
    assert group.behind == is_behind
