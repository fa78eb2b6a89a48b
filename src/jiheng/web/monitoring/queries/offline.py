"""The forms that a person may fill in offline."""

from __future__ import annotations

from typing import Any

from jiheng.web.monitoring.models import MonitoringRecord, MonitoringRound, RecordState
from jiheng.web.monitoring.queries.records import reachable
from jiheng.web.monitoring.services.report import RELATED, Form
from jiheng.web.org.models import Unit

MOST = 300
"""Forms in one workbook."""


def fillable(person: Any, found: MonitoringRound, unit: Unit | None = None) -> Any:
    """The drafts of a round that a person may fill in, of all units or of one."""
    drafts = reachable(person, found, "monitoring.report").filter(state=RecordState.DRAFT)
    return drafts if unit is None else drafts.filter(unit=unit)


def units_filling(person: Any, found: MonitoringRound) -> list[Unit]:
    """The units whose forms a person may fill in."""
    return list(Unit.objects.filter(pk__in=fillable(person, found).order_by().values("unit").distinct()))


def forms_of(person: Any, found: MonitoringRound, unit: Unit) -> list[MonitoringRecord]:
    """The forms with their rows, in order."""
    drafts = fillable(person, found, unit).select_related(*RELATED).prefetch_related("rows")
    return list(drafts.order_by("project__order", "pk")[:MOST])


def before(found: MonitoringRound, unit: Unit) -> dict[int, MonitoringRecord]:
    """Project → its form in the round before."""
    earlier = MonitoringRecord.objects.filter(
        unit=unit, round__budget_year=found.budget_year_id, round__order__lt=found.order
    )
    forms = earlier.prefetch_related("rows").order_by("round__order")
    return {form.project_id: form for form in forms}


def loose(records: list[MonitoringRecord]) -> dict[int, Form]:
    """Forms to be tried out: what is put into them is never saved."""
    return {record.pk: Form(record, {row.pk: row for row in record.rows.all()}) for record in records}
