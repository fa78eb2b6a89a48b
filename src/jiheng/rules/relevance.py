"""R 相关性: whether indicators, goals and purposes belong to the project they stand in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from jiheng.model import Document, Project
from jiheng.policy.wordlists import sectors
from jiheng.rules.cells import of_project, part_one
from jiheng.rules.context import IndicatorContext, ProjectContext
from jiheng.rules.finding import Hit, Severity
from jiheng.rules.measurability import is_stock_goal
from jiheng.rules.registry import Scope, rule
from jiheng.rules.words import bare, clean, content_words, pattern_of, project_core

RELEVANT = ("财预〔2015〕88号",)
SAME_VALUES_FROM = 5
"""So many indicators at least make a whole set (R502)."""
LEAST_INDICATORS = 3
"""With fewer, the table is unfinished and other rules say so (R504)."""
_ENOUGH_CONTEXT = 40
"""Characters that must be known of a department before any sector can be called foreign to it."""


@cache
def _sector_words() -> tuple[re.Pattern[str], dict[str, str], dict[str, re.Pattern[str]]]:
    """What finds any foreign word, the sector of each, and what shows that a sector is at home."""
    known = sectors().sectors
    of_sector = {w: name for name, s in known.items() for w in s.foreign}
    homes = {name: pattern_of(s.home + s.foreign) for name, s in known.items()}
    return pattern_of(list(of_sector)), of_sector, homes


@cache
def _all_round() -> re.Pattern[str]:
    return pattern_of(sectors().all_round)


def _department(document: Document) -> str:
    d = document.department
    units = {p.unit_name for p in document.projects if p.unit_name}
    return "".join(clean(t) for t in (d.name, d.unit_name, *sorted(units)))


def _foreign_sectors(document: Document) -> frozenset[str]:
    """The sectors that neither the department's name nor part one nor any project touches: indicators left aside."""
    department = _department(document)
    texts = [c.text for c in part_one(document)]
    texts += [c.text for p in document.projects for c in of_project(p)]
    context = department + "".join(clean(t) for t in texts)
    named = department or clean(document.source)
    if len(context) < _ENOUGH_CONTEXT or _all_round().search(named) or named.endswith(("镇", "乡")):
        return frozenset()
    return frozenset(name for name, home in _sector_words()[2].items() if not home.search(context))


@rule("R501", "指标与项目无关", Severity.WARNING, Scope.INDICATOR, basis=RELEVANT)
def foreign_to_project(ctx: IndicatorContext) -> Iterator[Hit]:
    """指标里出现了别的行业才有的词（如城乡配送、社区矫正、生产总值核算），而部门名称、第一部分和
    所有项目的名称、用途、目标都没有涉及这个行业：多半是从模板或别的部门抄来的。
    一条指标有两个以上这样的词按错误处理。乡镇、街道、管委会等综合性单位不报。词表见 policy/words/sectors.toml。

    依据
    财预〔2015〕88号（相关性：指标应当与部门职能、项目内容相关）。

    反例
    档案馆的“档案数字化经费”里出现“社区矫正对象走访次数”。

    正例
    档案馆的“档案数字化经费”里是“档案数字化页数”。
    """
    foreign = ctx.within.within.once("R501", _foreign_sectors)
    i = ctx.indicator
    text = f"{clean(i.name)}|{clean(i.description)}"
    pattern, of_sector, homes = _sector_words()
    found = tuple(dict.fromkeys(w for w in pattern.findall(text) if of_sector[w] in foreign))
    if not foreign or not found:
        return
    names = "、".join(dict.fromkeys(of_sector[w] for w in found))
    if all(homes[of_sector[w]].search(clean(i.basis)) for w in found):
        return
    field = "name" if found[0] in clean(i.name) else "description"
    yield Hit(field, f"“{'”“'.join(found)}”是{names}方面的内容，与本部门职能和本项目无关。",
              "核对是否从模板或其他部门抄来；换成衡量本项目产出和效果的指标。", words=found,
              severity=Severity.ERROR if len(found) > 1 else Severity.WARNING)  # fmt: skip


@rule("R502", "整套指标值完全相同", Severity.ERROR, Scope.PROJECT, basis=RELEVANT)
def all_values_equal(ctx: ProjectContext) -> Iterator[Hit]:
    """五条以上的指标，数量、时间、成本、满意度都是同一个值：指标值没有按各条指标分别测算，不能用来考核。
    多数相同、有一条不同的不报。

    依据
    财预〔2015〕88号（适当性：指标值要与预算规模、历史水平相称）。

    反例
    九条指标的指标值都是“≥90%”。

    正例
    “=86公里”“≥98%”“2025年10月底前”“≤60万元”“≥90%”。
    """
    values = [clean(i.target.raw) for i in ctx.project.indicators]
    if len(values) >= SAME_VALUES_FROM and values[0] and len(set(values)) == 1:
        yield Hit("indicators", f"全部{len(values)}条指标的指标值都是“{values[0]}”，没有分别测算。",
                  "按每条指标的含义分别确定指标值：数量写数和单位，时效写时间，成本写金额，满意度写百分比。",
                  content=values[0])  # fmt: skip


def _indicator_text(project: Project) -> str:
    return "".join(clean(t) for i in project.indicators for t in (i.name, i.description, i.target.raw, i.basis))


@rule("R504", "绩效目标没有对应指标", Severity.WARNING, Scope.PROJECT, basis=RELEVANT)
def goal_without_indicator(ctx: ProjectContext) -> Iterator[Hit]:
    """绩效目标里的关键词，连同组成它们的字，在整张指标表（指标名、描述、指标值、依据）里一个也找不到：
    目标没有落到指标上。用近义词写的指标多半有相同的字，不会报。空泛的目标由 M404 报告；指标不足三条的不报。

    依据
    财预〔2015〕88号（相关性：指标要能反映绩效目标）。

    反例
    目标“为山区配备直饮水设备”，指标只有“培训次数”“提升知名度”。

    正例
    目标“为山区配备直饮水设备”，指标有“安装直饮水设备的村数”。
    """
    p = ctx.project
    if len(p.indicators) < LEAST_INDICATORS:
        return
    told = frozenset(_indicator_text(p))
    for n, goal in enumerate(p.goals):
        keys = content_words(goal)
        if len(keys) > 1 and not is_stock_goal(goal) and told.isdisjoint("".join(keys)):
            shown = "”“".join(keys[:6])
            yield Hit(f"goals.{n}", f"目标里的“{shown}”在指标表里都没有对应的指标。",
                      "为这个目标补上产出和效益指标，或者删去不打算考核的目标。", words=keys)  # fmt: skip


_LEADING_CODE = re.compile(r"^[0-9A-Za-z-]{10,}[-—:：]?")
_BUDGET_SENTENCE = re.compile(
    r"^预算数?[\d.]+万元[,。;.]?(?:\([^)]*\))?|^其中:?[^。;]*?万元[,。;.]?|^(?:财政|其他|本级)资金[\d.]+万元[,。;.]?"
)
_OPENING = re.compile(r"^(?:(?:主要|统筹)?用于|为)")
_CLOSING = re.compile(r"的?(?:使用|支出|开支|方面)$")


def _said_purpose(project: Project) -> str:
    """What a purpose says beside code, amounts and 主要用于."""
    text = _LEADING_CODE.sub("", clean(project.purpose))
    while (rest := _BUDGET_SENTENCE.sub("", text)) != text:
        text = rest
    return project_core(_CLOSING.sub("", _OPENING.sub("", text).rstrip("。;,")))


@rule("R506", "资金用途照抄编码或项目名", Severity.WARNING, Scope.PROJECT, basis=RELEVANT)
def purpose_is_name(ctx: ProjectContext) -> Iterator[Hit]:
    """资金用途只写了项目名称，或“编码-名称”：没有说钱花在哪里。
    比较时不计标点、年度、“主要用于”和“项目、经费、资金”字样。

    依据
    财预〔2015〕88号（完整性：内容完整、用途明确）。

    反例
    项目“古籍修复经费”，用途“古籍修复经费”。

    正例
    用途“用于修复馆藏古籍300册，支付修复材料、装帧和专家鉴定费用”。
    """
    p = ctx.project
    said = _said_purpose(p)
    bare_code = bool(p.code) and bare(p.purpose) == bare(p.code)
    if bare_code or (said and said in (project_core(p.name), project_core(p.title))):
        what = "项目编码" if bare_code else "“编码-项目名称”" if _LEADING_CODE.match(clean(p.purpose)) else "项目名称"
        yield Hit("purpose", f"资金用途只照抄了{what}，没有写明钱花在哪里。",
                  "写明具体支出内容，如采购什么、给谁发放、按什么标准、各多少钱。")  # fmt: skip
