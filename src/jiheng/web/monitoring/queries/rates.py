"""Rates of a round over units, and through the year: added up by numerator and denominator, never as a mean of rates.

A unit of 4 that reaches 3 and one of 400 that reaches 396 reach 98.76% together, not 87%.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from jiheng.scoring.monitoring import sum_of_rates
from jiheng.web.monitoring.models import IndicatorReport, MonitoringRecord, MonitoringRound

_COUNTED, _BARE = (
    Q(denominator__gt=0),
    Q(denominator=None) & (Q(actual_raw__endswith="%") | Q(actual_raw__endswith="％")),
)
_PLACES = Decimal("0.000001")
SUMS = {
    "forms": Count("pk", filter=_COUNTED), "bare": Count("pk", filter=_BARE),
    "above": Sum("numerator", filter=_COUNTED), "below": Sum("denominator", filter=_COUNTED),
}  # fmt: skip


@dataclass(slots=True)
class Line:
    """An indicator over units, or one of it in a unit: ``forms`` that name both numbers, ``bare`` ones that name a
    percentage alone and are left out; ``rates`` are those of the rounds of the year, in order."""

    key: str
    name: str
    forms: int
    bare: int
    above: Decimal
    below: Decimal
    rates: list[Decimal | None] = field(default_factory=list)

    @property
    def rate(self) -> Decimal | None:
        """In percent."""
        return sum_of_rates([(self.above, self.below)])


def _number(value: Any) -> Decimal:
    # Some databases add decimals as binary numbers: what is beyond the places that are kept is noise.
    return (Decimal(value or 0)).quantize(_PLACES).normalize()


def _rows(forms: QuerySet[MonitoringRecord]) -> QuerySet[IndicatorReport]:
    return IndicatorReport.objects.filter(_COUNTED | _BARE, record__in=forms.order_by()).order_by()


def names(forms: QuerySet[MonitoringRecord], q: str = "") -> Any:
    """The indicators that are rates, those of most forms first, as rows of sums; for a page to cut up."""
    rows = _rows(forms)
    if q:
        rows = rows.filter(name__contains=q)
    return rows.values("name").annotate(**SUMS).filter(forms__gt=0).order_by("-forms", "name")


def lines(rows: Any, rounds: list[tuple[MonitoringRound, QuerySet[MonitoringRecord]]]) -> list[Line]:
    """Those of a page, with what the rounds up to this one said."""
    found = [_line(r["name"], r["name"], r) for r in rows]
    _through(found, "name", [(r, _rows(forms).filter(name__in=[line.key for line in found])) for r, forms in rounds])
    return found


def of_units(name: str, rounds: list[tuple[MonitoringRound, QuerySet[MonitoringRecord]]]) -> list[Line]:
    """One indicator by unit in the last of these rounds, with what those before said."""
    by, last = "record__unit", _rows(rounds[-1][1]).filter(name=name)
    rows = last.values(by, "record__unit__name", "record__unit__code").annotate(**SUMS).order_by("record__unit__code")
    found = [_line(str(r[by]), r["record__unit__name"], r) for r in rows]
    _through(found, by, [(r, _rows(forms).filter(name=name)) for r, forms in rounds])
    return found


def _line(key: str, name: str, row: dict[str, Any]) -> Line:
    return Line(key, name, row["forms"], row["bare"], _number(row["above"]), _number(row["below"]))


def _through(found: list[Line], by: str, rounds: list[tuple[MonitoringRound, QuerySet[IndicatorReport]]]) -> None:
    for _, rows in rounds:
        sums = {str(r[by]): r for r in rows.values(by).annotate(**SUMS)}
        for line in found:
            r = sums.get(line.key)
            line.rates.append(sum_of_rates([(_number(r["above"]), _number(r["below"]))]) if r else None)


def together(found: list[Line]) -> Line:
    """All of these lines as one."""
    above, below = (sum((getattr(x, part) for x in found), Decimal(0)) for part in ("above", "below"))
    return Line("", "合计", sum(x.forms for x in found), sum(x.bare for x in found), above, below)
