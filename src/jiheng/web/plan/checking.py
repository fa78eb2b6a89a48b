"""The checker on the platform: what it finds in a target table, kept with the project and pointing at its cells.

A finding is stored as a dictionary: ``code``, ``name`` of the rule, ``severity`` (error, warning, info), ``cell``,
``field``, ``row`` (of the indicator, or ``None``), ``message``, ``advice``, and ``fix``: ``None`` or
``{"title", "edits": [{"cell", "old", "new"}]}``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from jiheng import model, policy
from jiheng.bounded import check_live
from jiheng.rules.finding import Finding, Severity
from jiheng.rules.registry import all_rules
from jiheng.scoring.review import ReviewSheet, review
from jiheng.web.plan import mapping
from jiheng.web.plan.models import BudgetYear, DepartmentGoals, Project
from jiheng.web.plan.states import RETURNS

Stored = dict[str, Any]
PROJECT_FIELDS = ("code", "name", "budget_total", "budget_fiscal", "budget_other", "purpose")
INDICATOR_FIELDS = ("level1", "level2", "name", "description", "target", "basis")

ERROR_RISK, WARNING_RISK, MOST_OF_FINDINGS = 10, 3, 60
MONEY_RISK = ((Decimal(1000), 25), (Decimal(500), 20), (Decimal(100), 12), (Decimal(50), 6), (Decimal(10), 2))
"""From how many 万元 on, how much: larger projects first."""
RETURN_RISK, MOST_OF_RETURNS = 5, 10
NEW_PROJECT_RISK = 5
_ENDLESS = "这张表检查了很久仍未完成，没有保存。表里可能有大段的空白、重复的符号或数字，请删去后再试。"


def pack_of(year: BudgetYear) -> policy.Pack:
    """The policy pack of a budget year."""
    return policy.load(year.pack)


class _Places:
    """Gives each cell an anchor of its own, so that findings and fixes of the core lead back to it."""

    def __init__(self) -> None:
        self.cells: list[str] = []

    def anchor(self, cell: str) -> model.Anchor:
        self.cells.append(cell)
        return model.Anchor(table=0, row=len(self.cells) - 1, column=0)

    def cell(self, anchor: model.Anchor | None) -> str:
        return "" if anchor is None or anchor.row is None else self.cells[anchor.row]


def anchored(project: Project, places: _Places) -> model.Project:
    """The project as the core sees it, each value at the anchor of its cell."""
    found = mapping.to_project(project)
    periods, rows = list(project.periods.all()), list(project.indicators.all())
    goals = [g for g in project.goals.all() if g.text.strip()]
    anchors = {name: places.anchor(name) for name in (*PROJECT_FIELDS, "title", "indicators")}
    anchors |= {f"goals.{n}": places.anchor(f"goal:{g.pk}") for n, g in enumerate(goals)}
    # Where no goal is written yet, its empty cell is the place; without any row, the form's own.
    first = next(iter(project.goals.all()), None)
    anchors["goals"] = places.anchor("goals" if first is None else f"goal:{first.pk}")
    plan = replace(found.plan, anchors=tuple(places.anchor(f"plan:{p.pk}") for p in periods))
    anchors["plan"] = plan.anchors[0] if plan.anchors else places.anchor("plan")
    indicators = tuple(
        replace(i, anchors={f: places.anchor(f"indicator:{r.pk}:{_stored_name(f)}") for f in INDICATOR_FIELDS})
        for i, r in zip(found.indicators, rows, strict=True)
    )
    return replace(found, anchors=anchors, plan=plan, indicators=indicators)


def _stored_name(field: str) -> str:
    return "target_raw" if field == "target" else field


def findings_of(project: Project, goals: DepartmentGoals | None) -> list[Stored]:
    """What the checker finds in this project, the department's goals known, other projects not.

    Raises :class:`~jiheng.web.plan.services.errors.Refused` where a check would keep everybody waiting.
    """
    places, year = _Places(), project.budget_year
    document = mapping.to_document([project], goals, project.unit.department.name, year.year)
    document = replace(document, projects=(anchored(project, places),))
    # Findings of part one and of the document as a whole are the department's, not this project's.
    everything = check_live(document, year.pack)
    if everything is None:
        from jiheng.web.plan.services.errors import Refused  # the services check what they save

        raise Refused(_ENDLESS)
    own = [f for f in everything if f.project == 1]
    found = [stored(f, places.cell(f.anchor), places) for f in own]
    for f in found:
        if f["code"] == "X801" and not f["fix"]:  # an empty title is the project's name
            edits = [{"cell": "title", "old": project.title, "new": ""}]
            f["fix"] = {"title": "表名改用项目名称", "edits": edits}
    return found


def stored(finding: Finding, cell: str, places: _Places | None = None) -> Stored:
    """A finding as it is kept. Without ``places`` its fix is not offered: nothing tells which cells it means."""
    fix = None
    if finding.fix and places:
        edits = [{"cell": places.cell(e.anchor), "old": e.old, "new": e.new} for e in finding.fix.edits]
        fix = {"title": finding.fix.title, "edits": edits}
    return {
        "code": finding.code, "name": all_rules()[finding.code].name, "severity": finding.severity.name.lower(),
        "cell": cell, "field": finding.field, "row": finding.row, "message": finding.message, "advice": finding.advice,
        "fix": fix,
    }  # fmt: skip


def stored_by_place(findings: Iterable[Finding]) -> list[Stored]:
    """Findings of a core project (of an import, a version), their cells named by places from 0."""
    return [stored(f, _cell_by_place(f)) for f in findings if f.silenced is None]


def _cell_by_place(f: Finding) -> str:
    if f.row is not None:
        return f"indicator:{f.row}:{_stored_name(f.field)}"
    base, _, index = f.field.partition(".")
    if base == "goals":
        return f"goal:{index}" if index else "goals"
    return "plan:0" if base == "plan" else base


def unstored(findings: Iterable[Stored]) -> list[Finding]:
    """Kept findings as the core's scoring takes them."""
    return [
        Finding(f["code"], Severity[f["severity"].upper()], 1, None, f["field"], f["message"], f["advice"])
        for f in findings
    ]


def suggested_review(project: Project) -> ReviewSheet:
    """The review sheet (绩效目标审核表) that the checker suggests."""
    return review(unstored(project.findings), pack_of(project.budget_year))


def counts(findings: Sequence[Stored]) -> tuple[int, int, int]:
    """How many errors, warnings and hints."""
    by = [f["severity"] for f in findings]
    return by.count("error"), by.count("warning"), by.count("info")


def risk_of(errors: int, warnings: int, budget: Decimal | None, returns: int, is_new: bool) -> int:
    """How much a reviewer should look at this first, 0 to 100; written up in docs/workflow.md.

    Findings: 10 an error and 3 a warning, at most 60. Money: 25 from 1000 万元, 20 from 500, 12 from 100, 6 from 50,
    2 from 10. History: 5 each time it was returned, at most 10, and 5 where no project of the year before stands
    behind it.
    """
    found = min(MOST_OF_FINDINGS, ERROR_RISK * errors + WARNING_RISK * warnings)
    money = next((risk for least, risk in MONEY_RISK if budget is not None and budget >= least), 0)
    history = min(MOST_OF_RETURNS, RETURN_RISK * returns) + (NEW_PROJECT_RISK if is_new else 0)
    return found + money + history


def goals_of(project: Project) -> DepartmentGoals | None:
    """The goals of the project's department in its year."""
    found = DepartmentGoals.objects.filter(
        department_id=project.unit.department_id, budget_year_id=project.budget_year_id
    )
    return found.prefetch_related("itemized", "safeguards").first()


def recheck(project: Project) -> None:
    """Check anew and keep what was found. Called by services, in the transaction of the change."""
    found = findings_of(project, goals_of(project))
    errors, warnings, hints = counts(found)
    returns = project.transitions.filter(name__in=RETURNS).count()
    risk = risk_of(errors, warnings, project.budget_total, returns, project.previous_id is None)
    kept = {
        "findings": found, "errors": errors, "warnings": warnings, "hints": hints, "risk": risk,
        "checked_revision": project.revision,
    }  # fmt: skip
    for name, value in kept.items():
        setattr(project, name, value)
    Project.objects.filter(pk=project.pk).update(**kept)
