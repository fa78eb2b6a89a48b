"""What a performance document (绩效文本) says.

Everything here is immutable and knows nothing of file formats, databases or the web. Amounts are ``Decimal`` in 万元,
percentages are the numbers people see (``Decimal("25")`` for 25%), and texts are as printed, typing errors included.
An empty value is ``None`` (``""`` where the printed form is kept, as in ``Target.raw`` and ``SpendingPlan.raw``).

Every value knows where it stood: an object's ``anchors`` maps the name of a field to the :class:`Anchor` of its cell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

Comparator = Literal[">=", "<=", ">", "<", "="]
TargetKind = Literal["quantitative", "qualitative"]


@dataclass(frozen=True, slots=True)
class Anchor:
    """The place of a value in its file. All numbers count from 0.

    ``table`` numbers the tables of the file in document order, nested ones included; in a workbook it is the sheet.
    ``row`` counts the rows of that table as stored; ``column`` counts the cells of that row as stored, so that a merged
    cell counts once (in a workbook it is the column of the sheet). ``paragraph`` is the paragraph in the cell, or in
    the body of the file where ``table`` is ``None``; ``None`` in a cell means the whole cell.
    """

    table: int | None = None
    row: int | None = None
    column: int | None = None
    paragraph: int | None = None
    sheet: str | None = None
    page: int | None = None


Anchors = Mapping[str, Anchor]


@dataclass(frozen=True, slots=True)
class Warning:
    """Something the reader could not place: said, never dropped."""

    message: str
    anchor: Anchor | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """A target value (指标值): ``≥90%`` is comparator ``>=``, value 90, unit ``%``.

    ``raw`` is the printed text. ``upper`` is the second number of a range such as ``85%-95%``. ``kind`` is ``None``
    only where nothing is printed.
    """

    raw: str = ""
    comparator: Comparator | None = None
    value: Decimal | None = None
    unit: str | None = None
    kind: TargetKind | None = None
    upper: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Indicator:
    """One row of the indicator table: category (一级指标), subcategory (二级指标), name (三级指标) and target.

    ``midterm`` is the medium-term target (中期指标值) of the central form (财预〔2015〕88号); elsewhere ``None``.
    ``anchors`` keys: level1, level2, name, description, target, midterm, basis.
    """

    level1: str | None
    level2: str | None
    name: str | None
    description: str | None = None
    target: Target = Target()
    basis: str | None = None
    midterm: Target | None = None
    anchors: Anchors = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Budget:
    """Budget of a project in 万元: total (预算数), fiscal funds (财政资金), other funds (其他资金)."""

    total: Decimal | None = None
    fiscal: Decimal | None = None
    other: Decimal | None = None


@dataclass(frozen=True, slots=True)
class SpendingPlan:
    """Spending plan (资金支出计划): cumulative percentages by period, each under the label of its column.

    The three tuples have one entry a period; ``percent`` is ``None`` where the cell is empty or no number.
    """

    labels: tuple[str, ...] = ()
    raw: tuple[str, ...] = ()
    percent: tuple[Decimal | None, ...] = ()
    anchors: tuple[Anchor | None, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Project:
    """A project (项目) with its performance target table (绩效目标表).

    ``sequence`` counts from 1 within the document; ``title`` is what the heading above the table says, without number
    and without 绩效目标表. The central form (财预〔2015〕88号) adds ``supervisor`` (主管部门及代码), ``attribute``
    (项目属性), ``period`` (项目期), ``midterm`` (中期资金, 万元) and ``midterm_goals`` (中期目标).
    ``anchors`` keys: title, name, code, unit_name, budget_total, budget_fiscal, budget_other, purpose, plan (its
    label), goals (their label cell), goals.0 … goals.n, indicators (head of the table), supervisor, attribute, period,
    midterm_total, midterm_fiscal, midterm_other, midterm_goals.
    """

    sequence: int
    name: str | None
    title: str | None = None
    code: str | None = None
    unit_code: str | None = None
    unit_name: str | None = None
    budget: Budget = Budget()
    purpose: str | None = None
    plan: SpendingPlan = SpendingPlan()
    goals: tuple[str, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    supervisor: str | None = None
    attribute: str | None = None
    period: str | None = None
    midterm: Budget = Budget()
    midterm_goals: tuple[str, ...] = ()
    anchors: Anchors = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class ItemizedGoal:
    """An itemised goal (分项绩效目标) of part one: its 绩效目标 and its 绩效指标 as text.

    ``number`` is printed as 一, 二 … or ``None``. ``anchors`` keys: title, goal, indicators_text.
    """

    number: str | None
    title: str | None
    goal: str | None = None
    indicators_text: str | None = None
    anchors: Anchors = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Safeguard:
    """A safeguard (工作保障措施): leading clause as title, the rest as text. ``anchors`` keys: title, text."""

    number: str | None
    title: str | None
    text: str | None = None
    anchors: Anchors = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Goals:
    """Part one, the department's own goals: overall (one entry a paragraph), itemised, safeguards."""

    overall: tuple[str, ...] = ()
    itemized: tuple[ItemizedGoal, ...] = ()
    safeguards: tuple[Safeguard, ...] = ()
    overall_anchors: tuple[Anchor, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Department:
    """Who the document speaks for. ``name`` is the unit's name without 本级 where nothing else is stated."""

    name: str | None = None
    unit_code: str | None = None
    unit_name: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A performance document as read. ``source`` is the file's name, ``format`` the kind it was found to be.

    ``amount_unit`` is the unit of every amount here, always 万元; ``printed_unit`` is what the document states.
    ``anchors`` keys: department, unit_name, fiscal_year.
    """

    source: str
    format: str
    department: Department = Department()
    fiscal_year: int | None = None
    amount_unit: str = "万元"
    printed_unit: str | None = None
    goals: Goals = Goals()
    projects: tuple[Project, ...] = ()
    warnings: tuple[Warning, ...] = field(default=(), compare=False)
    anchors: Anchors = field(default_factory=dict, compare=False)
