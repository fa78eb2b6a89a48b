"""V 指标值: how a target value is written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jiheng.model import Target
from jiheng.readers.values import plain
from jiheng.rules.context import IndicatorContext, ProjectContext
from jiheng.rules.finding import Hit, Severity, correction
from jiheng.rules.registry import Scope, rule
from jiheng.rules.target_words import Words, cell, printed_with, trailing_text, words_in, words_of

REVIEW = "财预〔2015〕88号"
SIGNS = {">=": "≥", "<=": "≤", ">": ">", "<": "<", "=": "="}


@rule("V311", "指标值混入文字", Severity.ERROR, Scope.INDICATOR, basis=(REVIEW,), silences=("V310",))
def text_in_value(ctx: IndicatorContext) -> Iterator[Hit]:
    """数字后面跟着的不是计量单位，而是一个指标名或一句话，既没有单位，也看不出比的是什么。元/人/月、万元/公里等长单位不在此列。

    依据
    财预〔2015〕88号：指标值应当规范、准确。

    反例
    资金到位率 │ ≥100落实补助资金的比例

    正例
    资金到位率 │ =100%
    """
    i = ctx.indicator
    text = trailing_text(i.target)
    if text and not text.startswith(words_of(ctx).listed("known_units")):
        message = f"{cell(i)}在数字后面混入了文字“{text}”，没有计量单位。"
        yield Hit("target", message, "只填比较符、数和计量单位，如“=100%”；说明文字移到绩效指标描述。", words=(text,))


_NUMERAL = re.compile(r"[\d一二三四五六七八九十百千两]")
_NOTHING = frozenset(("", "/", "-", "--", "—", "——", "无", "、"))


@rule("V312", "数量指标无数值", Severity.ERROR, Scope.INDICATOR, basis=(REVIEW,), silences=("V314",))
def count_without_number(ctx: IndicatorContext) -> Iterator[Hit]:
    """数量指标的指标值是“是”“完成”“符合”之类的文字，没有数，年末无法核对完成了多少。

    依据
    财预〔2015〕88号：绩效指标应当细化、量化；数量指标反映数量。

    反例
    数量指标 │ 清理河道垃圾 │ 完成

    正例
    数量指标 │ 清理河道垃圾 │ ≥300吨
    """
    i = ctx.indicator
    text = plain(i.target.raw)
    if (
        words_of(ctx).is_under(i, "数量")
        and i.target.kind == "qualitative"
        and text not in _NOTHING
        and not _NUMERAL.search(text)
    ):
        yield Hit("target", f"数量指标{cell(i)}没有数值。", "按计划填写具体数量和计量单位，如“≥300吨”“=18个”。")


@rule("V313", "比较符写法不规范", Severity.INFO, Scope.INDICATOR, basis=(REVIEW,), fixable=True)
def irregular_sign(ctx: IndicatorContext) -> Iterator[Hit]:
    """比较用文字（“90%以上”“大于等于90%”“不少于5次”）或不规范的符号（“＝”“＞”“>=”“≧”）表示。统一写成 ≥、≤、>、<、=，
    便于汇总和自动评分。

    依据
    财预〔2015〕88号：绩效目标表填写应当规范。

    反例
    参训人员满意度 │ 90%以上

    正例
    参训人员满意度 │ ≥90%
    """
    target = ctx.indicator.target
    if target.kind != "quantitative" or target.comparator is None or trailing_text(target):
        return
    right = printed_with(target, SIGNS[target.comparator])
    if right is None or not _is_irregular(target, right):
        return
    fix = correction(f"“{target.raw}”改为“{right}”", (ctx.indicator.anchors.get("target"), target.raw, right))
    yield Hit("target", f"{cell(ctx.indicator)}的比较符写法不规范。", f"改为“{right}”。", fix)


def _is_irregular(target: Target, right: str) -> bool:
    """Whether the comparison is in words, or in a sign that is none of ≥ ≤ > < =. A bare number needs no sign."""
    printed = "".join(target.raw.split())
    if printed[:1] in "＝＞＜≧≦⩾⩽" or printed[:2] in (">=", "<=", "=>", "=<", "=="):
        return True
    # What is left when the number and its unit go: words that compare, or only 约, 每 … that do not.
    rest = plain(printed).replace(right.lstrip("≥≤<>="), "", 1)
    return bool(_COMPARING.search(rest))


_COMPARING = re.compile(
    r"以上|以下|以内|之内|大于|小于|等于|不少于|不低于|不小于|不超过?|不高于|不大于|不多于|至少|至多|控制在|超过|高于|多于|低于|少于"
)


@rule("V314", "定性指标没有可判断的等次", Severity.INFO, Scope.PROJECT, basis=(REVIEW, "财预〔2020〕10号"))
def vague_value(ctx: ProjectContext) -> Iterator[Hit]:
    """指标值只有“是”“完成”“符合”“提高”“明显改善”之类的词，做到什么程度算完成没有说，自评时只能凭印象打分。一个项目报告一次。

    依据
    财预〔2015〕88号：绩效目标应当细化、量化；财预〔2020〕10号：定性指标分档评分，要有可判断的标准。

    反例
    社会效益指标 │ 供水条件改善程度 │ 明显改善

    正例
    社会效益指标 │ 供水水压达标户数占比 │ ≥95%
    """
    words = words_in(ctx.within)
    rows = [
        n for n, i in enumerate(ctx.project.indicators)
        if i.target.kind == "qualitative" and not words.is_under(i, "数量") and _is_vague(plain(i.target.raw), words)
    ]  # fmt: skip
    if not rows:
        return
    stated = "、".join(dict.fromkeys(f"“{ctx.project.indicators[n].target.raw}”" for n in rows))
    message = f"有 {len(rows)} 条指标的指标值只写了{stated}，看不出做到什么程度算完成。"
    advice = "能量化的改为数值；不能量化的写明可以核对的标准，如“水质达到Ⅲ类”“12月底前通过验收”。"
    yield Hit("target", message, advice, row=rows[0])


def _is_vague(text: str, words: Words) -> bool:
    core = text.rstrip("。;,.")
    if core in words.listed("vague_words"):
        return True
    for adverb in words.listed("vague_adverbs"):
        if core.startswith(adverb) and core.removeprefix(adverb) in words.listed("vague_words"):
            return True
    return False
