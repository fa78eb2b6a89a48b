"""Whether a self-evaluation can be believed: patterns that invented numbers have, each with the numbers that show it.

The thresholds are data of the policy pack.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from jiheng.model import Indicator, Target
from jiheng.policy import Pack
from jiheng.scoring.comparison import Reported, compare
from jiheng.scoring.execution import Execution
from jiheng.scoring.numbers import HUNDRED, plain, to_cents
from jiheng.scoring.plausibility import question_of
from jiheng.scoring.units import in_yuan, is_money

Severity = Literal["error", "warning"]
_COST = "成本"
_UNREPORTED = Reported()


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something hard to believe: ``code`` names the pattern, ``row`` the indicator; ``None``: it is about the whole."""

    code: str
    severity: Severity
    message: str
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """What a self-evaluation says of one indicator, what monitoring reported last, whether there is evidence."""

    name: str
    level2: str
    target: Target
    actual: Reported
    points: Decimal | None
    weight: Decimal
    monitored: Reported = _UNREPORTED
    has_evidence: bool = False
    level1: str = ""

    @property
    def indicator(self) -> Indicator:
        """What the claim is about, as the rules read it."""
        return Indicator(level1=self.level1, level2=self.level2, name=self.name, target=self.target)


def doubts_of(
    claims: Sequence[Claim], money: Execution, score: Decimal | None, year: int, pack: Pack, asks_evidence: bool = True
) -> list[Doubt]:
    """The doubts about one project's self-evaluation; money in 元, ``score`` of 100 points."""
    found = [*_all_equal(claims, year, pack), *_money(money, score, pack)]
    for row, claim in enumerate(claims):
        found += _against_monitoring(row, claim, year, pack)
        found += _above_budget(row, claim, money, year)
        found += _above_whole(row, claim, pack)
        if asks_evidence and claim.actual.is_given and not claim.has_evidence:
            found.append(Doubt("H05", "warning", f"“{claim.name}”没有佐证资料。", row))
    return found


def _all_equal(claims: Sequence[Claim], year: int, pack: Pack) -> list[Doubt]:
    """H02: every number exactly as planned."""
    pairs = [compare(c.target, c.actual, year) for c in claims]
    known = [p for p in pairs if p.actual is not None and p.direction in ("positive", "inverse")]
    if len(known) < pack.honesty.least_rows or any(p.actual != p.target for p in known):
        return []
    return [Doubt("H02", "warning", f"全部 {len(known)} 项定量指标的完成值都恰好等于指标值，请核实是否照抄。")]


def _money(money: Execution, score: Decimal | None, pack: Pack) -> list[Doubt]:
    """H03: much achieved for nothing; H04: more spent than budgeted."""
    found = []
    rate = money.rate
    if rate is not None and rate > HUNDRED:
        over = money.paid - money.budget
        said = f"支出 {money.paid:,.2f} 元，超过全年预算 {over:,.2f} 元（执行率 {plain(rate)}%）。"
        found.append(Doubt("H04", "error", said))
    if rate is not None and rate <= pack.honesty.unspent_rate and score is not None:
        spent = f"全年只支出 {money.paid:,.2f} 元（执行率 {plain(rate)}%）" if money.paid > 0 else "全年没有支出一分钱"
        if score >= pack.honesty.unspent_score:
            found.append(Doubt("H03", "error", f"{spent}，自评却得 {plain(score)} 分，请说明如何完成。"))
    return found


def _against_monitoring(row: int, claim: Claim, year: int, pack: Pack) -> list[Doubt]:
    """H01: the year's value is worse than, or leaps from, what monitoring last reported of a number that only grows."""
    now, then = (compare(claim.target, r, year) for r in (claim.actual, claim.monitored))
    if now.actual is None or then.actual is None or now.direction not in ("positive", "inverse") or then.actual <= 0:
        return []
    change = to_cents((now.actual - then.actual) * HUNDRED / then.actual)
    rules = pack.honesty
    is_count = now.direction == "positive" and now.unit not in ("%", "‰")
    numbers = f"自评填 {plain(now.actual)}{now.unit}，最近一次监控报 {plain(then.actual)}{then.unit}"
    if is_count and change < -rules.fall_back:
        return [Doubt("H01", "error", f"“{claim.name}”{numbers}，反而少了 {plain(abs(change))}%，前后矛盾。", row)]
    if not is_count and abs(change) > rules.fall_back and (change > 0) == (now.direction == "positive"):
        return [Doubt("H01", "warning", f"“{claim.name}”{numbers}，相差 {plain(abs(change))}%，请说明依据。", row)]
    if is_count and change > rules.leap:
        return [Doubt("H01", "warning", f"“{claim.name}”{numbers}，增加了 {plain(change)}%，请说明依据。", row)]
    return []


def _above_budget(row: int, claim: Claim, money: Execution, year: int) -> list[Doubt]:
    """H06: a cost above its limit with full points, or above all that the project had."""
    if _COST not in claim.level1 + claim.level2:
        return []
    found = compare(claim.target, claim.actual, year)
    if found.actual is not None and is_money(found.unit) and 0 < money.budget < in_yuan(found.actual, found.unit):
        said = f"“{claim.name}”填 {plain(found.actual)}{found.unit}，超过项目全年预算 {money.budget:,.2f} 元，请核实。"
        return [Doubt("H06", "error", said, row)]
    is_over = found.direction == "inverse" and found.attained is not None and not found.is_reached
    if is_over and claim.points == claim.weight:
        return [Doubt("H06", "error", f"“{claim.name}”超过成本上限，却得了满分。", row)]
    return []


def _above_whole(row: int, claim: Claim, pack: Pack) -> list[Doubt]:
    """H08: a share of more than all, or a percentage that nothing explains."""
    question = question_of(claim.indicator, claim.actual, "实际完成值", pack)
    if question is None:
        return []
    return [Doubt("H08", "error" if question.is_sure else "warning", question.message, row)]


def pattern_of(scores: Sequence[Decimal], pack: Pack) -> Doubt | None:
    """H07: nearly all projects of a unit or department score at the very top; ``None`` where they do not."""
    return pattern_among(len(scores), sum(1 for s in scores if s >= pack.honesty.high_score), pack)


def pattern_among(count: int, high: int, pack: Pack) -> Doubt | None:
    """The same from how many projects have a score, and how many of them a high one."""
    rules = pack.honesty
    if count < rules.least_projects or high * HUNDRED < rules.many_high * count:
        return None
    said = f"{count} 个项目中 {high} 个自评在 {plain(rules.high_score)} 分以上，分数过于集中，请抽查。"
    return Doubt("H07", "warning", said)
