"""M 可衡量: whether goals, indicators and bases say anything that can be measured and looked up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from jiheng.model import Document, Indicator
from jiheng.policy.wordlists import lexicon
from jiheng.rules.cells import Cell, of_indicators, of_project, part_one
from jiheng.rules.context import DocumentContext, IndicatorContext, ProjectContext
from jiheng.rules.finding import Hit, Severity
from jiheng.rules.registry import Scope, rule
from jiheng.rules.words import bare, clean, partial_likeness, pattern_of, without_stock, words

CLEAR = ("财预〔2015〕88号",)
MEASURED = ("财预〔2015〕88号", "财预〔2021〕101号")

_LONGEST_NAME = 30
_SHORTEST_GOAL = 12
_REPEATED = 0.8
_SHORT = 40


@rule("M401", "三级指标照抄二级指标", Severity.ERROR, Scope.INDICATOR, basis=MEASURED)
def name_is_label(ctx: IndicatorContext) -> Iterator[Hit]:
    """三级指标写成了它所在的二级指标的名称（如“生态效益指标”），等于没有指标，无从衡量。
    “服务对象满意度”写成二级指标名时按警告处理：看得出要衡量什么，但没有写明对象是谁。

    依据
    财预〔2015〕88号：绩效指标应当指向明确、细化量化；财预〔2021〕101号。

    反例
    二级指标“生态效益指标”，三级指标“生态效益指标”。

    正例
    二级指标“生态效益指标”，三级指标“河道水质达标率”。
    """
    name = clean(ctx.indicator.name).removesuffix("指标")
    if not name or name != clean(ctx.indicator.level2).removesuffix("指标"):
        return
    if "满意" in name:
        advice = "写明是谁的满意度，如“参训学员满意度”“受助群众满意度”。"
        yield Hit("name", "三级指标照抄二级指标名称，没有写明服务对象是谁。", advice, severity=Severity.WARNING)
    else:
        yield Hit("name", f"三级指标“{clean(ctx.indicator.name)}”只是二级指标的名称，没有说要衡量什么。",
                  "改写成本项目的具体指标；确实没有这一类效益的，删去这一行。")  # fmt: skip


_PLACEHOLDER = re.compile(
    r"[*]{2,}|_{2,}|某某|[○□△]{2,}|请填写|此处填写|待填写|待补充"
    r"|[×✕]{2,}|(?<![0-9A-Za-z])[Xx]{2,}(?![0-9A-Za-z])|(?<![0-9A-Za-z])[Xx](?=年(?![级生])|月[Xx]日)"
)


@rule("M402", "占位符未替换", Severity.ERROR, Scope.DOCUMENT, basis=CLEAR)
def placeholder_left(ctx: DocumentContext) -> Iterator[Hit]:
    """名称、描述、指标值、用途或目标里还留着模板的占位符：**、××、XX、____、某某、“请填写”等。
    单个的乘号“×”和字母（如“X光机”）不算。同一条指标只报一次。

    依据
    财预〔2015〕88号（完整性：规范完整、明确清晰）。

    反例
    三级指标“新建**数量”。

    正例
    三级指标“新建充电桩数量”。
    """
    told: set[tuple[int, int]] = set()
    for cell in _all_cells(ctx.document):
        found = _PLACEHOLDER.search(clean(cell.text))
        place = (cell.project.sequence if cell.project else 0, -1 if cell.row is None else cell.row)
        if found and (cell.row is None or place not in told):
            told.add(place)
            message = f"模板里的占位符“{found[0]}”没有替换成实际内容。"
            yield cell.hit(message, "填上实际的内容或数字；不适用的，删去。", (found[0],))


def _all_cells(document: Document) -> Iterator[Cell]:
    yield from part_one(document)
    for p in document.projects:
        yield from of_project(p)
        yield from of_indicators(p, "name", "description", "target", "basis")


@rule("M403", "绩效指标描述照抄指标名", Severity.INFO, Scope.PROJECT, basis=CLEAR)
def description_is_name(ctx: ProjectContext) -> Iterator[Hit]:
    """“绩效指标描述”要说明指标的含义、口径或算法，照抄三级指标名就没有这个作用。一个项目只提示一次。

    依据
    财预〔2015〕88号（完整性：明确清晰）。

    反例
    指标“培训考试合格率”，描述“培训考试合格率”。

    正例
    指标“培训考试合格率”，描述“结业考试合格人数占参训人数的比例”。
    """
    named = [i for i in ctx.project.indicators if i.name and i.description]
    same = [i for i in named if bare(i.name) == bare(i.description)]
    if len(same) >= 2 and 2 * len(same) >= len(named):
        yield Hit("indicators", f"有{len(same)}条指标的描述照抄了指标名，没有说明含义和算法。",
                  "写清楚衡量什么、怎样计算，如“合格人数占参训人数的比例”。",
                  content="；".join(clean(i.name) for i in same))  # fmt: skip


@cache
def _stock_goals() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{p})" for p in lexicon().stock_goals))


def is_stock_goal(goal: str) -> bool:
    """Whether a goal is nothing but a stock phrase that would fit any project."""
    clauses = [bare(c) for c in re.split(r"[,，;；。、]", clean(goal)) if bare(c)]
    return bool(clauses) and (
        all(_stock_goals().fullmatch(c) for c in clauses) or _stock_goals().fullmatch("".join(clauses)) is not None
    )


@rule("M404", "绩效目标空泛", Severity.WARNING, Scope.PROJECT, basis=CLEAR)
def goal_is_vague(ctx: ProjectContext) -> Iterator[Hit]:
    """绩效目标只有“按年初计划安排进行”“完成本年度工作”这类放到哪个项目都成立的话，
    或者全部目标加起来不到12个字：看不出花这笔钱要做成什么事、达到什么效果。

    依据
    财预〔2015〕88号：绩效目标应当指向明确、细化量化、合理可行。

    反例
    绩效目标“按照年初工作计划完成各项任务”。

    正例
    绩效目标“更换老旧供水管网42公里，解决18个村供水水压不足问题”。
    """
    advice = "写明做什么、做多少、达到什么效果，例如“培训村医120人，考试合格率95%以上”。"
    told: set[str] = set()
    for n, goal in enumerate(ctx.project.goals):
        if is_stock_goal(goal) and clean(goal) not in told:
            told.add(clean(goal))
            yield Hit(f"goals.{n}", f"绩效目标“{clean(goal)}”是套话，看不出这个项目要做成什么。", advice)
    whole = "".join(bare(g) for g in ctx.project.goals)
    if not told and 0 < len(whole) < _SHORTEST_GOAL and not any(c.isdigit() for c in whole):
        yield Hit("goals.0", f"绩效目标只有{len(whole)}个字，看不出要做多少、达到什么效果。", advice)


@rule("M405", "绩效目标照抄项目名或用途", Severity.WARNING, Scope.PROJECT, basis=CLEAR)
def goal_repeats_name(ctx: ProjectContext) -> Iterator[Hit]:
    """去掉“保障、完成、确保、做好”等常用动词以后，绩效目标里没有项目名称和资金用途以外的新内容：
    目标要说的是结果，不是把项目再说一遍。写了数量的目标不在此列。

    依据
    财预〔2015〕88号（适当性：绩效合理性）。

    反例
    项目“农村公路养护经费”，绩效目标“做好农村公路养护工作”。

    正例
    项目“农村公路养护经费”，绩效目标“养护农村公路320公里，路面状况优良率达到85%”。
    """
    p = ctx.project
    known = bare(p.name) + bare(p.title) + bare(p.purpose)
    goals = [g for g in p.goals if not is_stock_goal(g)]
    if not goals or not known or len("".join(bare(g) for g in p.goals)) < _SHORTEST_GOAL:
        return
    if all(_is_repetition(g, known) for g in goals):
        source = "资金用途" if bare(goals[0]) == bare(p.purpose) else "项目名称或资金用途"
        repeated = tuple(dict.fromkeys(w for g in goals for w in without_stock(g) if len(w) > 1))[:6]
        shown = f"（“{'”“'.join(repeated)}”）" if repeated else ""
        yield Hit("goals.0", f"绩效目标只是重复{source}里已有的话{shown}，没有说要达到的结果。",
                  "写出可以检验的结果：做多少、做到什么程度、使谁受益。", words=repeated)  # fmt: skip


_STATES_A_NUMBER = re.compile(r"\d(?!\d{3}|年)|[一二两三四五六七八九十][个名次期场户所处项]")


def _is_repetition(goal: str, known: str) -> bool:
    core = without_stock(goal)
    if not core or _STATES_A_NUMBER.search(clean(goal)) or not all(w in known for w in core):
        return False
    # A long purpose holds many words; only those that stand there together are a repetition.
    said, there = "".join(core), "".join(without_stock(known))
    return said in there or (len(said) <= _SHORT and partial_likeness(said, there) >= _REPEATED)


@cache
def _measures() -> re.Pattern[str]:
    return pattern_of(lexicon().measures)


@cache
def _implied_rates() -> re.Pattern[str]:
    return pattern_of(lexicon().implied_rates)


_BARE_COUNT = re.compile(
    r"[=≥≤>]?(?:\d+(?:\.\d+)?|[一二两三四五六七八九十百]+)"
    r"(?:[个名次期场户所处项人家台套件间座辆条篇册份批米元%]|人次|场次|批次|公里|平方米|万元)?"
)
_NOT_NAMED_SATISFACTION = re.compile(r"(?:非常|比较|基本)?满意$")


def _not_an_indicator(i: Indicator) -> str | None:
    name = bare(i.name)
    if not name:
        return None
    if _BARE_COUNT.fullmatch(name):
        return "只是一个数量，没有说数的是什么"
    if _NOT_NAMED_SATISFACTION.search(name):
        return "是一句判断，不是可以打分的指标"
    told = name + bare(i.description)
    if i.target.unit in ("%", "％") and not _measures().search(told) and not _implied_rates().search(told):
        return f"没有可衡量的名词，“{clean(i.target.raw)}”说的是什么的百分之几不清楚"
    return None


@rule("M406", "指标名不是指标", Severity.WARNING, Scope.INDICATOR, basis=MEASURED)
def name_is_no_indicator(ctx: IndicatorContext) -> Iterator[Hit]:
    """三级指标要有可衡量的名词（率、数、量、时间、成本、满意度……）。三种情况会报：
    名称只是一个数量（“一所”）；满意度写成一句判断（“广大学员满意”）；
    名称和描述里都没有可衡量的名词，指标值却是百分数（“提升城市形象 ≥90%”）。
    “按时发放 =100%”这样看得出是比率的不报。

    依据
    财预〔2015〕88号、财预〔2021〕101号：指标应当细化、量化，定性表述要可衡量。

    反例
    三级指标“加强队伍建设”，指标值“≥90%”。

    正例
    三级指标“岗位练兵参加率”，指标值“≥90%”。
    """
    if reason := _not_an_indicator(ctx.indicator):
        yield Hit("name", f"“{clean(ctx.indicator.name)}”{reason}。",
                  "改成可衡量的指标名，如“……数量”“……合格率”“……完成时间”“……满意度”，并让指标值与它对应。")  # fmt: skip


@cache
def _vague_basis() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{p})" for p in lexicon().vague_basis))


@rule("M407", "指标值确定依据空泛", Severity.INFO, Scope.PROJECT, basis=("财预〔2015〕88号",))
def basis_is_vague(ctx: ProjectContext) -> Iterator[Hit]:
    """全部指标的依据都是“工作经验”“年初计划安排”一类的话，查不到出处，无法判断指标值定得高还是低。
    一个项目只提示一次；只要有一条写了文件、标准、合同或历史数据就不提示。

    依据
    财预〔2015〕88号（适当性、可行性：目标值要有依据）。

    反例
    六条指标的依据都是“按年初计划安排”。

    正例
    依据“《公路养护技术标准》”“2024年满意度调查结果”。
    """
    given = [bare(i.basis) for i in ctx.project.indicators if i.basis and bare(i.basis)]
    if len(given) >= 3 and all(_vague_basis().fullmatch(b) for b in given):
        shown = "、".join(dict.fromkeys(given))
        yield Hit("indicators", f"全部{len(given)}条指标的依据都是“{shown}”，查不到出处。",
                  "写明文件名称和文号、行业标准、合同或上年实际数。", content=shown)  # fmt: skip


@rule("M408", "指标名过长", Severity.INFO, Scope.INDICATOR, basis=CLEAR)
def name_is_a_sentence(ctx: IndicatorContext) -> Iterator[Hit]:
    """三级指标超过30个字，或者以句号结尾，更像一句话而不是指标名：表格里看不清要衡量什么。

    依据
    财预〔2015〕88号（完整性：明确清晰）。

    反例
    三级指标“完成全镇二十六个村共一万二千户农村厕所的改造和粪污清运处理工作。”。

    正例
    三级指标“农村厕所改造户数”，其余写进绩效指标描述。
    """
    name = clean(ctx.indicator.name)
    if len(name) > _LONGEST_NAME:
        yield Hit("name", f"三级指标有{len(name)}个字，像一句话，看不出要衡量的是哪一项。",
                  "指标名只留要衡量的一项，其余写进绩效指标描述。")  # fmt: skip
    elif name.endswith(("。", "!", ";")):
        yield Hit("name", f"三级指标以“{name[-1]}”结尾，写成了一句话。", "改成名词短语，去掉句末标点。")


_OPEN_END = re.compile(r"[,、:(〔《“‘]$")
_HALF_SENTENCE = re.compile("[,、;:]")
_LONG_ENOUGH_TO_BE_CUT = 14


def _cut_off(i: Indicator) -> str | None:
    name, told = clean(i.name), clean(i.description)
    if _OPEN_END.search(name):
        return f"以“{name[-1]}”结尾"
    if name.count("(") > name.count(")") or name.count("《") > name.count("》"):
        return "括号只有一半"
    rest = told.removeprefix(name)
    if (
        len(name) >= _LONG_ENOUGH_TO_BE_CUT
        and rest != told
        and len(bare(rest)) >= 3
        and bare(rest[0])
        and _HALF_SENTENCE.search(name)
        and not any(_measures().search(w) for w in words(name)[-1:])
    ):
        return f"描述里接着还有“{rest[:12]}{'…' if len(rest) > 12 else ''}”"
    return None


@rule("M409", "指标名被截断", Severity.WARNING, Scope.INDICATOR, basis=CLEAR)
def name_is_cut_off(ctx: IndicatorContext) -> Iterator[Hit]:
    """三级指标没有写完：以逗号、顿号、冒号或左括号结尾，括号只有一半，
    或者正好是描述的前半句，话没有说完（多半是系统按字数截断的）。

    依据
    财预〔2015〕88号（完整性：规范完整）。

    反例
    三级指标“通过举办专题讲座和知识竞赛，全镇青年”。

    正例
    三级指标“青年参加专题讲座比例”。
    """
    if reason := _cut_off(ctx.indicator):
        yield Hit("name", f"三级指标没有写完：{reason}。", "补全指标名；太长的，缩成一个名词短语。")
