"""Monitoring of money and results (双监控, 财预〔2019〕136号): lights with their reasons, and the rounds of a year.

Thresholds and calendars are data of the policy pack.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from jiheng.model import Target
from jiheng.policy import Pack
from jiheng.scoring.comparison import Comparison, Reported, compare, day_in, has_number, is_bare_number, said
from jiheng.scoring.execution import time_gone
from jiheng.scoring.numbers import HUNDRED, percent_of, plain, to_cents
from jiheng.scoring.spending_plan import execution_rate

Light = Literal["green", "yellow", "red", "grey"]
Likelihood = Literal["certain", "possible", "impossible", ""]
ORDER: tuple[Light, ...] = ("grey", "green", "yellow", "red")
"""From nothing known to worst."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A light with the reason for it in one Chinese sentence; ``percent`` is what was judged, where it is a number."""

    light: Light
    reason: str
    percent: Decimal | None = None


def worst(lights: Iterable[Light]) -> Light:
    """The worst of several; grey where there is none, or nothing but grey."""
    return max(lights, key=ORDER.index, default="grey")


def money_light(paid: Decimal, budget: Decimal, planned: Decimal | None, pack: Pack) -> Judgement:
    """The light of a project's money: execution rate less planned progress, in percentage points.

    ``paid`` and ``budget`` (after adjustments) in 元, ``planned`` in %. ``percent`` of the result is the gap.
    """
    rate = execution_rate(paid, budget)
    if rate is None:
        if paid > 0:
            return Judgement("red", "没有预算却有支出。")
        return Judgement("grey", "没有预算，不计资金进度。")
    if rate > HUNDRED:
        return Judgement("red", f"执行率 {plain(rate)}%，支出超过预算。", to_cents(rate - (planned or Decimal(0))))
    if planned is None:
        return Judgement("grey", f"执行率 {plain(rate)}%，没有资金支出计划可比。")
    gap = to_cents(rate - planned)
    rules = pack.monitoring
    light: Light = "green" if gap >= rules.yellow_gap else "yellow" if gap >= rules.red_gap else "red"
    compared = f"执行率 {plain(rate)}%，计划 {plain(planned)}%"
    if gap >= 0:
        return Judgement(light, f"{compared}，不低于计划。", gap)
    limit = rules.yellow_gap if light == "yellow" else rules.red_gap
    over = f"，超过 {plain(abs(limit))} 个百分点的界限" if light != "green" else ""
    return Judgement(light, f"{compared}，落后 {plain(abs(gap))} 个百分点{over}。", gap)


def indicator_light(
    target: Target,
    reported: Reported,
    year: int,
    gone: Decimal,
    pack: Pack,
    likelihood: Likelihood = "",
    grows: bool = True,
) -> Judgement:
    """The light of one indicator.

    ``gone`` is how much of the year is over, in %. A quantity that grows through the year (``grows``) is measured
    against that share of its target; rates, limits and days are not. "完全不可能" is red whatever the number says.
    ``percent`` of the result is the completion in %, so measured.
    """
    if likelihood == "impossible":
        return Judgement("red", "填报单位认为完全不可能完成。")
    if not reported.is_given:
        return Judgement("grey", "还没有填报。")
    found = compare(target, reported, year)
    if found.attained is None:
        return _by_words(target, reported, found, year, gone, likelihood)
    if found.direction == "positive" and grows and found.target and found.actual is not None:
        return _by_time(found.actual, found.target, found.unit, gone, pack)
    return _by_limits(to_cents(found.attained), said(found), pack)


def grows_through_year(level2: str, target: Target) -> bool:
    """Whether an indicator's value adds up through the year: a count does, a percentage, a price or a day does not."""
    unit = target.unit or ""
    is_count = target.value is not None and target.upper is None and unit not in ("%", "‰") and "/" not in unit
    return (
        is_count
        and target.comparator in (">=", ">", "=")
        and not any(w in level2 for w in ("质量", "时效", "满意", "成本"))
    )


_DONE = re.compile(r"(?<!未)(?<!没有)(?:已|均|全部|按期|按时|如期).{0,6}(?:完成|完工|办结|竣工|发放|到位)|^完成$")
"""Words that say that something was done by its day."""


def _by_words(
    target: Target, reported: Reported, found: Comparison, year: int, gone: Decimal, likelihood: Likelihood
) -> Judgement:
    """Nothing can be compared: words are judged by the likelihood, but a number that cannot be read by nothing, and a
    deadline that is over by the lack of a day on which it was kept."""
    said = reported.value.raw.strip() if reported.value is not None else ""
    if found.direction == "qualitative":
        return _by_likelihood(likelihood, "定性指标")
    if is_bare_number(reported) if found.direction == "date" else has_number(reported):
        return Judgement("grey", found.problem)
    if found.direction == "date" and not _DONE.search(said):
        deadline = day_in(target.raw, year)
        if deadline is not None and time_gone(deadline, year) < gone:
            return Judgement("red", f"限期“{target.raw.strip()}”已过，填的是“{said[:50]}”，没有完成的日期。")
    return _by_likelihood(likelihood, f"“{said[:50]}”不能与指标值比较")


def _by_likelihood(likelihood: Likelihood, about: str) -> Judgement:
    if likelihood == "possible":
        return Judgement("yellow", f"{about}，填报单位认为有可能完成。")
    if likelihood == "certain":
        return Judgement("green", f"{about}，填报单位认为确定能完成。")
    return Judgement("grey", f"{about}，请选择完成目标可能性。")


def _limits(percent: Decimal, pack: Pack) -> tuple[Light, Decimal]:
    rules = pack.monitoring
    if percent >= rules.yellow_completion:
        return "green", rules.yellow_completion
    if percent >= rules.red_completion:
        return "yellow", rules.yellow_completion
    return "red", rules.red_completion


def _by_time(actual: Decimal, target: Decimal, unit: str, gone: Decimal, pack: Pack) -> Judgement:
    due = target * gone / HUNDRED
    percent = to_cents(actual * HUNDRED / due) if due > 0 else HUNDRED
    light, limit = _limits(percent, pack)
    sentence = (
        f"已完成 {plain(actual)}{unit}，全年 {plain(target)}{unit}，时间进度 {plain(gone)}%，"
        f"折算完成率 {plain(percent)}%"
    )
    return Judgement(light, f"{sentence}{'' if light == 'green' else f'，低于 {plain(limit)}%'}。", percent)


def _by_limits(percent: Decimal, numbers: str, pack: Pack) -> Judgement:
    light, limit = _limits(percent, pack)
    tail = "" if light == "green" else f"，低于 {plain(limit)}%"
    return Judgement(light, f"{numbers}，完成率 {plain(percent)}%{tail}。", percent)


def results_light(rows: Sequence[Judgement]) -> Judgement:
    """The light of a project's results: the worst of its indicators; ``percent`` is their mean, each at most 100%."""
    known = [min(row.percent, HUNDRED) for row in rows if row.percent is not None]
    mean = to_cents(sum(known, Decimal(0)) / len(known)) if known else None
    light = worst(row.light for row in rows)
    counts = {c: sum(1 for row in rows if row.light == c) for c in ORDER}
    if light == "grey":
        return Judgement("grey", "还没有填报指标完成情况。", mean)
    words: dict[Light, str] = {"red": "偏离", "yellow": "预警", "grey": "未报"}
    parts = [f"{counts[c]} 项{word}" for c, word in words.items() if counts[c]]
    told = "、".join(parts) or "全部正常"
    return Judgement(light, f"{len(rows)} 项指标中 {told}。" if parts else f"{len(rows)} 项指标{told}。", mean)


def project_light(money: Judgement, results: Judgement) -> Judgement:
    """The light of a project: the worse of money and results, with both reasons."""
    light = worst((money.light, results.light))
    # What was not reported yet cannot be called normal because the money is.
    if light == "green" and results.light == "grey":
        light = "grey"
    return Judgement(light, f"资金：{money.reason}目标：{results.reason}")


def sum_of_rates(parts: Iterable[tuple[Decimal, Decimal]]) -> Decimal | None:
    """The percentage over units or periods, from numerators and denominators: sum of the one by sum of the other."""
    known = list(parts)
    return percent_of(sum((n for n, _ in known), Decimal(0)), sum((d for _, d in known), Decimal(0)))


@dataclass(frozen=True, slots=True)
class Round:
    """A round of monitoring: reports up to ``period_end``, open from ``opens`` to ``closes``, locked from ``locks``."""

    label: str
    period_end: date
    opens: date
    closes: date
    locks: date


def rounds_of(pack: Pack, year: int, calendar: str = "") -> tuple[Round, ...]:
    """The rounds of a fiscal year by the pack's calendar, or another one of its calendars.

    Raises ``KeyError`` with a Chinese message for a calendar that the pack does not have.
    """
    name = calendar or pack.calendar
    if name not in pack.rounds:
        raise KeyError(f"策略包没有名为“{name}”的监控期次。可用的有：{'、'.join(pack.rounds)}。")
    return tuple(
        Round(r.label, *(_day(text, year) for text in (r.period_end, r.opens, r.closes, r.locks)))
        for r in pack.rounds[name]
    )


def _day(text: str, year: int) -> date:
    month, day = text.removeprefix("+").split("-")
    return date(year + text.startswith("+"), int(month), int(day))
