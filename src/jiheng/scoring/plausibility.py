"""What is reported of an indicator and cannot be believed as it stands: shares above 100%, a forecast that misses a
target which is called certain. It is never green nor worth points until a person has put it right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from jiheng.model import Indicator, Target
from jiheng.policy import Pack
from jiheng.rules.shares import WHOLE, Question, above_whole
from jiheng.rules.target_words import Words
from jiheng.scoring.comparison import Reported, compare, said
from jiheng.scoring.monitoring import Judgement, Likelihood
from jiheng.scoring.self_evaluation import NOTHING, Score


def percent_in(target: Target, reported: Reported) -> Decimal | None:
    """The percentage that was reported: of two numbers, with its sign, or bare where the target is one."""
    if reported.share is not None:
        return reported.share
    value = reported.value
    if value is None or value.value is None:
        return None
    return value.value if (value.unit or target.unit) == "%" else None


def question_of(i: Indicator, reported: Reported, what: str, pack: Pack) -> Question | None:
    """The question about one reported value; ``what`` is its column (实际完成值, 全年预计 …).

    A target above 100% that was approved shows that the rate is no share, but for satisfaction.
    """
    percent = percent_in(i.target, reported)
    if percent is None or percent <= WHOLE:
        return None
    text = reported.value.raw.strip() if reported.value is not None else f"{percent:f}%"
    question = above_whole(i, percent, f"“{i.name or '（空）'}”的{what}“{text[:40]}”", Words(pack), pack)
    is_planned = i.target.unit == "%" and i.target.value is not None and i.target.value > WHOLE
    if question is not None and question.is_sure and is_planned and percent <= 10 * (i.target.value or WHOLE):
        return replace(question, is_sure=False)
    return question


def forecast_question(
    target: Target, forecast: Reported, likelihood: Likelihood, year: int, name: str | None
) -> Question | None:
    """确定能 beside a forecast that misses the target: one of the two is wrong."""
    if likelihood != "certain" or not forecast.is_given:
        return None
    found = compare(target, forecast, year)
    if found.attained is None or found.is_reached:
        return None
    numbers = said(found).replace("完成值", "全年预计", 1)
    return Question(f"“{name or '（空）'}”{numbers}，达不到目标，与“确定能”完成矛盾。", True)


def questions_of(
    i: Indicator, actual: Reported, forecast: Reported, likelihood: Likelihood, year: int, pack: Pack
) -> list[Question]:
    """All questions about a row of a monitoring form."""
    found = (
        question_of(i, actual, "执行情况", pack), question_of(i, forecast, "全年预计", pack),
        forecast_question(i.target, forecast, likelihood, year, i.name),
    )  # fmt: skip
    return [question for question in found if question is not None]


def questioned(judged: Judgement, questions: Sequence[Question]) -> Judgement:
    """A light that is questioned is yellow at best, for the reason of the questions; no completion is counted of it."""
    if not questions:
        return judged
    reason = "".join(question.message for question in questions)
    if judged.light != "green":
        return replace(judged, reason=f"{reason}{judged.reason}")
    is_wrong = any(question.is_sure for question in questions)
    return Judgement("yellow", f"{reason}请更正；确属实的，写明原因。", None if is_wrong else judged.percent)


def without_points(score: Score, question: Question | None) -> Score:
    """What cannot be is worth nothing until it is put right; what may be keeps its points."""
    if question is None or not question.is_sure:
        return score
    return Score(score.weight, NOTHING, f"{question.message}更正前不得分。")
