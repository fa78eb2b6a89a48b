"""K 分类: indicators that stand under the wrong heading."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jiheng.model import Indicator
from jiheng.policy import Pack
from jiheng.readers.values import plain
from jiheng.rules.context import IndicatorContext, ProjectContext
from jiheng.rules.finding import Hit, Severity, correction
from jiheng.rules.registry import Scope, rule
from jiheng.rules.target_words import unit_root

REVIEW = "财预〔2015〕88号"
COST = "财预〔2021〕101号"


@rule("K701", "二级指标不属于一级指标", Severity.ERROR, Scope.INDICATOR, basis=(REVIEW, COST))
def wrong_category(ctx: IndicatorContext) -> Iterator[Hit]:
    """二级指标放在了别的一级指标下面，如“社会效益指标”放在产出指标下。哪些二级指标属于哪个一级指标由策略包规定；策略包里没有的二级指标不报告。

    依据
    财预〔2015〕88号、财预〔2021〕101号：绩效指标的分类。

    反例
    产出指标 │ 社会效益指标 │ 受益村民人数

    正例
    效益指标 │ 社会效益指标 │ 受益村民人数
    """
    framework = ctx.pack.framework
    level1, level2 = framework.level1(ctx.indicator.level1), framework.level2(ctx.indicator.level2)
    owners = [one for one, twos in framework.levels.items() if level2 in twos]
    if level1 in framework.levels and owners and level1 not in owners:
        message = f"“{ctx.indicator.level2}”放在了“{ctx.indicator.level1}”下，它属于{owners[0]}指标。"
        yield Hit("level2", message, f"移到{owners[0]}指标下；若是一级指标填错，改一级指标。")


@rule("K702", "一级指标名称与年度口径不符", Severity.INFO, Scope.PROJECT, basis=(REVIEW,), fixable=True)
def dated_category(ctx: ProjectContext) -> Iterator[Hit]:
    """一级指标用了旧口径的名称，如“效果指标”，现行口径称“效益指标”。一个项目报告一次。改正：换成现行名称。

    依据
    财预〔2015〕88号：一级指标为产出、效益、满意度指标。

    反例
    2025 年的表：效果指标 │ 社会效益指标

    正例
    效益指标 │ 社会效益指标
    """
    framework = ctx.pack.framework
    rows = [n for n, i in enumerate(ctx.project.indicators) if _is_dated(i, ctx.pack)]
    if not rows:
        return
    first = ctx.project.indicators[rows[0]]
    printed, own = plain(first.level1 or ""), f"{framework.level1(first.level1)}指标"
    same = [i for i in (ctx.project.indicators[n] for n in rows) if plain(i.level1 or "") == printed]
    # A merged cell is one cell, whatever number of rows it spans.
    cells = {i.anchors.get("level1"): (i.anchors.get("level1"), i.level1, own) for i in same}
    message = f"一级指标写作“{printed}”，现行口径称“{own}”。"
    fix = correction(f"“{printed}”改为“{own}”", *cells.values())
    yield Hit("level1", message, f"改为“{own}”。", fix, row=rows[0])


def _is_dated(i: Indicator, pack: Pack) -> bool:
    bare = plain(i.level1 or "").removesuffix("指标")
    return bare in pack.framework.level1_aliases and bare not in pack.framework.accepted_level1


_SHARE = re.compile(r"(?<![效频功])率(?:\(%\))?$")


def _has(name: str, pack: Pack, words: str) -> bool:
    return any(w in name for w in pack.lexicon.get(words, ()))


def _is_money(i: Indicator, pack: Pack) -> bool:
    return i.target.unit in pack.lexicon.get("money_units", ())


def _is_price(i: Indicator, pack: Pack) -> bool:
    return unit_root(i.target.unit) in pack.lexicon.get("money_units", ())


def _is_rate(i: Indicator, name: str, pack: Pack) -> bool:
    return i.target.unit == "%" and _has(name, pack, "rates")


def _is_deadline(i: Indicator, name: str, pack: Pack) -> bool:
    """Done by when, or within how long: "质保期 ≥2年" is neither."""
    within = i.target.comparator in ("<=", "<") and i.target.unit in pack.lexicon.get("time_units", ())
    return within and _has(name, pack, "time_names")


def _belongs(i: Indicator, pack: Pack) -> tuple[str, str] | None:
    """Where the indicator belongs and why, or ``None`` where it stands right or where nobody could be sure."""
    level1, level2 = pack.framework.level1(i.level1), pack.framework.level2(i.level2)
    name = plain(i.name or "")
    costs_money = i.target.comparator in ("<=", "<", "=") and _is_money(i, pack)
    if level1 and level1 != "满意度" and ("满意度" in name or "满意率" in name) and "投诉" not in name:
        return "满意度", "反映的是服务对象是否满意"
    if level2 == "数量" and (_is_rate(i, name, pack) or (i.target.unit == "%" and _SHARE.search(name))):
        return ("时效" if _has(name, pack, "timely_rates") else "质量"), "是比率，不是数量"
    if level2 == "数量" and _is_price(i, pack) and name.endswith(tuple(pack.lexicon.get("price_names", ()))):
        return "成本", "是价格或标准，不是数量"
    if level2 == "经济效益" and _has(name, pack, "social_names") and "经济" not in name:
        return "社会效益", "说的不是经济方面的效果"
    if level2 == "质量":
        return _out_of_quality(i, name, pack)
    if level2 == "时效" and i.target.unit == "%" and _has(name, pack, "quality_rates"):
        return "质量", "说的是合不合格，不是早晚"
    if level2 == "成本" and i.target.unit == "%" and _has(name, pack, "budget_rates"):
        return "时效或质量", "是完成进度，不是花多少钱"
    is_cost = _has(name, pack, "cost_names") and not _has(name, pack, "saving_words")
    if level1 == "效益" and costs_money and is_cost:
        return "成本", "是花费，不是效益"
    return None


def _out_of_quality(i: Indicator, name: str, pack: Pack) -> tuple[str, str] | None:
    if _is_money(i, pack) and i.target.comparator in ("<=", "<", "="):
        return "成本", "的指标值是金额"
    if i.target.unit == "%" and _has(name, pack, "timely_rates"):
        return "时效", "说的是及不及时"
    if _is_deadline(i, name, pack):
        return "时效", "的指标值是期限"
    return None


@rule("K703", "指标放错类别", Severity.WARNING, Scope.INDICATOR, basis=(REVIEW, COST), silences=("V307",))
def wrong_subcategory(ctx: IndicatorContext) -> Iterator[Hit]:
    """指标与所在的二级指标不是一类：覆盖率、完成率放在数量指标下，满意度放在社会效益下，预算执行率放在成本下，
    金额或期限放在质量下，补助标准放在数量下，社会和谐稳定放在经济效益下。

    依据
    财预〔2015〕88号、财预〔2021〕101号：数量、质量、时效、成本、效益、满意度指标各自的含义。

    反例
    数量指标 │ 自来水普及覆盖率 │ ≥95%

    正例
    质量指标 │ 自来水普及覆盖率 │ ≥95%
    """
    i = ctx.indicator
    found = _belongs(i, ctx.pack)
    if found:
        where, why = found
        message = f"“{i.name}”（{i.target.raw}）放在“{i.level2 or i.level1}”下，它{why}。"
        yield Hit("name", message, f"移到{where}指标下，或者改写指标。", words=(where,))


@rule("K704", "满意度没有对象", Severity.INFO, Scope.INDICATOR, basis=(REVIEW,))
def satisfaction_of_nobody(ctx: IndicatorContext) -> Iterator[Hit]:
    """指标只写“满意度”，没有说是谁对什么满意，年末无从调查。描述里写明对象的不报告。

    依据
    财预〔2015〕88号：满意度指标反映服务对象的认可程度，应当明确对象。

    反例
    服务对象满意度指标 │ 满意度 │ 描述：满意度

    正例
    服务对象满意度指标 │ 用水村民满意度
    """
    bare = ctx.pack.lexicon.get("bare_satisfaction", ())
    name, description = (plain(t or "").removesuffix("(%)") for t in (ctx.indicator.name, ctx.indicator.description))
    if name in bare and (not description or description in bare):
        yield Hit("name", f"指标“{ctx.indicator.name}”没有写明是谁的满意度。", "写明对象，如“用水村民满意度”。")
