"""Rates of a round over units, and through the year: added up by numerator and denominator, never as a mean of rates.

A unit of 4 that reaches 3 and one of 400 that reaches 396 reach 98.76% together, not 87%. Only what is alike is added
up: indicators of one name under one subcategory. A name that says nothing of what is counted (合格率, 满意度) is of
something else in every project, and a share of more than all is a mistake.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum, Value
from django.db.models.functions import Replace

from jiheng.model import Indicator
from jiheng.policy import Pack
from jiheng.rules.shares import kind_of
from jiheng.rules.target_words import Words, bare
from jiheng.scoring.monitoring import sum_of_rates
from jiheng.web.monitoring.models import IndicatorReport, MonitoringRecord, MonitoringRound

_COUNTED, _BARE = (
    Q(denominator__gt=0),
    Q(denominator=None) & (Q(actual_raw__endswith="%") | Q(actual_raw__endswith="％")),
)
_OVER = _COUNTED & Q(numerator__gt=F("denominator"))
_PLACES = Decimal("0.000001")
SUMS = {
    "forms": Count("pk", filter=_COUNTED), "bare": Count("pk", filter=_BARE), "over": Count("pk", filter=_OVER),
    "above": Sum("numerator", filter=_COUNTED), "below": Sum("denominator", filter=_COUNTED),
    "over_above": Sum("numerator", filter=_OVER), "over_below": Sum("denominator", filter=_OVER),
}  # fmt: skip
_EMPTY = ("bare_satisfaction", "rates", "quality_rates", "timely_rates", "budget_rates", "share_names")
"""Word lists of names that say how something is measured, and not what."""

UNLIKE = "名称没有写明是什么的比率，各项目口径不同，不能相加"


@dataclass(slots=True)
class Line:
    """An indicator over units, or one of it in a unit: ``forms`` that name both numbers, ``bare`` ones that name a
    percentage alone and ``over`` ones of more than all, which are left out; ``rates`` are those of the rounds of the
    year, in order. ``why`` says why nothing is added up, where it is not."""

    key: str
    name: str
    forms: int
    bare: int
    above: Decimal
    below: Decimal
    rates: list[Decimal | None] = field(default_factory=list)
    over: int = 0
    level2: str = ""
    why: str = ""

    @property
    def rate(self) -> Decimal | None:
        """In percent."""
        return None if self.why else sum_of_rates([(self.above, self.below)])

    @property
    def left_out(self) -> int:
        """How many forms are not in the sum."""
        return self.bare + self.over


class Meaning:
    """What the word lists of a pack say of the names of rates."""

    def __init__(self, pack: Pack) -> None:
        words = Words(pack)
        empty = {name for listed in _EMPTY for name in words.listed(listed)}
        self.is_share = cache(lambda name, level2: kind_of(Indicator(None, level2, name), words) == "share")
        self.says_nothing = cache(lambda name: bare(name) in empty)

    def line(self, key: str, shown: str, name: str, level2: str, row: dict[str, Any]) -> Line:
        """The sums of a row of the database, without what cannot be added up."""
        found = Line(key, shown, row["forms"], row["bare"], _number(row["above"]), _number(row["below"]), level2=level2)
        if self.is_share(name, level2) and row["over"]:
            found.over, found.forms = row["over"], found.forms - row["over"]
            found.above -= _number(row["over_above"])
            found.below -= _number(row["over_below"])
        if self.says_nothing(name) and found.forms > 1:
            found.why = UNLIKE
        return found


def _number(value: Any) -> Decimal:
    # Some databases add decimals as binary numbers: what is beyond the places that are kept is noise.
    return (Decimal(value or 0)).quantize(_PLACES).normalize()


def _rows(forms: QuerySet[MonitoringRecord]) -> QuerySet[IndicatorReport]:
    rows = IndicatorReport.objects.filter(_COUNTED | _BARE, record__in=forms.order_by()).order_by()
    return rows.annotate(kind=Replace("level2", Value("指标"), Value("")))  # 质量 and 质量指标 are one


def names(forms: QuerySet[MonitoringRecord], q: str = "") -> Any:
    """The indicators that are rates, those of most forms first, as rows of sums; for a page to cut up."""
    rows = _rows(forms)
    if q:
        rows = rows.filter(name__contains=q)
    return rows.values("name", "kind").annotate(**SUMS).filter(forms__gt=0).order_by("-forms", "name", "kind")


def lines(rows: Any, rounds: list[tuple[MonitoringRound, QuerySet[MonitoringRecord]]], pack: Pack) -> list[Line]:
    """Those of a page, with what the rounds up to this one said."""
    meaning, known = Meaning(pack), list(rows)
    found = {(r["name"], r["kind"]): meaning.line(r["name"], r["name"], r["name"], r["kind"], r) for r in known}
    for _, forms in rounds:
        same = _rows(forms).filter(name__in={r["name"] for r in known})
        sums = {(r["name"], r["kind"]): r for r in same.values("name", "kind").annotate(**SUMS)}
        for (name, kind), line in found.items():
            r = sums.get((name, kind))
            line.rates.append(meaning.line(name, name, name, kind, r).rate if r else None)
    return list(found.values())


def kinds_of(name: str, forms: QuerySet[MonitoringRecord]) -> list[str]:
    """The subcategories that indicators of this name stand under, without 指标."""
    return sorted(_rows(forms).filter(name=name).values_list("kind", flat=True).distinct())


def of_units(
    name: str, rounds: list[tuple[MonitoringRound, QuerySet[MonitoringRecord]]], pack: Pack, kind: str
) -> list[Line]:
    """One indicator by unit in the last of these rounds, with what those before said."""
    by, meaning = "record__unit", Meaning(pack)
    rows = _rows(rounds[-1][1]).filter(name=name, kind=kind)
    last = rows.values(by, "record__unit__name", "record__unit__code").annotate(**SUMS).order_by("record__unit__code")
    found = {r[by]: meaning.line(str(r[by]), r["record__unit__name"], name, kind, r) for r in last}
    for _, forms in rounds:
        sums = {r[by]: r for r in _rows(forms).filter(name=name, kind=kind).values(by).annotate(**SUMS)}
        for unit, line in found.items():
            r = sums.get(unit)
            line.rates.append(meaning.line("", "", name, kind, r).rate if r else None)
    return list(found.values())


def together(found: list[Line], name: str, pack: Pack) -> Line:
    """All of these lines of one indicator as one."""
    above, below = (sum((getattr(x, part) for x in found), Decimal(0)) for part in ("above", "below"))
    forms, bare_ones, over = (sum(getattr(x, part) for x in found) for part in ("forms", "bare", "over"))
    why = next((x.why for x in found if x.why), "")
    if not why and forms > 1 and Meaning(pack).says_nothing(name):
        why = UNLIKE
    return Line("", "合计", forms, bare_ones, above, below, over=over, why=why)
