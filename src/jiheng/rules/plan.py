"""P 支出计划: cumulative percentages by period, never falling, ending at 100."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from jiheng.model import Document, Project, SpendingPlan, Warning
from jiheng.readers.values import parse_percent, plain
from jiheng.rules.context import DocumentContext, ProjectContext
from jiheng.rules.finding import Fix, Hit, Severity, correction
from jiheng.rules.registry import Scope, rule

REVIEW = "财预〔2015〕88号"
WHOLE = Decimal(100)
# 33.3 + 33.3 + 33.3 or 16.67 × 6: parts rounded for print need not add up to the last digit.
ROUNDING = Decimal("0.15")


def _filled(plan: SpendingPlan) -> list[Decimal] | None:
    """All periods' percentages, or ``None`` where one is missing: C012 speaks of that."""
    values = [v for v in plan.percent if v is not None]
    return values if len(values) > 1 and len(values) == len(plan.percent) else None


def _is_rising(values: Sequence[Decimal]) -> bool:
    return all(a <= b for a, b in pairwise(values))


def _is_by_period(values: Sequence[Decimal]) -> bool:
    """Shares of each period instead of cumulative percentages: they add up to 100 and the last is not 100."""
    return min(values) >= 0 and values[-1] != WHOLE and abs(sum(values) - WHOLE) <= ROUNDING


def _is_shifted(values: Sequence[Decimal]) -> bool:
    """The first percentage stands at the end: moved back to the front, the row rises to 100."""
    back = [values[-1], *values[:-1]]
    return not _is_by_period(values) and values[-1] < values[0] and back[-1] == WHOLE and _is_rising(back)


def _printed(value: Decimal, like: str) -> str:
    """``value`` in the way that the cell prints its percentages: with ``%`` or without, with as many decimals."""
    text = plain(like)
    decimals = len(text.removesuffix("%").partition(".")[2])
    number = f"{value:.{decimals}f}" if decimals else f"{value.normalize():f}"
    return number + ("%" if text.endswith("%") else "")


def _row(plan: SpendingPlan) -> str:
    return " │ ".join(f"{label} {raw}" for label, raw in zip(plan.labels, plan.raw, strict=False))


def _rewritten(title: str, plan: SpendingPlan, values: Sequence[Decimal]) -> Fix | None:
    like = next((raw for raw in plan.raw if raw), "")
    changed = [
        (anchor, raw, _printed(value, raw or like))
        for anchor, raw, old, value in zip(plan.anchors, plan.raw, plan.percent, values, strict=False)
        if old != value
    ]
    return correction(title, *changed) if plan.anchors else None


def _hit(project: Project, n: int, message: str, advice: str, fix: Fix | None = None) -> Hit:
    anchors = project.plan.anchors
    return Hit("plan", message, advice, fix, anchor=anchors[n] if n < len(anchors) else None)


@rule("P201", "支出计划不是累计数", Severity.ERROR, Scope.PROJECT, basis=(REVIEW,), fixable=True)
def not_cumulative(ctx: ProjectContext) -> Iterator[Hit]:
    """支出计划各期填的是当期比例：加起来等于 100，末期却不是 100。计划应当填到该期末为止的累计百分比。改正：逐期累加。

    依据
    财预〔2015〕88号：资金支出计划应当与工作进度相匹配，表内按累计进度填报。

    反例
    3月底 25% │ 6月底 25% │ 10月底 25% │ 12月底 25%

    正例
    3月底 25% │ 6月底 50% │ 10月底 75% │ 12月底 100%
    """
    plan = ctx.project.plan
    values = _filled(plan)
    if values is None or not _is_by_period(values):
        return
    sums = [sum(values[: n + 1], Decimal(0)) for n in range(len(values))]
    sums = [WHOLE if abs(s - WHOLE) <= ROUNDING else s for s in sums]
    stated = "、".join(_printed(s, plan.raw[0]) for s in sums)
    message = f"支出计划“{_row(plan)}”各期相加等于 100，填的是当期比例，不是累计进度。"
    yield _hit(ctx.project, 0, message, f"改填累计百分比：{stated}。", _rewritten(f"逐期累加为 {stated}", plan, sums))


@rule("P202", "累计进度递减", Severity.ERROR, Scope.PROJECT, basis=(REVIEW,))
def falling(ctx: ProjectContext) -> Iterator[Hit]:
    """后一期的累计进度比前一期小。累计数只会不变或增加。属于未累计（P201）或错列（P204）的，由它们报告。

    依据
    财预〔2015〕88号：资金支出计划按累计进度填报。

    反例
    3月底 25% │ 6月底 60% │ 10月底 50% │ 12月底 100%

    正例
    3月底 25% │ 6月底 50% │ 10月底 60% │ 12月底 100%
    """
    plan = ctx.project.plan
    values = _filled(plan)
    if values is None or _is_by_period(values) or _is_shifted(values):
        return
    for n in range(1, len(values)):
        if values[n] < values[n - 1]:
            before, here = (f"{plan.labels[k]} {plan.raw[k]}" for k in (n - 1, n))
            message = f"累计进度倒退：{before}，到{here}反而小了。"
            yield _hit(ctx.project, n, message, "核对各期数字，累计进度应逐期不减。")
            return


@rule("P203", "末期不是 100%", Severity.ERROR, Scope.PROJECT, basis=(REVIEW,))
def ends_short(ctx: ProjectContext) -> Iterator[Hit]:
    """最后一期的累计进度不是 100%。年度预算应当安排到年底支出完毕。
    属于未累计（P201）、错列（P204）或超过 100%（P206）的，由它们报告。

    依据
    财预〔2015〕88号：资金支出计划应当覆盖全部预算资金。

    反例
    3月底 20% │ 6月底 40% │ 10月底 60% │ 12月底 80%

    正例
    3月底 20% │ 6月底 50% │ 10月底 80% │ 12月底 100%
    """
    plan = ctx.project.plan
    if not plan.percent or plan.percent[-1] is None or not 0 <= plan.percent[-1] < WHOLE:
        return
    values = _filled(plan)
    if values is not None and (_is_by_period(values) or _is_shifted(values)):
        return
    message = f"支出计划最后一期“{plan.labels[-1]}”是 {plan.raw[-1]}，不是 100%。"
    yield _hit(
        ctx.project, len(plan.percent) - 1, message, "末期应为 100%；确有结转的，按年度预算内安排的部分重新填报。"
    )


@rule(
    "P204",
    "支出计划错列",
    Severity.ERROR,
    Scope.PROJECT,
    basis=(REVIEW,),
    fixable=True,
    silences=("P202", "P203", "C012"),
)
def shifted(ctx: ProjectContext) -> Iterator[Hit]:
    """支出计划整行错了一格：第一期的数落到了最后一格（或标签列下面），其余各数往前串了一列。改正：把各数移回本期。

    依据
    财预〔2015〕88号：绩效目标表填写应当规范、准确。

    反例
    3月底 50 │ 6月底 75 │ 10月底 100 │ 12月底 25

    正例
    3月底 25 │ 6月底 50 │ 10月底 75 │ 12月底 100
    """
    plan = ctx.project.plan
    stray = _stray(ctx)
    back = _moved_back(plan, stray)
    if back is None:
        return
    like = next(raw for raw in plan.raw if raw)
    stated = "、".join(_printed(v, like) for v in back)
    where = f"标签列下的 {stray[0].text}" if plan.percent[-1] is None else f"末格的 {plan.raw[-1]}"
    message = f"支出计划“{_row(plan)}”错了一列：{where} 应在第一期。"
    fix = _rewritten(f"移回本期：{stated}", plan, back)
    if fix is not None and stray:
        edits = ((e.anchor, e.old, e.new) for e in fix.edits)
        fix = correction(fix.title, *edits, *((w.anchor, w.text, "") for w in stray))
    yield _hit(ctx.project, 0, message, f"各数后移一格，依次为 {stated}。", fix)


def _stray(ctx: ProjectContext) -> list[Warning]:
    """What the reader has told of numbers in the row of the plan that stand under no period."""
    anchors = [a for a in ctx.project.plan.anchors if a is not None]
    rows = {(a.table, a.row) for a in anchors}
    told = ctx.within.once("P204", _numbers_told_of)
    return [w for w in told if w.anchor and (w.anchor.table, w.anchor.row) in rows and w.anchor not in anchors]


def _numbers_told_of(document: Document) -> list[Warning]:
    return [w for w in document.warnings if parse_percent(w.text) is not None]


def _moved_back(plan: SpendingPlan, stray: Sequence[Warning]) -> list[Decimal] | None:
    """The percentages each in its period, or ``None`` where the row is not shifted."""
    values = _filled(plan)
    if values is not None:
        return [values[-1], *values[:-1]] if _is_shifted(values) else None
    front = [v for v in plan.percent[:-1] if v is not None]
    first = parse_percent(stray[0].text) if len(stray) == 1 else None
    if first is None or plan.percent[-1] is not None or len(front) != len(plan.percent) - 1:
        return None
    back = [first, *front]
    return back if back[-1] == WHOLE and _is_rising(back) else None


@rule("P205", "支出全部集中在最后一期", Severity.WARNING, Scope.PROJECT, basis=(REVIEW,))
def all_at_the_end(ctx: ProjectContext) -> Iterator[Hit]:
    """前几期累计进度都是 0，最后一期一次到 100%。年底突击支出，执行风险大。前几期是空格的，由 C012 报告。

    依据
    财预〔2015〕88号：可行性审核要看资金能否按时使用。

    反例
    3月底 0% │ 6月底 0% │ 10月底 0% │ 12月底 100%

    正例
    3月底 0% │ 6月底 30% │ 10月底 70% │ 12月底 100%
    """
    values = _filled(ctx.project.plan)
    if values is not None and values[-1] == WHOLE and not any(values[:-1]):
        message = f"支出全部安排在最后一期（{_row(ctx.project.plan)}），年底一次支出，执行风险大。"
        advice = "按合同付款节点或工作进度分期安排；确需年底一次支付的，说明理由。"
        yield _hit(ctx.project, len(values) - 1, message, advice)


@rule("P206", "支出进度超过 100% 或为负", Severity.ERROR, Scope.PROJECT, basis=(REVIEW,))
def out_of_range(ctx: ProjectContext) -> Iterator[Hit]:
    """累计进度应当在 0% 到 100% 之间。

    依据
    财预〔2015〕88号：资金支出计划按累计进度填报。

    反例
    3月底 25% │ 6月底 50% │ 10月底 75% │ 12月底 120%

    正例
    3月底 25% │ 6月底 50% │ 10月底 75% │ 12月底 100%
    """
    plan = ctx.project.plan
    wrong = [n for n, value in enumerate(plan.percent) if value is not None and not 0 <= value <= WHOLE]
    if wrong:
        stated = "、".join(f"{plan.labels[n]} {plan.raw[n]}" for n in wrong)
        yield _hit(ctx.project, wrong[0], f"支出进度超出 0%～100%：{stated}。", "改为 0% 到 100% 之间的累计百分比。")


_MONTH = re.compile(r"(\d{1,2})月")
_QUARTER = re.compile(r"第?([一二三四1-4])季度")


def _periods(labels: Sequence[str]) -> tuple[str, ...]:
    """Labels as what they mean: 3月底, 3月末 and 1-3月 end in the same month; 一季度 is 第一季度."""
    return tuple(_period(plain(label)) for label in labels)


def _period(label: str) -> str:
    if months := _MONTH.findall(label):
        return f"{months[-1]}月"
    if quarter := _QUARTER.search(label):
        return f"第{quarter[1].translate(str.maketrans('1234', '一二三四'))}季度"
    return label


def _usual_periods(document: Document) -> tuple[str, ...]:
    counted = Counter(_periods(p.plan.labels) for p in document.projects if p.plan.labels)
    return counted.most_common(1)[0][0] if counted else ()


@rule("P207", "支出计划期次与要求不符", Severity.INFO, Scope.DOCUMENT, basis=(REVIEW,))
def odd_periods(ctx: DocumentContext) -> Iterator[Hit]:
    """支出计划的期次与策略包规定的不同（如规定 3、6、10、12 月底，填的是四个季度），或者同一份文件里各表不一。
    整份文件都不同的，只报告一次。

    依据
    财预〔2015〕88号：绩效目标表填写应当规范。期次由各地表样规定。

    反例
    多数项目按 3月底、6月底、10月底、12月底，有一个项目按四个季度。

    正例
    各项目都按 3月底、6月底、10月底、12月底。
    """
    usual = ctx.once("P207", _usual_periods)
    required = _periods(ctx.pack.plan.labels)
    first = next((p for p in ctx.document.projects if _periods(p.plan.labels) == usual), None)
    if required and usual and first and usual != required:
        message = f"支出计划按{'、'.join(first.plan.labels)}填报，规定的期次是{'、'.join(ctx.pack.plan.labels)}。"
        yield Hit("plan", message, "按规定的期次填报。", anchor=first.anchors.get("plan"))
    for p in ctx.document.projects:
        if p.plan.labels and _periods(p.plan.labels) != usual:
            message = f"支出计划按{'、'.join(p.plan.labels)}填报，与本文件多数项目（{'、'.join(usual)}）不同。"
            yield Hit("plan", message, "同一份文件使用同样的期次。", project=p)
