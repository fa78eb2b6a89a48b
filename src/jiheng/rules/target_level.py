"""V 指标值: values out of the range that their meaning allows: above 100%, far too low, another year's date."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import cast

from jiheng.model import Indicator, Project
from jiheng.readers.values import plain
from jiheng.rules.context import IndicatorContext, ProjectContext
from jiheng.rules.finding import Hit, Severity
from jiheng.rules.registry import Scope, rule
from jiheng.rules.shares import above_whole
from jiheng.rules.target_words import bare, cell, is_satisfaction, numerator, words_of

REVIEW = "财预〔2015〕88号"
WHOLE = Decimal(100)


@rule("V305", "率大于 100%", Severity.ERROR, Scope.INDICATOR, basis=(REVIEW,))
def above_all(ctx: IndicatorContext) -> Iterator[Hit]:
    """满意度、合格率、覆盖率、发放率等是部分占全部的比例，不可能大于 100%。
    完成率可能是超额完成，按警告报告；名称看不出是不是比例的，提请核实。
    增长率、偏离率、对计划或上年的比率可以大于 100%，不在此列；达到 1000% 以上的，不论哪种比率都疑似误填。

    依据
    财预〔2015〕88号：指标值应当合理可行。

    反例
    质量指标 │ 管材抽检合格率 │ ≥120%

    正例
    经济效益指标 │ 水费收入比上年增长率 │ ≥120%
    """
    i = ctx.indicator
    target, words = i.target, words_of(ctx)
    if target.unit != "%" or target.value is None or target.comparator not in (">=", ">", "="):
        return
    value = max(target.value, target.upper or target.value)
    beyond = value + 1 if target.comparator == ">" and value == WHOLE else value  # more than all
    if (question := above_whole(i, beyond, cell(i), words, ctx.pack)) is None:
        return
    doubtful = Severity.WARNING if "完成" in bare(i.name) else Severity.INFO
    severity = Severity.ERROR if question.is_sure else doubtful
    yield Hit(
        "target", question.message, "改为不超过 100% 的数；若是对计划或上年的比率，在名称里写明。", severity=severity
    )


@rule("V306", "指标值明显偏低或疑似漏字", Severity.WARNING, Scope.INDICATOR, basis=(REVIEW,))
def too_low(ctx: IndicatorContext) -> Iterator[Hit]:
    """同一项目其他比率都在 80% 以上，这一条只有个位数，乘以 10 正好与它们相当，多半是漏了一位数字（≥90% 写成 ≥9%）；
    或者合格率、及时率、准确率、发放率这类接近 100% 的比率，填得过低。
    增长率、节约率、占比、抽查比例等本来就低，不在此列。

    依据
    财预〔2015〕88号：指标值应当合理，既不过高也不过低。

    反例
    生态效益指标 │ 沿线村庄环境整洁程度 │ ≥9%（其余指标都是 ≥90%）

    正例
    社会效益指标 │ 用水户数比上年增长率 │ ≥5%
    """
    i = ctx.indicator
    target, words = i.target, words_of(ctx)
    if target.unit != "%" or target.value is None or target.comparator not in (">=", ">", "=") or target.value <= 0:
        return
    # 占比 in a description only tells that the indicator is a share.
    told = (i.description or "").replace("占比", "").replace("比重", "")
    if any(words.has(n, i.name, told) for n in ("open_rates", "low_rates", "negative_names")):
        return
    if _lost_a_digit(target.value, ctx.within):
        message = f"{cell(i)}远低于同项目的其他比率，疑似漏了一位数字。"
        yield Hit("target", message, f"核对是否应为 {target.value * 10:f}%；确为 {target.value:f}% 的，说明理由。")
    elif words.ends("near_complete_rates", i.name) and target.value < ctx.pack.thresholds.get("near_complete_floor", 0):
        yield Hit("target", f"{cell(i)}明显偏低，这类比率一般接近 100%。", "参照往年完成情况和行业标准提高指标值。")


def _lost_a_digit(value: Decimal, ctx: ProjectContext) -> bool:
    if not 5 < value < 10:
        return False
    if "high shares" not in ctx.memo:
        ctx.memo["high shares"] = sorted(share for i in ctx.project.indicators if (share := _high_share(i)))
    others = cast(list[Decimal], ctx.memo["high shares"])
    return len(others) >= 3 and value * 10 >= others[0]


def _high_share(i: Indicator) -> Decimal | None:
    return i.target.value if i.target.unit == "%" and i.target.value is not None and i.target.value >= 80 else None


@rule("V315", "满意度低于常规", Severity.WARNING, Scope.INDICATOR, basis=(REVIEW,))
def low_satisfaction(ctx: IndicatorContext) -> Iterator[Hit]:
    """满意度一般在 85% 到 100% 之间。低于策略包规定的下限（默认 80%）的，目标过低，请说明依据或者提高。

    依据
    财预〔2015〕88号：指标值应当合理，具有一定挑战性。

    反例
    用水村民满意度 │ ≥60%

    正例
    用水村民满意度 │ ≥90%
    """
    i = ctx.indicator
    floor = ctx.pack.thresholds.get("satisfaction_floor", Decimal(0))
    if i.target.unit != "%" or i.target.value is None or not 0 < i.target.value < floor or not is_satisfaction(i):
        return
    if any(words_of(ctx).polarity(t) == "negative" for t in (i.name, numerator(i.description))):
        return
    if words_of(ctx).has("open_rates", i.name, i.description):
        return
    yield Hit("target", f"{cell(i)}偏低，满意度一般不低于 {floor:f}%。", "提高指标值，或者写明往年调查结果等依据。")


_YEAR = re.compile(r"(?<!\d)(20\d\d)(?=年|[-/.]\d{1,2}(?!\d))")
# "比2023年", "以2020年为基数", "[2017]25号": a year that something is compared with, or that belongs to a document.
_COMPARED = re.compile(r"(?:比|较|于|以|按|照|自|从|《[^》]{0,200}|[\[〔(][^\])〕]{0,200})$")
_REACH = 201
"""Characters before a year that are looked at: the longest title of a document, and its mark."""
_BASELINE = re.compile(r"年(?:度|底|末)?(?:的|同期|实际|水平|基数|基础|平均|数据|标准|为基|相比|以来|起)")


@rule("V316", "期限不在预算年度内", Severity.WARNING, Scope.INDICATOR, basis=(REVIEW,))
def outside_the_year(ctx: IndicatorContext) -> Iterator[Hit]:
    """指标值里的日期早于或晚于预算年度，多半是上年的表没有改。结转项目、名称里写明该年度的项目，以及作比较基数的年份，不在此列；
    跨年的时段只要包括预算年度就不报告。

    依据
    财预〔2015〕88号：年度绩效目标应当在预算年度内实现。

    反例
    2025 年的表：管网改造完成时间 │ 2024年12月31日前

    正例
    2025 年的表：管网改造完成时间 │ 2025年11月30日前
    """
    i, year = ctx.indicator, ctx.within.within.document.fiscal_year
    years = _deadline_years(plain(i.target.raw))
    if year is None or not years or min(years) <= year <= max(years):
        return
    if any(_speaks_of(ctx.project, y) for y in years):
        return
    stated = "、".join(f"{y}年" for y in sorted(years))
    message = f"{cell(i)}写的是{stated}，预算年度是 {year} 年。"
    yield Hit("target", message, f"改为 {year} 年内的期限；上年结转或跨年实施的，在项目名称或用途里写明。")


def _deadline_years(text: str) -> set[int]:
    return {
        int(m[1])
        for m in _YEAR.finditer(text)
        if not _COMPARED.search(text[max(0, m.start() - _REACH) : m.start()]) and not _BASELINE.match(text, m.end())
    }


def _speaks_of(project: Project, year: int) -> bool:
    """Whether the project is said to belong to that year, or to be carried over."""
    said = plain("".join((project.name or "", project.title or "", project.purpose or "", project.period or "")))
    return str(year) in said or "结转" in said or "跨年" in said
