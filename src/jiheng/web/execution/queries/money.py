"""Budget and payments of projects by fund source, now or on any day: the money rows of the official forms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Max, Sum

from jiheng.scoring.spending_plan import execution_rate
from jiheng.web.execution.models import Allotment, BudgetAdjustment, ExecutionTotal, FundSource, Payment
from jiheng.web.plan.models import Project

NOTHING = Decimal(0)
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Line:
    """One fund source, or all of them together (``source`` empty). Amounts in 元.

    ``initial`` is the budget at the beginning of the year (年初预算数), ``budget`` the one after adjustments (全年预算
    数), ``paid`` what was executed (执行数), refunds taken off.
    """

    source: str
    label: str
    initial: Decimal = NOTHING
    budget: Decimal = NOTHING
    paid: Decimal = NOTHING

    @property
    def rate(self) -> Decimal | None:
        """执行率 in percent; ``None`` where there is no budget."""
        return execution_rate(self.paid, self.budget)

    @property
    def left(self) -> Decimal:
        """What may still be paid; negative where more was paid than there is budget."""
        return self.budget - self.paid


@dataclass(frozen=True, slots=True)
class Executed:
    """The money of a project, or of many, by fund source in the order of the official form. Amounts in 元."""

    lines: tuple[Line, ...]
    allotted: Decimal = NOTHING
    last_paid_on: date | None = None
    on: date | None = None
    """Up to the end of which day; ``None`` is all that is stored."""

    @property
    def total(self) -> Line:
        """All sources together."""
        sums = (sum((getattr(line, f) for line in self.lines), NOTHING) for f in ("initial", "budget", "paid"))
        return Line("", "合计", *sums)

    def of(self, source: str) -> Line:
        """One source."""
        return next(line for line in self.lines if line.source == source)


def of_total(total: Any, on: date | None = None) -> Executed:
    """What an :class:`ExecutionTotal`, or a mapping with the sums of many under the same names, says."""
    get = total.get if isinstance(total, dict) else lambda name: getattr(total, name)
    lines = tuple(
        Line(s.value, str(s.label), *((get(f"{f}_{s.value}") or NOTHING) for f in ("initial", "budget", "paid")))
        for s in FundSource
    )
    return Executed(lines, get("allotted") or NOTHING, get("last_paid_on"), on)


EMPTY = of_total(dict.fromkeys(("allotted", "last_paid_on")))


def executed(project: Project, on: date | None = None) -> Executed:
    """The money of a project up to the end of a day, or all of it."""
    return executed_many([project.pk], on)[project.pk]


def executed_many(projects: Iterable[int], on: date | None = None) -> dict[int, Executed]:
    """The same for many projects (keys, some thousands at most) in a fixed number of queries; every key is answered."""
    keys = list(projects)
    totals = {t.project_id: t for t in ExecutionTotal.objects.filter(project__in=keys)}
    if on is None:
        return {key: of_total(totals[key]) if key in totals else EMPTY for key in keys}
    adjusted, paid = sums_by(BudgetAdjustment, keys, on), sums_by(Payment, keys, on)
    allotted = _total_and_last(Allotment, keys, on)
    last = _total_and_last(Payment, keys, on)
    found = {}
    for key in keys:
        lines = []
        for s in FundSource:
            initial = getattr(totals[key], f"initial_{s.value}") if key in totals else NOTHING
            budget = initial + adjusted[key, s.value]
            lines.append(Line(s.value, str(s.label), initial, budget, paid[key, s.value]))
        found[key] = Executed(tuple(lines), allotted[key][0], last[key][1], on)
    return found


def sums_by(model: Any, keys: list[int], on: date) -> dict[tuple[int, str], Decimal]:
    """(project, source) → amount up to the end of the day."""
    rows = model.objects.filter(project__in=keys, on__lte=on).order_by()
    found = rows.values_list("project_id", "source").annotate(total=Sum("amount"))
    return defaultdict(Decimal, {(project, source): total.quantize(CENT) for project, source, total in found})


def _total_and_last(model: Any, keys: list[int], on: date) -> dict[int, tuple[Decimal, date | None]]:
    rows = model.objects.filter(project__in=keys, on__lte=on).order_by()
    found = rows.values_list("project_id").annotate(total=Sum("amount"), last=Max("on"))
    return defaultdict(
        lambda: (NOTHING, None), {project: (total.quantize(CENT), last) for project, total, last in found}
    )
