"""A reported value against its target: which way is better, how much of it is reached.

Numbers are compared in the target's unit; days (11月底前) by how much of the year they take; words cannot be compared.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from jiheng.model import Target
from jiheng.scoring.execution import period_end
from jiheng.scoring.numbers import HUNDRED, percent_of, plain, to_cents
from jiheng.scoring.units import converted

Direction = Literal["positive", "inverse", "range", "date", "qualitative"]
_YEAR = re.compile(r"((?:19|20)\d\d)[年./-]")
_ISO = re.compile(r"(?:19|20)\d\d[-/.](\d{1,2})[-/.](\d{1,2})")
_PRESSED = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)")
"""A day as finance systems write it: 20261020."""
_NOTHING = re.compile(r"(?:无|没有|零|未发生|没有发生|无发生)[^\d]{0,3}")
"""Words that say 0: 事故 没有发生, 受益人数 无."""
_NUMERALS = re.compile(r"\d|(?:百分之)?[零〇一二两三四五六七八九十百千万亿点]{2,}")
_BARE = re.compile(r"[-−]?[\d.]+")
_TIMES = re.compile(r"(?<![\d零〇一二三四五六七八九十])[\d零〇一二三四五六七八九十]+(?:年|月|日|号|季度)")
"""When something will be, no number of it: 12月组织问卷调查."""


@dataclass(frozen=True, slots=True)
class Reported:
    """What was reported of an indicator. A percentage may come as ``numerator`` and ``denominator``, which then count.

    ``value`` is the text as parsed by the readers; ``None`` where nothing was reported.
    """

    value: Target | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None

    @property
    def is_given(self) -> bool:
        """Whether there is anything at all."""
        return (self.value is not None and bool(self.value.raw.strip())) or self.share is not None

    @property
    def share(self) -> Decimal | None:
        """The percentage of numerator and denominator, to two places."""
        if self.numerator is None or not self.denominator:
            return None
        return percent_of(self.numerator, self.denominator)


@dataclass(frozen=True, slots=True)
class Comparison:
    """``attained`` is how much of the target is reached in % (100: reached exactly or, the inverse way, kept).

    It is not rounded; ``None`` where it cannot be told, and ``problem`` then says why in Chinese. ``excess`` is by how
    many % a positive target is exceeded; ``target`` and ``actual`` are the numbers compared (dates: days of the year).
    ``wanted`` prints a target of two numbers; ``hint`` tells of a likely slip in what was reported.
    """

    direction: Direction
    attained: Decimal | None = None
    excess: Decimal = Decimal(0)
    target: Decimal | None = None
    actual: Decimal | None = None
    unit: str = ""
    problem: str = ""
    wanted: str = ""
    hint: str = ""

    @property
    def is_reached(self) -> bool:
        """Whether the target is met."""
        return self.attained is not None and self.attained >= HUNDRED


def direction_of(target: Target, year: int) -> Direction:
    """Which way is better: ≥ > = positive, ≤ < inverse, two numbers a range, a day, else words (定性).

    Exactly nothing (事故 0起) is a limit: more of it is worse.
    """
    if target.value is None:
        return "date" if day_in(target.raw, year) is not None else "qualitative"
    if target.upper is not None:
        return "range"
    is_limit = target.comparator in ("<=", "<") or (not target.value and target.comparator == "=")
    return "inverse" if is_limit else "positive"


def compare(target: Target, reported: Reported, year: int) -> Comparison:
    """The reported value against its target, in the fiscal year ``year``."""
    direction = direction_of(target, year)
    if not reported.is_given:
        return Comparison(direction, problem="没有填写完成值。")
    if direction == "qualitative":
        return Comparison(direction)
    if direction == "date":
        return _by_day(target, reported, year)
    unit = target.unit or ""
    number, problem = _number(reported, unit)
    wanted = target.value
    if number is None or wanted is None:
        return Comparison(direction, unit=unit, problem=problem)
    if direction == "range":
        return _in_range(wanted, target.upper or wanted, number, unit)
    if direction == "inverse":
        return Comparison(direction, _kept(wanted, number), target=wanted, actual=number, unit=unit)
    attained = _reached(wanted, number)
    excess = max(Decimal(0), to_cents((number - wanted) * HUNDRED / wanted)) if wanted > 0 else Decimal(0)
    return Comparison(direction, attained, excess, wanted, number, unit, hint=_slip(wanted, number, unit))


def _slip(wanted: Decimal, number: Decimal, unit: str) -> str:
    """0.97 where 97% is meant: what a worksheet keeps of a percentage."""
    is_slip = unit == "%" and wanted >= 10 and 0 < number <= 1
    return f"如果是 {plain(number * HUNDRED)}%，请填 {plain(number * HUNDRED)}" if is_slip else ""


def _reached(wanted: Decimal, number: Decimal) -> Decimal:
    """完成值/指标值, at most 100; at least 0."""
    if number >= wanted:
        return HUNDRED
    return max(Decimal(0), number * HUNDRED / wanted) if wanted > 0 else Decimal(0)


def _kept(limit: Decimal, number: Decimal) -> Decimal:
    """指标值/完成值, at most 100; a limit of nothing is kept or broken."""
    if number <= limit:
        return HUNDRED
    return max(Decimal(0), limit * HUNDRED / number)


def _in_range(low: Decimal, high: Decimal, number: Decimal, unit: str) -> Comparison:
    low, high = min(low, high), max(low, high)
    attained = _reached(low, number) if number < low else _kept(high, number)
    missed = low if number < low else high
    return Comparison(
        "range", attained, target=missed, actual=number, unit=unit, wanted=f"{plain(low)}–{plain(high)}",
        hint=_slip(low, number, unit),
    )  # fmt: skip


def _number(reported: Reported, unit: str) -> tuple[Decimal | None, str]:
    """The reported number in the target's unit, or why there is none."""
    if reported.share is not None:
        if unit and unit != "%":
            return None, f"指标值的单位是“{unit}”，不能用分子、分母填报。"
        return reported.share, ""
    value = reported.value
    if value is None or value.value is None:
        said = value.raw.strip() if value is not None else ""
        if _NOTHING.fullmatch(said):
            return Decimal(0), ""
        return None, f"完成值“{said}”不是数字，请按“{unit or '数字'}”填写。"
    number = converted(value.value, value.unit or "", unit)
    if number is None:
        return None, f"完成值的单位“{value.unit}”与指标值的单位“{unit or '无'}”不一致，请按指标值的单位填写。"
    return number, ""


def is_bare_number(reported: Reported) -> bool:
    """Whether nothing but a number was reported, which is no day: 10.20, -3."""
    return reported.value is not None and _BARE.fullmatch(reported.value.raw.strip()) is not None


def has_number(reported: Reported) -> bool:
    """Whether what was reported speaks of a number at all: 五百人, 合格率97% do, 年底组织问卷调查 does not."""
    return reported.value is not None and _NUMERALS.search(_TIMES.sub("", reported.value.raw)) is not None


def day_in(text: str, year: int) -> date | None:
    """The last day that a text names (11月底前, 2026年10月20日, 第三季度, 2026-10-20); of ``year`` if it has none."""
    text = _PRESSED.sub(r"\1-\2-\3", text)
    if found := _YEAR.search(text):
        year = int(found[1])
    if found := _ISO.search(text):
        return period_end(f"{int(found[1])}月{int(found[2])}日", year)
    return period_end(text, year)


def _by_day(target: Target, reported: Reported, year: int) -> Comparison:
    """A day is an inverse target: days from the year's beginning to the deadline, and to the day it was done."""
    deadline = day_in(target.raw, year)
    done = day_in(reported.value.raw, year) if reported.value is not None else None
    if deadline is None or done is None:
        return Comparison("date", problem="完成值不是日期，请填写完成的日期，如“10月20日”。")
    begin = date(deadline.year - 1, 12, 31)
    limit, taken = Decimal((deadline - begin).days), Decimal((done - begin).days)
    return Comparison("date", _kept(limit, taken), target=limit, actual=taken, unit="天")


def said(comparison: Comparison) -> str:
    """The two numbers for a sentence: 完成值 21 株，指标值 20 株."""
    if comparison.target is None or comparison.actual is None:
        return ""
    if comparison.direction == "date":
        return f"限期为全年第 {plain(comparison.target)} 天，实际第 {plain(comparison.actual)} 天完成"
    wanted = comparison.wanted or plain(comparison.target)
    told = f"完成值 {plain(comparison.actual)}{comparison.unit}，指标值 {wanted}{comparison.unit}"
    return f"{told}（{comparison.hint}）" if comparison.hint else told
