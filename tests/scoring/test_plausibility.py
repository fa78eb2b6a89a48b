"""What cannot be believed as it stands: worked examples of shares above 100% and of forecasts against 确定能."""

from __future__ import annotations

from decimal import Decimal

import pytest

from jiheng.model import Indicator
from jiheng.policy import load
from jiheng.readers.values import parse_reported, parse_target
from jiheng.rules.shares import kind_of
from jiheng.rules.target_words import Words
from jiheng.scoring.comparison import Reported
from jiheng.scoring.monitoring import Likelihood, indicator_light
from jiheng.scoring.plausibility import question_of, questioned, questions_of, without_points
from jiheng.scoring.self_evaluation import indicator_score

PACK = load("central-2015")
NOTHING = Reported()


def _indicator(name: str, target: str, level2: str = "质量指标") -> Indicator:
    return Indicator("产出指标", level2, name, target=parse_target(target))


def _said(text: str) -> Reported:
    return Reported(parse_reported(text))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("沿街居民满意度", "share"), ("补植成活率", "share"), ("管材抽检合格率", "share"), ("村级医疗点覆盖率", "share"),
        ("水质达标率", "share"), ("会议出勤率", "share"), ("资金按时发放完成率", "share"), ("农产品销售额增长率", "open"),
        ("税收任务完成率", "open"), ("村集体收入增幅", "open"), ("床位使用率", "open"), ("文献流通率", "open"),
        ("道路绿化完成率", "unknown"), ("设备国产率", "unknown"),
    ],
)  # fmt: skip
def test_which_percentages_may_pass_100(name: str, kind: str) -> None:
    assert kind_of(_indicator(name, "≥90%"), Words(PACK)) == kind


@pytest.mark.parametrize(
    ("name", "target", "actual", "is_sure"),
    [
        ("沿街居民满意度", "≥90%", "120%", True), ("管材抽检合格率", "≥95%", "212", True),
        ("管材抽检合格率", "≥95%", "999999%", True), ("农产品销售额增长率", "≥8%", "999999%", True),
        ("设备国产率", "≥60%", "120%", False), ("道路绿化完成率", "=100%", "103%", False),
        # Approved above 100%: it is no share, whatever its name says; but no leave for everything.
        ("治安好转率", "≥110%", "115%", False), ("治安好转率", "≥110%", "5000%", True),
    ],
)  # fmt: skip
def test_above_100_is_questioned(name: str, target: str, actual: str, is_sure: bool) -> None:
    question = question_of(_indicator(name, target), _said(actual), "实际完成值", PACK)
    assert question is not None
    assert question.is_sure is is_sure
    assert question.message.startswith(f"“{name}”的实际完成值“{actual}”")


@pytest.mark.parametrize(
    ("name", "target", "actual"),
    [
        ("沿街居民满意度", "≥90%", "100%"), ("农产品销售额增长率", "≥8%", "120%"), ("税收任务完成率", "≥100%", "130%"),
        ("补植行道树数量", "≥800株", "2000株"), ("沿街居民满意度", "≥90分", "120"), ("补植成活率", "≥95%", "已完成"),
    ],
)  # fmt: skip
def test_what_may_be_is_not(name: str, target: str, actual: str) -> None:
    assert question_of(_indicator(name, target), _said(actual), "实际完成值", PACK) is None


def test_two_numbers_of_more_than_all_are_questioned() -> None:
    of_two = Reported(parse_reported("212%（848/400）"), Decimal(848), Decimal(400))
    assert question_of(_indicator("管材抽检合格率", "≥95%"), of_two, "实际完成值", PACK) is not None


def _light(name: str, target: str, actual: str, forecast: str = "", likelihood: Likelihood = "") -> tuple[str, str]:
    i, said = _indicator(name, target), _said(actual)
    light = indicator_light(i.target, said, 2026, Decimal(80), PACK, likelihood)
    expected = _said(forecast) if forecast else NOTHING
    judged = questioned(light, questions_of(i, said, expected, likelihood, 2026, PACK))
    return judged.light, judged.reason


@pytest.mark.parametrize(
    ("actual", "forecast", "likelihood", "light"),
    [
        ("92%", "95%", "certain", "green"), ("120%", "95%", "certain", "yellow"), ("92%", "120%", "certain", "yellow"),
        ("92%", "60%", "certain", "yellow"), ("92%", "60%", "possible", "green"), ("50%", "60%", "certain", "red"),
        ("92%", "", "certain", "green"), ("120%", "60%", "impossible", "red"),
    ],
)  # fmt: skip
def test_what_is_questioned_is_never_green(actual: str, forecast: str, likelihood: Likelihood, light: str) -> None:
    assert _light("沿街居民满意度", "≥90%", actual, forecast, likelihood)[0] == light


def test_the_forecast_is_told_with_its_numbers() -> None:
    _, reason = _light("沿街居民满意度", "≥90%", "92%", "60%", "certain")
    assert "全年预计 60%，指标值 90%，达不到目标，与“确定能”完成矛盾。" in reason


def test_what_cannot_be_is_worth_nothing() -> None:
    i, said = _indicator("沿街居民满意度", "≥90%"), _said("110%")
    score = indicator_score(i.target, said, Decimal(10), 2026, PACK)
    assert score.points == 10
    doubted = without_points(score, question_of(i, said, "实际完成值", PACK))
    assert doubted.points == 0
    assert doubted.explanation.endswith("部分不会大于全部。更正前不得分。")


def test_what_may_be_keeps_its_points() -> None:
    i, said = _indicator("道路绿化完成率", "=100%"), _said("103%")
    score = indicator_score(i.target, said, Decimal(10), 2026, PACK)
    assert without_points(score, question_of(i, said, "实际完成值", PACK)) == score
