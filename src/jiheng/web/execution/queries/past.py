"""What units had come to on a day of the past, by fund source: added up from the entries up to that day.

Nothing is kept of it: people look back now and then, and each time at another day.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from jiheng.policy import Pack
from jiheng.web.execution.kept import FEW
from jiheng.web.execution.models import Allotment, BudgetAdjustment, ExecutionTotal, FundSource, Payment
from jiheng.web.execution.queries.curves import SUMS
from jiheng.web.execution.queries.days import Days
from jiheng.web.execution.queries.lists import behind_limit, with_money
from jiheng.web.plan.models import BudgetYear

NOTHING, CENT = Decimal(0), Decimal("0.01")


def sums_on(year: BudgetYear, units: list[int], on: date, known: date, pack: Pack) -> dict[int, dict[str, Any]]:
    """Unit → what its projects came to by the end of ``on``, as :func:`overview.sums_of_units` says it of today."""
    only = {} if len(units) > FEW else {"unit__in": units}
    totals = ExecutionTotal.objects.filter(budget_year=year, **only)
    rows = with_money(totals, Days(on, known)).order_by().values("unit_id", "department_id")
    rows = rows.annotate(
        **{f"initial_{s}": Sum(f"initial_{s}") for s in FundSource.values}, **{name: Sum(name) for name in SUMS},
        planned=Sum("planned_shown"), count=Count("pk"), late=Count("pk", filter=Q(gap__lt=behind_limit(pack))),
    )  # fmt: skip
    entries = {"project__budget_year": year, "on__lte": on} | {f"project__{name}": keys for name, keys in only.items()}
    adjusted, paid, allotted = (_sums(m.objects.filter(**entries)) for m in (BudgetAdjustment, Payment, Allotment))
    wanted, found = set(units), {}
    for row in rows:
        if (unit := row.pop("unit_id")) not in wanted:
            continue
        row["planned"] = None if row["planned"] is None else Decimal(str(row["planned"])).quantize(CENT)
        for s in FundSource.values:
            row[f"budget_{s}"] = row[f"initial_{s}"] + adjusted[unit, s]
            row[f"paid_{s}"] = paid[unit, s]
        row["allotted"] = sum((allotted[unit, s] for s in FundSource.values), NOTHING)
        found[unit] = row | {"unpaid": []}
    return found


def _sums(entries: QuerySet[Any]) -> dict[tuple[int, str], Decimal]:
    """(unit, source) → amount."""
    rows = entries.order_by().values_list("project__unit", "source").annotate(Sum("amount"))
    return defaultdict(Decimal, {(unit, source): total.quantize(CENT) for unit, source, total in rows})
