"""What the name and the unit of an indicator say of its target value: rate or count, wanted or unwanted, money or time.

The word lists are policy data (``[lexicon]`` of a pack). Names are compared in plain form, see
:func:`jiheng.readers.values.plain`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from jiheng.model import Indicator, Target
from jiheng.policy import Pack
from jiheng.readers.values import parse_target, plain
from jiheng.rules.context import DocumentContext, IndicatorContext

Polarity = Literal["positive", "negative"]

PERCENT = ("%", "‰")
_OVER = re.compile(r"占|与[^,，。;；]{0,60}之比|除以|/")
_BRACKETS = re.compile(r"[(\[【][^()\[\]【】]*[)\]】]")
# 效率 and 频率 are no ratios; 率先 and 率领 are verbs.
_RATE = re.compile(r"(?<![效频功])率(?!先|领|队)|比例|比重|占比|百分比|比%|%$|%\)$")
_NEGATION = re.compile(r"[不未非](?!断|动产|间断|少于|成年|遗|机动|物质|公有|税|营利|学历)")


@lru_cache(maxsize=65536)
def bare(text: str | None) -> str:
    """A plain name without what stands in brackets, so that its last word is its last: "覆盖率（%）" is 覆盖率."""
    name = plain(text or "")
    return _BRACKETS.sub("", name) or name


@lru_cache(maxsize=65536)
def is_rate(text: str | None) -> bool:
    """Whether a name is that of a ratio."""
    return bool(_RATE.search(plain(text or "")))


@lru_cache(maxsize=65536)
def numerator(text: str | None) -> str:
    """What a description counts: 住院人次占参保人数比例 is of the former, whatever it ends in."""
    told = plain(text or "")
    return _OVER.split(told, maxsplit=1)[0] or told


@lru_cache(maxsize=256)
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    # "(?!)" never matches: a pack may leave a list out.
    return re.compile("|".join(re.escape(w) for w in sorted(words, key=len, reverse=True)) or "(?!)")


@lru_cache(maxsize=64)
def _ending_in(names: tuple[str, ...], measures: tuple[str, ...]) -> re.Pattern[str]:
    # Words of measures are made of one another (人 次 人次): without a bound there are endless ways to share them out.
    return re.compile(f"(?:{_any_of(names).pattern})(?:{_any_of(measures).pattern}){{0,4}}$")


class Words:
    """The word lists of a pack as questions about a name."""

    def __init__(self, pack: Pack) -> None:
        self._lists = {name: tuple(words) for name, words in pack.lexicon.items()}
        self._patterns: dict[str, re.Pattern[str]] = {}
        self._framework = pack.framework
        self._kinds: dict[tuple[str | None, str | None], frozenset[str | None]] = {}
        measures = self.listed("measured_by")
        self._unwanted = _ending_in(self.listed("negative_names"), measures)
        self._wanted = _ending_in(self.listed("positive_names") + self.listed("sure_names"), measures)
        self._surely_wanted = _ending_in(self.listed("sure_names"), measures)

    def listed(self, name: str) -> tuple[str, ...]:
        """The word list of this name; empty where the pack has none."""
        return self._lists.get(name, ())

    def has(self, name: str, *texts: str | None) -> bool:
        """Whether a word of the list occurs in one of the texts."""
        search = self._pattern(name).search
        return any(search(plain(t)) for t in texts if t)

    def _pattern(self, name: str) -> re.Pattern[str]:
        if name not in self._patterns:
            self._patterns[name] = _any_of(self.listed(name))
        return self._patterns[name]

    def ends(self, name: str, text: str | None) -> bool:
        """Whether the name ends in a word of the list, whatever stands in brackets after it."""
        return bare(text).endswith(self.listed(name))

    def polarity(self, text: str | None) -> Polarity | None:
        """Whether more of what is named is better or worse; ``None`` where the name does not tell.

        What the name ends in decides: 投诉率 and 事故起数 are unwanted, 投诉办结率 and 事故应急演练次数 are not.
        """
        name = bare(text)
        if self._unwanted.search(name):
            # "查处违法案件数": the unwanted thing at the end is what the work is about.
            return None if self.has("turning_words", name) else "negative"
        if _NEGATION.search(name):
            return None
        if self._surely_wanted.search(name) or (is_rate(name) and self.has("timely_words", name)):
            return "positive"
        return "positive" if self._wanted.search(name) and not self.has("capped_names", name) else None

    def is_doubtful(self, text: str | None) -> bool:
        """Whether the name may be of something unwanted or limited, though no list says so."""
        return any(self.has(n, text) for n in ("negative_names", "capped_names", "doubtful_signs"))

    def is_under(self, i: Indicator, kind: str) -> bool:
        """Whether the indicator stands under this category or subcategory (成本, 时效 …)."""
        return kind in self._kinds_of(i)

    def _kinds_of(self, i: Indicator) -> frozenset[str | None]:
        # The same few labels stand in every table.
        printed = i.level1, i.level2
        if printed not in self._kinds:
            self._kinds[printed] = frozenset((self._framework.level1(i.level1), self._framework.level2(i.level2)))
        return self._kinds[printed]

    def is_cost(self, i: Indicator) -> bool:
        """Whether the indicator is of what is spent: under 成本 (the cost to society or nature aside), or called so."""
        kinds = self._kinds_of(i)
        if "社会成本" in kinds or "生态环境成本" in kinds:
            return False
        if "成本" in kinds or "经济成本" in kinds:
            return True
        return self.ends("spending_names", i.name) and not self.has("saving_words", i.name)

    def is_money(self, i: Indicator) -> bool:
        """Whether the target value is a sum of money, or so much money for one of something."""
        unit = unit_root(i.target.unit)
        if unit == "万":
            return self.is_cost(i) or self.has("money_words", i.name, i.description)
        return unit in self.listed("money_units")


def words_in(ctx: DocumentContext) -> Words:
    """The words of the document's pack, laid out once a document."""
    return ctx.once("target.words", lambda _: Words(ctx.pack))


def words_of(ctx: IndicatorContext) -> Words:
    """The words of the pack that the indicator falls under."""
    return words_in(ctx.within.within)


def unit_root(unit: str | None) -> str | None:
    """The unit without what it is counted by: 元/人/月 is 元."""
    return re.split(r"[/每]", unit, maxsplit=1)[0] or None if unit else None


def is_satisfaction(i: Indicator) -> bool:
    """Whether the indicator is of satisfaction: its name says so, or it stands under 满意度."""
    name = bare(i.name)
    if "不满意" in name:
        return False
    return "满意" in name or "满意" in plain((i.level2 or "") + (i.level1 or ""))


def of_percent(target: Target) -> bool:
    """Whether the target value is a percentage."""
    return target.value is not None and target.unit in PERCENT


_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


def printed_with(target: Target, sign: str) -> str | None:
    """The target value printed with this sign in front; ``None`` where that would change more than the sign."""
    number = _NUMBER.search(plain(target.raw))
    if number is None or target.upper is not None:
        return None
    text = f"{sign}{number[0]}{target.unit or ''}"
    again = parse_target(text)
    return text if (again.value, again.unit) == (target.value, target.unit) else None


_VALUE = re.compile(r"^[^\d]*\d[\d,]*(?:\.\d+)?(?:[-~—–至到]+\d[\d,]*(?:\.\d+)?)?")
_COMPARED_AFTER = re.compile(r"(?:左右|(?:及|或|含)?以上|(?:及)?以下|以内|之内|内)$")


def trailing_text(target: Target) -> str:
    """What stands after the number of a value without a unit: a clause, or nothing."""
    if target.kind != "quantitative" or target.unit is not None:
        return ""
    rest = _VALUE.sub("", plain(target.raw), count=1)
    return _COMPARED_AFTER.sub("", rest.rstrip("。;,.")).strip("()")


def cell(i: Indicator) -> str:
    """How messages name the indicator and what stands in its cell."""
    return f"“{i.name or '（空）'}”的指标值“{i.target.raw}”"
