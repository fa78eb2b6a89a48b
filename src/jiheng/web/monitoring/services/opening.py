"""Make the forms of a round for all approved projects, in the background, batch by batch.

Each batch commits whole forms with all their rows; a killed server leaves whole batches, and doing it again makes the
rest. Units see the round when all forms are there.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from jiheng.web import transaction
from jiheng.web.execution.kept import MONITORING, mark_changed
from jiheng.web.execution.queries import executed_many
from jiheng.web.jobs.kinds import SLOW, job
from jiheng.web.jobs.services import Progress
from jiheng.web.locks import lock
from jiheng.web.monitoring.lights import MONEY, RECORD_LIGHTS, planned_of, put_money, relight
from jiheng.web.monitoring.models import IndicatorReport, MonitoringRecord, MonitoringRound, RecordState
from jiheng.web.monitoring.services.reminders import tell_opened
from jiheng.web.plan.models import BudgetYear, Project
from jiheng.web.plan.queries.table import project_of
from jiheng.web.plan.states import FROZEN
from jiheng.web.supervision.services import record

FILL_JOB = "monitoring.fill_round"
BATCH = 300


def covered_projects(year: BudgetYear) -> QuerySet[Project]:
    """The projects that are monitored: approved ones, those whose targets are being adjusted included."""
    return Project.objects.filter(Q(state__in=FROZEN) | Q(version__gt=1), budget_year=year)


def _missing(found: MonitoringRound) -> QuerySet[Project]:
    there = MonitoringRecord.objects.filter(round=found, project=OuterRef("pk"))
    return covered_projects(found.budget_year).exclude(Exists(there)).order_by("pk")


@job(FILL_JOB, SLOW)
def fill_round(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Make the forms that are missing, bring the money of drafts up to date, open the round where it is planned."""
    found = MonitoringRound.objects.select_related("budget_year__district").get(pk=payload["round"])
    total, made, last = covered_projects(found.budget_year).count(), 0, 0
    while keys := list(_missing(found).filter(pk__gt=last).values_list("pk", flat=True)[:BATCH]):
        made, last = made + make_forms(found, keys), keys[-1]
        progress(min(total, total - _missing(found).filter(pk__gt=last).count()), total, f"已生成 {made} 份监控表")
    refreshed = refresh_drafts(found, progress)
    opened = _open(found)
    return {"made": made, "refreshed": refreshed, "opened": opened}


@transaction.atomic
def make_forms(found: MonitoringRound, keys: list[int]) -> int:
    """The forms of these projects, with their rows and money; those that are there already are left. How many."""
    lock(MonitoringRound, [found.pk])
    projects = list(
        _missing(found).filter(pk__in=keys).select_related("unit").prefetch_related("periods", "indicators")
        .defer("findings", "purpose", "explanation")
    )  # fmt: skip
    forms = build_forms(found, projects)
    store_forms(found, forms)
    return len(forms)


Built = list[tuple[MonitoringRecord, list[IndicatorReport]]]


def build_forms(found: MonitoringRound, projects: list[Project]) -> Built:
    """Forms of these projects (periods and indicators read already) with rows and money; nothing is stored."""
    money = executed_many([p.pk for p in projects], found.period_end)
    built: Built = []
    for project in projects:
        unit = project.unit
        form = MonitoringRecord(round=found, project=project, unit_id=unit.pk, department_id=unit.department_id)
        rows = rows_in_force(project)
        put_money(form, money[project.pk], planned_of(project, found.period_end, found.budget_year.year))
        relight(form, rows)
        built.append((form, rows))
    return built


def store_forms(found: MonitoringRound, built: Built) -> None:
    """Store what was built, rows with their forms."""
    MonitoringRecord.objects.bulk_create([form for form, _ in built], batch_size=100)
    mark_changed(MONITORING, found.pk, [form.unit_id for form, _ in built])
    # Read back: not every database tells the keys of what was made in bulk.
    stored = MonitoringRecord.objects.filter(round=found, project__in=[form.project_id for form, _ in built])
    keys = dict(stored.values_list("project_id", "pk"))
    for form, rows in built:
        for row in rows:
            row.record_id = keys[form.project_id]
    IndicatorReport.objects.bulk_create([row for _, rows in built for row in rows], batch_size=200)


def rows_in_force(project: Project) -> list[IndicatorReport]:
    """A row for each approved indicator, named and targeted as it is now; not saved."""
    live = list(project.indicators.all())
    if project.state in FROZEN:
        return [
            IndicatorReport(
                indicator=i, order=n, level1=i.level1, level2=i.level2, name=i.name, target_raw=i.target_raw
            )
            for n, i in enumerate(live)
        ]
    # While targets are being adjusted, those that were approved last are in force.
    approved = project.versions.order_by("-number").first()
    indicators = project_of(approved.content).indicators if approved else ()
    known = {i.name: i for i in live}
    return [
        IndicatorReport(
            indicator=known.get(i.name or ""), order=n, level1=(i.level1 or "")[:50], level2=(i.level2 or "")[:50],
            name=(i.name or "")[:500], target_raw=i.target.raw[:500],
        )
        for n, i in enumerate(indicators)
    ]  # fmt: skip


def refresh_drafts(found: MonitoringRound, progress: Progress | None = None) -> int:
    """Read the money of drafts anew from the payments up to the round's day. How many changed."""
    changed, last = 0, 0
    drafts = MonitoringRecord.objects.filter(round=found, state=RecordState.DRAFT).order_by("pk")
    while keys := list(drafts.filter(pk__gt=last).values_list("pk", flat=True)[:BATCH]):
        changed, last = changed + _refresh(found, keys), keys[-1]
        if progress is not None:
            progress(progress.job.done, progress.job.total, f"已核对 {changed} 份监控表的资金")
    return changed


@transaction.atomic
def _refresh(found: MonitoringRound, keys: list[int]) -> int:
    lock(MonitoringRecord, keys)
    forms = MonitoringRecord.objects.filter(pk__in=keys, state=RecordState.DRAFT)
    forms = list(forms.select_related("project").prefetch_related("rows", "project__periods"))
    money = executed_many([f.project_id for f in forms], found.period_end)
    day, year = found.period_end, found.budget_year.year
    moved = [f for f in forms if put_money(f, money[f.project_id], planned_of(f.project, day, year))]
    rows = []
    for form in moved:
        form.round = found
        relight(form, form.rows.all())
        rows += list(form.rows.all())
    MonitoringRecord.objects.bulk_update(moved, [*MONEY, *RECORD_LIGHTS], batch_size=100)
    IndicatorReport.objects.bulk_update(rows, ["completion", "light", "light_reason"], batch_size=200)
    mark_changed(MONITORING, found.pk, [form.unit_id for form in moved])
    return len(moved)


@transaction.atomic
def _open(seen: MonitoringRound) -> bool:
    lock(MonitoringRound, [seen.pk])
    found = MonitoringRound.objects.select_related("budget_year").get(pk=seen.pk)
    if found.state != MonitoringRound.State.PLANNED:
        return False
    found.state, found.opened_at = MonitoringRound.State.OPEN, timezone.now()
    found.save(update_fields=["state", "opened_at"])
    count = tell_opened(found)
    record("开放监控期次", found, {"state": "planned"}, {"state": "open", "forms": count})
    return True
