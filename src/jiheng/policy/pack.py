"""The shape of a policy pack. Every table of a TOML pack is one class here; an unknown key is an error."""

from __future__ import annotations

from decimal import Decimal

import msgspec


def _own_name(printed: str | None, aliases: dict[str, str]) -> str | None:
    bare = "".join((printed or "").split()).removesuffix("指标")
    return aliases.get(bare, bare) or None


class Framework(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Indicator framework: which subcategories (二级指标) a category (一级指标) has, and which are required."""

    levels: dict[str, list[str]] = {}
    """Level-1 name without 指标 → its level-2 names without 指标."""
    level1_aliases: dict[str, str] = {}
    """Another printed level-1 name → the pack's own (效果 → 效益)."""
    level2_aliases: dict[str, str] = {}
    required_level1: list[str] = []
    advised_level1: list[str] = []
    """Asked for of some projects only: missing is a warning."""
    accepted_level1: list[str] = []
    """Aliases that this pack's years use themselves, so that they are no mistake (效果 until 2020)."""
    required_level2: list[str] = []

    def level1(self, printed: str | None) -> str | None:
        """The pack's own name of a printed level-1 label: "效果指标" is 效益. ``None`` for an empty cell."""
        return _own_name(printed, self.level1_aliases)

    def level2(self, printed: str | None) -> str | None:
        """The pack's own name of a printed level-2 label: "数量指标" is 数量. ``None`` for an empty cell."""
        return _own_name(printed, self.level2_aliases)


class Plan(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Spending plan periods, as printed."""

    labels: list[str] = []


class Selection(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """When this pack is chosen: by place and by fiscal years, both inclusive. Empty means any.

    The place is the division that the project codes begin with, or, where there are no such codes, one of ``names`` in
    the name of the department, the unit or the file. ``level1`` keeps the pack for documents that print one of these
    level-1 names: two frameworks are in use side by side, and the document itself says which it follows.
    """

    divisions: list[str] = []
    names: list[str] = []
    level1: list[str] = []
    first_year: int = 0
    last_year: int = 9999
    priority: int = 0


class ReviewItem(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One line of the official review sheet (绩效目标审核表) and what findings cost there."""

    aspect: str
    """完整性, 相关性, 适当性 or 可行性."""
    name: str
    points: Decimal
    asks: list[str] = []
    """What the sheet asks the reviewer."""
    judged: list[str] = []
    """What no text can show and a person must judge."""
    costs: dict[str, Decimal] = {}
    """Rule code, or its beginning, → points that one finding costs; the longest beginning counts."""
    code_limit: Decimal = Decimal(5)
    """What the findings of one code cost at most together."""
    silence_is_evidence: bool = False
    """Whether no finding means that nothing is wrong here. Else an item without findings is left to a person."""


class Grade(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A grade (优良中差): from how many points of a hundred, and what becomes of the project."""

    name: str
    least: Decimal
    outcome: str = ""
    blocks: list[str] = []
    """The steps (``approve``, ``department_pass``) that a table of this grade takes for a written reason only."""


class Review(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The review sheet: its items in order, and the grades from best to worst."""

    items: list[ReviewItem] = []
    grades: list[Grade] = []


class Monitoring(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """When a light turns yellow or red (财预〔2019〕136号; the numbers are the pack's)."""

    yellow_gap: Decimal = Decimal(-10)
    """Execution rate less planned progress, in percentage points: below this the money is yellow."""
    red_gap: Decimal = Decimal(-20)
    yellow_completion: Decimal = Decimal(90)
    """Completion measured against the time gone by, in %: below this a result is yellow."""
    red_completion: Decimal = Decimal(70)
    remind_days: int = 3
    """So many days before a round closes, those who have not reported are reminded."""


class RoundRule(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A round of monitoring: days are ``MM-DD`` of the fiscal year; a day of the next year begins with ``+``."""

    label: str
    period_end: str
    opens: str
    closes: str
    locks: str


class Scheme(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Points of a self-evaluation by category, 100 together; used where the project has all categories of ``needs``."""

    points: dict[str, Decimal]
    """预算执行率 and the pack's level-1 names → points."""
    needs: list[str] = []


class Band(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A band of attainment of a qualitative indicator, in % of its points; ``usual`` is what it gives by itself."""

    name: str
    least: Decimal
    most: Decimal
    usual: Decimal


class OverFulfilment(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Above how many % over the target how many % of the points are taken off: the target was set too low."""

    above: Decimal
    off: Decimal


class SelfEvaluation(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """How a project scores itself (财预〔2020〕10号, 财预〔2021〕101号)."""

    schemes: list[Scheme] = []
    receivers: dict[str, str] = {}
    """A category that the project does not have → the one that gets its points; others share by their own points."""
    bands: list[Band] = []
    over_fulfilment: list[OverFulfilment] = []
    floors: dict[str, Decimal] = {}
    """Category → completion in % below which nothing is given (满意度赋分)."""
    explain_below: Decimal = Decimal(100)
    """A row with less than so many % of its points must say why."""
    grades: list[Grade] = []


class Honesty(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What makes a self-evaluation hard to believe."""

    high_score: Decimal = Decimal(98)
    """A total from here on is high."""
    unspent_score: Decimal = Decimal(80)
    """A score from here on is hard to believe where nothing was spent."""
    unspent_rate: Decimal = Decimal(5)
    """An execution rate of so many % or less is as good as nothing spent."""
    many_high: Decimal = Decimal(80)
    """So many % of a unit's projects that score high are a pattern."""
    least_projects: int = 4
    """Of fewer projects no pattern is told."""
    least_rows: int = 3
    """Of fewer numbers "every actual equals its target" says nothing."""
    fall_back: Decimal = Decimal(5)
    """An actual value so many % worse than what monitoring reported contradicts it."""
    leap: Decimal = Decimal(100)
    """A value that grew by so many % after the last round contradicts it too."""


class Pack(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One policy pack. ``thresholds`` are numbers by name, ``lexicon`` word lists by name."""

    name: str
    title: str
    extends: str | None = None
    basis: list[str] = []
    selection: Selection = Selection()
    framework: Framework = Framework()
    plan: Plan = Plan()
    thresholds: dict[str, Decimal] = {}
    lexicon: dict[str, list[str]] = {}
    replacements: dict[str, dict[str, str]] = {}
    """Wrong word → right word, by name of the list."""
    review: Review = Review()
    monitoring: Monitoring = Monitoring()
    rounds: dict[str, list[RoundRule]] = {}
    """Name of a calendar → its rounds."""
    calendar: str = ""
    """The calendar of rounds that districts under this pack keep unless they choose another."""
    self_evaluation: SelfEvaluation = SelfEvaluation()
    honesty: Honesty = Honesty()
    silent_rules: list[str] = []
    """Codes of rules that this pack switches off."""
    severities: dict[str, str] = {}
    """Rule code → error, warning or info, where the pack differs from the rule's own."""
