"""Self-evaluation forms and reports as new Word files in the official layout (财预〔2020〕10号)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from jiheng.writers.docx_markup import Box, Line, paragraph, run, table, text
from jiheng.writers.docx_package import TEXT_WIDTH, package
from jiheng.writers.evaluation_form import DepartmentReport, EvaluationForm, IndicatorRow, PlaceRow

_SIDE = 600
"""Two characters wide: labels down the side take few lines, so that a form of the usual length is one page."""
_WIDTHS = (_SIDE, 800, 900, 1370, 1150, 1500, 600, 700, TEXT_WIDTH - 7620)
_LABEL = _SIDE + 800 + 900
_NEW_PAGE = "<w:pageBreakBefore/>"
_CENTRED = '<w:ind w:firstLineChars="0" w:firstLine="0"/><w:jc w:val="center"/>'
_PLACES = ("全年预算数\n（万元）", "全年执行数\n（万元）", "执行率", "得分", "等级")
_PLACE_WIDTHS = (1400, 1400, 1100, 950, 750)
_UNITS, _PROJECTS = (("单位", 2962), ("项目数", 850)), (("项目", 1912), ("实施单位", 1900))


def _label(words: str, width: int) -> Box:
    return Box(words, width, "FormLabel")


def _center(words: str, width: int) -> Box:
    return Box(words, width, "FormCenter")


def form_table(form: EvaluationForm) -> str:
    """The table of one form."""
    return table([*_head(form), *_money(form), *_goals(form), *_indicators(form)])


def _head(form: EvaluationForm) -> Iterator[Line]:
    rest = TEXT_WIDTH - _LABEL
    named = f"{form.project}（{form.code}）" if form.code else form.project
    half = 2900
    yield Line([_label("项目名称", _LABEL), _center(named, rest)])
    yield Line([
        _label("主管部门", _LABEL), _center(form.department, half), _label("实施单位", 1150),
        _center(form.unit, rest - half - 1150),
    ])  # fmt: skip


def _money(form: EvaluationForm) -> Iterator[Line]:
    columns = (1390, 1200, 1200, 1200, 560, 640)
    rate = TEXT_WIDTH - _LABEL - sum(columns)
    side = Box("项目资金\n（万元）", _LABEL, "FormLabel", "restart")
    heads = ("", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分")
    widths = (*columns[:4], columns[4], rate, columns[5])
    yield Line([side, *(_label(h, w) for h, w in zip(heads, widths, strict=True))])
    for row in form.money:
        cells = (row.initial, row.budget, row.executed, row.weight or "—", row.rate, row.points or "—")
        yield Line([
            side.continued(), Box(row.label, widths[0]),
            *(_center(c, w) for c, w in zip(cells, widths[1:], strict=True)),
        ])  # fmt: skip


def _goals(form: EvaluationForm) -> Iterator[Line]:
    rest = TEXT_WIDTH - _SIDE
    half = rest // 2
    side = Box("年度总体目标", _SIDE, "FormLabel", "restart")
    yield Line([side, _label("预期目标", half), _label("实际完成情况", rest - half)])
    yield Line([side.continued(), Box(form.goals, half), Box(form.goals_actual, rest - half)], height=760)


def _indicators(form: EvaluationForm) -> Iterator[Line]:
    names = ("一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因分析\n及改进措施")
    side = Box("绩效指标", _SIDE, "FormLabel", "restart")
    yield Line([side, *(_label(n, w) for n, w in zip(names, _WIDTHS[1:], strict=True))])
    before: IndicatorRow | None = None
    for row in form.rows:
        first, second = (
            Box(row.level1, _WIDTHS[1], "FormCenter", "restart"),
            Box(row.level2, _WIDTHS[2], "FormCenter", "restart"),
        )
        if before is not None and before.level1 == row.level1:
            first = first.continued()
            if before.level2 == row.level2:
                second = second.continued()
        said = "\n".join(part for part in (row.deviation, row.adjustment) if part)
        yield Line([
            side.continued(), first, second, Box(row.name, _WIDTHS[3]), _center(row.target, _WIDTHS[4]),
            _center(row.actual, _WIDTHS[5]), _center(row.weight, _WIDTHS[6]), _center(row.points, _WIDTHS[7]),
            Box(said, _WIDTHS[8]),
        ])  # fmt: skip
        before = row
    whole = sum(_WIDTHS[:6])
    yield Line([
        _label("总分", whole), _center("100", _WIDTHS[6]), _center(form.score, _WIDTHS[7]),
        _center(f"等级：{form.grade}" if form.grade else "", _WIDTHS[8]),
    ])  # fmt: skip


def _form(form: EvaluationForm, new_page: bool) -> Iterator[str]:
    properties = (_NEW_PAGE if new_page else "") + _CENTRED
    yield paragraph(run("项目支出绩效自评表"), "Heading1", _NEW_PAGE if new_page else "")
    yield paragraph(run(f"（{form.year}年度）"), "FormCenter", properties.replace(_NEW_PAGE, "").split("<w:jc")[0])
    yield form_table(form)


def write_forms(forms: Sequence[EvaluationForm], title: str) -> bytes:
    """The forms, each on a page of its own."""
    body = [part for n, form in enumerate(forms) for part in _form(form, n > 0)]
    return package("".join([*body, text("", "Gap")]), title)


def write_report(form: EvaluationForm) -> bytes:
    """The self-evaluation report of one project (项目支出绩效自评报告), with its form."""
    title = f"{form.project}{form.year}年度绩效自评报告"
    body = [text(title, "Title"), text(form.unit, "Subtitle"), *_chapters(form)]
    body += [*_form(form, True), text("", "Gap")]
    return package("".join(body), title)


def _chapter(heading: str, lines: Sequence[str]) -> Iterator[str]:
    yield text(heading, "Heading2")
    yield from (text(line, "BodyText") for said in lines for line in said.split("\n") if line.strip())


def _chapters(form: EvaluationForm) -> Iterator[str]:
    total = form.money[0]
    who = f"{form.project}由{form.unit}组织实施，主管部门为{form.department}。"
    spent = f"全年预算 {total.budget} 万元，全年执行 {total.executed} 万元，执行率 {total.rate}。"
    told = [f"{who}年初预算 {total.initial} 万元，{spent}", f"年度总体目标：{form.goals}"]
    yield from _chapter("一、项目基本情况", told)
    grade = f"，评价等级为“{form.grade}”" if form.grade else ""
    yield from _chapter("二、自评结论", [f"总分 {form.score} 分{grade}。", form.goals_actual])
    explained = [
        f"{n}.{row.name}（{row.points} 分/{row.weight} 分）：{row.explanation}" for n, row in enumerate(form.rows, 1)
    ]
    money = f"预算执行率（{total.points} 分/{total.weight} 分）：{form.execution_explanation}"
    yield from _chapter("三、绩效指标完成情况分析", [money, *explained])
    weak = [f"{row.name}：{row.deviation}" for row in form.rows if row.deviation]
    yield from _chapter("四、偏离绩效目标的原因及改进措施", weak or ["各项指标均按目标完成，没有偏离。"])
    changed = [f"{row.name}：{row.adjustment}" for row in form.rows if row.adjustment]
    said = [*form.doubts, *([f"说明：{form.doubts_explanation}"] if form.doubts_explanation else []), *changed]
    yield from _chapter("五、其他需要说明的情况", said or ["无。"])


def _places(rows: Sequence[PlaceRow], first: Sequence[tuple[str, int]]) -> str:
    heads = (*first, *zip(_PLACES, _PLACE_WIDTHS, strict=True))
    lines = [Line([_label(name, width) for name, width in heads], head=True)]
    for row in rows:
        cells = (row.about, row.budget, row.executed, row.rate, row.score, row.grade)
        others = (_center(c, width) for c, (_, width) in zip(cells, heads[1:], strict=True))
        lines.append(Line([Box(row.name, heads[0][1]), *others]))
    return table(lines)


def write_department(report: DepartmentReport) -> bytes:
    """The report of a department's overall self-evaluation (部门整体绩效自评报告)."""
    title = f"{report.department}{report.year}年度部门整体绩效自评报告"
    body = [text(title, "Title")]
    numbers = "一二三四五六七八九十"
    for n, (heading, said) in enumerate(report.parts):
        body += _chapter(f"{numbers[n]}、{heading}", [said or "（未填写）"])
    grades = "，".join(f"{name} {count} 个" for name, count in report.grades)
    body += _chapter(f"{numbers[len(report.parts)]}、自评结果", [
        f"按预算加权得分 {report.score} 分，评价等级为“{report.grade}”。项目等级分布：{grades}。"
    ])  # fmt: skip
    body.append(_places([*report.units, report.total], _UNITS))
    if report.projects:
        body += [paragraph(run("附：项目自评结果一览"), "Heading2", _NEW_PAGE), _places(report.projects, _PROJECTS)]
    return package("".join([*body, text("", "Gap")]), title)
