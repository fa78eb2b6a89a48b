"""What a self-evaluation form says, in the words that are printed; Word and Excel write it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class MoneyRow:
    """A row of the money: amounts in 万元, as printed; weight and points stand in the first alone."""

    label: str
    initial: str
    budget: str
    executed: str
    rate: str
    weight: str = ""
    points: str = ""


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """A row of the indicators; ``explanation`` says how the points were computed, ``adjustment`` why changed."""

    level1: str
    level2: str
    name: str
    target: str
    actual: str
    weight: str
    points: str
    deviation: str
    explanation: str = ""
    adjustment: str = ""


@dataclass(frozen=True, slots=True)
class EvaluationForm:
    """The 项目支出绩效自评表 of one project (财预〔2020〕10号)."""

    year: int
    project: str
    code: str
    department: str
    unit: str
    money: Sequence[MoneyRow]
    goals: str
    goals_actual: str
    rows: Sequence[IndicatorRow]
    score: str
    grade: str
    execution_explanation: str = ""
    doubts: Sequence[str] = ()
    doubts_explanation: str = ""


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """The result of a unit or a project in a department's report; ``about``: how many projects, or whose it is."""

    name: str
    about: str
    budget: str
    executed: str
    rate: str
    score: str
    grade: str


@dataclass(frozen=True, slots=True)
class DepartmentReport:
    """A department's overall self-evaluation: ``parts`` are headings with their texts, in order."""

    year: int
    department: str
    score: str
    grade: str
    parts: Sequence[tuple[str, str]]
    total: PlaceRow
    units: Sequence[PlaceRow] = ()
    projects: Sequence[PlaceRow] = ()
    grades: Sequence[tuple[str, int]] = field(default=())
