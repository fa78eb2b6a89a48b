"""C 完整性: what a form asks for and the document does not give."""

from __future__ import annotations

from collections.abc import Iterator

from jiheng.model import Anchor, Indicator, Project
from jiheng.policy import Pack
from jiheng.readers.values import plain
from jiheng.rules.context import DocumentContext, IndicatorContext, ProjectContext
from jiheng.rules.finding import Hit, Severity
from jiheng.rules.registry import Scope, rule

REVIEW = "财预〔2015〕88号"
CODES = "预算管理一体化规范"


def _is_blank(text: str | None) -> bool:
    return not plain(text or "")


@rule("C001", "缺项目名称", Severity.ERROR, Scope.PROJECT, basis=(REVIEW,))
def missing_name(ctx: ProjectContext) -> Iterator[Hit]:
    """项目名称一栏为空。没有名称的项目无法与预算批复对应。

    依据
    财预〔2015〕88号：绩效目标表各栏应当填写完整。

    反例
    项目名称：（空）

    正例
    项目名称：农村供水管网改造工程
    """
    if _is_blank(ctx.project.name):
        heading = f"表题写的是“{ctx.project.title}”，" if ctx.project.title else ""
        yield Hit("name", f"{heading}项目名称一栏为空。", "填写项目全称，与预算批复中的名称一致。")


@rule("C002", "缺项目编码", Severity.WARNING, Scope.DOCUMENT, basis=(CODES,))
def missing_code(ctx: DocumentContext) -> Iterator[Hit]:
    """项目编码一栏为空。编码是项目在预算管理一体化系统里的唯一标识，缺了就对不上预算和支付。全部项目都没有编码时，只就整份文件报告一次。

    依据
    预算管理一体化规范：项目代码贯穿预算编制、执行和绩效管理。

    反例
    项目编码：（空）

    正例
    项目编码：13992525P00031110001X
    """
    projects = ctx.document.projects
    lacking = [p for p in projects if _is_blank(p.code)]
    advice = "从预算管理一体化系统中查出项目编码填入。"
    if len(lacking) == len(projects) > 1:
        anchor = projects[0].anchors.get("code")
        yield Hit("code", f"全部 {len(projects)} 个项目都没有填写项目编码。", advice, anchor=anchor)
        return
    for p in lacking:
        yield Hit("code", f"项目“{p.name or p.title or p.sequence}”的项目编码为空。", advice, project=p)


@rule("C003", "缺预算数", Severity.ERROR, Scope.PROJECT, basis=(REVIEW,))
def missing_budget(ctx: ProjectContext) -> Iterator[Hit]:
    """预算数为空，或者填的不是数。资金用途一句话里写明了预算数的，不算缺。

    依据
    财预〔2015〕88号：绩效目标要与资金规模相匹配，没有预算数就无从审核。

    反例
    预算数：待定

    正例
    预算数：120.00（万元）
    """
    if ctx.project.budget.total is None:
        yield Hit("budget_total", "预算数为空，或者不是一个数。", "以万元为单位填写本年度预算数。")


@rule("C004", "缺资金用途", Severity.ERROR, Scope.PROJECT, basis=(REVIEW,))
def missing_purpose(ctx: ProjectContext) -> Iterator[Hit]:
    """资金用途为空。审核要看钱花在哪里，才能判断目标与资金是否相配。整份文件的表样都没有这一栏时不报告。

    依据
    财预〔2015〕88号：适当性审核要求资金与目标相匹配。

    反例
    资金用途：（空）

    正例
    资金用途：用于采购管材，支付管网施工和监理费用。
    """
    if _is_blank(ctx.project.purpose) and ctx.within.once("C004", lambda d: any(p.purpose for p in d.projects)):
        yield Hit("purpose", "资金用途为空。", "写明资金用在哪几项工作上，各需多少。")


@rule("C005", "缺绩效目标", Severity.ERROR, Scope.PROJECT, basis=(REVIEW,))
def missing_goals(ctx: ProjectContext) -> Iterator[Hit]:
    """绩效目标为空。

    依据
    财预〔2015〕88号：绩效目标是编制预算的前提，未按要求设定绩效目标的项目支出，不得纳入预算安排。

    反例
    绩效目标：（空）

    正例
    绩效目标：更换老旧供水管网42公里，解决18个村水压不足问题。
    """
    if all(_is_blank(g) for g in (*ctx.project.goals, *ctx.project.midterm_goals)):
        yield Hit("goals", "绩效目标为空。", "写明本年度用这笔资金要达到的产出和效果。")


def _is_cut_off(project: Project, pack: Pack) -> bool:
    last = project.indicators[-1]
    ends_early = last.target.kind is None and last.midterm is None and _is_blank(last.basis)
    return ends_early and bool(_missing_level1(project, pack, pack.framework.required_level1))


@rule(
    "C006", "缺指标表或指标表不完整", Severity.ERROR, Scope.PROJECT,
    basis=(REVIEW,), silences=("C007", "C008", "C009"),
)  # fmt: skip
def missing_indicators(ctx: ProjectContext) -> Iterator[Hit]:
    """没有指标表，或者指标表在中间断掉：最后一行没有指标值，后面的一级指标也都没有了。多见于文件末尾的表被截断。

    依据
    财预〔2015〕88号：绩效目标应当细化为绩效指标。

    反例
    指标表只有“数量指标 │ 巡查河道次数”一行，指标值为空，表到此为止。

    正例
    指标表有产出、效益、满意度各类指标，每行填写完整。
    """
    project = ctx.project
    if not project.indicators:
        yield Hit("indicators", "没有绩效指标表，或者表里一条指标也没有。", "补上产出、效益、满意度等各类指标。")
    elif _is_cut_off(project, ctx.pack):
        name = project.indicators[-1].name or "（空）"
        message = f"指标表到“{name}”一行就断了，只有 {len(project.indicators)} 行，这一行也没有指标值。"
        yield Hit("indicators", message, "检查文件末尾是否被截断，补全整张指标表。")


def _levels_of(indicator: Indicator, pack: Pack) -> set[str | None]:
    framework = pack.framework
    level2 = framework.level2(indicator.level2)
    owners = {one for one, twos in framework.levels.items() if level2 in twos}
    return {framework.level1(indicator.level1), level2, *owners}


def _missing_level1(project: Project, pack: Pack, wanted: list[str]) -> list[str]:
    present = set().union(*(_levels_of(i, pack) for i in project.indicators))
    return [w for w in wanted if w not in present]


@rule("C007", "缺一级指标类别", Severity.ERROR, Scope.PROJECT, basis=(REVIEW, "财预〔2021〕101号"))
def missing_level1(ctx: ProjectContext) -> Iterator[Hit]:
    """指标表缺少口径要求的一级指标：产出、效益（有的地方叫效果）。满意度另见 C009。
    101 号口径的成本指标主要对工程基建、修缮和购置类项目要求，缺了按警告报告。要求哪些类别由策略包规定。

    依据
    财预〔2015〕88号、财预〔2021〕101号：绩效指标包括成本、产出、效益、满意度等类别。

    反例
    指标表只有产出指标和满意度指标。

    正例
    产出指标、效益指标、满意度指标都有。
    """
    if not any(ctx.pack.framework.level1(i.level1) for i in ctx.project.indicators):
        return
    framework = ctx.pack.framework
    missing = [m for m in _missing_level1(ctx.project, ctx.pack, framework.required_level1) if m != "满意度"]
    advised = _missing_level1(ctx.project, ctx.pack, framework.advised_level1)
    if missing or advised:
        names = "、".join(f"{m}指标" for m in missing + advised)
        severity = Severity.ERROR if missing else Severity.WARNING
        yield Hit("indicators", f"指标表没有{names}。", f"补上{names}；确实不适用的，说明理由。", severity=severity)


@rule("C008", "缺二级指标", Severity.WARNING, Scope.PROJECT, basis=(REVIEW,))
def missing_level2(ctx: ProjectContext) -> Iterator[Hit]:
    """产出指标下缺少口径要求的二级指标：数量、质量、时效、成本。要求哪些由策略包规定：
    2020 年及以前的河北表样不要求齐全，101 号口径把成本放在一级指标里。

    依据
    财预〔2015〕88号：产出指标包括数量、质量、时效、成本指标。

    反例
    产出指标只有数量、质量、时效三行，没有成本指标。

    正例
    产出指标有数量、质量、时效、成本各一行。
    """
    framework = ctx.pack.framework
    printed = {framework.level2(i.level2) for i in ctx.project.indicators} - {None}
    level1 = {framework.level1(i.level1) for i in ctx.project.indicators}
    # Where a whole category is missing, C007 says so already.
    wanted = [t for t in framework.required_level2 if any(t in framework.levels.get(one or "", ()) for one in level1)]
    missing = [t for t in wanted if t not in printed and t not in level1]
    if printed and missing:
        names = "、".join(f"{m}指标" for m in missing)
        yield Hit("indicators", f"指标表没有{names}。", f"补上{names}；确实不适用的，说明理由。")


@rule("C009", "缺满意度指标", Severity.WARNING, Scope.PROJECT, basis=(REVIEW,))
def missing_satisfaction(ctx: ProjectContext) -> Iterator[Hit]:
    """没有满意度指标。项目没有明确服务对象的可以不设，但要在目标或用途里说明（如“无直接服务对象”）。

    依据
    财预〔2015〕88号：满意度指标反映服务对象对项目效果的认可程度。

    反例
    指标表只有产出指标和效益指标，项目是给村民改水管。

    正例
    满意度指标 │ 服务对象满意度指标 │ 用水村民满意度 │ ≥90%
    """
    project = ctx.project
    if not project.indicators or any(_is_satisfaction(i) for i in project.indicators):
        return
    said = plain("".join((project.purpose or "", *project.goals)))
    if any(word in said for word in ctx.pack.lexicon.get("no_service_object", ())):
        return
    yield Hit("indicators", "指标表没有满意度指标。", "补上满意度指标，写明是谁的满意度；没有服务对象的，说明理由。")


def _is_satisfaction(i: Indicator) -> bool:
    return any("满意" in (text or "") for text in (i.level1, i.level2, i.name))


@rule("C010", "指标值为空", Severity.ERROR, Scope.INDICATOR, basis=(REVIEW,), silences=("C011",))
def missing_target(ctx: IndicatorContext) -> Iterator[Hit]:
    """有指标没有指标值，年末无从衡量。只有中期指标值的不算。

    依据
    财预〔2015〕88号：绩效指标应当细化、量化，可衡量。

    反例
    巡查河道次数 │ 指标值：（空）

    正例
    巡查河道次数 │ 指标值：≥24次
    """
    i = ctx.indicator
    if i.target.kind is None and _is_blank(i.target.raw) and (i.midterm is None or _is_blank(i.midterm.raw)):
        yield Hit("target", f"指标“{i.name or '（空）'}”没有指标值。", "填写本年度要达到的数值和计量单位。")


def _rows_lacking(project: Project, name: str) -> list[int]:
    return [n for n, i in enumerate(project.indicators) if _is_blank(getattr(i, name)) and i.target.kind is not None]


def _has_column(ctx: DocumentContext, name: str) -> bool:
    """Whether the form has this column: some cell of it is filled somewhere in the document."""
    return ctx.once(
        f"column {name}", lambda d: any(not _is_blank(getattr(i, name)) for p in d.projects for i in p.indicators)
    )


@rule("C011", "指标值确定依据为空", Severity.WARNING, Scope.PROJECT, basis=(REVIEW,))
def missing_basis(ctx: ProjectContext) -> Iterator[Hit]:
    """指标值没有写确定依据，审核时无法判断高低。表样没有这一栏的不报告。

    依据
    财预〔2015〕88号：指标值要有依据，可参考计划、行业和历史标准。

    反例
    巡查河道次数 │ ≥24次 │ 指标值确定依据：（空）

    正例
    巡查河道次数 │ ≥24次 │ 《河长制工作细则》每月巡河两次
    """
    if not _has_column(ctx.within, "basis"):
        return
    rows = _rows_lacking(ctx.project, "basis")
    advice = "写明依据的文件、计划、行业标准或历年数据。"
    if len(rows) == len(ctx.project.indicators) > 1:
        yield Hit("indicators", f"全部 {len(rows)} 条指标都没有写指标值确定依据。", advice)
        return
    for row in rows:
        name = ctx.project.indicators[row].name or "（空）"
        yield Hit("basis", f"指标“{name}”没有写指标值确定依据。", advice, row=row)


@rule("C012", "支出计划缺期", Severity.WARNING, Scope.PROJECT, basis=(REVIEW,), silences=("P205",))
def missing_period(ctx: ProjectContext) -> Iterator[Hit]:
    """资金支出计划有空格，或者整行没填。只填了最后一期的，等于前几期都是 0：年底一次支出，执行风险大，在这里一并说明。
    整份文件的表样都没有支出计划的不报告。

    依据
    财预〔2015〕88号：可行性审核要看资金能否按计划使用。

    反例
    3月底（空）│ 6月底 50% │ 10月底 75% │ 12月底 100%

    正例
    3月底 25% │ 6月底 50% │ 10月底 75% │ 12月底 100%
    """
    plan = ctx.project.plan
    if not plan.labels:
        if ctx.within.once("C012", lambda d: any(p.plan.labels for p in d.projects)):
            yield Hit("plan", "没有填写资金支出计划。", "按期次填写到期末为止的累计支出百分比。")
        return
    empty = [n for n, value in enumerate(plan.percent) if value is None]
    if not empty:
        return
    labels = "、".join(plan.labels[n] for n in empty)
    message = f"资金支出计划的{labels}没有填数。"
    advice = "填写到该期末为止的累计支出百分比，没有支出的填 0。"
    if empty == list(range(len(plan.percent) - 1)) and plan.percent:
        message += f"只有{plan.labels[-1]}有数，等于前几期支出都是 0，全部资金压到最后一期。"
        advice = "前几期没有支出的填 0，并说明为什么集中在最后；能早安排的，按工作进度分期。"
    yield Hit("plan", message, advice, anchor=_plan_anchor(ctx.project, empty[0]))


def _plan_anchor(project: Project, n: int) -> Anchor | None:
    return project.plan.anchors[n] if n < len(project.plan.anchors) else None


@rule("C013", "绩效指标描述为空", Severity.INFO, Scope.PROJECT, basis=(REVIEW,))
def missing_description(ctx: ProjectContext) -> Iterator[Hit]:
    """绩效指标描述为空。描述说明指标怎么算、数从哪来。一个项目报告一次；表样没有这一栏的不报告。

    依据
    财预〔2015〕88号：绩效指标应当清晰、可衡量。

    反例
    供水保证率 │ 绩效指标描述：（空）

    正例
    供水保证率 │ 绩效指标描述：正常供水天数占全年天数的比例
    """
    rows = _rows_lacking(ctx.project, "description")
    if rows and _has_column(ctx.within, "description"):
        names = "、".join(f"“{ctx.project.indicators[n].name or '（空）'}”" for n in rows)
        message = f"有 {len(rows)} 条指标没有绩效指标描述：{names}。"
        yield Hit("description", message, "写明指标的计算方法或数据来源。", row=rows[0])


@rule(
    "C014", "第一部分缺总体目标、分项目标或保障措施", Severity.WARNING, Scope.DOCUMENT,
    basis=(REVIEW, "中发〔2018〕34号"),
)  # fmt: skip
def missing_part_one(ctx: DocumentContext) -> Iterator[Hit]:
    """第一部分应当有总体绩效目标、分项绩效目标、工作保障措施三节。缺总体目标是错误，缺另外两节是警告。
    三节全无、只有项目表的文件，可能本来就是单独的项目表，只作提示；单个项目的表不报告。

    依据
    中发〔2018〕34号：部门和单位整体支出应当设定绩效目标。

    反例
    第一部分只有分项绩效目标和工作保障措施。

    正例
    一、总体绩效目标　二、分项绩效目标　三、工作保障措施
    """
    goals = ctx.document.goals
    sections = {"总体绩效目标": goals.overall, "分项绩效目标": goals.itemized, "工作保障措施": goals.safeguards}
    missing = [name for name, said in sections.items() if not said]
    advice = f"补上{'、'.join(missing)}。"
    if len(missing) == len(sections):
        if len(ctx.document.projects) > 1:
            message = "没有第一部分“部门整体绩效目标”，只有项目绩效目标表。"
            yield Hit("department", message, "随部门预算公开的绩效文本，补上第一部分。", severity=Severity.INFO)
        return
    for name in missing:
        severity = Severity.ERROR if name == "总体绩效目标" else Severity.WARNING
        yield Hit("department", f"第一部分没有“{name}”一节。", advice, severity=severity)


@rule("C015", "分项目标没有绩效指标", Severity.WARNING, Scope.DOCUMENT, basis=(REVIEW,))
def missing_itemized_indicators(ctx: DocumentContext) -> Iterator[Hit]:
    """分项绩效目标只有“绩效目标”，没有“绩效指标”。整份文件的分项目标都不分这两栏的，不报告。

    依据
    财预〔2015〕88号：绩效目标应当细化为绩效指标。

    反例
    （二）河道管护　绩效目标：保持河道整洁。（没有“绩效指标”）

    正例
    （二）河道管护　绩效目标：保持河道整洁。绩效指标：管护河道86公里，水质达标率不低于92%。
    """
    items = ctx.document.goals.itemized
    if all(_is_blank(g.indicators_text) for g in items):
        return
    for n, g in enumerate(items):
        if _is_blank(g.indicators_text):
            message = f"分项目标“{g.title or g.number}”没有写绩效指标。"
            anchor = g.anchors.get("goal") or g.anchors.get("title")
            yield Hit(
                f"itemized_goals.{n}.indicators_text", message, "补上能衡量这一目标的绩效指标。",
                anchor=anchor, content=g.goal or "",
            )  # fmt: skip
