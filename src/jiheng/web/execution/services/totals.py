"""The kept sums of projects: written with every change of their money, and made anew from it at any time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import accumulate
from typing import Any

from django.db import connection
from django.db.models import Max, Sum
from django.db.models.functions import ExtractMonth
from django.utils import timezone

from jiheng.web import transaction
from jiheng.web.execution.kept import EXECUTION, mark_changed
from jiheng.web.execution.models import Allotment, BudgetAdjustment, ExecutionTotal, FundSource, Payment
from jiheng.web.execution.planning import periods_of, planned_amounts
from jiheng.web.locks import BATCH, lock
from jiheng.web.plan.models import Project, Transition, Version
from jiheng.web.plan.states import FROZEN

YUAN = Decimal(10000)
CENT = Decimal("0.01")
SOURCES = tuple(FundSource.values)
_KEPT = ("id", "project", "updated_at")
FIELDS = tuple(f.name for f in ExecutionTotal._meta.concrete_fields if f.name not in _KEPT)
Money = dict[tuple[int, str], Decimal]


def is_budgeted(project: Project) -> bool:
    """Whether the project has an approved budget: it is approved, or was, and its targets are being adjusted."""
    return project.state in FROZEN or project.version > 1


def lock_projects(keys: Iterable[int]) -> None:
    """Keep others from changing the money of these projects until the transaction ends.

    Ask before the first change: two that have each added something would wait for one another for ever.
    """
    lock(Project, keys)


@transaction.atomic
def refresh_totals(keys: Iterable[int]) -> int:
    """Make the kept sums of these projects (by key) from what is stored of their money; how many there were."""
    count = 0
    for batch in _batches(keys):
        lock_projects(batch)
        count += _refresh(batch)
    return count


def _batches(keys: Iterable[int]) -> Iterator[list[int]]:
    wanted = sorted(set(keys))
    for begin in range(0, len(wanted), BATCH):
        yield wanted[begin : begin + BATCH]


def _refresh(keys: list[int]) -> int:
    projects = list(Project.objects.filter(pk__in=keys).select_related("unit", "budget_year").defer("findings"))
    adjusted, (paid, spent) = _sums(BudgetAdjustment, keys), _payments(keys)
    allotted = dict(_grouped(Allotment, keys, "project_id").values_list("project_id", "total"))
    last = dict(_grouped(Payment, keys, "project_id").values_list("project_id", "last"))
    first, periods = _first_budgets(keys), periods_of(projects)
    kept = {t.project_id: t for t in ExecutionTotal.objects.filter(project__in=keys)}
    touched = {(t.budget_year_id, t.unit_id) for t in kept.values()}
    made = []
    for project in projects:
        total = kept.get(project.pk) or ExecutionTotal(project=project)
        total.budget_year_id, total.unit_id = project.budget_year_id, project.unit_id
        total.department_id = project.unit.department_id
        initial = initial_budget(project, first.get(project.pk))
        for source in SOURCES:
            begun = initial.get(source, Decimal(0))
            setattr(total, f"initial_{source}", begun)
            setattr(total, f"budget_{source}", begun + adjusted[project.pk, source])
            setattr(total, f"paid_{source}", paid[project.pk, source])
        total.allotted = _cents(allotted.get(project.pk))
        total.last_paid_on = last.get(project.pk)
        planned = planned_amounts(periods[project.pk], project.budget_year.year, total.budget)
        gone = accumulate(spent[project.pk, month] for month in range(1, 13))
        for month, (amount, so_far) in enumerate(zip(planned, gone, strict=True), 1):
            setattr(total, f"planned_{month}", amount)
            setattr(total, f"spent_{month}", so_far)
        made.append(total)
    _store(made)
    touched |= {(t.budget_year_id, t.unit_id) for t in made}
    for year in sorted({year for year, _ in touched}):
        mark_changed(EXECUTION, year, [unit for of, unit in touched if of == year])
    return len(made)


def _store(totals: list[ExecutionTotal]) -> None:
    """The new and the known in a statement each: ``bulk_update`` takes twenty times as long for so many columns."""
    now = timezone.now()
    for total in totals:
        total.updated_at = now
    by_project = ["project"] if connection.features.supports_update_conflicts_with_target else None
    ExecutionTotal.objects.bulk_create(
        totals, update_conflicts=True, unique_fields=by_project, update_fields=[*FIELDS, "updated_at"]
    )


def _cents(found: Decimal | None) -> Decimal:
    # Some databases add decimals as binary numbers: what they add beyond the cent is noise.
    return (found or Decimal(0)).quantize(CENT)


def _grouped(model: Any, keys: list[int], *by: str) -> Any:
    rows = model.objects.filter(project__in=keys).order_by()
    return rows.values(*by).annotate(total=Sum("amount"), last=Max("on"))


def _sums(model: Any, keys: list[int]) -> Money:
    rows = _grouped(model, keys, "project_id", "source").values_list("project_id", "source", "total")
    return defaultdict(Decimal, {(project, source): _cents(total) for project, source, total in rows})


def _payments(keys: list[int]) -> tuple[Money, dict[tuple[int, int], Decimal]]:
    """What was paid by (project, source), and by (project, month)."""
    paid: Money = defaultdict(Decimal)
    spent: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    rows = Payment.objects.filter(project__in=keys).order_by().annotate(month=ExtractMonth("on"))
    for project, source, month, total in rows.values_list("project_id", "source", "month").annotate(Sum("amount")):
        paid[project, source] += _cents(total)
        spent[project, month] += _cents(total)
    return paid, spent


def _first_budgets(keys: list[int]) -> dict[int, dict[str, Any]]:
    """The budget of the first approved version of each project; one approved before a revocation does not count."""
    revoked: dict[int, Any] = dict(
        Transition.objects.filter(project__in=keys, name="revoke")
        .order_by()
        .values_list("project_id")
        .annotate(Max("at"))
    )
    found: dict[int, dict[str, Any]] = {}
    versions = Version.objects.filter(project__in=keys).order_by("project_id", "number")
    parts = ("content__budget_total", "content__budget_fiscal", "content__budget_other")
    for project, at, whole, fiscal, other in versions.values_list("project_id", "at", *parts):
        if project not in found and (project not in revoked or at > revoked[project]):
            found[project] = {"total": whole, "fiscal": fiscal, "other": other}
    return found


def initial_budget(project: Project, approved: dict[str, Any] | None) -> dict[str, Decimal]:
    """The budget at the beginning of the year by fund source, 元: the first approved one, nothing before approval.

    ``approved`` is the budget of that version in the published JSON shape, in 万元; without one, what the approved
    table says now. Money that is not said to be of other sources is fiscal.
    """
    if approved is None and not is_budgeted(project):
        return {}
    stored = {"total": project.budget_total, "fiscal": project.budget_fiscal, "other": project.budget_other}
    said = {k: None if v is None else Decimal(str(v)) for k, v in (stored if approved is None else approved).items()}
    other = said.get("other") or Decimal(0)
    fiscal = said.get("fiscal")
    if fiscal is None:
        fiscal = (said.get("total") or Decimal(0)) - other
    return {FundSource.FISCAL: _cents(fiscal * YUAN), FundSource.OTHER: _cents(other * YUAN)}


def rebuild_totals(year: int | None = None) -> int:
    """Make the kept sums of all projects anew, of one year where it is named; how many there were.

    Each batch commits by itself, so that a district of any size can be done while people work.
    """
    projects = Project.objects.order_by("pk")
    if year is not None:
        projects = projects.filter(budget_year__year=year)
    return sum(refresh_totals(batch) for batch in _batches(projects.values_list("pk", flat=True)))
