"""X803, X808, R505: whether the numbers of part one are those of the tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from jiheng.model import Document, Indicator, Project
from jiheng.readers.values import decimal, plain
from jiheng.rules.cells import Cell, of_indicators, of_project, part_one
from jiheng.rules.context import DocumentContext, IndicatorContext
from jiheng.rules.finding import Hit, Severity
from jiheng.rules.quantities import Quantity, is_of_other_time, is_within, quantities, same_unit
from jiheng.rules.registry import Scope, rule
from jiheng.rules.words import clean, content_words

AGREEING = ("财预〔2015〕88号",)
_TELLING = 3
"""Characters from which one word alone names a thing well enough to compare its numbers."""


def _stated(document: Document) -> list[Quantity]:
    """The quantities that part one plans for the year."""
    found = [q for cell in part_one(document) for q in quantities(cell.text)]
    return [q for q in found if q.things and not is_of_other_time(q.clause)]


def _is_same_thing(one: frozenset[str], other: frozenset[str]) -> bool:
    shared = one & other
    if one == other:
        return len(shared) > 1 or any(len(w) >= _TELLING for w in shared)
    return len(shared) > 1 and (one <= other or other <= one)


Counted = tuple[str, frozenset[str]]
"""A unit and the words of what is counted in it."""


def _counted(i: Indicator) -> Counted | None:
    if i.target.value is None or i.target.unit in (None, "%", "元", "万元"):
        return None
    return same_unit((i.target.unit or "").removeprefix("万")), frozenset(content_words(i.name))


def _counts(document: Document) -> Counter[Counted]:
    return Counter(c for p in document.projects for i in p.indicators if (c := _counted(i)))


def _contradicting(stated: list[Quantity], i: Indicator) -> Quantity | None:
    """What part one says of the indicator's thing in its unit, where nothing that it says fits the target."""
    counted = _counted(i)
    if counted is None:
        return None
    of_it = [q for q in stated if q.unit == counted[0] and _is_same_thing(q.things, counted[1])]
    return of_it[0] if of_it and not any(is_within(q, i.target) for q in of_it) else None


def _others_like(ctx: IndicatorContext) -> int:
    """How many other indicators of the document count the same thing: part one may then state their sum."""
    own = _counted(ctx.indicator)
    counts = ctx.within.within.once("X803 counts", _counts)
    return sum(n for (unit, things), n in counts.items() if own and unit == own[0] and things & own[1]) - 1


@rule("X803", "第一部分数量与表内不符", Severity.ERROR, Scope.INDICATOR, basis=AGREEING)
def number_differs_from_part_one(ctx: IndicatorContext) -> Iterator[Hit]:
    """第一部分的目标和项目的指标说的是同一件事、用同一个单位，数字却不一样。
    第一部分的数字满足表内的“≥”“≤”的不报；几个项目都数同一件事（第一部分可能是合计）的不报；说以前年度、累计、多年规划、人均的数字不比。

    依据
    财预〔2015〕88号（相关性：部门目标与项目指标衔接）。

    反例
    第一部分“今年新建6个口袋公园”，指标“新建口袋公园数量 =9个”。

    正例
    第一部分“今年新建9个口袋公园”，指标“新建口袋公园数量 =9个”。
    """
    stated = ctx.within.within.once("X803", _stated)
    q = _contradicting(stated, ctx.indicator) if stated else None
    if q and _others_like(ctx) == 0:
        yield Hit("target", f"第一部分写的是“{q.clause}”，这里是“{clean(ctx.indicator.target.raw)}”，数字不一致。",
                  "核对哪一个对，第一部分和表内改成一致。", words=(q.printed, *sorted(q.things)))  # fmt: skip


def _numbers_in_tables(document: Document) -> frozenset[Decimal]:
    """Every number that any table states, whatever of."""
    found: set[Decimal] = set()
    for p in document.projects:
        for cell in (*of_project(p), *of_indicators(p, "name", "description", "target")):
            found.update(q.number for q in quantities(cell.text))
            found.update(decimal(n) for n in re.findall(r"\d+(?:\.\d+)?", plain(cell.text)))
        found.update(i.target.value for i in p.indicators if i.target.value is not None)
    return frozenset(found)


def _contradicted(q: Quantity, indicators: list[Indicator]) -> bool:
    """Whether an indicator counts the same thing: then X803 compares the numbers."""
    return any(_contradicting([q], i) for i in indicators)


@rule("R505", "分项目标里的数量没有落到指标", Severity.INFO, Scope.DOCUMENT, basis=("财预〔2015〕88号",))
def quantity_without_indicator(ctx: DocumentContext) -> Iterator[Hit]:
    """分项绩效目标（或其绩效指标）里写了明确的数量，第二部分所有项目表里都找不到这个数：年底无从考核。
    只看分项目标里当年要做的数量，现有数、累计数、多年规划不算；一个分项只提示一次。

    依据
    财预〔2015〕88号（相关性：目标要落到指标）。

    反例
    分项目标“走访困难家庭260户”，各项目表里都没有260户。

    正例
    项目表里有“走访困难家庭户数 ≥260户”。
    """
    known: frozenset[Decimal] | None = None
    counted = [i for p in ctx.document.projects for i in p.indicators]
    for cell in part_one(ctx.document):
        if not cell.field.startswith("itemized_goals") or cell.field.endswith("title"):
            continue
        planned = [q for q in quantities(cell.text) if q.things and not is_of_other_time(q.clause)]
        if planned and known is None:
            known = _numbers_in_tables(ctx.document)
        lost = [q for q in planned if q.number not in (known or frozenset()) and not _contradicted(q, counted)]
        if lost and ctx.document.projects:
            shown = "、".join(dict.fromkeys(q.clause if len(q.clause) <= 24 else q.printed for q in lost))
            yield cell.hit(f"“{shown}”在项目表里没有对应的指标值。", "在相应项目的数量指标里写上这个数，或核对数字。",
                           tuple(q.printed for q in lost))  # fmt: skip


_TOTAL = re.compile(
    r"项目(?:支出|预算|资金|绩效目标)*(?:预算|资金|金额)?"
    r"(?:总额|总计|合计|共计|总预算|总金额)(?:为|共|是)?(?P<amount>\d[\d,]*(?:\.\d+)?)(?P<unit>万元|亿元|元)"
)
_COUNT = re.compile(r"(?<!\d)(\d+)个(?:预算)?项目")
_IN_UNITS_OF = {"万元": Decimal(1), "亿元": Decimal(10000), "元": Decimal("0.0001")}


def _sum(projects: tuple[Project, ...]) -> Decimal | None:
    totals = [p.budget.total for p in projects]
    return sum((t for t in totals if t is not None), Decimal()) if totals and None not in totals else None


def _stated_total(cell: Cell, projects: int) -> tuple[Decimal, str] | None:
    found = _TOTAL.search(plain(cell.text))
    if not found:
        return None
    counted = _COUNT.search(plain(cell.text))
    if counted and int(counted[1]) != projects:
        return None
    return decimal(found["amount"]) * _IN_UNITS_OF[found["unit"]], found["amount"] + found["unit"]


@rule("X808", "预算合计不符", Severity.ERROR, Scope.DOCUMENT, basis=AGREEING)
def total_is_not_the_sum(ctx: DocumentContext) -> Iterator[Hit]:
    """第一部分写明了项目预算合计，却不等于第二部分各项目预算数之和（差0.01万元以上）。
    有项目没有预算数、或写明的项目个数与表数不同时不比。

    依据
    财预〔2015〕88号（完整性；适当性：资金匹配）。

    反例
    “项目预算合计300万元”，三个项目分别为120、64.5、9.6万元。

    正例
    “项目预算合计194.1万元”，三个项目分别为120、64.5、9.6万元。
    """
    total = _sum(ctx.document.projects)
    for cell in part_one(ctx.document) if total is not None else ():
        stated = _stated_total(cell, len(ctx.document.projects))
        if stated and total is not None and abs(stated[0] - total) > Decimal("0.01"):
            yield cell.hit(f"写明的项目预算合计是{stated[1]}，各项目预算数之和是{total:f}万元。",
                           "核对合计数和各项目预算数，改成一致。", (stated[1], f"{total:f}万元"))  # fmt: skip
