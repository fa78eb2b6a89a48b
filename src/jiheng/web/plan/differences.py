"""What differs between two target tables: last year's and this year's, or two versions of one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from jiheng.model import Indicator, Project
from jiheng.web.plan.mapping import plain_amount

INDICATOR_FIELDS = ("level1", "level2", "name", "description", "target_raw", "basis")
_LABELS = {
    "code": "项目编码", "name": "项目名称", "budget_total": "预算数", "budget_fiscal": "财政资金",
    "budget_other": "其他资金", "purpose": "资金用途", "level1": "一级指标", "level2": "二级指标",
    "description": "绩效指标描述", "target_raw": "指标值", "basis": "指标值确定依据",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """One cell that differs. A key is empty where the cell is in one table only.

    Cells are named by places from 0: ``name``, ``plan:0``, ``goal:1``, ``indicator:3:target_raw``.
    """

    label: str
    before_key: str
    after_key: str
    before: str
    after: str

    @property
    def kind(self) -> str:
        """changed, added or removed."""
        return "added" if not self.before_key else "removed" if not self.after_key else "changed"


def _text(indicator: Indicator, field: str) -> str:
    return indicator.target.raw if field == "target_raw" else getattr(indicator, field) or ""


def _heads(p: Project) -> dict[str, str]:
    b = p.budget
    money = {"budget_total": b.total, "budget_fiscal": b.fiscal, "budget_other": b.other}
    return {"code": p.code or "", "name": p.name or "", "purpose": p.purpose or ""} | {
        key: "" if amount is None else f"{plain_amount(amount):f}" for key, amount in money.items()
    }


def pairs(
    before: Sequence[Any], after: Sequence[Any], keys: Sequence[Callable[[Any], Any]]
) -> list[tuple[int | None, int | None]]:
    """Which of the rows before are which of those after: by each key in turn, in order; what is left over alone."""
    left, found_for = dict(enumerate(before)), {}
    for key in keys:
        for n, row in enumerate(after):
            if n in found_for or not key(row):
                continue
            match = next((m for m, old in left.items() if key(old) == key(row)), None)
            if match is not None:
                found_for[n] = match
                del left[match]
    found: list[tuple[int | None, int | None]] = [(found_for.get(n), n) for n in range(len(after))]
    return found + [(m, None) for m in left]


_SAME: tuple[Callable[[Indicator], Any], ...] = (lambda i: (i.level2, i.name), lambda i: i.name, lambda i: i.level2)
"""Indicators that are the same one: by subcategory and name, then by name, then by subcategory in order."""


def differences(before: Project, after: Project) -> list[Change]:
    """The cells that differ, in the order of the form; a row that came or went is one change, by its name."""
    old, new = _heads(before), _heads(after)
    found = [Change(_LABELS[key], key, key, old[key], new[key]) for key in old if old[key] != new[key]]
    found += _listed("plan", "支出计划", before.plan.raw, after.plan.raw)
    found += _listed("goal", "绩效目标", before.goals, after.goals)
    for m, n in pairs(before.indicators, after.indicators, _SAME):
        found += _of_row(before, after, m, n)
    return found


def new_order(before: Project, after: Project) -> list[Change]:
    """That the indicators stand in another order: one change, or none."""
    order = [m for m, n in pairs(before.indicators, after.indicators, _SAME) if m is not None and n is not None]
    if order == sorted(order):
        return []
    said = ("、".join(i.name or "" for i in p.indicators) for p in (before, after))
    return [Change("指标顺序", "indicators", "indicators", *said)]


def _listed(kind: str, label: str, before: tuple[str, ...], after: tuple[str, ...]) -> list[Change]:
    found = []
    for n in range(max(len(before), len(after))):
        a, b = (before[n] if n < len(before) else None), (after[n] if n < len(after) else None)
        if (a or "") != (b or ""):
            key = f"{kind}:{n}"
            name = f"{label}第{n + 1}{'期' if kind == 'plan' else '条'}"
            found.append(Change(name, key if a is not None else "", key if b is not None else "", a or "", b or ""))
    return found


def _of_row(before: Project, after: Project, m: int | None, n: int | None) -> list[Change]:
    if m is None and n is not None:
        name = after.indicators[n].name or ""
        return [Change("新增指标", "", f"indicator:{n}:name", "", f"{name} {after.indicators[n].target.raw}".strip())]
    if n is None and m is not None:
        name = before.indicators[m].name or ""
        return [Change("删去指标", f"indicator:{m}:name", "", f"{name} {before.indicators[m].target.raw}".strip(), "")]
    assert m is not None
    assert n is not None
    a, b = before.indicators[m], after.indicators[n]
    label = b.name or b.level2 or f"第{n + 1}行"
    return [
        Change(f"{label} · {_LABELS.get(field, '三级指标')}", f"indicator:{m}:{field}", f"indicator:{n}:{field}", x, y)
        for field in INDICATOR_FIELDS
        if (x := _text(a, field)) != (y := _text(b, field))
    ]
