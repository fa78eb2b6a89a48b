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
from jiheng.web.org.permissions import units_in
from jiheng.web.plan.checking import pack_of
from jiheng.web.plan.models import BudgetYear

NOTHING = Decimal(0)
CENT = Decimal("0.01")
Part = dict[str, Any]
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
    high_score: Decimal
    """From how many points on a score counts among the high ones."""


def overview(person: Any, year: BudgetYear, level: str, department: int | None = None) -> Overview:
    """The forms of a year that a person may see, by department or by unit (``level``), from what is kept of units.

    Raises ``KeyError`` for another level.
    """
    units = units_in(person, "evaluation.view", year)
    found = kept(EVALUATION, year.pk, units.order_by("pk").values_list("pk", flat=True), partial(_added_up, year))
    parts = [
        (unit if level == "unit" else part["department"], part)
        for unit, part in found.items() if not department or part["department"] == department
    ]  # fmt: skip
    return _overview(parts, pack_of(year), level)


def _added_up(year: BudgetYear, keys: list[int]) -> dict[int, Part]:
    forms = SelfEvaluation.objects.filter(budget_year=year)
    parts = _parts(forms if len(keys) > FEW else forms.filter(unit__in=keys), "unit", "department")
    return {unit: part | {"department": department} for (unit, department), part in parts.items()}


def overview_of(forms: QuerySet[SelfEvaluation], pack: Pack, level: str) -> Overview:
    """The same for any forms of one year."""
    return _overview([(key, part) for (key,), part in _parts(forms, level).items()], pack, level)


def _overview(parts: Iterable[tuple[int, Part]], pack: Pack, level: str) -> Overview:
    sums, wholes = _grouped(parts, pack)
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
    told, high = doubt.message if doubt else "", pack.honesty.high_score
    return Overview(summarize(total, pack), ordered, _bins(counts), told, high)


def _parts(forms: QuerySet[SelfEvaluation], *by: str) -> dict[tuple[int, ...], Part]:
    """Place → ``sums`` (points, points × budget, budget of those with a score; all budget; paid) as texts, ``wholes``:
    how many have each whole number of points, "" those without a score."""
    rows = forms.select_related(None).order_by().values_list(*by, "whole").annotate(
        n=Count("pk"), points=Sum("score"), product=Sum(F("score") * F("budget")), money=Sum("budget"),
        paid=Sum("executed"),
    )  # fmt: skip
    sums: dict[tuple[int, ...], list[Decimal]] = defaultdict(lambda: [NOTHING] * 5)
    wholes: dict[tuple[int, ...], dict[str, int]] = defaultdict(dict)
    for *key, whole, count, points, product, budget, paid in rows:
        money, part = _cents(budget), sums[tuple(key)]
        scored = (_cents(points), Decimal(str(product or 0)), money) if whole is not None else (NOTHING,) * 3
        for n, amount in enumerate((*scored, money, _cents(paid))):
            part[n] += amount
        wholes[tuple(key)]["" if whole is None else str(whole)] = count
    return {key: {"sums": [str(s) for s in part], "wholes": wholes[key]} for key, part in sums.items()}


def _grouped(parts: Iterable[tuple[int, Part]], pack: Pack) -> tuple[dict[int, Sums], dict[int, dict[int, int]]]:
    """Place → sums, and place → whole points → how many."""
    # The score's whole points tell its grade as long as grades begin at whole points, as the regulation has them.
    grades = {str(whole): grade_of(Decimal(whole), pack.self_evaluation.grades) for whole in range(101)}
    sums: dict[int, Sums] = defaultdict(Sums)
    wholes: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for key, part in parts:
        named: dict[str, int] = defaultdict(int)
        for whole, count in part["wholes"].items():
            if whole:
                named[grades[whole]] += count
                wholes[key][int(whole)] += count
        counts = sum(part["wholes"].values()), sum(named.values())
        sums[key] += Sums(*counts, *(Decimal(s) for s in part["sums"]), dict(named))
    return sums, wholes


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


def headings_of(found: Overview) -> list[str]:
    """The columns of :func:`rows_of`."""
    first = ("名称", "名次", "项目数", "有得分的", "加权得分", "平均得分", "等级")
    return [*first, *found.summary.grades, f"{found.high_score} 分以上", "执行率（%）"]


def rows_of(found: Overview) -> list[list[Any]]:
    """The places in order, for a worksheet."""
    rows: list[list[Any]] = []
    for place in found.places:
        s = place.summary
        first = (place.name, place.place, s.count, s.scored, s.weighted, s.mean, s.grade)
        rows.append([*first, *s.grades.values(), place.high, s.rate])
    return rows


def worst(forms: QuerySet[SelfEvaluation], count: int = 10) -> list[SelfEvaluation]:
    """The projects with the lowest scores."""
    return list(forms.filter(score__isnull=False).defer("honesty").order_by("score", "project")[:count])
