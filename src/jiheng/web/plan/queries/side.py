"""What stands beside the form: findings with their fixes, the suggested review, comments."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from jiheng.scoring.review import ReviewSheet, grade_of
from jiheng.web.plan.models import Comment, Project

_ORDER = {"error": 0, "warning": 1, "info": 2}
_CSS = {"error": "", "warning": "a", "info": "i"}


@dataclass(frozen=True, slots=True)
class FindingView:
    """One finding as listed; ``edits`` is its fix as the script sends it. What is said in the same words of several
    cells is listed once, with all of its ``cells``."""

    code: str
    name: str
    css: str
    cells: list[str]
    message: str
    advice: str
    fix: str
    edits: str

    @property
    def cell(self) -> str:
        """The first of its cells."""
        return self.cells[0] if self.cells else ""


@dataclass(frozen=True, slots=True)
class AspectView:
    """An aspect of the review sheet (完整性 …) with its suggested points."""

    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Side:
    """The panel beside the form."""

    findings: list[FindingView]
    aspects: list[AspectView]
    total: str
    grade: str
    open_points: str
    """How many of the points a person still decides."""
    comments: Sequence[Comment]
    needs_explanation: bool
    explanation: str


def side_of(project: Project, editable: bool, sheet: ReviewSheet, comments: Sequence[Comment]) -> Side:
    """The panel of a project; fixes are offered only where they can be made."""
    findings = finding_views(project.findings, editable)
    needs = bool(project.errors) and not project.budget_year.errors_block
    return Side(
        findings, _aspects(sheet), f"{sheet.most.normalize():f}", grade_of(sheet.most, sheet.grades).name,
        f"{(sheet.most - sheet.least).normalize():f}" if sheet.open_items else "",
        comments, needs or bool(project.explanation), project.explanation,
    )  # fmt: skip


def finding_views(findings: Iterable[dict[str, Any]], editable: bool) -> list[FindingView]:
    """Stored findings as listed, the worst first."""
    views: dict[tuple[str, str], FindingView] = {}
    for f in sorted(findings, key=lambda f: _ORDER[f["severity"]]):
        same = views.get((f["code"], f["message"]))
        if same is None or f["fix"]:
            views[f["code"], f["message"] + (f["cell"] if f["fix"] else "")] = _finding(f, editable)
        elif f["cell"]:
            same.cells.append(f["cell"])
    return list(views.values())


def _finding(f: dict[str, Any], editable: bool) -> FindingView:
    fix = f["fix"] if editable else None
    edits = json.dumps({e["cell"]: e["new"] for e in fix["edits"]}, ensure_ascii=False) if fix else ""
    cells, words = [f["cell"]] if f["cell"] else [], _fix_words(fix)
    return FindingView(f["code"], f["name"], _CSS[f["severity"]], cells, f["message"], f["advice"], words, edits)


def _fix_words(fix: dict[str, Any] | None) -> str:
    if not fix:
        return ""
    if len(fix["edits"]) == 1:
        new = fix["edits"][0]["new"]
        return f"改为 {new}" if 0 < len(new) <= 24 else str(fix["title"]) if not new else "改正"
    return str(fix["title"])


def _aspects(sheet: ReviewSheet) -> list[AspectView]:
    names = dict.fromkeys(i.item.aspect for i in sheet.items)
    views = []
    for name in names:
        items = [i for i in sheet.items if i.item.aspect == name]
        full = sum(i.item.points for i in items)
        told = [i.score for i in items if i.score is not None]
        if not told:
            words = f"待人工 / {full}"
        else:
            open_too = "　另有待人工" if len(told) < len(items) else ""
            words = f"{sum(told).normalize():f} / {sum(i.item.points for i in items if i.score is not None)}{open_too}"
        views.append(AspectView(name, words))
    return views
