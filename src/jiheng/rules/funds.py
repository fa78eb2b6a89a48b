"""A 资金: the budget against its parts, against the cost indicators, and amounts in the wrong unit."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from jiheng.model import Indicator
from jiheng.readers.values import parse_amount, plain
from jiheng.rules.claims import CENT, THIS_YEAR, labelled, wan
from jiheng.rules.context import ProjectContext
from jiheng.rules.finding import Hit, Severity
from jiheng.rules.registry import Scope, rule
from jiheng.rules.target_words import Words, cell, words_in

REVIEW = "财预〔2015〕88号"
TEN_THOUSAND = Decimal(10000)


def _differs_by_unit(one: Decimal, other: Decimal) -> bool:
    """Whether two amounts are the same digits in 元 and in 万元: their ratio is 10^4, give or take 1%."""
    if one <= 0 or other <= 0:
        return False
    ratio = max(one, other) / min(one, other)
    return abs(ratio / TEN_THOUSAND - 1) <= Decimal("0.01")


@rule("A101", "预算数不等于各项资金之和", Severity.ERROR, Scope.PROJECT, basis=(REVIEW,))
def parts_of_budget(ctx: ProjectContext) -> Iterator[Hit]:
    """预算数应当等于财政资金与其他资金之和，相差不到 0.01 万元的不算。其他资金空着按 0 计。

    依据
    财预〔2015〕88号：项目资金按来源分别填列，合计应当一致。

    反例
    预算数 120，其中财政资金 100，其他资金 10

    正例
    预算数 120，其中财政资金 100，其他资金 20
    """
    b = ctx.project.budget
    if b.total is None or b.fiscal is None:
        return
    other = b.other or Decimal(0)
    if abs(b.total - b.fiscal - other) >= CENT:
        message = (
            f"预算数 {wan(b.total)}，财政资金 {wan(b.fiscal)} 加其他资金 {wan(other)} 是 {wan(b.fiscal + other)}，"
            f"相差 {wan(abs(b.total - b.fiscal - other))}。"
        )
        yield Hit("budget_total", message, "核对预算批复，改正预算数或各项资金。")


def _cost_in_wan(i: Indicator, words: Words) -> Decimal | None:
    """The sum that a cost indicator sets, in 万元; ``None`` for unit prices, percentages and words."""
    if i.target.value is None or i.target.unit not in ("元", "万元", "万", "亿元", "千元") or not words.is_cost(i):
        return None
    factor = {"千元": Decimal("0.1")}.get(i.target.unit) or parse_amount(f"1{i.target.unit}") or Decimal(1)
    return i.target.value * factor


def _is_for_one(i: Indicator, words: Words) -> bool:
    return words.has("unit_price_names", i.name, i.description, i.target.raw)


@rule("A104", "成本指标值超过预算", Severity.ERROR, Scope.PROJECT, basis=(REVIEW,))
def cost_above_budget(ctx: ProjectContext) -> Iterator[Hit]:
    """成本指标的金额比预算数还大，没有这么多钱可花。单价、合同总价、总投资、累计数不与本年预算比较；
    金额与预算数正好差一万倍的，多半是单位写错，见 A108。

    依据
    财预〔2015〕88号：绩效目标应当与资金规模相匹配。

    反例
    预算数 120；成本指标 │ 管网改造成本 │ ≤150万元

    正例
    预算数 120；成本指标 │ 管网改造成本 │ ≤120万元
    """
    budget = ctx.project.budget.total
    if budget is None or budget <= 0:
        return
    words = words_in(ctx.within)
    for row, i in enumerate(ctx.project.indicators):
        cost = _cost_in_wan(i, words)
        if cost is None or cost - budget < CENT or words.has("multi_year_words", i.name, i.description):
            continue
        if words.has("saving_words", i.name):
            continue
        message = f"{cell(i)}超过了预算数 {wan(budget)}。"
        yield Hit("target", message, "改为不超过预算数的金额；若是合同总价或总投资，在名称里写明。", row=row)


@rule("A106", "成本指标值远小于预算", Severity.INFO, Scope.PROJECT, basis=(REVIEW,))
def cost_below_budget(ctx: ProjectContext) -> Iterator[Hit]:
    """只有一条成本指标，金额还不到预算数的一半：大部分资金没有成本指标约束。单价、人均标准不与预算比较。

    依据
    财预〔2015〕88号：绩效目标应当与资金规模相匹配。

    反例
    预算数 120，唯一的成本指标：管材检测费用 │ ≤10万元

    正例
    预算数 120，成本指标：管网改造成本 │ ≤120万元
    """
    budget = ctx.project.budget.total
    words = words_in(ctx.within)
    costs = [(n, i) for n, i in enumerate(ctx.project.indicators) if words.is_cost(i)]
    if budget is None or budget <= 0 or len(costs) != 1:
        return
    row, i = costs[0]
    cost = _cost_in_wan(i, words)
    share = ctx.pack.thresholds.get("cost_share", Decimal(0)) / 100
    if cost is None or _is_for_one(i, words) or words.has("saving_words", i.name) or _differs_by_unit(cost, budget):
        return
    if cost < budget * share:
        message = f"唯一的成本指标{cell(i)}只占预算数 {wan(budget)}的 {cost / budget * 100:.0f}%。"
        yield Hit("target", message, "补充其余资金的成本指标，或者说明这一项以外的支出。", row=row)


@rule("A107", "预算数为零或负", Severity.ERROR, Scope.PROJECT, basis=(REVIEW,))
def no_budget(ctx: ProjectContext) -> Iterator[Hit]:
    """预算数填了 0 或负数。没有资金的项目不编绩效目标；漏填的补上。

    依据
    财预〔2015〕88号：绩效目标与预算同步编制。

    反例
    预算数：0

    正例
    预算数：120.00
    """
    total = ctx.project.budget.total
    if total is not None and total <= 0:
        yield Hit("budget_total", f"预算数是 {wan(total)}。", "填写批复的预算数；没有安排预算的项目不必列表。")


@rule("A108", "金额单位疑似写错", Severity.WARNING, Scope.PROJECT, basis=(REVIEW,), silences=("A101", "A102", "A104"))
def wrong_unit(ctx: ProjectContext) -> Iterator[Hit]:
    """金额与预算数正好差一万倍（前后 1%）：数字是对的，单位写成了元或万元。

    依据
    财预〔2015〕88号：绩效目标表以万元为单位，填写应当规范。

    反例
    预算数 120（万元）；成本指标 │ 管网改造成本 │ ≤120元

    正例
    预算数 120（万元）；成本指标 │ 管网改造成本 │ ≤120万元
    """
    budget = ctx.project.budget
    if budget.total is None:
        return
    if budget.fiscal is not None and _differs_by_unit(budget.fiscal, budget.total):
        message = f"财政资金 {wan(budget.fiscal)} 与预算数 {wan(budget.total)} 相差一万倍，单位疑似写错。"
        yield Hit("budget_total", message, "统一以万元为单位填写。")
    text = plain(ctx.project.purpose or "")
    for claim in labelled(text, THIS_YEAR, ctx.within.document.fiscal_year):
        if _differs_by_unit(claim.amount.value, budget.total):
            message = f"资金用途写“{claim.label}{claim.amount.text}”，预算数是 {wan(budget.total)}，单位疑似写错。"
            yield Hit("purpose", message, "核对是元还是万元。")
            break
    words = words_in(ctx.within)
    for row, i in enumerate(ctx.project.indicators):
        cost = _cost_in_wan(i, words)
        if cost is not None and _differs_by_unit(cost, budget.total) and not _is_for_one(i, words):
            message = f"{cell(i)}与预算数 {wan(budget.total)} 的数字相同、单位差一万倍，疑似写错。"
            yield Hit("target", message, "核对是元还是万元。", row=row)
