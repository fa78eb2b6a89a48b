"""A district by departments, a department by units: budget, paid, rate and planned progress of each."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from jiheng.policy import Pack
from jiheng.web.execution.models import FundSource
from jiheng.web.execution.queries.lists import Row, planned_by, row_of, with_money
from jiheng.web.execution.queries.money import Executed, of_total

NOTHING = Decimal(0)
_ROLES = {"yellow": "warn", "red": "bad"}
BY = {"department": "部门", "unit": "单位"}


def groups(totals: QuerySet[Any], by: str, on: date, pack: Pack) -> list[Row]:
    """A row for each department or unit, furthest behind its plan first."""
    limit = float(pack.monitoring.yellow_gap)
    found = with_money(totals, on, on).order_by().values(f"{by}_id", f"{by}__name", f"{by}__code")
    found = found.annotate(
        budget=Sum("budget_shown"), paid=Sum("paid_shown"), planned=Sum("planned_now"), count=Count("pk"),
        late=Count("pk", filter=Q(gap__lt=limit)),
    )  # fmt: skip
    rows = [
        row_of(
            g[f"{by}_id"], g[f"{by}__name"], g["budget"] or NOTHING, g["paid"] or NOTHING, g["planned"], pack,
            code=g[f"{by}__code"], projects=g["count"], behind=g["late"],
        )
        for g in found
    ]  # fmt: skip
    return sorted(rows, key=lambda r: (r.gap is None, r.gap or NOTHING, r.code))


def together(totals: QuerySet[Any], on: date, pack: Pack) -> tuple[Executed, Row]:
    """All of them by fund source, and as one row."""
    names = [f"{kind}_{s}" for kind in ("initial", "budget", "paid") for s in FundSource.values]
    found = totals.order_by().aggregate(
        **{name: Sum(name) for name in (*names, "allotted")}, planned=Sum(planned_by(on)), count=Count("pk")
    )
    money = of_total(found | {"last_paid_on": None})
    line = money.total
    return money, row_of(0, "合计", line.budget, line.paid, found["planned"], pack, projects=found["count"])


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


def unpaid(totals: QuerySet[Any], most: int = 10) -> QuerySet[Any]:
    """The projects with most money left that have paid nothing yet."""
    whole = F("budget_fiscal") + F("budget_carry_over") + F("budget_other")
    found = totals.filter(paid_fiscal=0, paid_carry_over=0, paid_other=0).annotate(whole=whole).filter(whole__gt=0)
    return found.select_related("project", "unit").order_by("-whole", "project_id")[:most]
