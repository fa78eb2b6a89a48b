"""V 指标值: comparators that point the wrong way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from jiheng.rules.context import IndicatorContext
from jiheng.rules.finding import Fix, Hit, Severity, correction
from jiheng.rules.registry import Scope, rule
from jiheng.rules.target_words import (
    bare,
    cell,
    is_rate,
    is_satisfaction,
    numerator,
    of_percent,
    printed_with,
    unit_root,
    words_of,
)  # fmt: skip

REVIEW = "财预〔2015〕88号"
WHOLE = Decimal(100)
# A floor is explained by the document that sets it: by its title, its number, or who made it public.
_NAMED_DOCUMENT = re.compile(r"《[^》]{1,200}》|[〔\[(（]20\d\d[〕\])）]\s*第?\d+号|公布的|印发的")


def _with_sign(ctx: IndicatorContext, sign: str) -> tuple[str, Fix | None]:
    """The right value as printed, and the fix that puts it there."""
    target = ctx.indicator.target
    right = printed_with(target, sign)
    if right is None:
        return sign, None
    return right, correction(f"“{target.raw}”改为“{right}”", (ctx.indicator.anchors.get("target"), target.raw, right))


def _turned_up(ctx: IndicatorContext) -> tuple[str, Fix | None]:
    # "≥100%" would be a mistake of its own (V304).
    return _with_sign(ctx, "=" if ctx.indicator.target.value == WHOLE else "≥")


@rule(
    "V301", "满意度方向相反", Severity.ERROR, Scope.INDICATOR,
    basis=(REVIEW,), fixable=True, silences=("V302", "V313"),
)  # fmt: skip
def satisfaction_turned(ctx: IndicatorContext) -> Iterator[Hit]:
    """满意度越高越好，指标值却写成“≤”或“<”：满意度越低越算完成。投诉率、不满意率越低越好，用“≤”是对的。改正：换成“≥”。

    依据
    财预〔2015〕88号：指标值应当与指标含义方向一致，满意度是正向指标。

    反例
    服务对象满意度指标 │ 用水村民满意度 │ ≤95%

    正例
    服务对象满意度指标 │ 用水村民满意度 │ ≥95%
    """
    i, words = ctx.indicator, words_of(ctx)
    if i.target.comparator not in ("<=", "<") or not is_satisfaction(i) or unit_root(i.target.unit) not in ("%", "分"):
        return
    if any(words.polarity(text) == "negative" for text in (i.name, numerator(i.description))):
        return
    right, fix = _turned_up(ctx)
    yield Hit("target", f"{cell(i)}方向反了：满意度越高越好，不应设上限。", f"改为“{right}”。", fix)


@rule(
    "V302", "越高越好的比率方向相反", Severity.ERROR, Scope.INDICATOR, basis=(REVIEW,), fixable=True, silences=("V313",)
)
def share_turned(ctx: IndicatorContext) -> Iterator[Hit]:
    """完成率、达标率、合格率、覆盖率、及时率、发放率、知晓率等越高越好，指标值却写成“≤”或“<”。
    名称看不出好坏、但数值很高的百分比，按警告报告，请核对。投诉率、故障率、差错率、流失率等越低越好，占比、增幅等可以有上限，不在此列。
    改正：换成“≥”（100% 换成“=”）。

    依据
    财预〔2015〕88号：指标值应当与指标含义方向一致。

    反例
    质量指标 │ 管网改造完成率 │ ≤95%

    正例
    质量指标 │ 管网改造完成率 │ ≥95%
    """
    i = ctx.indicator
    if i.target.comparator not in ("<=", "<") or not of_percent(i.target) or is_satisfaction(i):
        return
    words = words_of(ctx)
    said = words.polarity(i.name) or words.polarity(numerator(i.description))
    right, fix = _turned_up(ctx)
    if said == "positive":
        yield Hit("target", f"{cell(i)}方向反了：这个比率越高越好，不应设上限。", f"改为“{right}”。", fix)
    elif said is None and _should_be_high(ctx):
        message = f"{cell(i)}给产出或效益设了上限，看来方向反了。"
        yield Hit(
            "target", message, f"越高越好的，改为“{right}”；确实越低越好的，把名称写清楚。", severity=Severity.WARNING
        )


def _should_be_high(ctx: IndicatorContext) -> bool:
    i, words = ctx.indicator, words_of(ctx)
    of_results = ctx.pack.framework.level1(i.level1) in ("产出", "效益") and not words.is_cost(i)
    high = i.target.value is not None and i.target.value >= ctx.pack.thresholds.get("high_rate", WHOLE)
    return of_results and high and not words.is_doubtful(i.name)


@rule(
    "V303", "成本或负向指标方向相反", Severity.ERROR, Scope.INDICATOR, basis=(REVIEW,), fixable=True, silences=("V313",)
)
def cost_turned(ctx: IndicatorContext) -> Iterator[Hit]:
    """成本、投诉次数、事故起数、响应时间等越低越好，指标值却写成“≥”或“>”：花得越多越算完成。改正：换成“≤”。
    人均投入标准、补助标准等由政策规定下限的，“≥”可能有依据，按警告报告；确定依据里写明了文件的不报告。节约、降低的金额越多越好，不在此列。

    依据
    财预〔2015〕88号：成本指标应当设上限，与预算相匹配。

    反例
    成本指标 │ 管网养护成本 │ ＞200万元

    正例
    成本指标 │ 管网养护成本 │ ≤200万元
    """
    i = ctx.indicator
    if i.target.comparator not in (">=", ">") or of_percent(i.target) or i.target.unit is None:
        return
    words = words_of(ctx)
    right, fix = _with_sign(ctx, "≤")
    if words.is_cost(i) and words.is_money(i) and not words.has("saving_words", i.name):
        if _has_floor(ctx):
            if _NAMED_DOCUMENT.search(i.basis or ""):
                return
            message = f"{cell(i)}设的是下限。人均投入、补助标准由政策规定下限的可以这样写，作为成本指标一般应设上限。"
            advice = f"有政策规定下限的，在确定依据里写明文件；否则改为“{right}”。"
            yield Hit("target", message, advice, severity=Severity.WARNING)
        else:
            yield Hit("target", f"{cell(i)}方向反了：成本应当设上限。", f"改为“{right}”。", fix)
    elif words.polarity(i.name) == "negative" or _is_delay(ctx):
        yield Hit("target", f"{cell(i)}方向反了：“{bare(i.name)}”越低越好。", f"改为“{right}”。", fix)


def _has_floor(ctx: IndicatorContext) -> bool:
    """Whether a policy may set the least that is paid: a standard, or so much a head."""
    i, words = ctx.indicator, words_of(ctx)
    a_head = i.target.unit is not None and unit_root(i.target.unit) != i.target.unit
    return words.has("floor_names", i.name, i.description) or (a_head and words.has("benefit_names", i.name))


def _is_delay(ctx: IndicatorContext) -> bool:
    words = words_of(ctx)
    return words.ends("delay_names", ctx.indicator.name) and ctx.indicator.target.unit in words.listed("duration_units")


@rule("V304", "率写成“≥100%”", Severity.INFO, Scope.INDICATOR, basis=(REVIEW,), fixable=True, silences=("V313",))
def at_least_whole(ctx: IndicatorContext) -> Iterator[Hit]:
    """满意度、合格率、发放率等最高就是 100%，写“≥100%”不规范，应写“=100%”。
    增长率、对计划或上年的比率可以超过 100%，不在此列。

    依据
    财预〔2015〕88号：指标值应当规范、准确。

    反例
    质量指标 │ 管材抽检合格率 │ ≥100%

    正例
    质量指标 │ 管材抽检合格率 │ =100%
    """
    i = ctx.indicator
    if i.target.comparator != ">=" or i.target.value != WHOLE or i.target.unit != "%" or not _is_bounded(ctx):
        return
    right, fix = _with_sign(ctx, "=")
    yield Hit("target", f"{cell(i)}：这个比率不会超过 100%。", f"改为“{right}”。", fix)


def _is_bounded(ctx: IndicatorContext) -> bool:
    """Whether the rate can never pass 100%, by its name and by what its description makes of it."""
    i, words = ctx.indicator, words_of(ctx)
    if is_satisfaction(i):
        return True
    wanted = words.polarity(i.name) == "positive" and (is_rate(i.name) or not words.is_under(i, "数量"))
    return wanted and not words.has("open_rates", i.name, i.description)


@rule("V317", "负向比率方向相反", Severity.ERROR, Scope.INDICATOR, basis=(REVIEW,), silences=("V313", "V301", "V304"))
def unwanted_share_turned(ctx: IndicatorContext) -> Iterator[Hit]:
    """投诉率、故障率、差错率、流失率等越低越好，指标值却写成“≥”或“>”。应填多少要由单位定，不自动改正。
    投诉办结率、投诉下降率越高越好，不在此列。

    依据
    财预〔2015〕88号：指标值应当与指标含义方向一致。

    反例
    质量指标 │ 供水投诉率 │ ≥90%

    正例
    质量指标 │ 供水投诉率 │ ≤2%
    """
    i = ctx.indicator
    if i.target.comparator in (">=", ">") and of_percent(i.target) and words_of(ctx).polarity(i.name) == "negative":
        message = f"{cell(i)}方向反了：“{bare(i.name)}”越低越好。"
        yield Hit("target", message, "改用“≤”，并填写可以接受的上限；若原意是满意度、办结率等，改写指标名称。")
