"""From the stored rows of a self-evaluation to :mod:`jiheng.scoring` and back: points, sentences, doubts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any

from jiheng.model import Indicator, Target
from jiheng.policy import Pack
from jiheng.readers.values import parse_reported, parse_target
from jiheng.scoring.comparison import Reported
from jiheng.scoring.execution import Execution
from jiheng.scoring.honesty import Claim, Doubt, doubts_of
from jiheng.scoring.plausibility import question_of, without_points
from jiheng.scoring.self_evaluation import (
    EXECUTION,
    Adjusted,
    Score,
    category_points,
    execution_score,
    grade_of,
    indicator_score,
    indicator_weights,
    total_of,
)
from jiheng.web.evaluation.models import EvaluatedIndicator, SelfEvaluation

SOURCES = ("fiscal", "carry_over", "other")
MONEY = tuple(f"{part}_{source}" for part in ("initial", "budget", "executed") for source in SOURCES)
FORM_RESULTS = (
    "budget", "executed", "execution_rate", "execution_points", "execution_explanation", "computed", "score", "grade",
    "whole", "missing", "adjusted", "honesty", "doubts",
)  # fmt: skip
ROW_RESULTS = ("computed", "explanation")
NAMES = {
    "H01": "与监控结果矛盾", "H02": "完成值与指标值一律相同", "H03": "与支付进度矛盾", "H04": "支出超过预算",
    "H05": "缺少佐证资料", "H06": "成本超出上限或预算", "H07": "分数过于集中", "H08": "比率超过 100%",
}  # fmt: skip
ADVICE = {
    "H01": "核对实际完成值；监控之后确有变化的，写明情况并上传佐证资料。",
    "H02": "按台账、统计或问卷的实际数填写；确实相同的，说明数据来源。",
    "H03": "核对支付是否登记齐全；未支付而已完成的，说明原因。",
    "H04": "核对支付和预算调整是否登记齐全；确有超支的，说明原因。",
    "H05": "在相应的行上传台账、验收单、统计表或问卷结果。",
    "H06": "核对成本、预算和得分；超过上限的不能得满分。",
    "H08": "核对实际完成值；比率填“合格数/总数”。确属实的，说明这个比率是什么比什么。",
    "H07": "抽查这些项目的完成值和佐证资料。",
}


def target_of(row: EvaluatedIndicator) -> Target:
    """The target of the year."""
    return parse_target(row.target_raw)


def _reported(raw: str, numerator: Decimal | None, denominator: Decimal | None) -> Reported:
    return Reported(parse_reported(raw) if raw.strip() else None, numerator, denominator)


def actual_of(row: EvaluatedIndicator) -> Reported:
    """What the unit says was reached."""
    return _reported(row.actual_raw, row.numerator, row.denominator)


def monitored_of(row: EvaluatedIndicator) -> Reported:
    """What monitoring saw last."""
    return _reported(row.monitored_raw, row.monitored_numerator, row.monitored_denominator)


def weights_of(rows: Sequence[EvaluatedIndicator], pack: Pack) -> tuple[Decimal, list[Decimal]]:
    """The points of the execution rate and of each row, by the pack."""
    own = [pack.framework.level1(row.level1) or "" for row in rows]
    return category_points(own, pack)[EXECUTION], indicator_weights([row.level1 for row in rows], pack)


def score_of(row: EvaluatedIndicator, pack: Pack, year: int) -> Score:
    """The computed points of a row, with the sentence. Raises ``ValueError`` for a percent outside its band."""
    category = pack.framework.level1(row.level1) or ""
    score = indicator_score(
        target_of(row), actual_of(row), row.weight, year, pack, category, row.attainment, row.attained
    )  # fmt: skip
    named = Indicator(level1=row.level1, level2=row.level2, name=row.name, target=target_of(row))
    return without_points(score, question_of(named, actual_of(row), "实际完成值", pack))


def money_of(form: SelfEvaluation) -> Execution:
    """The money of the form, all sources together, in 元."""
    initial, budget, executed = (
        sum((getattr(form, f"{part}_{source}") for source in SOURCES), Decimal(0))
        for part in ("initial", "budget", "executed")
    )
    return Execution(initial, budget, executed)


def put_money(form: SelfEvaluation, money: Any) -> bool:
    """Write what execution knows (``executed`` of :mod:`jiheng.web.execution.queries`); whether it changed."""
    before = [getattr(form, name) for name in MONEY]
    for line in money.lines:
        for part, amount in (("initial", line.initial), ("budget", line.budget), ("executed", line.paid)):
            setattr(form, f"{part}_{line.source}", amount)
    return before != [getattr(form, name) for name in MONEY]


def _counted(row: EvaluatedIndicator, score: Score) -> Score | Adjusted:
    return score if row.given is None else Adjusted(score, row.given, row.given_reason)


def rescore(form: SelfEvaluation, rows: Sequence[EvaluatedIndicator], pack: Pack, proven: Collection[int]) -> None:
    """Compute the form anew from what its rows say; ``proven`` are the keys of rows with evidence.

    Raises ``ValueError`` in Chinese where points were given that a row cannot have, or without a reason.
    """
    year, money = form.budget_year.year, money_of(form)
    by_money = execution_score(money, form.execution_weight)
    scores = [score_of(row, pack, year) for row in rows]
    for row, score in zip(rows, scores, strict=True):
        row.computed, row.explanation = score.points, score.explanation[:500]
    form.budget, form.executed, form.execution_rate = money.budget, money.paid, money.rate
    form.execution_points, form.execution_explanation = by_money.points, by_money.explanation
    total = total_of([by_money, *(_counted(r, s) for r, s in zip(rows, scores, strict=True))], pack)
    plain = total_of([by_money, *scores], pack)
    form.missing, form.adjusted = total.missing, sum(row.given is not None for row in rows)
    form.computed = None if plain.missing else plain.points
    form.score, form.grade, form.whole = None, "", None
    if not total.missing:
        form.score, form.whole = total.points, int(total.points)
        form.grade = grade_of(total.points, pack.self_evaluation.grades)
    form.honesty = honesty_of(form, rows, money, pack, proven)
    form.doubts = len(form.honesty)


def honesty_of(
    form: SelfEvaluation, rows: Sequence[EvaluatedIndicator], money: Execution, pack: Pack, proven: Collection[int]
) -> list[dict[str, Any]]:
    """What is hard to believe, as it is stored. An empty form claims nothing."""
    if not any(row.actual_raw.strip() for row in rows):
        return []
    claims = [
        Claim(
            row.name, row.level2, target_of(row), actual_of(row), row.points, row.weight, monitored_of(row),
            row.pk in proven, row.level1,
        )
        for row in rows
    ]  # fmt: skip
    found = doubts_of(claims, money, form.score, form.budget_year.year, pack)
    return [*(_stored(d, rows) for d in found if d.code != "H05"), *_unproven(found, rows)]


def _stored(doubt: Doubt, rows: Sequence[EvaluatedIndicator]) -> dict[str, Any]:
    at = [] if doubt.row is None else [rows[doubt.row].pk]
    return {
        "code": doubt.code, "name": NAMES.get(doubt.code, ""), "severity": doubt.severity, "message": doubt.message,
        "rows": at,
    }  # fmt: skip


def _unproven(found: Sequence[Doubt], rows: Sequence[EvaluatedIndicator]) -> list[dict[str, Any]]:
    """One finding for all rows without evidence: ten alike hide the others."""
    places = [d.row for d in found if d.code == "H05" and d.row is not None]
    if not places:
        return []
    named = "、".join(f"“{rows[n].name}”" for n in places[:3])
    more = f"等 {len(places)} 个指标" if len(places) > 3 else ""
    return [{
        "code": "H05", "name": NAMES["H05"], "severity": "warning", "message": f"{named}{more}没有佐证资料。",
        "rows": [rows[n].pk for n in places],
    }]  # fmt: skip
