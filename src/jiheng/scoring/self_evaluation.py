"""Self-evaluation of a project (项目支出绩效自评, 财预〔2020〕10号, 财预〔2021〕101号): points, scores, explanations.

Weights, bands and deductions are data of the policy pack. Every score comes with the sentence that explains it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from jiheng.model import Target
from jiheng.policy import Pack
from jiheng.policy.pack import Band, Grade, Scheme
from jiheng.scoring.comparison import Comparison, Reported, compare, said
from jiheng.scoring.execution import Execution
from jiheng.scoring.numbers import HUNDRED, plain, shared_out, to_cents

EXECUTION = "预算执行率"
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Score:
    """Points computed by the rules: ``None`` where they cannot be (``explanation`` says why), at most ``weight``."""

    weight: Decimal
    points: Decimal | None
    explanation: str

    @property
    def lost(self) -> Decimal:
        """Points not reached; all where none could be computed."""
        return self.weight - (self.points or NOTHING)


def scheme_of(categories: Sequence[str], pack: Pack) -> Scheme:
    """The scheme of points for a project with indicators of these categories (the pack's own level-1 names).

    Raises ``ValueError`` where the pack has none.
    """
    for scheme in pack.self_evaluation.schemes:
        if set(scheme.needs) <= set(categories):
            return scheme
    raise ValueError(f"策略包“{pack.title}”没有自评分值，不能计算自评得分。")


def category_points(categories: Sequence[str], pack: Pack) -> dict[str, Decimal]:
    """Points by category, 预算执行率 first, together 100.

    Points of a category that the project does not have go to its receiver (满意度 to 效益), else to those it has, by
    their own points. A project without indicators has the points of execution alone.
    """
    rules = pack.self_evaluation
    scheme = scheme_of(categories, pack)
    present = {c: scheme.points[c] for c in scheme.points if c != EXECUTION and c in categories}
    spare = NOTHING
    for category, points in scheme.points.items():
        if category == EXECUTION or category in present:
            continue
        receiver = rules.receivers.get(category)
        if receiver in present:
            present[receiver] += points
        else:
            spare += points
    whole = sum(present.values(), NOTHING)
    given = {c: to_cents(spare * p / whole) for c, p in present.items()} if whole else {}
    if given:  # the first takes what rounding left, so that the whole is 100 to the cent
        given[next(iter(given))] += spare - sum(given.values(), NOTHING)
    return {EXECUTION: scheme.points[EXECUTION]} | {c: p + given[c] for c, p in present.items()}


def indicator_weights(level1: Sequence[str], pack: Pack) -> list[Decimal]:
    """The points of each indicator, in order: those of its category in equal parts to the cent.

    ``level1`` are the printed names; an indicator of a category that the scheme does not know gets nothing.
    """
    own = [pack.framework.level1(name) or "" for name in level1]
    points = category_points(own, pack)
    shares = {c: iter(shared_out(points[c], own.count(c))) for c in set(own) & set(points)}
    return [next(shares[c]) if c in shares else NOTHING for c in own]


def execution_score(money: Execution, weight: Decimal) -> Score:
    """Points of the execution rate: weight × min(rate, 100%); rate = paid / budget after adjustments, both in 元."""
    rate = money.rate
    if rate is None:
        if money.paid > 0:
            return Score(weight, NOTHING, "没有预算却有支出，执行率不得分。")
        return Score(weight, weight, "全年没有预算，也没有支出，执行率不适用，按满分计。")
    points = max(NOTHING, min(weight, to_cents(weight * money.paid / money.budget)))
    return Score(weight, points, f"执行率 {plain(rate)}%，{plain(weight)} 分计 {plain(points)} 分。")


def indicator_score(
    target: Target,
    reported: Reported,
    weight: Decimal,
    year: int,
    pack: Pack,
    category: str = "",
    band: str = "",
    attained: Decimal | None = None,
) -> Score:
    """Points of one indicator.

    Positive targets (≥ > =): full when reached, else 完成值/指标值; inverse (≤ <): full when kept, else 指标值/完成值;
    a range: by the bound that was missed; a day: as an inverse target in days. Words: by the ``band`` a person chose,
    with ``attained`` in % within it, else the band's usual share. Far above a positive target costs points, as the
    target was set too low. ``category`` is the pack's own level-1 name, for what holds of it alone.
    Raises ``ValueError`` for a band that the pack does not have, or an ``attained`` outside it.
    """
    found = compare(target, reported, year)
    if found.direction == "qualitative":
        return _by_band(weight, band, attained, found, pack)
    if found.attained is None:
        return Score(weight, None, found.problem)
    floor = pack.self_evaluation.floors.get(category, NOTHING)
    if found.attained < floor:
        share = f"只有指标值的 {plain(to_cents(found.attained))}%，低于 {plain(floor)}%"
        return Score(weight, NOTHING, f"{said(found)}，{share}，不得分。")
    if found.attained < HUNDRED:
        points = to_cents(weight * found.attained / HUNDRED)
        return Score(weight, points, f"{said(found)}，按 {plain(to_cents(found.attained))}% 计 {plain(points)} 分。")
    return _full(weight, found, pack)


def _full(weight: Decimal, found: Comparison, pack: Pack) -> Score:
    """Reached: full points, less what a target set far too low costs."""
    off, above = NOTHING, NOTHING
    for step in pack.self_evaluation.over_fulfilment:
        if found.direction == "positive" and found.excess > step.above:
            off, above = step.off, step.above
    if not off:
        return Score(weight, weight, f"{said(found)}，达到目标，得满分。")
    points = to_cents(weight * (HUNDRED - off) / HUNDRED)
    over = f"超过 {plain(found.excess)}%（{plain(above)}% 以上），指标值设定偏低，扣 {plain(off)}%"
    return Score(weight, points, f"{said(found)}，{over}，计 {plain(points)} 分。")


def _by_band(weight: Decimal, name: str, attained: Decimal | None, found: Comparison, pack: Pack) -> Score:
    if found.problem:
        return Score(weight, None, found.problem)
    if not name:
        names = "、".join(b.name for b in pack.self_evaluation.bands)
        return Score(weight, None, f"定性指标，请选择达成程度（{names}）。")
    chosen = band_of(name, pack)
    share = chosen.usual if attained is None else attained
    if not chosen.least <= share <= chosen.most:
        raise ValueError(f"“{name}”应得分值的 {plain(chosen.least)}% 至 {plain(chosen.most)}%，给了 {plain(share)}%。")
    points = to_cents(weight * share / HUNDRED)
    return Score(weight, points, f"定性指标，{name}，按 {plain(share)}% 计 {plain(points)} 分。")


def band_of(name: str, pack: Pack) -> Band:
    """The band of this name. Raises ``ValueError`` with a Chinese message for an unknown one."""
    for band in pack.self_evaluation.bands:
        if band.name == name:
            return band
    raise ValueError(f"没有“{name}”这一达成程度。可选：{'、'.join(b.name for b in pack.self_evaluation.bands)}。")


@dataclass(frozen=True, slots=True)
class Adjusted:
    """Points that a person gave instead of the computed ones, with the reason."""

    computed: Score
    given: Decimal
    reason: str

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise ValueError("调整得分要写明理由。")
        if not NOTHING <= self.given <= self.computed.weight:
            raise ValueError(f"得分应在 0 至 {plain(self.computed.weight)} 之间，给了 {plain(self.given)}。")


@dataclass(frozen=True, slots=True)
class Total:
    """The sum of a self-evaluation: points of 100, and the grade; ``missing`` rows have no points yet."""

    points: Decimal
    grade: str
    missing: int


def total_of(scores: Sequence[Score | Adjusted], pack: Pack) -> Total:
    """The total of the execution rate and all indicators; a row without points counts nothing."""
    points, missing = NOTHING, 0
    for score in scores:
        value = score.given if isinstance(score, Adjusted) else score.points
        missing += value is None
        points += value or NOTHING
    return Total(points, grade_of(points, pack.self_evaluation.grades), missing)


def grade_of(points: Decimal, grades: Sequence[Grade]) -> str:
    """优 良 中 差 by points of 100 (财预〔2020〕10号)."""
    return next((g.name for g in grades if points >= g.least), "")


def check_weights(weights: Mapping[str, Decimal] | Sequence[Decimal]) -> None:
    """Raise ``ValueError`` with a Chinese message unless the points are not negative and 100 together."""
    points = list(weights.values() if isinstance(weights, Mapping) else weights)
    if any(p < 0 for p in points):
        raise ValueError("分值不能为负。")
    if (whole := sum(points, NOTHING)) != HUNDRED:
        raise ValueError(f"分值合计应为 100 分，现在是 {plain(whole)} 分。")
