"""What is possible in a project's money, but unlikely: more paid than there is, more refunded than was paid, twice.

Each is an :class:`Excess`, found in what is stored after a change, with its transaction still open and the project
locked. A change asks about those that it makes, or makes worse; never about what was so before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from jiheng.web.doubts import Question, question
from jiheng.web.execution.models import Contract, ExecutionTotal, FundSource, Payment, Procurement
from jiheng.web.execution.models.money import ENTRIES
from jiheng.web.execution.values import CENT, in_wan

Excesses = dict[tuple[Any, ...], "Excess"]
"""What it is and of what (``("paid", project)``) → how far it goes too far."""


@dataclass(frozen=True, slots=True)
class Excess:
    """So much more than there should be, 元, and how to say it."""

    over: Decimal
    text: str
    figures: tuple[object, ...]


def _beyond(what: str, much: Decimal, than: str, limit: Decimal) -> str:
    return f"{what} {in_wan(much)} 万元，超过{than} {in_wan(limit)} 万元，超出 {in_wan(much - limit)} 万元。"


def _compare(found: Excesses, key: tuple[Any, ...], what: str, much: Decimal, than: str, limit: Decimal) -> None:
    if much > limit:
        found[key] = Excess(much - limit, _beyond(what, much, than, limit), (much, limit))


def excesses(projects: Iterable[int]) -> Excesses:
    """Payments beyond budgets and contracts, refunds beyond payments, procurements beyond budgets of these projects."""
    keys, found = list(projects), {}
    totals = list(ExecutionTotal.objects.filter(project__in=keys).select_related("project"))
    for total in totals:
        name = f"“{total.project}”"
        _compare(found, ("paid", total.project_id), f"{name}累计支付", total.paid, "全年预算", total.budget)
        for source in FundSource:
            paid = getattr(total, f"paid_{source.value}")
            if paid < 0:
                said = f"{name}的{source.label}退回的比支付的多 {in_wan(-paid)} 万元，累计支付成了负数。"
                found["refund", total.project_id, source.value] = Excess(-paid, said, (paid,))
    _of_procurements(found, keys, {t.project_id: t for t in totals})
    return found


def _of_procurements(found: Excesses, keys: list[int], totals: dict[int, ExecutionTotal]) -> None:
    contracts = list(Contract.objects.filter(project__in=keys).select_related("procurement"))
    paid = _sums(Payment.objects.filter(contract__project__in=keys), "contract_id") if contracts else {}
    signed: dict[int, Decimal] = defaultdict(Decimal)
    for c in contracts:
        _compare(found, ("contract", c.pk), f"合同“{c.name}”累计支付", paid[c.pk], "合同金额", c.amount)
        if c.procurement_id:
            signed[c.procurement_id] += c.amount
    bought: dict[int, Decimal] = defaultdict(Decimal)
    for p in Procurement.objects.filter(project__in=keys):
        bought[p.project_id] += p.budget
        _compare(found, ("procurement", p.pk), f"采购“{p.name}”的合同合计", signed[p.pk], "采购预算", p.budget)
    for key, amount in bought.items():
        total = totals.get(key)
        if total is not None and total.budget > 0:  # before approval there is no budget to be compared with
            _compare(found, ("bought", key), f"“{total.project}”的采购预算合计", amount, "全年预算", total.budget)


def _sums(rows: Any, by: str) -> dict[int, Decimal]:
    sums = rows.order_by().values_list(by).annotate(Sum("amount"))
    return defaultdict(Decimal, {key: amount.quantize(CENT) for key, amount in sums})


def allotted_excesses(projects: Iterable[int]) -> Excesses:
    """Allotments beyond the budget, or taken back below what was paid."""
    found: Excesses = {}
    for total in ExecutionTotal.objects.filter(project__in=list(projects)).select_related("project"):
        key, name = total.project_id, f"“{total.project}”"
        if total.budget > 0:
            _compare(found, ("allotted", key), f"{name}累计下达指标", total.allotted, "全年预算", total.budget)
        paid = max(total.paid, Decimal(0))
        _compare(found, ("below", key), f"{name}累计支付", paid, "累计下达的指标", total.allotted)
    return found


def made_worse(before: Excesses, after: Excesses) -> list[Question]:
    """The questions of a change: what goes too far now, and further than before it."""
    none = Excess(Decimal(0), "", ())
    return [
        question(str(key), excess.text, *key, *excess.figures)
        for key, excess in after.items()
        if excess.over > before.get(key, none).over
    ]


def repetitions(kind: str, entry: Any) -> list[Question]:
    """Entries that say the same as this one (kept already): the project, day, amount, number and payee.

    Of two with one number, one may name no payee, as lists of the finance system do.
    """
    rows = ENTRIES[kind].objects.filter(project=entry.project_id, on=entry.on, amount=entry.amount, number=entry.number)
    payee = getattr(entry, "payee", "")
    found = []
    for kept in rows.exclude(pk=entry.pk).select_related("batch", "by", "project").order_by("pk"):
        theirs = getattr(kept, "payee", "")
        if theirs == payee or (entry.number and not (payee and theirs)):
            found.append(question("same", _repeated(kept), kind, kept.pk, kept.on, kept.amount, kept.number, payee))
    return found


def _repeated(kept: Any) -> str:
    """Which entry says it already, and who kept it."""
    words = [f"{kept.on:%Y-%m-%d}", f"{in_wan(kept.amount)} 万元"]
    words += [f"凭证号或文号 {kept.number}"] if kept.number else []
    payee = getattr(kept, "payee", "")
    words += [f"收款人“{payee}”"] if payee else []
    words += [f"摘要“{kept.note[:40]}”"] if kept.note else []
    who = f"导入“{kept.batch.name}”入账" if kept.batch else f"{kept.by.name if kept.by else ''}手工登记"
    return f"已经有同样的一笔：{'，'.join(words)}（{who}）。是不是登记了两次？"
