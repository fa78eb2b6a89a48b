"""What reads the register."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import Http404

from jiheng.web.asked import holding, number
from jiheng.web.monitoring.models import MonitoringRound
from jiheng.web.org.models import Department, Unit
from jiheng.web.org.permissions import reach, units_in
from jiheng.web.plan.models import BudgetYear, Project
from jiheng.web.results.models import Rectification, RectificationStep

S = Rectification.State
UNFINISHED = (S.OPEN, S.REPORTED)
STATES = (("", "未销号"), ("overdue", "已逾期"), ("asked", "申请延期"), *S.choices, ("all", "全部"))
SORTS = {"": ("due_on", "pk"), "new": ("-raised_at", "-pk"), "unit": ("unit__code", "due_on", "pk")}
SORT_NAMES = (("", "期限最近"), ("new", "最近提出"), ("unit", "单位"))


def visible(person: Any) -> QuerySet[Rectification]:
    """The items a person may see."""
    return Rectification.objects.filter(reach(person, "results.view"))


def item_or_404(person: Any, pk: int) -> Rectification:
    """One item; what one may not see does not exist."""
    related = ("unit__department", "budget_year__district", "project", "owner", "raised_by")
    item = visible(person).select_related(*related).filter(pk=pk).first()
    if item is None:
        raise Http404("没有这个整改事项，或者您无权查看。")
    return item


def steps_of(item: Rectification) -> QuerySet[RectificationStep]:
    """What happened with it, oldest first."""
    return item.steps.select_related("by")


RAISED = (("", "所有人"), ("mine", "我和系统"))


def raised_for(person: Any) -> Q:
    """Items that this person verifies: one's own, those of the system, and those whose author has left."""
    return Q(raised_by=person) | Q(raised_by=None) | Q(raised_by__is_active=False)


def filtered(
    items: QuerySet[Rectification], asked: Mapping[str, Any], today: date, person: Any = None
) -> QuerySet[Rectification]:
    """As the list's filters say; what they do not know is ignored."""
    if asked.get("raised") == "mine" and person is not None:
        items = items.filter(raised_for(person))
    for field, known in (("source", Rectification.Source.values), ("severity", Rectification.Severity.values)):
        if asked.get(field) in known:
            items = items.filter(**{field: asked[field]})
    items = _in_state(items, str(asked.get("state", "")), today)
    for name, field in (("unit", "unit"), ("department", "unit__department"), ("project", "project")):
        if (key := number(asked.get(name))) is not None:
            items = items.filter(**{field: key})
    if words := str(asked.get("q", "")).strip():
        items = items.filter(holding(words, "title", "number", "project__name"))
    return items.order_by(*SORTS.get(str(asked.get("sort", "")), SORTS[""]))


def _in_state(items: QuerySet[Rectification], state: str, today: date) -> QuerySet[Rectification]:
    if state == "overdue":
        return items.filter(state=S.OPEN, due_on__lt=today)
    if state == "asked":
        return items.filter(state=S.OPEN).exclude(asked_due_on=None)
    if state in S.values:
        return items.filter(state=state)
    return items if state == "all" else items.filter(state__in=UNFINISHED)


def listed(items: QuerySet[Rectification]) -> QuerySet[Rectification]:
    """With what a row shows."""
    return items.select_related("unit", "project", "owner", "raised_by")


def totals(items: QuerySet[Rectification], today: date) -> dict[str, int]:
    """How many there are, open, waiting to be verified, overdue, closed."""
    counted: dict[str, int] = items.order_by().aggregate(
        all=Count("pk"),
        open=Count("pk", filter=Q(state=S.OPEN)),
        reported=Count("pk", filter=Q(state=S.REPORTED)),
        overdue=Count("pk", filter=Q(state=S.OPEN, due_on__lt=today)),
        closed=Count("pk", filter=Q(state=S.CLOSED)),
    )
    return counted


def departments_of(units: QuerySet[Unit]) -> QuerySet[Department]:
    """The departments of these units."""
    return Department.objects.filter(units__in=units).distinct()


def units_of(person: Any, year: BudgetYear, permission: str = "results.view") -> QuerySet[Unit]:
    """The units of the year's district that the person may do this with."""
    found: QuerySet[Unit] = units_in(person, permission, year)
    return found


def project_to_raise(person: Any, pk: int) -> Project:
    """A project that the person may raise an item about. Raises ``Http404``."""
    found = Project.objects.filter(reach(person, "results.raise"), pk=pk)
    project = found.select_related("unit__department", "budget_year__district").first()
    if project is None:
        raise Http404("没有这个项目，或者您无权对它提出整改。")
    return project


def rounds_of(year: BudgetYear) -> list[MonitoringRound]:
    """The rounds of a year that have begun, latest first."""
    begun = MonitoringRound.objects.filter(budget_year=year).exclude(state=MonitoringRound.State.PLANNED)
    return list(begun.order_by("-order"))
