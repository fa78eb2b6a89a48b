"""The 绩效目标表 of a project as tables of a new Word file: the form of the 绩效文本, and the central one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from jiheng.model import Indicator, Project
from jiheng.writers.docx_markup import Box, Line, paragraph, table
from jiheng.writers.docx_package import TEXT_WIDTH

_LABEL = 2180
_REST = TEXT_WIDTH - _LABEL
_BETWEEN = paragraph("", "Gap", "<w:keepNext/>")  # two tables that touch would be one
_PERIODS = ("3月底", "6月底", "10月底", "12月底")
_UNIT_LINE = re.compile(r"\d{3,9}[^\W\d]")
_NUMBERINGS: tuple[tuple[Callable[[int], str], re.Pattern[str]], ...] = (
    (lambda n: f"{n}.", re.compile(r"(?:^\s*+|[。；;！\s])(?:[（(]\s*)?\d{1,2}\s*(?:[)）、.．:：](?!\d)|(?=[^\d\W]))")),
    (lambda n: f"目标{n}：", re.compile(r"目标\s*[\d一二三四五六七八九十]")),
    (lambda n: chr(0x2460 + n - 1), re.compile(r"[①-⑳]")),
)


def amount(value: Decimal | None) -> str:
    """An amount as the form prints it; empty where nothing is stated."""
    return "" if value is None else f"{value:f}"


def label(words: str, width: int = _LABEL) -> Box:
    """A cell of the form itself."""
    return Box(words, width, "FormLabel")


def numbered(goals: Sequence[str]) -> str:
    """Goals a line each, numbered so that no number inside a goal can be taken for one of the list's own."""
    if len(goals) < 2 and not any(_NUMBERINGS[0][1].match(g) for g in goals):
        return "".join(goals)
    number = next((make for make, own in _NUMBERINGS if not any(_inside(own, g) for g in goals)), _NUMBERINGS[1][0])
    # "1.2025年" would read as the number 1.2025
    apart = " " if any(g[:1].isdigit() for g in goals) else ""
    return "\n".join(f"{number(n)}{apart}{goal}" for n, goal in enumerate(goals, 1))


def _inside(own: re.Pattern[str], goal: str) -> bool:
    match = own.search(goal)
    # a goal that merely begins with a number ("3个村") is apart from the number of the list
    return match is not None and not (match.start() == 0 and goal[:1].isdigit() and match[0].isdigit())


def project_tables(project: Project) -> str:
    """The tables of a project; those that hold medium-term data in the central form (财预〔2015〕88号)."""
    central = project.supervisor or project.attribute or project.period or project.midterm_goals
    if central or any(v is not None for v in (project.midterm.total, project.midterm.fiscal, project.midterm.other)):
        head = _central_head(project)
    else:
        head = _head(project)
    if any(i.midterm for i in project.indicators) and not any(i.description or i.basis for i in project.indicators):
        rows = _two_groups(project.indicators)
    else:
        rows = _one_group(project.indicators)
    return table(head, keep=len("".join(project.goals)) + len(project.purpose or "") < 600) + _BETWEEN + table(rows)


def _unit(p: Project) -> list[Box]:
    """The unit: code and name in one, where they can be told apart again."""
    joined = f"{p.unit_code or ''}{p.unit_name or ''}"
    if not joined or (p.unit_code and p.unit_name and _UNIT_LINE.match(joined)):
        return [Box(joined, _LABEL + 4700)]
    named = [f"单位编码：{p.unit_code}"] if p.unit_code else []
    named += [f"单位名称：{p.unit_name}"] if p.unit_name else []
    width = (_LABEL + 4700) // len(named)
    return [Box(text, width) for text in named]


def _head(p: Project) -> list[Line]:
    b = p.budget
    budget = [
        ("预算数", b.total, 840, 1300), ("其中：财政资金", b.fiscal, 1692, 1300), ("其他资金", b.other, 1050, 1050),
    ]  # fmt: skip
    side = Box("预算规模及\n资金用途", _LABEL, "FormLabel", "restart")
    money = [box for name, value, w, v in budget for box in (label(name, w), Box(amount(value), v, "FormCenter"))]
    return [
        Line([*_unit(p), Box("单位：万元", TEXT_WIDTH - sum(box.width for box in _unit(p)), "FormRight")]),
        Line([
            label("项目编码"), Box(p.code or "", 3100, "FormCenter"), label("项目名称", 1200), Box(p.name or "", 2932),
        ]),
        Line([side, *money]),
        Line([side.continued(), Box(p.purpose or "", _REST)], height=700),
        *_plan(p),
        Line([label("绩效目标"), Box(numbered(p.goals), _REST)], height=700),
    ]  # fmt: skip


def _plan(p: Project) -> list[Line]:
    """The spending plan, one column a period; an empty one where nothing is planned."""
    side = Box("资金支出计划（%）", _LABEL, "FormLabel", "restart")
    labels = p.plan.labels or _PERIODS
    values = p.plan.raw or ("",) * len(labels)
    if not p.plan.labels:
        return [Line([label("资金支出计划（%）"), Box("", _REST)])]
    widths = shares(_REST, [1] * len(labels))
    return [
        Line([side, *(label(t, w) for t, w in zip(labels, widths, strict=True))]),
        Line([side.continued(), *(Box(v, w, "FormCenter") for v, w in zip(values, widths, strict=True))]),
    ]


def shares(width: int, weights: Sequence[int]) -> list[int]:
    """A width divided by weights, without a remainder."""
    edges = [width * sum(weights[:n]) // sum(weights) for n in range(len(weights) + 1)]
    return [b - a for a, b in pairwise(edges)]


def _central_head(p: Project) -> list[Line]:
    half = shares(_REST, [2, 1, 2, 1])
    side = Box("项目资金\n（万元）", _LABEL, "FormLabel", "restart")
    sums = (
        ("中期资金总额：", p.midterm.total, "年度资金总额：", p.budget.total),
        ("其中：财政拨款", p.midterm.fiscal, "其中：财政拨款", p.budget.fiscal),
        ("其他资金", p.midterm.other, "其他资金", p.budget.other),
    )
    money = [
        [
            label(a, half[0]), Box(amount(m), half[1], "FormCenter"),
            label(y, half[2]), Box(amount(b), half[3], "FormCenter"),
        ]
        for a, m, y, b in sums
    ]  # fmt: skip
    goals = Box("总体目标", _LABEL, "FormLabel", "restart")
    each = shares(_REST, [1, 1])
    return [
        *_pairs(("项目名称", p.name or ""), ("项目编码", p.code)),
        *_pairs(("主管部门及代码", p.supervisor or ""), ("实施单位", p.unit_name or "")),
        *_pairs(("项目属性", p.attribute or ""), ("项目期", p.period or "")),
        *_pairs(("单位编码", p.unit_code)),
        Line([side, *money[0]]),
        *(Line([side.continued(), *row]) for row in money[1:]),
        *([Line([label("资金用途"), Box(p.purpose, _REST)])] if p.purpose else []),
        *(_plan(p) if p.plan.labels else []),
        Line([goals, label("中期目标", each[0]), label("年度目标", each[1])]),
        Line([goals.continued(), Box(numbered(p.midterm_goals), each[0]), Box(numbered(p.goals), each[1])], height=900),
    ]


def _pairs(*said: tuple[str, str | None]) -> list[Line]:
    """One row of labels and values; what is ``None`` has no place in the form."""
    present = [(name, value) for name, value in said if value is not None]
    if not present:
        return []
    if len(present) == 1:
        return [Line([label(present[0][0]), Box(present[0][1], _REST)])]
    (first, one), (second, two) = present
    return [Line([label(first), Box(one, 2900), label(second, 1400), Box(two, _REST - 4300)])]


def _one_group(indicators: Sequence[Indicator]) -> list[Line]:
    """The indicator table of the 绩效文本, with a column for medium-term values where there are any."""
    names = ["一级指标", "二级指标", "三级指标", "绩效指标描述", "指标值", "指标值确定依据"]
    widths = [1200, 1200, 1860, 2220, 1300, 1632]
    midterm = any(i.midterm for i in indicators)
    if midterm:
        names[4:4], widths = ["中期指标值"], [900, 1120, 1642, 1950, 1150, 1150, 1500]
    lines = [Line([label(n, w) for n, w in zip(names, widths, strict=True)], head=True)]
    for i, first, second in _merged(indicators, widths[0], widths[1]):
        values = [i.midterm.raw if i.midterm else ""] if midterm else []
        values.append(i.target.raw)
        lines.append(
            Line([
                first, second, Box(i.name or "", widths[2]), Box(i.description or "", widths[3]),
                *(Box(v, w, "FormCenter") for v, w in zip(values, widths[4:], strict=False)),
                Box(i.basis or "", widths[-1]),
            ])
        )  # fmt: skip
    return lines if indicators else [*lines, Line([Box("", w) for w in widths])]


def _two_groups(indicators: Sequence[Indicator]) -> list[Line]:
    """The indicator table of the central form: medium-term and annual indicators side by side."""
    widths = [500, 900, 1150, 1720, 1136, 1150, 1720, 1136]
    names = "绩效\n指标 一级指标 二级指标 三级指标 指标值 二级指标 三级指标 指标值".split(" ")
    lines = [Line([label(n, w) for n, w in zip(names, widths, strict=True)], head=True)]
    side = Box("", widths[0], "FormCenter", "restart")
    for i, first, second in _merged(indicators, widths[1], widths[2]):
        later = i.midterm.raw if i.midterm else ""
        lines.append(
            Line([
                side, first, second, Box(i.name or "" if later else "", widths[3]), Box(later, widths[4], "FormCenter"),
                second, Box(i.name or "" if i.target.raw or not later else "", widths[6]),
                Box(i.target.raw, widths[7], "FormCenter"),
            ])
        )  # fmt: skip
        side = side.continued()
    return lines


def _merged(indicators: Sequence[Indicator], one: int, two: int) -> Iterator[tuple[Indicator, Box, Box]]:
    """Each indicator with the cells of its categories, merged downwards where they are the same."""
    before: Indicator | None = None
    for i in indicators:
        first = Box(i.level1 or "", one, "FormCenter", "restart")
        second = Box(i.level2 or "", two, "FormCenter", "restart")
        if before is not None and i.level1 and before.level1 == i.level1:
            first = first.continued()
            if i.level2 and before.level2 == i.level2:
                second = second.continued()
        yield i, first, second
        before = i
