"""Scores of many projects together: a department's result, rankings, distributions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True)
class Sums:
    """Projects added up by a database; money in 元. ``product`` is the sum of score × budget, ``weight`` the budget,
    of those that have a score."""

    count: int = 0
    scored: int = 0
    points: Decimal = NOTHING
    product: Decimal = NOTHING
    weight: Decimal = NOTHING
    budget: Decimal = NOTHING
    paid: Decimal = NOTHING
    grades: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: Sums) -> Sums:
        grades = {g: self.grades.get(g, 0) + other.grades.get(g, 0) for g in (*self.grades, *other.grades)}
        return Sums(
            self.count + other.count, self.scored + other.scored, self.points + other.points,
            self.product + other.product, self.weight + other.weight, self.budget + other.budget,
            self.paid + other.paid, grades,
        )  # fmt: skip


def sums_of(projects: Iterable[Scored], pack: Pack) -> Sums:
    """The sums of projects that are at hand."""
    grades, whole = pack.self_evaluation.grades, Sums()
    for p in projects:
        if p.score is None:
            whole += Sums(1, budget=p.budget, paid=p.paid)
        else:
            named = {grade_of(p.score, grades): 1}
            whole += Sums(1, 1, p.score, p.score * p.budget, p.budget, p.budget, p.paid, named)
    return whole


def summary_of(projects: Iterable[Scored], pack: Pack) -> Summary:
    """The overall result of a department, a unit or a section: scores weighted by money (元), graded as a project is.

    Where no project has a budget, all count alike.
    """
    return summarize(sums_of(projects, pack), pack)


def summarize(sums: Sums, pack: Pack) -> Summary:
    """The same from sums."""
    mean = to_cents(sums.points / sums.scored) if sums.scored else None
    weighted = to_cents(sums.product / sums.weight) if sums.weight else mean
    names = {g.name: sums.grades.get(g.name, 0) for g in pack.self_evaluation.grades}
    grade = grade_of(weighted, pack.self_evaluation.grades) if weighted is not None else ""
    rate = percent_of(sums.paid, sums.budget)
    return Summary(sums.count, sums.scored, mean, weighted, grade, names, sums.budget, sums.paid, rate)


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


def distribution_of(counts: Mapping[int, int], step: int = 5) -> list[tuple[int, int, int]]:
    """The same from how many scores have each whole number of points."""
    found = [0] * (100 // step)
    for points, count in counts.items():
        found[min(max(points, 0) // step, len(found) - 1)] += count
    return [(n * step, (n + 1) * step, count) for n, count in enumerate(found)]
