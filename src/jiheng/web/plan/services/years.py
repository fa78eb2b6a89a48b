"""Open a budget year for the district, keep its calendar, close it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from jiheng import policy
from jiheng.web import transaction
from jiheng.web.locks import for_update
from jiheng.web.org.models import District
from jiheng.web.org.permissions import At, require
from jiheng.web.plan.models import BudgetYear
from jiheng.web.plan.services.errors import Refused
from jiheng.web.plan.states import State
from jiheng.web.supervision.services import record

DEADLINES = (State.DRAFT, State.SUBMITTED, State.DEPARTMENT_REVIEW, State.FINANCE_REVIEW, State.APPROVED)
"""The states that a table should have left by a day."""
FIRST, LAST = 1990, 2200


@dataclass(frozen=True, slots=True)
class Rules:
    """What finance decides about a year: the policy pack, whether errors block, days by state (ISO), open or closed."""

    pack: str
    errors_block: bool = False
    is_open: bool = True
    deadlines: Mapping[str, str] = field(default_factory=dict)


def _checked(rules: Rules) -> dict[str, Any]:
    """The fields to store. Raises :class:`Refused`."""
    if rules.pack not in policy.names():
        raise Refused("请从列表中选择策略包。")
    days: dict[str, str] = {}
    for state in DEADLINES:
        text = rules.deadlines.get(state.value, "").strip()
        if not text:
            continue
        try:
            day = date.fromisoformat(text)
        except ValueError as error:
            raise Refused(f"“{state.label}”的截止日期“{text[:20]}”不是日期，请写成 2026-10-31。") from error
        if days and day.isoformat() < max(days.values()):
            raise Refused(f"“{state.label}”的截止日期 {day} 早于前一步，请检查。")
        days[state.value] = day.isoformat()
    return asdict(rules) | {"deadlines": days}


@transaction.atomic
def open_year(person: Any, district: District, year: int, rules: Rules) -> BudgetYear:
    """A new budget year. Raises :class:`Refused` where it exists, ``PermissionDenied`` for a wrong role."""
    if not FIRST <= year <= LAST:
        raise Refused("预算年度要写四位年份，例如 2027。")
    require(person, "plan.open_year", At(district, year))
    if BudgetYear.objects.filter(district=district, year=year).exists():
        raise Refused(f"{year}年已经开放过，请在列表中修改。")
    fields = _checked(rules)
    made = BudgetYear.objects.create(district=district, year=year, **fields)
    record("开放预算年度", made, None, fields)
    return made


@transaction.atomic
def change_year(person: Any, year: BudgetYear, rules: Rules) -> BudgetYear:
    """Other rules for a year. The pack stays once there are projects: their findings and approvals rest on it."""
    require(person, "plan.open_year", year)
    kept = for_update(BudgetYear.objects.all()).get(pk=year.pk)
    if rules.pack != kept.pack and kept.projects.exists():
        raise Refused(f"{kept}已有项目，不能再换策略包。")
    fields = _checked(rules)
    before = {name: getattr(kept, name) for name in fields}
    if fields == before:
        return kept
    for name, value in fields.items():
        setattr(kept, name, value)
    kept.save(update_fields=list(fields))
    record("修改预算年度", kept, before, fields)
    return kept
