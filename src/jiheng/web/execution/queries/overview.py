"""A district by departments, a department by units: budget, paid, rate and planned progress of each.

Added up by unit and kept: what a district comes to is the sum of some hundred rows, whatever its projects.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from jiheng.policy import Pack
from jiheng.web.execution.kept import EXECUTION, FEW, kept
from jiheng.web.execution.models import ExecutionTotal, FundSource
from jiheng.web.execution.queries.curves import SUMS
from jiheng.web.execution.queries.days import Days
from jiheng.web.execution.queries.lists import Row, behind_limit, row_of, with_money
from jiheng.web.execution.queries.money import Executed, of_total
from jiheng.web.org.models import Department, Unit
from jiheng.web.plan.models import BudgetYear

NOTHING = Decimal(0)
UNPAID = 10
_ROLES = {"yellow": "warn", "red": "bad"}
BY = {"department": "部门", "unit": "单位"}


_MONEY = (*(f"{kind}_{s}" for kind in ("initial", "budget", "paid") for s in FundSource.values), "allotted", *SUMS)
Sums = dict[str, Any]


def sums_of_units(year: BudgetYear, units: list[int], on: date, pack: Pack) -> dict[int, Sums]:
    """Unit → what its projects come to on a day: money, ``planned``, ``count``, ``late``, ``unpaid``."""
    limit = behind_limit(pack)

    def add_up(keys: list[int]) -> dict[int, Sums]:
        totals = ExecutionTotal.objects.filter(budget_year=year)
        totals = totals if len(keys) > FEW else totals.filter(unit__in=keys)
        return _added_up(totals, on, limit)

    found = kept(EXECUTION, year.pk, units, add_up, f"{on}/{limit}")
    names = (*_MONEY, "planned")
    return {k: s | {n: None if s[n] is None else Decimal(s[n]) for n in names} for k, s in found.items()}


def sums_by_days(year: BudgetYear, units: list[int], days: Days, pack: Pack) -> dict[int, Sums]:
    """The same, each unit on the day up to which its money is known."""
    found: dict[int, Sums] = {}
    for on, mine in days.parts(units):
        found |= sums_of_units(year, mine, on, pack)
    return found


def _added_up(totals: QuerySet[Any], on: date, limit: float) -> dict[int, Sums]:
    rows = with_money(totals, Days(on, on)).order_by().values("unit_id", "department_id")
    rows = rows.annotate(
        **{name: Sum(name) for name in _MONEY}, planned=Sum("planned_now"), count=Count("pk"),
        late=Count("pk", filter=Q(gap__lt=limit)),
    )  # fmt: skip
    made = {r.pop("unit_id"): {n: str(v) if isinstance(v, Decimal) else v for n, v in r.items()} for r in rows}
    whole = F("budget_fiscal") + F("budget_carry_over") + F("budget_other")
    waiting = totals.filter(paid_fiscal=0, paid_carry_over=0, paid_other=0).annotate(whole=whole).filter(whole__gt=0)
    for sums in made.values():
        sums["unpaid"] = []
    for unit, project, amount in waiting.order_by("-whole", "project_id").values_list("unit_id", "project_id", "whole"):
        if len(made[unit]["unpaid"]) < UNPAID:
            made[unit]["unpaid"].append([project, str(amount)])
    return made


def added(parts: Iterable[Sums]) -> Sums:
    """Several units as one; empty where none of them says anything."""
    found: Sums = {}
    for sums in parts:
        for name in (*_MONEY, "planned", "count", "late"):
            value, so_far = sums[name], found.get(name)
            found[name] = so_far if value is None else value if so_far is None else so_far + value
    return found


def groups(sums: dict[int, Sums], by: str, pack: Pack) -> list[Row]:
    """A row for each department or unit, furthest behind its plan first."""
    parts: dict[int, list[Sums]] = defaultdict(list)
    for unit, found in sums.items():
        parts[unit if by == "unit" else found["department_id"]].append(found)
    places: Any = (Unit if by == "unit" else Department)._default_manager.in_bulk(list(parts))
    rows = []
    for key, mine in parts.items():
        s = added(mine)
        line = of_total(s | {"last_paid_on": None}).total
        rows.append(
            row_of(
                key, places[key].name, line.budget, line.paid, s["planned"], pack, code=places[key].code,
                projects=s["count"], behind=s["late"],
            )
        )  # fmt: skip
    return sorted(rows, key=lambda r: (r.gap is None, r.gap or NOTHING, r.code))


def together(sums: Sums, pack: Pack) -> tuple[Executed, Row]:
    """All of them by fund source, and as one row."""
    money = of_total({name: sums.get(name) for name in _MONEY} | {"last_paid_on": None})
    line = money.total
    return money, row_of(
        0, "合计", line.budget, line.paid, sums.get("planned"), pack, projects=sums.get("count", 0),
        behind=sums.get("late", 0),
    )  # fmt: skip


def bars(rows: list[Row]) -> dict[str, Any]:
    """The rates of departments or units beside what their plans want, for the chart: the first at the top."""
    return {
        "kind": "bars", "unit": "%", "names": [r.name for r in rows],
        "series": [
            {"name": "执行率", "values": [_number(r.rate) for r in rows], "role": "actual",
             "roles": [_ROLES.get(r.light.light, "actual") for r in rows]},
            {"name": "计划进度", "values": [_number(r.planned) for r in rows], "role": "plan"},
        ],
    }  # fmt: skip


def _number(percent: Decimal | None) -> float | None:
    return None if percent is None else float(percent)


def unpaid(sums: dict[int, Sums]) -> list[Any]:
    """The projects with most money left that have paid nothing yet."""
    first = sorted((-Decimal(amount), key) for found in sums.values() for key, amount in found["unpaid"])[:UNPAID]
    keys = [key for _, key in first]
    rows = {t.project_id: t for t in ExecutionTotal.objects.filter(project__in=keys).select_related("project", "unit")}
    return [rows[key] for key in keys if key in rows]
