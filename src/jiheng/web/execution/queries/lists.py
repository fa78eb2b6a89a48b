"""Lists of projects with their money: budget, paid, rate, planned progress and the gap between them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, DecimalField, F, FloatField, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Cast, Coalesce, NullIf

from jiheng.policy import Pack
from jiheng.scoring.monitoring import Judgement, money_light
from jiheng.scoring.numbers import percent_of
from jiheng.scoring.spending_plan import execution_rate, month_end
from jiheng.web.asked import holding, number
from jiheng.web.execution.models import BudgetAdjustment, ExecutionTotal, FundSource, Payment
from jiheng.web.execution.planning import month_share
from jiheng.web.execution.queries.days import Days
from jiheng.web.org.permissions import reach_in
from jiheng.web.pages import added_up, sums_by_unit
from jiheng.web.plan.models import BudgetYear

MONEY = DecimalField(max_digits=20, decimal_places=2)
SORTS = {
    "": ("unit__code", "project__order", "project_id"), "gap": (F("gap").asc(nulls_last=True), "project_id"),
    "rate": (F("rate").asc(nulls_last=True), "project_id"), "budget": ("-budget_shown", "project_id"),
    "paid": ("-paid_shown", "project_id"), "left": ("-left_shown", "project_id"),
    "name": ("project__name", "project_id"),
}  # fmt: skip
SORT_LABELS = {
    "": "单位、顺序", "gap": "落后最多", "rate": "执行率最低", "budget": "预算最大", "paid": "支付最多",
    "left": "未支付最多",    "name": "名称",
}  # fmt: skip
STATES = {"behind": "落后于计划", "over": "超预算", "none": "尚未支付", "done": "已全部支付"}


def planned_by(on: date) -> Any:
    """What the plans want paid by the end of a day, from the kept sums at the ends of months, 元."""
    share = month_share(on)
    after = F(f"planned_{on.month}")
    before = F(f"planned_{on.month - 1}") if on.month > 1 else Value(Decimal(0), output_field=MONEY)
    return before + (after - before) * Value(share, output_field=DecimalField(max_digits=9, decimal_places=6))


def _sum_of(model: Any, **wanted: Any) -> Any:
    rows = model.objects.filter(project=OuterRef("project"), **wanted).order_by()
    total = rows.values("project").annotate(total=Sum("amount")).values("total")
    return Coalesce(Subquery(total), Value(Decimal(0)), output_field=MONEY)


def _budget_by(on: date, source: str) -> Any:
    """The budget at the end of a day of the past, from the kept one: without what was adjusted since."""
    whole = _kept("budget", source)
    since = {"on__gt": on} | ({"source": source} if source else {})
    # Asked once rather than of each of 100,000 projects: most days have none after them.
    if not BudgetAdjustment.objects.filter(project__budget_year__year=on.year, **since).exists():
        return whole
    return whole - _sum_of(BudgetAdjustment, **since)


def _paid_by(on: date, source: str) -> Any:
    """What was paid by the end of a day of the past; of all sources from what is kept of the ends of months."""
    if source:
        return _sum_of(Payment, source=source, on__lte=on)
    end = month_end(on.year, on.month)
    by_end = F(f"spent_{on.month}")
    return by_end if on == end else by_end - _sum_of(Payment, on__gt=on, on__lte=end)


def _kept(kind: str, source: str) -> Any:
    """What is kept of one fund source, or of all together."""
    first, *rest = [F(f"{kind}_{s}") for s in ([source] if source else FundSource.values)]
    return sum(rest, first)


def _planned(days: Days) -> Any:
    """What the plans want paid by the day of each project's unit."""
    ahead = [When(unit_id__in=units, then=planned_by(day)) for day, units in days.ahead]
    return Case(*ahead, default=planned_by(days.on), output_field=MONEY) if ahead else planned_by(days.on)


def with_money(totals: QuerySet[Any], days: Days, source: str = "") -> QuerySet[Any]:
    """Add ``budget_shown``, ``paid_shown``, ``left_shown``, ``planned_shown`` (元), ``rate`` and ``gap`` (percent).

    Of one fund source where it is named; a day of the past costs more than the last, up to which the kept sums go.
    """
    source = source if source in FundSource.values else ""
    if days.is_past:
        budget, paid = _budget_by(days.on, source), _paid_by(days.on, source)
    else:
        budget, paid = _kept("budget", source), _kept("paid", source)
    whole = _kept("budget", "")
    found = totals.annotate(budget_shown=budget, paid_shown=paid, planned_now=_planned(days))
    found = found.annotate(
        left_shown=F("budget_shown") - F("paid_shown"),
        rate=_percent("paid_shown", F("budget_shown")),
        planned_percent=_percent("planned_now", whole),
    )
    return found.annotate(
        gap=F("rate") - F("planned_percent"),
        planned_shown=F("planned_percent") * Cast("budget_shown", FloatField()) / 100.0,
    )


def behind_limit(pack: Pack) -> float:
    """A ``gap`` below this is behind the plan as the light says it: of percentages to two places, and beyond the noise
    that 16.01 − 6.01 has in a database that reckons with binary numbers."""
    return float(pack.monitoring.yellow_gap) - 0.005


def _percent(part: str, whole: Any) -> Any:
    return Cast(part, FloatField()) * 100.0 / NullIf(Cast(whole, FloatField()), 0.0)


def visible_totals(person: Any, year: BudgetYear) -> QuerySet[Any]:
    """The sums of the projects of a year whose execution a person may see."""
    return ExecutionTotal.objects.filter(reach_in(person, "execution.view", year), budget_year=year)


def listed(person: Any, year: BudgetYear, asked: Any, days: Days, pack: Pack) -> QuerySet[Any]:
    """The projects of a year, filtered and sorted as ``asked`` (``q``, ``unit``, ``department``, ``source``, ``state``,
    ``sort``). An unknown value filters nothing out."""
    found = with_money(visible_totals(person, year), days, asked.get("source", ""))
    if q := asked.get("q", "").strip():
        found = found.filter(holding(q, "project__name", "project__code"))
    for name in ("unit", "department"):
        if (key := number(asked.get(name))) is not None:
            found = found.filter(**{f"{name}_id": key})
    if asked.get("source") in FundSource.values:
        found = found.exclude(budget_shown=0, paid_shown=0)
    wanted = {
        "behind": Q(gap__lt=behind_limit(pack)), "over": Q(paid_shown__gt=F("budget_shown")),
        "none": Q(paid_shown=0, budget_shown__gt=0), "done": Q(paid_shown__gte=F("budget_shown"), budget_shown__gt=0),
    }  # fmt: skip
    if asked.get("state") in wanted:
        found = found.filter(wanted[asked["state"]])
    return found.order_by(*SORTS.get(asked.get("sort", ""), SORTS[""]))


def lines(days: Days, source: str) -> QuerySet[Any]:
    """What a line of the list shows of each project."""
    shown = ExecutionTotal.objects.select_related("project", "unit").defer("project__findings", "project__purpose")
    return with_money(shown, days, source)


@dataclass(frozen=True, slots=True)
class Row:
    """Somebody's or something's money, as lists show it. Amounts in 元; ``rate``, ``planned``, ``gap`` in percent."""

    key: int
    name: str
    budget: Decimal
    paid: Decimal
    rate: Decimal | None
    planned: Decimal | None
    light: Judgement
    code: str = ""
    unit: str = ""
    projects: int = 0
    behind: int = 0

    @property
    def gap(self) -> Decimal | None:
        """Percentage points ahead of the plan; negative behind it."""
        return None if self.rate is None or self.planned is None else self.rate - self.planned

    @property
    def left(self) -> Decimal:
        """What is not paid yet."""
        return self.budget - self.paid

    @property
    def bar(self) -> Decimal:
        """The rate as a bar shows it: 0 to 100."""
        return max(Decimal(0), min(Decimal(100), self.rate or Decimal(0)))

    @property
    def bar_planned(self) -> Decimal | None:
        """The planned progress as the mark of a bar shows it."""
        return None if self.planned is None else max(Decimal(0), min(Decimal(100), self.planned))


def row_of(
    key: int, name: str, budget: Decimal, paid: Decimal, planned: Any, pack: Pack, **more: Any
) -> Row:  # fmt: skip
    """A row; ``planned`` is an amount in 元, or ``None`` without a plan."""
    cent = Decimal("0.01")
    budget, paid = budget.quantize(cent), paid.quantize(cent)
    progress = None if planned is None else percent_of(Decimal(planned).quantize(cent), budget)
    light = money_light(paid, budget, progress, pack)
    return Row(key, name, budget, paid, execution_rate(paid, budget), progress, light, **more)


def rows_of(totals: Iterable[Any], pack: Pack) -> list[Row]:
    """Rows of projects, of what :func:`listed` found."""
    return [
        row_of(
            t.project_id, str(t.project), t.budget_shown, t.paid_shown, t.planned_shown, pack,
            code=t.project.code, unit=t.unit.name,
        )
        for t in totals
    ]  # fmt: skip


def sums_of(totals: QuerySet[Any], pack: Pack) -> list[dict[str, Any]]:
    """What :func:`listed` found, added up by unit."""
    behind = Count("pk", filter=Q(gap__lt=behind_limit(pack)))
    planned = Sum("planned_shown")
    return sums_by_unit(totals, budget=Sum("budget_shown"), paid=Sum("paid_shown"), planned=planned, behind=behind)


def together(rows: list[dict[str, Any]], pack: Pack) -> Row:
    """All units together."""
    found = added_up(rows, "budget", "paid", "planned", "behind")
    planned = found["planned"] if any(r["planned"] is not None for r in rows) else None
    budget, paid = Decimal(found["budget"]), Decimal(found["paid"])
    return row_of(0, "合计", budget, paid, planned, pack, projects=found["count"], behind=found["behind"])
