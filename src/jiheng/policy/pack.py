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


class Review(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The review sheet: its items in order, and the grades from best to worst."""

    items: list[ReviewItem] = []
    grades: list[Grade] = []


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
    silent_rules: list[str] = []
    """Codes of rules that this pack switches off."""
    severities: dict[str, str] = {}
    """Rule code → error, warning or info, where the pack differs from the rule's own."""
