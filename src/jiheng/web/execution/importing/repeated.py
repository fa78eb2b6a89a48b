"""Rows that say what is kept already, or what another row of the file says: skipped, or asked about."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

from jiheng.web.execution.importing.rows import Draft, Understood, where
from jiheng.web.execution.models import ImportBatch, Payment
from jiheng.web.execution.models.money import ENTRIES
from jiheng.web.execution.services.money import entry_key

KEEP, LEAVE = "keep", "out"
CHOICES = ((KEEP, "确有这一笔，也入账"), (LEAVE, "是重复的，不入账"))
_KEYS = 500


@dataclass(slots=True)
class _Kept:
    """What is kept already: how many entries say so, by key, and who kept the last of them."""

    count: Counter[str] = field(default_factory=Counter)
    said: dict[str, str] = field(default_factory=dict)

    def add(self, key: str, said: str) -> None:
        self.count[key] += 1
        self.said[key] = said


def settle_repeated(batch: ImportBatch, found: Understood) -> None:
    """Skip as many rows as are kept already; ask about those that are equal beyond that."""
    bare = {draft.key: _without_payee(draft) for draft in found.drafts}
    kept = _kept_under(batch, [*bare, *(key for key in bare.values() if key)])
    _add_kept_with_payee(batch, [draft for draft in found.drafts if not kept.count[draft.key]], kept)
    first: dict[str, Draft] = {}
    drafts = []
    for draft in found.drafts:
        keys = [key for key in (draft.key, bare[draft.key]) if kept.count[key]]
        known = [key for key in (draft.key, bare[draft.key]) if key in kept.said]
        if keys:
            kept.count[keys[0]] -= 1
            found.repeated.append({"sheet": draft.sheet, "row": draft.row, "message": kept.said[keys[0]]})
        elif known or draft.key in first:
            like = f"与{where(batch, first[draft.key])}相同" if draft.key in first else kept.said[known[0]].rstrip("。")
            if _asked(batch, found, draft, like):
                drafts.append(draft)
        else:
            drafts.append(draft)
        first.setdefault(draft.key, draft)
    found.drafts = drafts


def _asked(batch: ImportBatch, found: Understood, draft: Draft, like: str) -> bool:
    """Ask about a row that is equal to another; whether it was decided that both are meant."""
    message = f"{like}：项目、日期、金额、资金来源、凭证号和收款人都一样。是重复，还是确有多笔？"
    decision = found.hold(draft.ref, "equal", draft.told(), message, CHOICES, batch)
    return decision == KEEP


def _without_payee(draft: Draft) -> str:
    """The key under which a list without payees would have kept a payment with a voucher; "" where there is none."""
    entry = draft.entry
    return entry_key(draft.project.pk, replace(entry, payee="")) if entry.number and entry.payee else ""


def _kept_under(batch: ImportBatch, keys: list[str]) -> _Kept:
    kept = _Kept()
    for begin in range(0, len(keys), _KEYS):
        rows = ENTRIES[batch.kind].objects.filter(key__in=keys[begin : begin + _KEYS])
        for entry in rows.select_related("batch", "by"):
            kept.add(entry.key, f"已由{_kept_by(entry)}入账。")
    return kept


def _kept_by(kept: Any) -> str:
    return f"导入“{kept.batch.name}”" if kept.batch else f"{kept.by.name if kept.by else ''}手工登记"


def _add_kept_with_payee(batch: ImportBatch, drafts: list[Draft], kept: _Kept) -> None:
    """Rows that name a voucher but no payee may be kept already, to whomever it went."""
    unnamed = {
        (d.project.pk, d.entry.source, d.entry.on, d.entry.amount, d.entry.number): d.key
        for d in drafts
        if d.entry.number and not d.entry.payee
    }
    if batch.kind != ImportBatch.Kind.PAYMENT or not unnamed:
        return
    numbers = sorted({number for *_, number in unnamed})
    for begin in range(0, len(numbers), _KEYS):
        rows = Payment.objects.filter(number__in=numbers[begin : begin + _KEYS], project__budget_year=batch.budget_year)
        for entry in rows.select_related("batch", "by"):
            same = (entry.project_id, entry.source, entry.on, entry.amount, entry.number)
            if same in unnamed:
                said = f"已由{_kept_by(entry)}入账，凭证号、日期和金额相同，收款人“{entry.payee}”。"
                kept.add(unnamed[same], said)
