"""Percentages above 100%: a part is never more than its whole, a change or a comparison with a plan may well be.

What the word lists of the pack call wanted (合格, 覆盖, 发放 …) or satisfaction is a share; ``open_rates`` (增长, 计划,
收入 …) may pass 100%; of anything else nobody knows, and a person is asked. The one home of what is said about it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from jiheng.model import Indicator
from jiheng.policy import Pack
from jiheng.rules.target_words import Words, bare, is_satisfaction

WHOLE = Decimal(100)
_ABSURD = Decimal(1000)
Kind = Literal["share", "open", "unknown"]


@dataclass(frozen=True, slots=True)
class Question:
    """Something that must be confirmed with a reason; ``is_sure``: it cannot be right as the indicator is named."""

    message: str
    is_sure: bool


def kind_of(i: Indicator, words: Words) -> Kind:
    """Whether a percentage of this indicator may pass 100%. 完成率 may be of a plan, which its name does not tell."""
    if is_satisfaction(i):
        return "share"
    if words.has("open_rates", i.name, i.description):
        return "open"
    name = bare(i.name)
    is_of_plan = "完成" in name and not any(w in name for w in ("按时", "按期", "及时"))
    return "share" if words.polarity(i.name) == "positive" and not is_of_plan else "unknown"


def above_whole(i: Indicator, percent: Decimal, what: str, words: Words, pack: Pack) -> Question | None:
    """The question about a value of so many percent; ``what`` names it in the sentence."""
    if percent <= WHOLE:
        return None
    absurd = pack.thresholds.get("absurd_rate", _ABSURD)
    kind = kind_of(i, words)
    if kind == "share":
        return Question(f"{what}超过了 100%，部分不会大于全部。", True)
    if percent >= absurd:
        return Question(f"{what}达到 {absurd:f}% 以上，疑似误填。", True)
    if kind == "unknown":
        return Question(f"{what}超过了 100%，请核实是否为对计划或上年的比率。", False)
    return None
