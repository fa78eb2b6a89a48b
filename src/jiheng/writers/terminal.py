"""A document as tables in the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from rich import box
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from jiheng.model import Budget, Document, Goals, Indicator, Project
from jiheng.writers.place import place

_FIXED = (("一级指标", 10), ("二级指标", 12))
_FLEXIBLE = (("三级指标", 14), ("绩效指标描述", 22), ("指标值", 10), ("指标值确定依据", 16))
"""Heads of the indicator table: with their width, and with their share of the rest."""


def amount(value: Decimal | None) -> str:
    """An amount as people write it: ``1,234.5``; a dash where nothing is stated."""
    return "—" if value is None else f"{value:,f}"


def show(document: Document, console: Console) -> None:
    """Print the document: its head, part one, each project's table, then what could not be placed."""
    for part in _parts(document):
        console.print(part)


def _parts(document: Document) -> Iterator[RenderableType]:
    yield from _head(document)
    yield from _goals(document.goals)
    for project in document.projects:
        yield from _project(project)
    yield from _warnings(document)


def _facts(pairs: list[tuple[str, str]], width: int) -> Table:
    """Labels on the left, what they say on the right."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", no_wrap=True, min_width=width)
    grid.add_column(ratio=1, overflow="fold")
    for label, value in pairs:
        grid.add_row(label, Text(value, overflow="fold"))
    return grid


def _head(document: Document) -> Iterator[RenderableType]:
    department = document.department
    totals = [p.budget.total for p in document.projects if p.budget.total is not None]
    unit = " ".join(filter(None, (department.unit_code, department.unit_name)))
    count = sum(len(p.indicators) for p in document.projects)
    pairs = [
        ("部门", department.name or "—"),
        ("单位", unit or "—"),
        ("年度", f"{document.fiscal_year} 年" if document.fiscal_year else "—"),
        ("内容", f"{len(document.projects)} 个项目，{count} 条指标，预算合计 {amount(sum(totals, Decimal(0)))} 万元"),
    ]
    yield Rule(Text(f"{document.source}（{document.format}）", style="bold"), characters="═")
    yield _facts(pairs, 4)


def _goals(goals: Goals) -> Iterator[RenderableType]:
    if goals.overall:
        yield _heading("总体绩效目标")
        yield from (Padding(Text(text), (0, 0, 0, 2)) for text in goals.overall)
    if goals.itemized:
        yield _heading("分项绩效目标")
    for item in goals.itemized:
        yield Padding(Text(_numbered(item.number, item.title), style="bold"), (0, 0, 0, 2))
        said = [("绩效目标", item.goal), ("绩效指标", item.indicators_text)]
        yield Padding(_facts([(label, text) for label, text in said if text], 8), (0, 0, 0, 4))
    if goals.safeguards:
        yield _heading("工作保障措施")
    for safeguard in goals.safeguards:
        title = Text(_numbered(safeguard.number, safeguard.title), style="bold")
        yield Padding(title.append(f" {safeguard.text or ''}", style="not bold"), (0, 0, 0, 2))


def _heading(text: str) -> RenderableType:
    return Padding(Text(text, style="bold cyan"), (1, 0, 0, 0))


def _numbered(number: str | None, title: str | None) -> str:
    return "、".join(filter(None, (number, title)))


def _project(project: Project) -> Iterator[RenderableType]:
    yield _heading(f"{project.sequence}. {project.name or project.title or '（没有项目名称）'}")
    yield Padding(_facts(_project_facts(project), 12), (0, 0, 0, 2))
    if project.indicators:
        yield Padding(_indicators(project.indicators), (0, 0, 0, 2))
    else:
        yield Text("  没有绩效指标", style="dim")


def _project_facts(project: Project) -> list[tuple[str, str]]:
    plan = project.plan
    midterm = project.midterm
    shown = [
        ("项目编码", project.code or ""),
        ("单位", " ".join(filter(None, (project.unit_code, project.unit_name)))),
        ("主管部门", project.supervisor or ""),
        ("项目属性", project.attribute or ""),
        ("项目期", project.period or ""),
        ("中期资金总额", _money(midterm) if midterm.total is not None else ""),
        ("预算数", _money(project.budget)),
        ("资金用途", project.purpose or ""),
        ("资金支出计划", "，".join(f"{a} {b or '—'}" for a, b in zip(plan.labels, plan.raw, strict=False))),
        ("中期目标", _listed(project.midterm_goals)),
        ("绩效目标", _listed(project.goals)),
    ]
    return [(label, text) for label, text in shown if text]


def _money(budget: Budget) -> str:
    return f"{amount(budget.total)} 万元（财政 {amount(budget.fiscal)}，其他 {amount(budget.other)}）"


def _listed(goals: tuple[str, ...]) -> str:
    if len(goals) < 2:
        return "".join(goals)
    return "\n".join(f"{n}. {goal}" for n, goal in enumerate(goals, start=1))


def _indicators(indicators: tuple[Indicator, ...]) -> Table:
    table = Table(box=box.ROUNDED, border_style="dim", header_style="bold", expand=True)
    midterm = any(i.midterm for i in indicators)
    for label, width in _FIXED:
        table.add_column(label, width=width, overflow="fold")
    for label, ratio in _FLEXIBLE:
        if label == "指标值" and midterm:
            table.add_column("中期指标值", ratio=ratio, overflow="fold")
        table.add_column(label, ratio=ratio, overflow="fold")
    before: tuple[str | None, str | None] = (None, None)
    for i in indicators:
        level1 = "" if i.level1 == before[0] else i.level1
        level2 = "" if (i.level1, i.level2) == before else i.level2
        medium = [i.midterm.raw if i.midterm else ""] if midterm else []
        cells = [level1, level2, i.name, i.description, *medium, i.target.raw, i.basis]
        table.add_row(*(Text(cell or "") for cell in cells))
        before = (i.level1, i.level2)
    return table


def _warnings(document: Document) -> Iterator[RenderableType]:
    if document.warnings:
        yield Padding(Text(f"提示（{len(document.warnings)} 条）", style="bold yellow"), (1, 0, 0, 0))
    for warning in document.warnings:
        where = place(warning.anchor)
        line = Text("  • ", style="yellow").append(f"{where}：" if where else "", style="dim").append(warning.message)
        yield line.append(f" “{warning.text}”" if warning.text else "", style="dim")
