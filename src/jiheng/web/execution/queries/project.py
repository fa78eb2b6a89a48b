"""What the page of a project's execution shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch
from django.http import Http404

from jiheng.scoring.numbers import percent_of
from jiheng.web.execution.models import Contract, Payment, Procurement, ProcurementStep
from jiheng.web.execution.models.money import ENTRIES
from jiheng.web.org.permissions import allowed
from jiheng.web.plan.models import Project
from jiheng.web.plan.queries.projects import visible_projects

NOTHING = Decimal(0)


def project_or_404(person: Any, pk: int, permission: str = "execution.view") -> Project:
    """A project whose execution this person may see. Raises ``Http404``."""
    found = visible_projects(person, permission).select_related("execution").prefetch_related("periods")
    project = found.filter(pk=pk).first()
    if project is None or not allowed(person, permission, project):
        raise Http404("没有这个项目，或者您无权查看。")
    return project


def entries_of(project: Project, kind: str) -> Any:
    """Its entries of one kind, latest first."""
    rows = ENTRIES[kind].objects.filter(project=project).select_related("batch", "by")
    return rows.select_related("contract") if kind == "payment" else rows


@dataclass(frozen=True, slots=True)
class Mark:
    """A step on the line of a procurement: done, late, next or still to come."""

    step: str
    label: str
    planned_on: date | None
    done_on: date | None
    css: str
    words: str


def _mark(step: Any, kept: ProcurementStep | None, today: date, is_next: bool) -> Mark:
    planned, done = (kept.planned_on, kept.done_on) if kept else (None, None)
    if done:
        late = (done - planned).days if planned else 0
        words = f"{done:%m-%d} 完成" + (f"，晚 {late} 天" if late > 0 else "")
        return Mark(step.value, step.label, planned, done, "done late" if late > 0 else "done", words)
    if planned and planned < today:
        return Mark(
            step.value, step.label, planned, done, "overdue", f"应于 {planned:%m-%d}，逾期 {(today - planned).days} 天"
        )
    return Mark(
        step.value, step.label, planned, done, "next" if is_next else "", f"计划 {planned:%m-%d}" if planned else ""
    )


def timeline(procurement: Procurement, today: date) -> list[Mark]:
    """All steps in their order; the first that is not done after the last done one is next."""
    kept = {s.step: s for s in procurement.steps.all()}
    steps = list(ProcurementStep.Step)
    done = [n for n, s in enumerate(steps) if s.value in kept and kept[s.value].done_on]
    following = done[-1] + 1 if done else 0
    return [_mark(step, kept.get(step.value), today, n == following) for n, step in enumerate(steps)]


def procurements_of(project: Project, today: date) -> list[tuple[Procurement, list[Mark]]]:
    """Each procurement of a project with its line."""
    rows = project.procurements.prefetch_related("steps")
    return [(p, timeline(p, today)) for p in rows]


@dataclass(frozen=True, slots=True)
class ContractLine:
    """A contract with what was paid to it, 元 and percent."""

    contract: Contract
    paid: Decimal
    share: Decimal | None

    @property
    def left(self) -> Decimal:
        """What is still to be paid; negative where too much was."""
        return self.contract.amount - self.paid


def contracts_of(project: Project) -> list[ContractLine]:
    """Each contract of a project with what was paid to it."""
    paid = Payment.objects.only("contract_id", "amount")
    rows = project.contracts.select_related("procurement").prefetch_related(Prefetch("payments", paid))
    found = []
    for contract in rows:
        amount = sum((p.amount for p in contract.payments.all()), NOTHING)
        found.append(ContractLine(contract, amount, percent_of(amount, contract.amount)))
    return found
