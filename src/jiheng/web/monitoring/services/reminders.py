"""Tell units that a round has begun, ends soon, or is over without their report: one message a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Count
from django.utils import timezone

from jiheng.web.monitoring.models import MonitoringRecord, MonitoringRound, RecordState
from jiheng.web.org.lineage import heirs
from jiheng.web.org.models import Person, RoleAssignment, Unit
from jiheng.web.org.permissions import PERMISSIONS
from jiheng.web.supervision.models import Notification
from jiheng.web.supervision.services import record


def _reporters(found: MonitoringRound) -> Iterable[RoleAssignment]:
    """Who reports or submits in the district of the round."""
    roles = PERMISSIONS["monitoring.report"][1] | PERMISSIONS["monitoring.submit"][1]
    held = RoleAssignment.objects.filter(
        role__in=roles, district_id=found.budget_year.district_id, person__is_active=True
    )
    return [a for a in held.select_related("person") if a.holds_in(found.fiscal_year)]


def _tell(found: MonitoringRound, counts: dict[int, int], say: str) -> int:
    """``say`` with {n} to everybody who reports for one of these units. How many people."""
    units_at, units_under = _carried(counts)
    mine: dict[Person, set[int]] = {}
    for a in _reporters(found):
        if a.unit_id:
            units = units_at[a.unit_id]
        else:
            units = set(counts) if a.department_id is None else units_under[a.department_id]
        if units:
            mine.setdefault(a.person, set()).update(units)
    link = f"/monitoring/?round={found.pk}"
    Notification.objects.bulk_create(
        (
            Notification(person=p, text=say.format(n=sum(counts[u] for u in units))[:500], link=link)
            for p, units in mine.items()
        ),
        batch_size=500,
    )
    return len(mine)


def _carried(counts: Collection[int]) -> tuple[dict[int, set[int]], dict[int, set[int]]]:
    """Unit, and department → those of these units that it answers for: its own, and those that it carries on."""
    at: dict[int, set[int]] = defaultdict(set)
    under: dict[int, set[int]] = defaultdict(set)
    for unit in Unit.objects.filter(pk__in=counts):
        for one in (unit, *heirs(unit)):
            at[one.pk].add(unit.pk)
            under[one.department_id].add(unit.pk)
    return at, under


def _counts(found: MonitoringRound, drafts: bool, units: Collection[int] | None = None) -> dict[int, int]:
    forms = MonitoringRecord.objects.filter(round=found)
    if drafts:
        forms = forms.filter(state=RecordState.DRAFT)
    if units is not None:
        forms = forms.filter(unit__in=units)
    return dict(forms.order_by().values_list("unit_id").annotate(Count("pk")))


def tell_opened(found: MonitoringRound) -> int:
    """The round has begun. How many forms it has."""
    counts = _counts(found, drafts=False)
    day = f"{found.closes_on.month}月{found.closes_on.day}日"
    _tell(found, counts, f"{found}绩效监控已开始填报，共 {{n}} 个项目，请于{day}前报送。")
    return sum(counts.values())


def remind(found: MonitoringRound, units: Collection[int] | None = None, late: bool = False) -> int:
    """Remind those who have not reported, of all units or of these. How many people were told."""
    day = f"{found.closes_on.month}月{found.closes_on.day}日"
    when = f"已于{day}截止，尚未报送的请尽快补报" if late else f"将于{day}截止，请按时报送"
    return _tell(found, _counts(found, True, units), f"{found}绩效监控{when}：还有 {{n}} 个项目没有报送。")


def remind_units(person: Any, found: MonitoringRound, units: Collection[int]) -> int:
    """A reviewer reminds units by hand; recorded. How many people were told."""
    told = remind(found, units, late=found.closes_on < timezone.localdate())
    record("催报绩效监控", found, None, {"units": sorted(units), "people": told})
    return told
