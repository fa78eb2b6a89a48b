"""Entries of money by hand: allotments, budget adjustments, payments; the kept sums follow in the same transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Container
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from jiheng.web import transaction
from jiheng.web.doubts import confirm
from jiheng.web.execution.models import Contract, ExecutionTotal, FundSource, ImportBatch, Payment
from jiheng.web.execution.models.money import ENTRIES
from jiheng.web.execution.services.doubts import Excess, allotted_excesses, excesses, made_worse, repetitions
from jiheng.web.execution.services.totals import is_budgeted, lock_projects, refresh_totals
from jiheng.web.org.permissions import require
from jiheng.web.plan.models import Project
from jiheng.web.plan.services.errors import Refused
from jiheng.web.supervision.services import record

KINDS = dict(ImportBatch.Kind.choices) | {"payment": "支付"}
GONE = "这一笔已经被删除。请刷新后再看。"
_LIMITS = {"number": ("文号或凭证号", 100), "note": ("摘要", 500), "payee": ("收款人", 200)}


@dataclass(frozen=True, slots=True)
class Entry:
    """What is said of one entry. ``amount`` in 元; negative takes off (a refund, a budget cut).

    ``payee`` and ``contract`` belong to payments.
    """

    on: date
    amount: Decimal
    source: str = FundSource.FISCAL
    number: str = ""
    note: str = ""
    payee: str = ""
    contract: Contract | None = None

    def texts(self) -> dict[str, str]:
        """The texts without blanks around them. Raises :class:`Refused` where one is too long."""
        found = {name: getattr(self, name).strip() for name in _LIMITS}
        for name, text in found.items():
            label, most = _LIMITS[name]
            if len(text) > most:
                raise Refused(f"{label}最多 {most} 字，现在是 {len(text)} 字，请缩短后再保存。")
        return found


def entry_key(project: int, entry: Entry) -> str:
    """What makes an entry itself: two with the same key say the same."""
    parts = (str(project), entry.source, entry.on.isoformat(), f"{entry.amount:.2f}", entry.number, entry.payee)
    # Without a number nothing but its words tells one payment of the day from another.
    note = "" if entry.number else entry.note
    return hashlib.sha256("\x1f".join((*parts, note)).encode()).hexdigest()


def obstacle(kind: str, project: Project, entry: Entry, today: date) -> str:
    """Why this entry cannot be one of the project's, in Chinese; "" where it can."""
    year = project.budget_year.year
    # Money of next year is allotted early (提前下达); it is spent, and the budget adjusted, within the year.
    earliest = date(year - 1, 7, 1) if kind == "allotment" else date(year, 1, 1)
    if not entry.amount:
        return "金额是 0。请填写实际金额，退回填负数。"
    if entry.source not in FundSource.values:
        return "资金来源只能是财政拨款、上年结转或其他资金。"
    if not earliest <= entry.on <= date(year, 12, 31):
        return f"日期 {entry.on} 不在 {year} 年度内。请检查日期，或换到所属年度登记。"
    if entry.on > today:
        return f"日期 {entry.on} 还没有到。请检查日期。"
    if kind != "allotment" and not is_budgeted(project):
        return "项目还没有批复，没有预算可以执行。请在批复后再登记。"
    if entry.contract is not None and entry.contract.project_id != project.pk:
        return "所选合同不是这个项目的。"
    return ""


def _check(kind: str, project: Project, entry: Entry) -> None:
    if problem := obstacle(kind, project, entry, timezone.localdate()):
        raise Refused(problem)


def overdrawn(source: str, budget: Decimal) -> str:
    """Why the budget of a source cannot be this, in Chinese; "" where it can: what is not there cannot be cut."""
    if budget >= 0:
        return ""
    label = FundSource(source).label
    return f"调整后{label}的全年预算是 {budget:,.2f} 元，不能是负数。请核对调减的金额和资金来源。"


def _settle(kind: str, project: int) -> None:
    """Make the sums anew. Raises :class:`Refused` where adjustments cut more than there is."""
    if kind != "adjustment":
        refresh_totals([project])
        return
    before = ExecutionTotal.objects.filter(project=project).first()
    refresh_totals([project])
    after = ExecutionTotal.objects.get(project=project)
    for source in FundSource.values:
        was, now = (getattr(total, f"budget_{source}", Decimal(0)) for total in (before, after))
        if now < was and (problem := overdrawn(source, now)):
            raise Refused(problem)


def _fields(kind: str, project: Project, entry: Entry) -> dict[str, Any]:
    texts = entry.texts()
    entry = replace(entry, **texts)
    if kind != "payment":
        del texts["payee"]
    else:
        texts["contract"] = entry.contract  # type: ignore[assignment]
    fixed = {"source": entry.source, "amount": entry.amount, "on": entry.on, "key": entry_key(project.pk, entry)}
    return fixed | texts


def _told(entry: Any) -> dict[str, Any]:
    names = ("source", "amount", "on", "number", "note", "payee", "contract_id")
    return {name: getattr(entry, name) for name in names if hasattr(entry, name)}


def _excesses(kind: str, project: int) -> dict[tuple[Any, ...], Excess]:
    return allotted_excesses([project]) if kind == "allotment" else excesses([project])


@transaction.atomic
def add_entry(person: Any, project: Project, kind: str, entry: Entry, confirmed: Container[str] = ()) -> Any:
    """Keep a new entry: ``payment``, ``allotment`` or ``adjustment``.

    Raises :class:`Refused`, ``PermissionDenied``, :class:`~jiheng.web.doubts.Doubtful` where it is unlikely.
    """
    require(person, "execution.edit", project)
    lock_projects([project.pk])
    # As it is now: its approval may have been revoked since it was read.
    project = Project.objects.select_related("unit__department", "budget_year").get(pk=project.pk)
    _check(kind, project, entry)
    over = _excesses(kind, project.pk)
    made = ENTRIES[kind].objects.create(project=project, by=person, **_fields(kind, project, entry))
    _settle(kind, project.pk)
    doubts = [*repetitions(kind, made), *made_worse(over, _excesses(kind, project.pk))]
    record(f"登记{KINDS[kind]}", project, None, _told(made) | confirm(doubts, confirmed))
    return made


def _open(person: Any, kind: str, pk: int) -> Any:
    """The entry, its project locked; only what was written by hand may be touched."""
    model = ENTRIES[kind]
    project = model.objects.filter(pk=pk).values_list("project_id", flat=True).first()
    if project is None:
        raise Refused(GONE)
    lock_projects([project])
    rows = model.objects.select_related("project__unit__department", "project__budget_year", "batch")
    entry = rows.filter(pk=pk).first()
    if entry is None:
        raise Refused(GONE)
    require(person, "execution.edit", entry.project)
    if entry.batch is not None:
        raise Refused(
            f"这一笔来自导入的“{entry.batch.name}”，与财政系统一致，不能单独改动。"
            "需要更正时，请撤回那次导入，或另登记一笔相反的金额。"
        )
    return entry


@transaction.atomic
def change_entry(person: Any, kind: str, pk: int, entry: Entry, confirmed: Container[str] = ()) -> Any:
    """Correct an entry that was written by hand. Raises like :func:`add_entry`."""
    kept = _open(person, kind, pk)
    _check(kind, kept.project, entry)
    before, over = _told(kept), _excesses(kind, kept.project_id)
    same = {q.key for q in repetitions(kind, kept)}
    for name, value in _fields(kind, kept.project, entry).items():
        setattr(kept, name, value)
    kept.save()
    _settle(kind, kept.project_id)
    doubts = [q for q in repetitions(kind, kept) if q.key not in same]
    doubts += made_worse(over, _excesses(kind, kept.project_id))
    record(f"更正{KINDS[kind]}", kept.project, before, _told(kept) | confirm(doubts, confirmed))
    return kept


@transaction.atomic
def remove_entry(person: Any, kind: str, pk: int, confirmed: Container[str] = ()) -> Project:
    """Remove an entry that was written by hand; its project. Raises like :func:`add_entry`."""
    kept = _open(person, kind, pk)
    before, project = _told(kept), kept.project
    over = _excesses(kind, project.pk)
    kept.delete()
    _settle(kind, project.pk)
    told = confirm(made_worse(over, _excesses(kind, project.pk)), confirmed)
    record(f"删除{KINDS[kind]}", project, before, told or None)
    return project


@transaction.atomic
def link_contract(
    person: Any, payment: Payment, contract: Contract | None, confirmed: Container[str] = ()
) -> None:  # fmt: skip
    """Say which contract a payment went to, an imported one too: the finance system does not know. Raises likewise."""
    require(person, "execution.edit", payment.project)
    lock_projects([payment.project_id])
    if contract is not None and contract.project_id != payment.project_id:
        raise Refused("所选合同不是这个项目的。")
    before = Payment.objects.filter(pk=payment.pk).values_list("contract_id", flat=True).get()
    over = excesses([payment.project_id])
    payment.contract = contract
    payment.save(update_fields=["contract"])
    told = confirm(made_worse(over, excesses([payment.project_id])), confirmed)
    after = {"contract": payment.contract_id, "payment": payment.pk}
    record("关联合同", payment.project, {"contract": before}, after | told)
