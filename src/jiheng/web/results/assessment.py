"""Mid-term and final assessment by section and person, from the reports and scores of what they answer for.

An indicator counts for who was named for it, else for who was named for its project (目标逐级分解).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from jiheng.policy import Pack
from jiheng.scoring.aggregation import points_rate
from jiheng.scoring.monitoring import ORDER
from jiheng.scoring.numbers import HUNDRED, to_cents
from jiheng.scoring.self_evaluation import grade_of
from jiheng.web.evaluation.models import EvaluatedIndicator
from jiheng.web.monitoring.models import IndicatorReport, MonitoringRound, Responsibility
from jiheng.web.org.models import Unit
from jiheng.web.plan.checking import pack_of
from jiheng.web.plan.models import BudgetYear, Indicator

NOBODY = "未分解"


@dataclass(slots=True)
class Line:
    """A section or a person: indicators, their lights in the round, mean completion in %, share of points in %."""

    name: str
    indicators: int = 0
    lights: dict[str, int] = field(default_factory=lambda: dict.fromkeys(ORDER, 0))
    completion: Decimal | None = None
    rate: Decimal | None = None
    grade: str = ""


@dataclass(frozen=True, slots=True)
class _Row:
    light: str = "grey"
    completion: Decimal | None = None
    points: Decimal | None = None
    weight: Decimal = Decimal(0)


def assess(unit: Unit, year: BudgetYear, round_: MonitoringRound | None) -> tuple[list[Line], list[Line]]:
    """The lines of the sections, and of the people, of a unit in a year; in a handful of queries."""
    indicators = list(
        Indicator.objects.filter(project__unit=unit, project__budget_year=year).values_list("pk", "project")
    )
    rows = _rows(unit, year, round_)
    sections: dict[str, list[_Row]] = defaultdict(list)
    people: dict[str, list[_Row]] = defaultdict(list)
    holders = _holders(unit, year)
    for key, project in indicators:
        section, person = holders.get(("indicator", key)) or holders.get(("project", project)) or (NOBODY, "")
        sections[section].append(rows[key])
        if person:
            people[person].append(rows[key])
    pack = pack_of(year)
    return _lines(sections, pack), _lines(people, pack)


def with_holders(units: QuerySet[Unit], year: BudgetYear) -> set[int]:
    """The keys of the units where somebody was named for something of the year."""
    named = Responsibility.objects.filter(unit__in=units, project__budget_year=year)
    return set(named.values_list("unit", flat=True))


def unit_to_open(units: Sequence[Unit], own: int | None, named: Container[int]) -> Unit | None:
    """The person's own unit, or the first, best one that has something to assess."""
    ordered = sorted(units, key=lambda u: u.pk != own)  # keeps the order of the others
    return next((u for u in ordered if u.pk in named), next(iter(ordered), None))


def _holders(unit: Unit, year: BudgetYear) -> dict[tuple[str, int], tuple[str, str]]:
    """Indicator or project → (section, person) that answers for it; a person answers in the section he belongs to."""
    duties = Responsibility.objects.filter(unit=unit, project__budget_year=year)
    found: dict[tuple[str, int], tuple[str, str]] = {}
    for duty in duties.select_related("section", "person__section"):
        section = duty.section or (duty.person.section if duty.person else None)
        key = ("indicator", duty.indicator_id) if duty.indicator_id else ("project", duty.project_id)
        found[key] = (section.name if section else NOBODY, duty.person.name if duty.person else "")
    return found


def _rows(unit: Unit, year: BudgetYear, round_: MonitoringRound | None) -> dict[int, _Row]:
    """What is known of each indicator: the round's light, and the points of the self-evaluation."""
    reports: dict[int, tuple[str, Decimal | None]] = {}
    if round_ is not None:
        told = IndicatorReport.objects.filter(record__round=round_, record__unit=unit)
        reports = {key: (light, done) for key, light, done in told.values_list("indicator", "light", "completion")}
    scored = EvaluatedIndicator.objects.filter(evaluation__unit=unit, evaluation__budget_year=year)
    points = {
        key: (given if given is not None else computed, weight)
        for key, computed, given, weight in scored.values_list("indicator", "computed", "given", "weight")
    }
    found: dict[int, _Row] = defaultdict(_Row)
    for key in reports.keys() | points.keys():
        light, done = reports.get(key, ("grey", None))
        reached, weight = points.get(key, (None, Decimal(0)))
        found[key] = _Row(light, done, reached, weight)
    return found


def _lines(groups: dict[str, list[_Row]], pack: Pack) -> list[Line]:
    """Best first; what nobody answers for comes last."""
    lines = [_line(name, rows, pack) for name, rows in groups.items()]
    return sorted(lines, key=lambda x: (x.name == NOBODY, -(x.rate or 0), -(x.completion or 0), x.name))


def _line(name: str, rows: Iterable[_Row], pack: Pack) -> Line:
    known: list[_Row] = list(rows)
    line = Line(name, len(known))
    for row in known:
        line.lights[row.light] += 1
    done = [min(row.completion, HUNDRED) for row in known if row.completion is not None]
    line.completion = to_cents(sum(done, Decimal(0)) / len(done)) if done else None
    line.rate = points_rate((row.points, row.weight) for row in known if row.weight)
    line.grade = grade_of(line.rate, pack.self_evaluation.grades) if line.rate is not None else ""
    return line


HEADINGS = ("科室或个人", "指标数", "正常", "预警", "偏离", "未报", "平均完成率（%）", "自评得分率（%）", "等级")


def table_of(line: Line) -> list[Any]:
    """A line as a row of the table and of the file."""
    lights = [line.lights[light] for light in ("green", "yellow", "red", "grey")]
    return [line.name, line.indicators, *lights, line.completion, line.rate, line.grade]
