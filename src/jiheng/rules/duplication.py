"""D 重复: the same thing said twice, in a project, in a document, across documents."""

from __future__ import annotations

from collections.abc import Iterator

from jiheng.model import Document, Indicator, Project
from jiheng.readers.values import plain
from jiheng.rules.context import CorpusContext, DocumentContext, ProjectContext
from jiheng.rules.finding import Hit, Severity
from jiheng.rules.registry import Scope, rule

REVIEW = "财预〔2015〕88号"
CODES = "预算管理一体化规范"
# A shorter "code" is a serial number, and two documents may well both have a number 1.
SHORTEST_CODE = 10


def _says_the_same(a: Indicator, b: Indicator) -> bool:
    """Two rows of one name: a repetition, unless their descriptions tell them apart."""
    told_apart = plain(a.description or "") != plain(b.description or "")
    same_kind = plain(a.level2 or "") == plain(b.level2 or "")
    same_target = bool(a.target.raw) and plain(a.target.raw) == plain(b.target.raw)
    return not told_apart and (same_kind or same_target)


@rule("D601", "同一项目内指标重复", Severity.ERROR, Scope.PROJECT, basis=(REVIEW,))
def repeated_indicator(ctx: ProjectContext) -> Iterator[Hit]:
    """同一张表里有两条一样的指标。名称相同而描述不同的（如两类人员的“培训人数”）不算重复。

    依据
    财预〔2015〕88号：绩效指标应当精炼，不重复。

    反例
    数量指标 │ 巡查河道次数 │ ≥24次
    数量指标 │ 巡查河道次数 │ ≥36次

    正例
    数量指标 │ 巡查河道次数 │ ≥24次
    数量指标 │ 清理河道长度 │ ≥86公里
    """
    seen: dict[str, list[int]] = {}
    rows = ctx.project.indicators
    for row, i in enumerate(rows):
        name = plain(i.name or "")
        if not name:
            continue
        earlier = next((n for n in seen.get(name, ()) if _says_the_same(rows[n], i)), None)
        if earlier is not None:
            message = (
                f"指标“{i.name}”与第 {earlier + 1} 条重复（指标值 {rows[earlier].target.raw} 和 {i.target.raw}）。"
            )
            yield Hit("name", message, "删去一条；若是两件事，改写名称和描述加以区别。", row=row)
        seen.setdefault(name, []).append(row)


@rule("D602", "绩效目标重复", Severity.ERROR, Scope.PROJECT, basis=(REVIEW,))
def repeated_goal(ctx: ProjectContext) -> Iterator[Hit]:
    """同一项目的绩效目标有两条一字不差。只差一两个字的（如离休、退休）可能是两件事，不报告。

    依据
    财预〔2015〕88号：绩效目标应当清晰、具体。

    反例
    1.按计划完成河道清理　2.按计划完成河道清理

    正例
    1.清理河道垃圾86公里　2.修复护坡3处
    """
    seen: dict[str, int] = {}
    for n, goal in enumerate(ctx.project.goals):
        text = plain(goal).rstrip("。;；.,，")
        if text and text in seen:
            times = sum(plain(g).rstrip("。;；.,，") == text for g in ctx.project.goals)
            message = f"绩效目标“{goal.strip()}”写了 {times} 遍。"
            yield Hit(f"goals.{n}", message, "只留一条，或者改写为不同的目标。")
            return
        seen[text] = n


def _code(p: Project) -> str:
    code = plain(p.code or "").upper()
    return code if len(code) >= SHORTEST_CODE else ""


def _is_another(a: tuple[DocumentContext, Project], b: tuple[DocumentContext, Project]) -> bool:
    """Whether the same code stands for two projects. The same table in two files, or in two years, is no mistake."""
    (one, p), (two, q) = a, b
    if one is two:
        return True
    here, there = one.document, two.document
    if here.fiscal_year is None or here.fiscal_year != there.fiscal_year:
        return False
    return plain(p.name or "") != plain(q.name or "") or _unit(here, p) != _unit(there, q)


def _unit(document: Document, p: Project) -> str:
    return p.unit_code or plain(document.department.name or "")


@rule("D603", "项目编码重复", Severity.ERROR, Scope.CORPUS, basis=(CODES,))
def repeated_code(ctx: CorpusContext) -> Iterator[tuple[DocumentContext, Project, Hit]]:
    """两个项目用了同一个编码。编码一项一码。一起检查的多份文件之间也查：年度相同、编码相同，名称或单位却不同。
    同一个项目出现在两份文件、或者跨年结转沿用编码，不算重复。

    依据
    预算管理一体化规范：项目代码唯一，一经生成不再变更。

    反例
    项目 1 与项目 4 的编码都是 13992525P00031110001X

    正例
    每个项目各有自己的编码。
    """
    first: dict[str, tuple[DocumentContext, Project]] = {}
    for document in ctx.documents:
        for p in document.document.projects:
            code = _code(p)
            if not code:
                continue
            here = document, p
            earlier = first.setdefault(code, here)
            if earlier is not here and _is_another(earlier, here):
                where = "" if earlier[0] is document else f"文件“{earlier[0].document.source}”"
                message = f"项目编码 {p.code} 与{where}项目 {earlier[1].sequence}“{earlier[1].name}”相同。"
                yield document, p, Hit("code", message, "到预算管理一体化系统中核对，各填各的编码。")


def _name_counts(document: Document) -> dict[tuple[str, str], Project]:
    first: dict[tuple[str, str], Project] = {}
    for p in document.projects:
        first.setdefault(_name_key(p), p)
    return first


def _name_key(p: Project) -> tuple[str, str]:
    return plain(p.name or ""), plain(p.unit_code or p.unit_name or "")


@rule("D604", "项目名称重复", Severity.WARNING, Scope.PROJECT, basis=(REVIEW,))
def repeated_name(ctx: ProjectContext) -> Iterator[Hit]:
    """同一份文件里，同一单位的两个项目名称相同，公开后分不清是哪一个。不同单位各有一个同名项目的不算。

    依据
    财预〔2015〕88号：绩效目标表填写应当规范。

    反例
    项目 2 和项目 5 都叫“业务工作经费”

    正例
    项目 2“河道巡查业务经费”，项目 5“水质监测业务经费”
    """
    p = ctx.project
    earlier = ctx.within.once("D604", _name_counts)[_name_key(p)]
    if plain(p.name or "") and earlier is not p:
        message = f"项目名称“{p.name}”与项目 {earlier.sequence} 相同。"
        yield Hit("name", message, "同一项目重复填报的删去一份；不是同一项目的，改写名称加以区别。")
