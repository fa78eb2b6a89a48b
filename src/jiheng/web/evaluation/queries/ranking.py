"""Ranking and distribution of a year's self-evaluations: one grouped query, quotients by :mod:`jiheng.scoring`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import Count, F, QuerySet, Sum

from jiheng.policy import Pack
from jiheng.scoring.aggregation import Scored, Summary, Sums, distribution_of, ranking, summarize
from jiheng.scoring.honesty import pattern_among
from jiheng.scoring.self_evaluation import grade_of
from jiheng.web.evaluation.models import SelfEvaluation
from jiheng.web.execution.kept import EVALUATION, FEW, kept
from jiheng.web.org.models import Department, Unit
from jiheng.web.org.permissions import units_for
from jiheng.web.plan.checking import pack_of
from jiheng.web.plan.models import BudgetYear

NOTHING = Decimal(0)
CENT = Decimal("0.01")
Row = tuple[Any, ...]
LEVELS = {"department": "部门", "unit": "单位"}


@dataclass(slots=True)
class Ranked:
    """A place with its result. ``pattern`` says that nearly all its projects score at the very top."""

    key: int
    name: str
    summary: Summary
    place: int | None = None
    pattern: str = ""
    high: int = 0
    bars: list[tuple[str, int, Decimal, Decimal]] = field(default_factory=list)
    """Grade, count, share in percent, where it starts: the bar of grades."""


@dataclass(slots=True)
class Overview:
    """A year's result: all together, the places in order, and how scores are distributed."""

    summary: Summary
    places: list[Ranked]
    bins: list[tuple[int, int, int, Decimal]]
    """From, to, count, percent of the largest."""
    pattern: str


def overview(person: Any, year: BudgetYear, level: str, department: int | None = None) -> Overview:
    """The forms of a year that a person may see, by department or by unit (``level``), from what is kept of units.

    Raises ``KeyError`` for another level.
    """
    units = units_for(person, "evaluation.view", year.year).filter(department__district_id=year.district_id)
    found = kept(EVALUATION, year.pk, units.order_by("pk").values_list("pk", flat=True), partial(_added_up, year))
    rows = [
        (unit if level == "unit" else sums["department"], *row)
        for unit, sums in found.items() if not department or sums["department"] == department
        for row in sums["rows"]
    ]  # fmt: skip
    return _overview(rows, pack_of(year), level)


def _added_up(year: BudgetYear, keys: list[int]) -> dict[int, dict[str, Any]]:
    forms = SelfEvaluation.objects.filter(budget_year=year)
    made: dict[int, dict[str, Any]] = {}
    forms = forms if len(keys) > FEW else forms.filter(unit__in=keys)
    for unit, department, *row in _rows(forms, "unit", "department"):
        row = [str(v) if isinstance(v, Decimal) else v for v in row]
        made.setdefault(unit, {"department": department, "rows": []})["rows"].append(row)
    return made


def overview_of(forms: QuerySet[SelfEvaluation], pack: Pack, level: str) -> Overview:
    """The same for any forms of one year."""
    return _overview(_rows(forms, level), pack, level)


def _overview(rows: Iterable[Row], pack: Pack, level: str) -> Overview:
    sums, wholes = _grouped(rows, pack)
    names = _names(level, sums)
    places = [_ranked(key, names[key], sums[key], wholes[key], pack) for key in sums]
    _put_places(places)
    total = sum(sums.values(), Sums())
    counts: dict[int, int] = defaultdict(int)
    for mine in wholes.values():
        for whole, count in mine.items():
            counts[whole] += count
    doubt = pattern_among(total.scored, _high(counts, pack), pack)
    ordered = sorted(places, key=lambda p: (p.place is None, p.place or 0, p.name))
    return Overview(summarize(total, pack), ordered, _bins(counts), doubt.message if doubt else "")


def _rows(forms: QuerySet[SelfEvaluation], *by: str) -> Iterable[Row]:
    """(place …, whole points, how many, points, points × budget, budget, paid)."""
    found: Iterable[Row] = forms.select_related(None).order_by().values_list(*by, "whole").annotate(
        n=Count("pk"), points=Sum("score"), product=Sum(F("score") * F("budget")), money=Sum("budget"),
        paid=Sum("executed"),
    )  # fmt: skip
    return found


def _grouped(rows: Iterable[Row], pack: Pack) -> tuple[dict[int, Sums], dict[int, dict[int, int]]]:
    """Place → sums, and place → whole points → how many."""
    # The score's whole points tell its grade as long as grades begin at whole points, as the regulation has them.
    grades = {whole: grade_of(Decimal(whole), pack.self_evaluation.grades) for whole in range(101)}
    parts: dict[int, list[Any]] = defaultdict(lambda: [0, 0, *(NOTHING,) * 5])
    named: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    wholes: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for key, whole, count, points, product, budget, paid in rows:
        part, money = parts[key], _cents(budget)
        part[0] += count
        part[5] += money
        part[6] += _cents(paid)
        if whole is None:
            continue
        part[1] += count
        part[2] += _cents(points)
        part[3] += Decimal(str(product or 0))
        part[4] += money
        named[key][grades[min(max(whole, 0), 100)]] += count
        wholes[key][whole] += count
    return {key: Sums(*part, dict(named[key])) for key, part in parts.items()}, wholes


def _cents(amount: Any) -> Decimal:
    return Decimal(amount or 0).quantize(CENT)


def _names(level: str, keys: Any) -> dict[int, str]:
    model = {"department": Department, "unit": Unit}[level]
    return dict(model._default_manager.filter(pk__in=list(keys)).values_list("pk", "name"))


def _high(counts: dict[int, int], pack: Pack) -> int:
    return sum(count for whole, count in counts.items() if whole >= pack.honesty.high_score)


def _ranked(key: int, name: str, sums: Sums, wholes: dict[int, int], pack: Pack) -> Ranked:
    high = _high(wholes, pack)
    doubt = pattern_among(sums.scored, high, pack)
    found = Ranked(key, name, summarize(sums, pack), pattern=doubt.message if doubt else "", high=high)
    at = NOTHING
    for grade, count in found.summary.grades.items():
        share = Decimal(count * 100) / sums.scored if sums.scored else NOTHING
        found.bars.append((grade, count, round(share, 2), round(at, 2)))
        at += share
    return found


def _put_places(places: list[Ranked]) -> None:
    """Equal results share a place; who has none is not ranked."""
    by_key = {str(p.key): p for p in places}
    for place in ranking(Scored(str(p.key), p.summary.weighted) for p in places):
        by_key[place.item.name].place = place.place


def _bins(counts: dict[int, int]) -> list[tuple[int, int, int, Decimal]]:
    found = distribution_of(counts)
    most = max((count for _, _, count in found), default=0)
    return [(a, b, n, round(Decimal(n * 100) / most, 1) if most else NOTHING) for a, b, n in found]


def worst(forms: QuerySet[SelfEvaluation], count: int = 10) -> list[SelfEvaluation]:
    """The projects with the lowest scores."""
    return list(forms.filter(score__isnull=False).defer("honesty").order_by("score", "project")[:count])
