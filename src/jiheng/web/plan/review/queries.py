"""What the review desk reads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    When,
    prefetch_related_objects,
)
from django.db.models.functions import Coalesce

from jiheng import model
from jiheng.scoring.review import ReviewSheet, grade_of
from jiheng.web.asked import holding, number
from jiheng.web.org.models import Department, Person
from jiheng.web.org.permissions import reach, reach_in
from jiheng.web.pages import sums_by_unit
from jiheng.web.plan import mapping
from jiheng.web.plan.checking import suggested_review
from jiheng.web.plan.differences import Change, differences
from jiheng.web.plan.models import Approval, BudgetYear, Comment, Project, Review, Transition
from jiheng.web.plan.queries import table_of
from jiheng.web.plan.queries.table import project_of
from jiheng.web.plan.scores import bar, counting, scores_of
from jiheng.web.plan.states import RETURNS, State

PAGE = 25
_ORDER = {"error": 0, "warning": 1, "info": 2}
MOST_MONEY = Decimal(10) ** 12
"""万元; no budget reaches it."""
SORTS = {
    "": ("-risk", "-budget_total", "pk"), "budget": ("-budget_total", "pk"), "errors": ("-errors", "-warnings", "pk"),
    "waiting": ("state_since", "pk"), "unit": ("unit__code", "order", "pk"),
}  # fmt: skip


def _stage(person: Person) -> Q:
    """In which state and where a table waits for this person's review."""
    found = Q(pk__in=[])
    for permission, states in (
        ("plan.review_department", (State.SUBMITTED, State.DEPARTMENT_REVIEW)),
        ("plan.review_finance", (State.FINANCE_REVIEW,)),
        ("plan.approve", (State.FINANCE_REVIEW,)),
    ):
        found |= Q(state__in=states) & reach(person, permission)
    return found


def queue(person: Person) -> QuerySet[Project]:
    """Every table that waits for this person."""
    return Project.objects.filter(_stage(person)).select_related("unit__department", "budget_year")


def undoable(person: Person, names: Iterable[str], since: datetime) -> list[dict[str, Any]]:
    """This person's batches of these steps since then that nobody has touched, newest first: key, step, count, time."""
    later = Transition.objects.filter(project=OuterRef("project"), pk__gt=OuterRef("pk"))
    commented = Comment.objects.filter(project=OuterRef("project"), at__gt=OuterRef("at"))
    recent = Transition.objects.filter(by=person, at__gte=since, name__in=list(names)).exclude(batch="")
    marked = recent.annotate(touched=Case(When(Exists(later) | Exists(commented), then=1), default=0))
    batches = marked.order_by().values("batch", "name")
    found = batches.annotate(count=Count("pk"), first=Min("at"), most_touched=Max("touched"))
    return list(found.filter(most_touched=0).order_by("-first"))


def _money(text: str) -> Decimal | None:
    try:
        found = Decimal(text) if text.strip() else None
    except InvalidOperation:
        return None
    # NaN and the infinite are numbers to Python, and none to a database.
    return found if found is not None and found.is_finite() and abs(found) < MOST_MONEY else None


def filtered(found: QuerySet[Project], asked: Any) -> QuerySet[Project]:
    """The queue as asked: text, department, severity, money; unknown values filter nothing out."""
    if q := asked.get("q", "").strip():
        found = found.filter(holding(q, "name", "code", "unit__name"))
    if (department := number(asked.get("department"))) is not None:
        found = found.filter(unit__department_id=department)
    wanted = {"errors": Q(errors__gt=0), "warnings": Q(warnings__gt=0), "clean": Q(errors=0, warnings=0)}
    if asked.get("found") in wanted:
        found = found.filter(wanted[asked["found"]])
    if (least := _money(asked.get("least", ""))) is not None:
        found = found.filter(budget_total__gte=least)
    if asked.get("came_back"):
        found = found.filter(Exists(_returns()))
    return found.order_by(*SORTS.get(asked.get("sort", ""), SORTS[""]))


def _returns() -> QuerySet[Transition]:
    return Transition.objects.filter(project=OuterRef("pk"), name__in=RETURNS)


def lines() -> QuerySet[Project]:
    """Lines of the queue: light, with whether they were returned before and how many comments are open."""
    waiting = Comment.objects.filter(project=OuterRef("pk"), resolved_at=None, parent=None).order_by()
    counted = waiting.values("project").annotate(count=Count("pk")).values("count")
    light = Project.objects.select_related("unit", "budget_year").defer("purpose", "explanation")
    return light.annotate(came_back=Exists(_returns()), open_comments=Coalesce(Subquery(counted), 0))


def with_suggestions(page: Iterable[Project]) -> None:
    """Each line's grade and points at best, by the checker, whether that is the best grade (优) without an error, and
    the name of the worst that it found."""
    for project in page:
        sheet = suggested_review(project)
        project.grade, project.most = grade_of(sheet.most, sheet.grades).name, sheet.most
        project.is_good = not project.errors and project.grade == sheet.grades[0].name
        worst = min(project.findings, key=lambda f: _ORDER[f["severity"]], default=None)
        project.worst = worst["name"] if worst and worst["severity"] != "info" else ""


def with_scores(page: Iterable[Project], step: str = "") -> None:
    """Each line's ``scores``, the one that counts first (``score``), and why it bars the step (``bar``)."""
    shown = list(page)
    found = scores_of(shown)
    for project in shown:
        score = counting(found[project.pk])
        rest = [s for s in found[project.pk] if s is not score]
        project.scores = [score, *rest] if score else []  # type: ignore[attr-defined]
        project.score, project.bar = score, bar(step, score)  # type: ignore[attr-defined]


def totals(found: QuerySet[Project]) -> list[dict[str, Any]]:
    """Counts and money of each unit in the queue."""
    wrong, clean = Count("pk", filter=Q(errors__gt=0)), Count("pk", filter=Q(errors=0, warnings=0))
    return sums_by_unit(found, wrong=wrong, clean=clean, budget=Sum("budget_total"))


def departments(found: QuerySet[Project]) -> QuerySet[Department]:
    """The departments that the queue holds tables of."""
    return Department.objects.filter(pk__in=found.order_by().values("unit__department")).order_by("code")


def neighbours(found: QuerySet[Project], pk: int) -> tuple[int | None, int | None, int, int]:
    """(the table before, the one after, place from 1, of how many) in the queue; place 0 where it is not in it."""
    keys = list(found.values_list("pk", flat=True)[:5000])
    if pk not in keys:
        return None, keys[0] if keys else None, 0, len(keys)
    at = keys.index(pk)
    return keys[at - 1] if at else None, keys[at + 1] if at + 1 < len(keys) else None, at + 1, len(keys)


def _keys(project: Project) -> dict[str, list[int]]:
    return {
        "plan": [p.pk for p in project.periods.all()],
        "goal": [g.pk for g in project.goals.all() if g.text.strip()],
        "indicator": [i.pk for i in project.indicators.all()],
    }


def _stored_key(key: str, keys: dict[str, list[int]]) -> str:
    """A cell named by place, named by its row's key as on the form."""
    kind, _, rest = key.partition(":")
    place, _, field = rest.partition(":")
    if kind not in keys or not place or int(place) >= len(keys[kind]):
        return key
    return f"{kind}:{keys[kind][int(place)]}" + (f":{field}" if field else "")


@dataclass(frozen=True, slots=True)
class Comparison:
    """Last year's table beside this year's, and what differs."""

    table: Any
    changes: list[Change]


def with_last_year(project: Project, table: Any) -> Comparison | None:
    """Last year's table with its differing cells marked, marks on ``table`` too; ``None`` where there is none."""
    before = project.previous
    if before is None:
        return None
    prefetch_related_objects([before], "periods", "goals", "indicators", "unit")
    changes = differences(mapping.to_project(before), mapping.to_project(project))
    old, keys, new_keys = table_of(before, findings=()), _keys(before), _keys(project)
    _mark(old, {_stored_key(c.before_key, keys): c for c in changes if c.before_key}, "removed", "今年")
    _mark(table, {_stored_key(c.after_key, new_keys): c for c in changes if c.after_key}, "added", "上年")
    return Comparison(old, changes)


def compare_contents(before: model.Project, after: model.Project) -> tuple[Any, Any, list[Change]]:
    """Two versions as tables with their differing cells marked, and the changes."""
    changes = differences(before, after)
    old, new = table_of(before), table_of(after)
    _mark(old, {c.before_key: c for c in changes if c.before_key}, "removed", "后来")
    _mark(new, {c.after_key: c for c in changes if c.after_key}, "added", "原来")
    return old, new, changes


def _mark(table: Any, changes: dict[str, Change], lone: str, other: str) -> None:
    for key, cell in table.cells().items():
        change = changes.get(key)
        if change is None:
            continue
        cell.css = f"{cell.css} {lone if change.kind != 'changed' else 'changed'}"
        said = change.before if other in ("上年", "原来") else change.after
        if change.kind == "changed":
            cell.tip = f"{other}：{said or '（空）'}\n{cell.tip}".strip()


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the review sheet as the page shows it."""

    aspect: str
    name: str
    points: Decimal
    asks: list[str]
    suggested: Decimal | None
    given: str
    is_open: bool
    remark: str


def sheet_lines(sheet: ReviewSheet, review: Review | None) -> list[Line]:
    """The official sheet, filled with what was given before, or else with what the checker suggests."""
    given = review.scores if review else {}
    return [
        Line(
            i.item.aspect, i.item.name, i.item.points, i.item.asks, i.score,
            str(given.get(i.item.name, "" if i.score is None or i.is_open else f"{i.score.normalize():f}")),
            i.is_open, i.remark,
        )
        for i in sheet.items
    ]  # fmt: skip


def own_review(project: Project, person: Person) -> Review | None:
    """The sheet that this person has filled in at this stage."""
    return Review.objects.filter(project=project, by=person, stage=project.state).first()


def comments_of(project: Project) -> list[Comment]:
    """Comments with replies, open ones first."""
    found = project.comments.filter(parent=None).select_related("author").prefetch_related("replies__author")
    return sorted(found, key=lambda c: (c.resolved_at is not None, c.at))


def to_approve(person: Person, year: BudgetYear) -> QuerySet[Project]:
    """What this person could approve in a year."""
    found = Project.objects.filter(reach_in(person, "plan.approve", year), budget_year=year, state=State.FINANCE_REVIEW)
    return found.select_related("unit__department", "budget_year").order_by("unit__code", "order")


@dataclass(frozen=True, slots=True)
class ApprovedLine:
    """A project as a letter of approval lists it: as it was approved, whatever has become of its table since."""

    unit: str
    code: str
    name: str
    budget: Decimal | None


def approved_lines(person: Person, approval: Approval) -> list[ApprovedLine]:
    """What an approval approved, as far as this person may see it."""
    versions = approval.versions.filter(project__in=Project.objects.filter(reach(person, "plan.view")))
    found = versions.select_related("project__unit").order_by("project__unit__code", "project__order")
    tables = [(v.project.unit.name, project_of(v.content)) for v in found]
    return [ApprovedLine(unit, t.code or "", t.name or "", t.budget.total) for unit, t in tables]


def reason_from(project: Project, comments: list[Comment]) -> str:
    """A reason for returning, put together from open comments and errors; the reviewer edits it."""
    lines = [f"{n}. {c.text}" for n, c in enumerate((c for c in comments if c.resolved_at is None), 1)]
    errors = [f for f in project.findings if f["severity"] == "error"]
    lines += [f"{n}. {f['message']}{f['advice']}" for n, f in enumerate(errors[:8], len(lines) + 1)]
    return "\n".join(lines)


def core_of(row: Project) -> model.Project:
    """The table of a project as the core sees it."""
    return replace(mapping.to_project(row), sequence=1)
