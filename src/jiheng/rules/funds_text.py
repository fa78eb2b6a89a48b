"""A 资金: amounts in sentences that contradict the budget, and calculations that are wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from jiheng.amounts import Equation, equations_in
from jiheng.model import Project
from jiheng.readers.values import plain
from jiheng.rules.claims import CENT, THIS_YEAR, WHOLE_SUM, Claim, items, labelled, last_digit, lists_all, wan
from jiheng.rules.context import ProjectContext
from jiheng.rules.finding import Hit, Severity
from jiheng.rules.registry import Scope, rule
from jiheng.rules.target_words import words_in

REVIEW = "财预〔2015〕88号"
TEN_THOUSAND = Decimal(10000)
_DIGITS = re.compile(r"\d+")


@rule("A102", "用途里写的预算数与预算数不符", Severity.ERROR, Scope.PROJECT, basis=(REVIEW,))
def purpose_against_budget(ctx: ProjectContext) -> Iterator[Hit]:
    """资金用途里写的预算数、本年度安排数与预算数一栏不一致。写了合同总价、总投资又写了本年度支出的，只比较本年度的数；
    只写了总投资而与预算数不同的，可能是跨年项目，按警告报告。

    依据
    财预〔2015〕88号：资金用途应当与预算数一致。

    反例
    预算数 120；用途：本年度安排150万元，用于管网改造

    正例
    预算数 120；用途：该项目合同价款360万元，本年度支出120万元
    """
    project, budget = ctx.project, ctx.project.budget
    text = plain(project.purpose or "")
    if not text or budget.total is None or budget.total <= 0:
        return
    year = ctx.within.document.fiscal_year
    claims = labelled(text, THIS_YEAR, year)
    known = (budget.total, budget.fiscal, budget.other)
    if claims:
        added = sum((c.amount.value for c in claims), Decimal(0))
        wrong = not any(c.agrees_with(*known) for c in claims) and abs(added - budget.total) >= CENT
        # What is carried over from last year comes on top of this year's budget.
        carried_over = "结转" in text or "结余" in text
        if wrong and not carried_over and len({c.amount.value for c in claims}) == 1:
            yield _claim_hit(claims[0], budget.total, Severity.ERROR)
        return
    claims = labelled(text, WHOLE_SUM, year)
    if len(claims) != 1 or claims[0].agrees_with(*known):
        return
    claim = claims[0]
    of_years = words_in(ctx.within).has("multi_year_words", text.replace(claim.label, ""))
    # What is "安排" may be a part; a total may not differ at all.
    if not of_years and (claim.amount.value > budget.total or not claim.label.startswith("安排")):
        yield _claim_hit(claim, budget.total, Severity.WARNING)


def _claim_hit(claim: Claim, budget: Decimal, severity: Severity) -> Hit:
    message = f"资金用途写“{claim.label}{claim.amount.text}”，预算数是 {wan(budget)}。"
    advice = "核对后改成一致；跨年项目写明本年度安排多少。"
    return Hit("purpose", message, advice, severity=severity, words=(claim.amount.text,))


@rule("A103", "用途里的分项合计与预算不符", Severity.WARNING, Scope.PROJECT, basis=(REVIEW,))
def items_against_budget(ctx: ProjectContext) -> Iterator[Hit]:
    """资金用途逐项写了金额（“甲需…万元。乙需…万元”），加起来却不等于预算数。只举例说明、没有逐项写全的不算；
    合同总价、资金来源和单价不算分项。

    依据
    财预〔2015〕88号：资金测算应当与预算数相符。

    反例
    预算数 120；用途：采购管材需80万元。施工需50万元

    正例
    预算数 120；用途：采购管材需80万元。施工需40万元
    """
    total = ctx.project.budget.total
    text = plain(ctx.project.purpose or "")
    if total is None or total <= 0 or not text or words_in(ctx.within).has("multi_year_words", text) or "=" in text:
        return
    parts = items(text, ctx.within.document.fiscal_year)
    if len(parts) < 2 or any(abs(p.value - total) < CENT for p in parts):
        return
    added = sum((p.value for p in parts), Decimal(0))
    off = added - total
    slack = sum((last_digit(p) for p in parts), Decimal(0)) / 2
    if abs(off) <= max(slack, CENT) or (off < 0 and not lists_all(text, parts)):
        return
    stated = "、".join(p.text for p in parts)
    message = f"资金用途的分项 {stated} 合计 {wan(added)}，预算数是 {wan(total)}，"
    message += f"{'多' if off > 0 else '少'} {wan(abs(off))}。"
    yield Hit("purpose", message, "核对各项测算，使合计等于预算数。", words=tuple(p.text for p in parts))


def _texts(project: Project) -> Iterator[tuple[str, int | None, str]]:
    """Field, row and text of every cell in which a calculation may stand."""
    yield "purpose", None, project.purpose or ""
    for n, goal in enumerate(project.goals):
        yield f"goals.{n}", None, goal
    for row, i in enumerate(project.indicators):
        yield "name", row, i.name or ""
        yield "description", row, i.description or ""
        yield "target", row, i.target.raw
        yield "basis", row, i.basis or ""


@rule("A105", "算式算错", Severity.ERROR, Scope.PROJECT, basis=(REVIEW,))
def wrong_sum(ctx: ProjectContext) -> Iterator[Hit]:
    """写出来的算式，左边算出来不等于右边。按尾数四舍五入或舍去的不算错；左边没有写单位、右边是万元的，元和万元都算对；
    算式之外还有倍数（“每季”“4 期”）的，看不准就不报告。

    依据
    财预〔2015〕88号：资金测算依据应当准确。

    反例
    维护费：45个×3000元/个=15万元

    正例
    维护费：45个×3000元/个=13.5万元
    """
    seen: set[str] = set()
    for field, row, printed in _texts(ctx.project):
        if "=" not in printed and "＝" not in printed:
            continue
        text = plain(printed)
        for e in equations_in(text):
            if e.is_right or e.text in seen or _may_be_right(e, text):
                continue
            seen.add(e.text)
            computed = _in_unit_of(e)
            message = f"算式“{e.text}”算错了，左边是 {computed}。"
            yield Hit(field, message, "核对单价、数量和单位，改正算式或结果。", row=row, words=(e.text,))


def _in_unit_of(e: Equation) -> str:
    if e.unit == "元" and e.computed >= TEN_THOUSAND:
        return wan(e.computed / TEN_THOUSAND)
    text = f"{e.computed:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) + e.unit


def _may_be_right(e: Equation, text: str) -> bool:
    """Whether a unit that is not printed, or a number that stands outside, would make the calculation right."""
    if e.computed <= 0 or e.stated <= 0:
        return True
    if not e.has_units and any(abs(e.computed * f - e.stated) < e.step for f in (TEN_THOUSAND, 1 / TEN_THOUSAND)):
        return True
    ratio = max(e.computed, e.stated) / min(e.computed, e.stated)
    nearest = ratio.to_integral_value()
    if nearest < 2 or abs(ratio - nearest) > nearest / 100:
        return False
    outside = text.replace(e.text, " ")
    named = {"2": "半年", "4": "季", "12": "月"}.get(str(nearest))
    return str(nearest) in _DIGITS.findall(outside) or bool(named and named in text)
