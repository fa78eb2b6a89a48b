"""Scores of many projects together: a department's result, rankings, distributions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from jiheng.policy import Pack
from jiheng.scoring.numbers import HUNDRED, percent_of, to_cents
from jiheng.scoring.self_evaluation import grade_of

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Scored:
    """A project's result: points of 100, ``None`` while it has none; money in 元."""

    name: str
    score: Decimal | None
    budget: Decimal = NOTHING
    paid: Decimal = NOTHING


@dataclass(frozen=True, slots=True)
class Summary:
    """Results of projects together. ``weighted`` is the mean score by budget, ``mean`` the plain one."""

    count: int
    scored: int
    mean: Decimal | None
    weighted: Decimal | None
    grade: str
    grades: dict[str, int]
    budget: Decimal
    paid: Decimal
    rate: Decimal | None


def summary_of(projects: Iterable[Scored], pack: Pack) -> Summary:
    """The overall result of a department, a unit or a section: scores weighted by money (元), graded as a project is.

    Where no project has a budget, all count alike.
    """
    known = list(projects)
    scored = [(p.score, p.budget) for p in known if p.score is not None]
    budget, paid = sum((p.budget for p in known), NOTHING), sum((p.paid for p in known), NOTHING)
    mean = to_cents(sum((s for s, _ in scored), NOTHING) / len(scored)) if scored else None
    weight = sum((b for _, b in scored), NOTHING)
    weighted = to_cents(sum((s * b for s, b in scored), NOTHING) / weight) if weight else mean
    names = {g.name: 0 for g in pack.self_evaluation.grades}
    for s, _ in scored:
        names[grade_of(s, pack.self_evaluation.grades)] += 1
    grade = grade_of(weighted, pack.self_evaluation.grades) if weighted is not None else ""
    return Summary(len(known), len(scored), mean, weighted, grade, names, budget, paid, percent_of(paid, budget))


def points_rate(rows: Iterable[tuple[Decimal | None, Decimal]]) -> Decimal | None:
    """Points reached of those that could be (得分率), in %; ``None`` of nothing. A row without points reached none."""
    known = list(rows)
    return percent_of(sum((p or NOTHING for p, _ in known), NOTHING), sum((w for _, w in known), NOTHING))


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a ranking: equal scores share a place, and the next one counts on (1, 2, 2, 4)."""

    place: int
    item: Scored


def ranking(items: Iterable[Scored]) -> list[Place]:
    """From the best score down, by name among equals; what has no score is left out."""
    known = [(i.score, i) for i in items if i.score is not None]
    ordered = sorted(known, key=lambda pair: (-pair[0], pair[1].name))
    places: list[Place] = []
    for n, (score, item) in enumerate(ordered, 1):
        same = places and places[-1].item.score == score
        places.append(Place(places[-1].place if same else n, item))
    return places


def distribution(scores: Sequence[Decimal], step: int = 5) -> list[tuple[int, int, int]]:
    """How many scores lie in each interval [from, to) of ``step`` points; the last includes 100."""
    counts = [0] * (100 // step)
    for score in scores:
        counts[min(int(min(max(score, NOTHING), HUNDRED)) // step, len(counts) - 1)] += 1
    return [(n * step, (n + 1) * step, count) for n, count in enumerate(counts)]
