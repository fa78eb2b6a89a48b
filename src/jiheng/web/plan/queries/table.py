"""A target table (绩效目标表) as a grid of cells, ready to be printed: the one shape that every page shows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from jiheng import model, wire
from jiheng.web.plan import mapping
from jiheng.web.plan import models as rows

WIDTH = 6
INDICATOR_FIELDS = (
    ("level1", "一级指标"),
    ("level2", "二级指标"),
    ("name", "三级指标"),
    ("description", "绩效指标描述"),
    ("target_raw", "指标值"),
    ("basis", "指标值确定依据"),
)
CENTRED = frozenset(("level1", "level2", "target_raw"))
MARKS = {"error": "e", "warning": "w", "info": "i"}


@dataclass(slots=True)
class Cell:
    """One cell: ``key`` names it (see :class:`~jiheng.web.plan.models.CellEdit`), ``""`` for printed labels.

    ``mark`` is the worst finding here: e, w, i or nothing; ``tip`` what the findings say. ``covers`` are further cells
    that a merged cell stands for; ``comments`` counts the open comments.
    """

    text: str
    key: str = ""
    label: str = ""
    head: bool = False
    columns: int = 1
    rows: int = 1
    css: str = ""
    before: str = ""
    """A printed label in front of the value, in the same cell (预算数)."""
    mark: str = ""
    tip: str = ""
    comments: int = 0
    covers: list[str] = field(default_factory=list)


@dataclass(slots=True)
class TableRow:
    """A line of the grid; ``key`` names what can be moved and removed: ``indicator:ID``, ``goal:ID``."""

    cells: list[Cell]
    key: str = ""
    css: str = ""


@dataclass(slots=True)
class Table:
    """The whole form. ``editable`` tells the page's script; the table itself looks the same."""

    caption: str
    rows: list[TableRow]
    editable: bool = False
    css: str = ""

    def cells(self) -> dict[str, Cell]:
        """The cells that hold values, by key; a merged cell is found by each key that it covers."""
        found: dict[str, Cell] = {}
        for row in self.rows:
            for cell in row.cells:
                if cell.key:
                    found.update(dict.fromkeys((cell.key, *cell.covers), cell))
        return found


@dataclass(frozen=True, slots=True)
class _Keys:
    """What periods, goals and indicators are called: their ids in the database, or their places from 0."""

    periods: Sequence[object]
    goals: Sequence[object]
    indicators: Sequence[object]


def table_of(
    source: rows.Project | model.Project | Mapping[str, Any],
    findings: Iterable[Mapping[str, Any]] | None = None,
    comments: Iterable[rows.Comment] = (),
    editable: bool = False,
) -> Table:
    """The grid of a project, of a core project, or of a version's content (the published JSON of a project).

    ``findings`` are stored ones (:mod:`jiheng.web.plan.checking`); where not given, those kept with a project of the
    database. Cells of what is not in the database are named by places from 0 (``indicator:0:name``).
    """
    if isinstance(source, rows.Project):
        periods, goals, indicators = (list(m.all()) for m in (source.periods, source.goals, source.indicators))
        keys = _Keys([p.pk for p in periods], [g.pk for g in goals], [i.pk for i in indicators])
        # Empty goals are no goals to the checker, but they are cells on the form.
        project, texts = mapping.to_project(source), [g.text for g in goals]
        findings = source.findings if findings is None else findings
    else:
        project = source if isinstance(source, model.Project) else project_of(source)
        keys = _Keys(*(range(len(x)) for x in (project.plan.labels, project.goals, project.indicators)))
        texts = list(project.goals)
    table = _grid(project, texts, keys, editable)
    mark_findings(table, findings or ())
    cells = table.cells()
    for comment in comments:
        if comment.cell in cells and comment.resolved_at is None:
            cells[comment.cell].comments += 1
    return table


def project_of(content: Mapping[str, Any]) -> model.Project:
    """The project that a version's content describes."""
    return wire.from_json(json.dumps({"projects": [dict(content)]}, ensure_ascii=False)).projects[0]


_SINGLE_LABELS = {
    "code": "项目编码", "name": "项目名称", "title": "表名", "budget_total": "预算数", "budget_fiscal": "财政资金",
    "budget_other": "其他资金", "purpose": "资金用途", "explanation": "对错误项的说明",
}  # fmt: skip


def cell_label(project: rows.Project, cell: str) -> str:
    """What people call a cell: 资金用途, 补植行道树数量 · 指标值."""
    kind, _, rest = cell.partition(":")
    if kind in ("plan", "goal"):
        return "支出计划" if kind == "plan" else "绩效目标"
    if kind != "indicator":
        return _SINGLE_LABELS.get(cell, cell)
    key, _, field_name = rest.partition(":")
    row = next((i for i in project.indicators.all() if str(i.pk) == key), None)
    label = dict(INDICATOR_FIELDS).get(field_name, "指标")
    return f"{row.name or row.level2} · {label}" if row else "已删去的指标"


def mark_findings(table: Table, findings: Iterable[Mapping[str, Any]]) -> None:
    """Mark each cell with the worst of its findings and let it say all of them."""
    cells, order = table.cells(), ["", "i", "w", "e"]
    for f in findings:
        # What a fix changes is part of the mistake: all periods of a plan that is not cumulative.
        keys = dict.fromkeys((f.get("cell", ""), *(e["cell"] for e in (f.get("fix") or {}).get("edits", ()))))
        for cell in {id(c): c for c in map(cells.get, keys) if c is not None}.values():
            cell.mark = max(cell.mark, MARKS.get(f["severity"], ""), key=order.index)
            cell.tip = f"{cell.tip}\n{f['code']} {f['message']}".strip()


def _grid(project: model.Project, goals: list[str], keys: _Keys, editable: bool) -> Table:
    title = (project.title or project.name or "").removesuffix("绩效目标表") or "（未命名项目）"
    unit = f"{project.unit_code or ''} {project.unit_name or ''}".strip()
    grid = [
        TableRow([Cell(unit, columns=4, css="unit"), Cell("单位：万元", columns=2, css="right unit")]),
        TableRow([
            _head("项目编码"), Cell(project.code or "", "code", "项目编码", columns=2),
            _head("项目名称"), Cell(project.name or "", "name", "项目名称", columns=2),
        ]),
        *_funds(project), *_plan(project.plan, keys), *_goals(goals, keys),
        TableRow([_head(label) for _, label in INDICATOR_FIELDS], "indicators", "heads"),
        *_indicators(project.indicators, keys),
    ]  # fmt: skip
    return Table(f"{title}绩效目标表", grid, editable)


def _head(text: str, rows: int = 1, columns: int = 1) -> Cell:
    return Cell(text, head=True, rows=rows, columns=columns)


def amount(value: Decimal | None) -> str:
    """An amount as the form prints it."""
    plain = mapping.plain_amount(value)
    return "" if plain is None else f"{plain:f}"


def _funds(project: model.Project) -> list[TableRow]:
    b = project.budget
    parts = (("budget_total", "预算数", b.total, 1), ("budget_fiscal", "财政资金", b.fiscal, 2))
    amounts = [Cell(amount(v), k, label, columns=c, css="num", before=label) for k, label, v, c in parts]
    amounts.append(Cell(amount(b.other), "budget_other", "其他资金", columns=2, css="num", before="其他资金"))
    purpose = Cell(project.purpose or "", "purpose", "资金用途", columns=5, css="long")
    return [TableRow([_head("预算规模及\n资金用途", rows=2), *amounts]), TableRow([purpose])]


def _plan(plan: model.SpendingPlan, keys: _Keys) -> list[TableRow]:
    """Labels over values, at most five periods a line."""
    found = list(zip(plan.labels, plan.raw, keys.periods, strict=True))
    lines = [found[n : n + WIDTH - 1] for n in range(0, len(found), WIDTH - 1)]
    head = _head("资金支出\n计划（%）", rows=max(1, 2 * len(lines)))
    if not lines:
        return [TableRow([head, Cell("（没有期次）", columns=WIDTH - 1, css="hollow")], "plan")]
    grid = []
    for line in lines:
        spans = _spans(len(line))
        labels = [_head(label, columns=s) for (label, _, _), s in zip(line, spans, strict=True)]
        values = [
            Cell(raw, f"plan:{key}", f"支出计划 {label}", columns=s, css="num")
            for (label, raw, key), s in zip(line, spans, strict=True)
        ]
        grid += [TableRow(labels, "plan"), TableRow(values, "plan")]
    grid[0].cells.insert(0, head)
    return grid


def _spans(n: int) -> list[int]:
    """Five columns given to n cells; what is over goes to those before the last."""
    base, over = divmod(WIDTH - 1, n)
    spans = [base] * n
    for k in range(over):
        spans[-2 - k if n > k + 1 else 0] += 1
    return spans


def _goals(goals: list[str], keys: _Keys) -> list[TableRow]:
    head = _head("绩效目标", rows=max(1, len(goals)))
    if not goals:
        return [TableRow([head, Cell("", "goals", "绩效目标", columns=5, css="hollow")], "goals")]
    cells = [
        Cell(text, f"goal:{key}", f"绩效目标 {n}", columns=5, css="long goal", before=f"{n}." if len(goals) > 1 else "")
        for n, (text, key) in enumerate(zip(goals, keys.goals, strict=True), 1)
    ]
    grid = [TableRow([cell], cell.key, "goal" if cell is not cells[-1] else "goal end") for cell in cells]
    grid[0].cells.insert(0, head)
    return grid


def _indicators(indicators: Sequence[model.Indicator], keys: _Keys) -> list[TableRow]:
    if not indicators:
        return [TableRow([Cell("（没有指标）", "indicators", columns=WIDTH, css="hollow num")], "indicators")]
    grid: list[TableRow] = []
    above: dict[str, Cell] = {}
    for key, i in zip(keys.indicators, indicators, strict=True):
        line: list[Cell] = []
        joined = False
        for name, label in INDICATOR_FIELDS:
            text = i.target.raw if name == "target_raw" else getattr(i, name) or ""
            cell = Cell(text, f"indicator:{key}:{name}", label, css="num" if name in CENTRED else "")
            over = above.get(name)
            # As printed: equal neighbours in the first two columns are one cell; the second stays within the first.
            if name in ("level1", "level2") and over and text and over.text == text and (name == "level1" or joined):
                over.rows, joined = over.rows + 1, True
                over.covers.append(cell.key)
                continue
            joined = False
            above[name] = cell
            line.append(cell)
        grid.append(TableRow(line, f"indicator:{key}", "indicator"))
    return grid
