"""Open forms follow an approval: targets that were adjusted are those that a unit reports on from then on.

What was submitted stays as it was; what was typed into a draft stays with its indicator.
"""

from __future__ import annotations

from typing import Any

from jiheng.web.execution.kept import MONITORING, mark_changed
from jiheng.web.execution.queries import executed
from jiheng.web.locks import for_update
from jiheng.web.monitoring.lights import MONEY, RECORD_LIGHTS, planned_of, put_money, relight
from jiheng.web.monitoring.models import IndicatorReport, MonitoringRecord, MonitoringRound, RecordState
from jiheng.web.monitoring.services import evidence
from jiheng.web.monitoring.services.opening import rows_in_force
from jiheng.web.monitoring.services.report import OPEN_ROUNDS
from jiheng.web.plan.models import Project
from jiheng.web.supervision.services import record as audit

SAID = ("order", "level1", "level2", "name", "target_raw")


def follow_approval(project: int) -> int:
    """Bring the drafts of open rounds to what was just approved, in the transaction of the approval; how many changed.

    Rows of indicators that are gone go with them, unless something was reported or proved: a person looks at that.
    """
    rounds = list(MonitoringRound.objects.filter(state__in=OPEN_ROUNDS).values_list("pk", flat=True))
    drafts = MonitoringRecord.objects.filter(project=project, state=RecordState.DRAFT, round__in=rounds)
    keys = list(for_update(drafts).values_list("pk", flat=True))
    if not keys:
        return 0
    wanted = rows_in_force(Project.objects.prefetch_related("indicators").get(pk=project))
    forms = MonitoringRecord.objects.filter(pk__in=keys).select_related("round__budget_year", "project__unit")
    return sum(_follow(form, wanted) for form in forms)


def _follow(form: MonitoringRecord, wanted: list[IndicatorReport]) -> bool:
    rows = list(form.rows.all())
    before = {row.name: row.target_raw for row in rows}
    ids = {row.indicator_id for row in wanted}
    kept = [_row(form, row, rows, {r.name: r for r in rows if r.indicator_id not in ids}) for row in wanted]
    gone = [row for row in rows if row.pk not in {k.pk for k in kept}]
    for row in gone:
        if not (row.actual_raw or evidence.of(row).exists()):
            row.delete()
    rows = [*kept, *(row for row in gone if row.pk)]
    day, year = form.round.period_end, form.round.budget_year.year
    put_money(form, executed(form.project, day), planned_of(form.project, day, year))
    relight(form, rows)
    form.is_reported = all(row.actual_raw.strip() and row.likelihood for row in rows)
    form.save(update_fields=[*MONEY, *RECORD_LIGHTS, "is_reported"])
    for row in rows:
        row.save()
    mark_changed(MONITORING, form.round_id, [form.unit_id])
    after = {row.name: row.target_raw for row in rows}
    if before != after:
        audit("按新批复的目标更新监控表", form, before, after)
    return before != after


def _row(
    form: MonitoringRecord, wanted: IndicatorReport, rows: list[IndicatorReport], free: dict[str, IndicatorReport]
) -> IndicatorReport:
    """The row that reports on this indicator already, saying what is wanted now; one of its name among those of
    indicators that are no more (``free``); else a new one."""
    same: Any = next((r for r in rows if r.indicator_id and r.indicator_id == wanted.indicator_id), None)
    same = same or free.get(wanted.name)
    if same is None:
        said = {name: getattr(wanted, name) for name in SAID}
        return IndicatorReport(record=form, indicator_id=wanted.indicator_id, **said)
    for name in (*SAID, "indicator_id"):
        setattr(same, name, getattr(wanted, name))
    return same
