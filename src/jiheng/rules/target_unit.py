"""V 指标值: units that do not go with what is measured."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from jiheng.rules.context import IndicatorContext
from jiheng.rules.finding import Hit, Severity, correction
from jiheng.rules.registry import Scope, rule
from jiheng.rules.target_words import (
    bare,
    cell,
    is_rate,
    is_satisfaction,
    of_percent,
    printed_with,
    trailing_text,
    unit_root,
    words_of,
)  # fmt: skip

REVIEW = "财预〔2015〕88号"
COST = "财预〔2021〕101号"
SIGNS = {">=": "≥", "<=": "≤", ">": ">", "<": "<", "=": "="}


@rule("V307", "数量指标用百分比", Severity.ERROR, Scope.INDICATOR, basis=(REVIEW,))
def share_of_a_count(ctx: IndicatorContext) -> Iterator[Hit]:
    """数量指标要给数和量词（次、人、个、平方米），指标名是次数、人数、数量、面积或者一项活动，指标值却是百分比，年末无从核对。
    名称看不出要数什么的，按警告报告。名称本身是率、比例的属于放错类别，见 K703。

    依据
    财预〔2015〕88号：数量指标反映预期提供的公共产品和服务数量。

    反例
    数量指标 │ 巡查河道次数 │ ≥90%

    正例
    数量指标 │ 巡查河道次数 │ ≥24次
    """
    i, words = ctx.indicator, words_of(ctx)
    if not of_percent(i.target) or not words.is_under(i, "数量") or is_rate(i.name) or is_satisfaction(i):
        return
    name = bare(i.name)
    if words.has("countable_names", name) or words.has("activity_names", name):
        message = f"数量指标{cell(i)}是百分比，看不出要完成多少。"
        yield Hit("target", message, "按计划填写具体数量和计量单位，如“≥5次”“≥120人”。")
    elif not words.has("open_rates", name) and not is_rate(i.description):
        message = f"数量指标{cell(i)}是百分比，数量指标一般应给出数和量词。"
        yield Hit("target", message, "改为具体数量；若反映的是比率，移到质量指标下。", severity=Severity.WARNING)


@rule("V308", "时效指标不是时间", Severity.ERROR, Scope.INDICATOR, basis=(REVIEW,))
def no_time(ctx: IndicatorContext) -> Iterator[Hit]:
    """时效指标的名称是完成时间、周期、时限、日期，指标值却是百分比；或者指标值是金额。
    及时率、准时率、按时完成率用百分比是对的；“及时足额拨付 =100%”这类写法可以理解，不报告。

    依据
    财预〔2015〕88号：时效指标反映预期提供公共产品和服务的及时程度。

    反例
    时效指标 │ 管网改造完成时间 │ ≥90%

    正例
    时效指标 │ 管网改造完成时间 │ 2025年11月30日前
    """
    i, words = ctx.indicator, words_of(ctx)
    if not words.is_under(i, "时效"):
        return
    if of_percent(i.target):
        if words.ends("span_names", i.name) and not is_rate(i.name):
            message = f"时效指标{cell(i)}是百分比，“{bare(i.name)}”应当是日期或时长。"
            yield Hit(
                "target", message, "填写完成日期或时限，如“11月30日前”“≤30天”；若反映及时程度，把名称改为及时率。"
            )
    elif unit_root(i.target.unit) in words.listed("money_units") and i.target.unit != "万":
        yield Hit("target", f"时效指标{cell(i)}是金额，不是时间。", "填写完成日期、时限或及时率；金额移到成本指标下。")


@rule("V309", "成本指标用百分比", Severity.ERROR, Scope.INDICATOR, basis=(REVIEW, COST), silences=("V302", "V303"))
def share_of_a_cost(ctx: IndicatorContext) -> Iterator[Hit]:
    """成本指标要给金额、单价或补助标准，指标值却是百分比，无法与预算核对。名称是成本降低比例、节约率的可以用百分比，
    但降低一半以上不合情理，按警告报告。预算执行率、资金完成率放在成本下的，见 K703。

    依据
    财预〔2015〕88号、财预〔2021〕101号：成本指标反映预期提供公共产品和服务所需成本。

    反例
    成本指标 │ 项目总成本 │ ≥90%

    正例
    成本指标 │ 项目总成本 │ ≤120万元
    """
    i = ctx.indicator
    words = words_of(ctx)
    if not of_percent(i.target) or not words.is_cost(i) or is_satisfaction(i):
        return
    if words.has("saving_words", i.name):
        if i.target.value is not None and i.target.value >= ctx.pack.thresholds.get("absurd_saving", Decimal(100)):
            message = f"{cell(i)}：成本不可能降低这么多，像是套用了别的指标值。"
            yield Hit("target", message, "核实能降低多少，或者改用成本金额。", severity=Severity.WARNING)
    elif not is_rate(i.name):
        message = f"成本指标{cell(i)}是百分比，无法与预算核对。"
        yield Hit("target", message, "填写金额、单价或补助标准，如“≤120万元”“≤800元/人”。")


@rule("V310", "缺计量单位", Severity.WARNING, Scope.INDICATOR, basis=(REVIEW,), fixable=True)
def no_unit(ctx: IndicatorContext) -> Iterator[Hit]:
    """指标值只有数字，没有计量单位。指标名里带着单位的（如“培训人次（人次）”），以及指数、得分、系数等本来没有单位的，不在此列。
    改正：名称是率的，补上“%”。

    依据
    财预〔2015〕88号：指标值应当规范、准确。

    反例
    质量指标 │ 工资发放完成率 │ 100

    正例
    质量指标 │ 工资发放完成率 │ =100%
    """
    i = ctx.indicator
    if i.target.kind != "quantitative" or i.target.unit or not i.target.value or trailing_text(i.target):
        return
    if _carries_unit(ctx):
        return
    share = (is_rate(i.name) or is_satisfaction(i)) and 1 < i.target.value <= 100
    right = printed_with(i.target, SIGNS[i.target.comparator or "="]) if share else None
    fix = None
    if right is not None:
        fix = correction(f"“{i.target.raw}”改为“{right}%”", (i.anchors.get("target"), i.target.raw, f"{right}%"))
    advice = f"改为“{right}%”。" if right else "在数字后补上计量单位，如次、人、个、万元。"
    yield Hit("target", f"{cell(i)}只有数字，没有计量单位。", advice, fix)


def _carries_unit(ctx: IndicatorContext) -> bool:
    """Whether the name states the unit, or is of something that has none."""
    i, words = ctx.indicator, words_of(ctx)
    name = "".join((i.name or "").split())
    in_brackets = name.endswith((")", "）", "%")) and not is_satisfaction(i)
    said = any("单位:" in text or "单位：" in text for text in (i.name or "", i.description or ""))
    return in_brackets or said or words.has("unitless_names", i.name)


@rule("V318", "次数、时间用百分比", Severity.WARNING, Scope.INDICATOR, basis=(REVIEW,))
def share_of_a_span(ctx: IndicatorContext) -> Iterator[Hit]:
    """效益、质量等指标的名称是数量、人数、次数，或者期限、年限，指标值却是百分比。
    数量指标见 V307，时效指标见 V308，成本指标见 V309。

    依据
    财预〔2015〕88号：指标值应当与指标含义相符、可衡量。

    反例
    可持续影响指标 │ 管网使用年限 │ ≥90%

    正例
    可持续影响指标 │ 管网使用年限 │ ≥30年
    """
    i, words = ctx.indicator, words_of(ctx)
    if not of_percent(i.target) or is_satisfaction(i) or words.is_cost(i):
        return
    if words.is_under(i, "数量") or words.is_under(i, "时效") or is_rate(i.name) or is_rate(i.description):
        return
    if words.has("open_rates", i.name, i.description):
        return
    if words.ends("countable_names", i.name) or words.ends("span_names", i.name):
        message = f"{cell(i)}是百分比，“{bare(i.name)}”应当填数和量词。"
        yield Hit("target", message, "填写具体数量或时长；若反映的是比率，改写指标名称。")


@rule("V319", "率的指标值不是百分比", Severity.WARNING, Scope.INDICATOR, basis=(REVIEW,))
def count_of_a_share(ctx: IndicatorContext) -> Iterator[Hit]:
    """名称是完成率、合格率、故障率，指标值却是次数、人数或金额：名称和指标值说的不是一个量。
    “每万人投诉率 ≤3件”这样按单位数量计的、“事故发生率 0起”这样的零，不报告。

    依据
    财预〔2015〕88号：指标值应当与指标含义相符、可衡量。

    反例
    质量指标 │ 供水系统故障发生率 │ ≤20次

    正例
    质量指标 │ 供水系统故障发生率 │ ≤2%
    """
    i, words = ctx.indicator, words_of(ctx)
    if not i.target.value or i.target.unit not in words.listed("plain_units") or not words.ends("share_names", i.name):
        return
    if any("每" in (text or "") for text in (i.name, i.description, i.target.raw)):
        return
    message = f"{cell(i)}不是百分比，“{bare(i.name)}”应当填比率。"
    yield Hit("target", message, "填写百分比；若要衡量次数、人数或金额，改写指标名称。")
