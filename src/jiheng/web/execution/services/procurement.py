"""Procurements with their steps, and contracts: what explains how far the money is. Amounts in 元."""

from __future__ import annotations

from collections.abc import Container, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from jiheng.web import transaction
from jiheng.web.doubts import confirm
from jiheng.web.execution.models import Contract, Procurement, ProcurementStep
from jiheng.web.execution.services.doubts import excesses, made_worse
from jiheng.web.execution.services.totals import lock_projects
from jiheng.web.org.permissions import require
from jiheng.web.plan.models import Project
from jiheng.web.plan.services.errors import Refused
from jiheng.web.supervision.services import record

GONE = "它已经被删除。请刷新后再看。"
STEPS = tuple(ProcurementStep.Step)


def _text(label: str, text: str, most: int, *, needed: bool = False) -> str:
    clean = text.strip()
    if needed and not clean:
        raise Refused(f"请填写{label}。")
    if len(clean) > most:
        raise Refused(f"{label}最多 {most} 字，现在是 {len(clean)} 字，请缩短后再保存。")
    return clean


def _positive(label: str, amount: Decimal) -> Decimal:
    if amount <= 0:
        raise Refused(f"{label}要大于 0。")
    return amount


def _as_it_is(kept: Any) -> Any:
    """A procurement or contract as it is now, its project locked: somebody else may have changed or removed it since
    it was read. Raises :class:`Refused`."""
    lock_projects([kept.project_id])
    found = type(kept).objects.select_related("project__unit__department", "project__budget_year").filter(pk=kept.pk)
    now = found.first()
    if now is None:
        raise Refused(GONE)
    return now


@transaction.atomic
def save_procurement(
    person: Any, project: Project, kept: Procurement | None, *, name: str, method: str, budget: Decimal, number: str,
    confirmed: Container[str] = (),
) -> Procurement:  # fmt: skip
    """A new procurement, or other words for one.

    Raises :class:`Refused`, ``PermissionDenied``, :class:`~jiheng.web.doubts.Doubtful` where it is beyond the budget.
    """
    require(person, "execution.edit", project)
    lock_projects([project.pk])
    if method not in Procurement.Method.values:
        raise Refused("请选择采购方式。")
    fields = {
        "name": _text("采购内容", name, 255, needed=True), "method": method, "budget": _positive("采购预算", budget),
        "number": _text("采购编号", number, 100),
    }  # fmt: skip
    kept = _as_it_is(kept) if kept else None
    before = {f: getattr(kept, f) for f in fields} if kept else None
    over = excesses([project.pk])
    saved = kept or Procurement(project=project)
    for field, value in fields.items():
        setattr(saved, field, value)
    saved.save()
    told = confirm(made_worse(over, excesses([project.pk])), confirmed)
    record("更正政府采购" if kept else "登记政府采购", project, before, fields | told)
    return saved


@transaction.atomic
def save_steps(
    person: Any, procurement: Procurement, days: Mapping[str, tuple[date | None, date | None]], today: date
) -> None:
    """Step → (planned, done); steps that are not named are gone. Raises :class:`Refused`, ``PermissionDenied``."""
    require(person, "execution.edit", procurement.project)
    last: tuple[date, str] | None = None
    for step in STEPS:
        done = days.get(step.value, (None, None))[1]
        if done is None:
            continue
        if done > today:
            raise Refused(f"“{step.label}”的完成日期 {done} 还没有到。")
        if last and done < last[0]:
            raise Refused(f"“{step.label}”的完成日期 {done} 早于前面的“{last[1]}”。请检查日期。")
        last = done, str(step.label)
    procurement = _as_it_is(procurement)
    before = {s.step: [s.planned_on, s.done_on] for s in procurement.steps.all()}
    procurement.steps.all().delete()
    ProcurementStep.objects.bulk_create(
        ProcurementStep(procurement=procurement, step=step.value, planned_on=planned, done_on=done)
        for step in STEPS
        for planned, done in [days.get(step.value, (None, None))]
        if planned or done
    )
    after = {s.step: [s.planned_on, s.done_on] for s in procurement.steps.all()}
    if before != after:
        record("更新采购进度", procurement.project, before, {"procurement": procurement.name, **after})


@transaction.atomic
def remove_procurement(person: Any, procurement: Procurement) -> None:
    """Remove it with its steps; its contracts stay."""
    require(person, "execution.edit", procurement.project)
    procurement = _as_it_is(procurement)
    before = {"name": procurement.name, "budget": procurement.budget, "number": procurement.number}
    project = procurement.project
    procurement.delete()
    record("删除政府采购", project, before, None)


@transaction.atomic
def save_contract(
    person: Any, project: Project, kept: Contract | None, *, name: str, number: str, supplier: str, amount: Decimal,
    signed_on: date | None, procurement: Procurement | None, confirmed: Container[str] = (),
) -> Contract:  # fmt: skip
    """A new contract, or other words for one.

    Raises :class:`Refused`, ``PermissionDenied``, :class:`~jiheng.web.doubts.Doubtful` where more was paid to it, or it
    is beyond its procurement.
    """
    require(person, "execution.edit", project)
    lock_projects([project.pk])
    if procurement is not None and procurement.project_id != project.pk:
        raise Refused("所选采购不是这个项目的。")
    fields = {
        "name": _text("合同名称", name, 255, needed=True), "number": _text("合同编号", number, 100),
        "supplier": _text("供应商", supplier, 200), "amount": _positive("合同金额", amount), "signed_on": signed_on,
    }  # fmt: skip
    kept = _as_it_is(kept) if kept else None
    before = {f: getattr(kept, f) for f in fields} if kept else None
    over = excesses([project.pk])
    saved = kept or Contract(project=project)
    for field, value in fields.items():
        setattr(saved, field, value)
    saved.procurement = procurement
    saved.save()
    told = confirm(made_worse(over, excesses([project.pk])), confirmed)
    record("更正合同" if kept else "登记合同", project, before, fields | told)
    return saved


@transaction.atomic
def remove_contract(person: Any, contract: Contract) -> None:
    """Remove it; payments to it stay, and go to no contract."""
    require(person, "execution.edit", contract.project)
    contract = _as_it_is(contract)
    before = {"name": contract.name, "amount": contract.amount, "number": contract.number}
    project = contract.project
    contract.delete()
    record("删除合同", project, before, None)
