"""Open the self-evaluation of a year: the forms of all approved projects, made in the background, batch by batch.

Each batch commits whole forms with all their rows; a killed server leaves whole batches, and doing it again makes the
rest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from jiheng.web import transaction
from jiheng.web.evaluation.computing import MONEY, put_money, rescore, weights_of
from jiheng.web.evaluation.models import EvaluatedIndicator, EvaluationYear, SelfEvaluation
from jiheng.web.execution.kept import EVALUATION, mark_changed
from jiheng.web.execution.queries import executed_many
from jiheng.web.jobs.kinds import SLOW, job
from jiheng.web.jobs.models import Job
from jiheng.web.jobs.services import Progress, ask
from jiheng.web.locks import for_update
from jiheng.web.monitoring.models import IndicatorReport, MonitoringRecord, RecordState
from jiheng.web.org.permissions import require
from jiheng.web.plan.checking import pack_of
from jiheng.web.plan.models import BudgetYear, Project, Version
from jiheng.web.plan.services.errors import Refused
from jiheng.web.plan.states import FROZEN
from jiheng.web.plan.workflow import holders
from jiheng.web.supervision.services import notify, record

JOB = "evaluation.start"
BATCH = 200


@transaction.atomic
def start(person: Any, year: BudgetYear, closes_on: date | None = None) -> Job:
    """Open the self-evaluation of a year, or make the forms that are missing since. Raises ``PermissionDenied`` and
    :class:`Refused` where there is nothing to evaluate."""
    require(person, "evaluation.manage", year)
    if not covered_projects(year).exists():
        raise Refused(f"{year}没有已批复的项目，不能开展自评。")
    opened, is_new = for_update(EvaluationYear.objects.all()).get_or_create(
        budget_year=year, defaults={"opened_by": person, "closes_on": closes_on}
    )
    asked = ask(JOB, f"生成{year}绩效自评表", {"year": year.pk, "tell": is_new}, person)
    before = opened.closes_on
    opened.job, opened.closes_on = asked.pk, closes_on or opened.closes_on
    opened.save(update_fields=["job", "closes_on"])
    after = {"closes_on": str(opened.closes_on or "")}
    record("开展绩效自评" if is_new else "补充生成自评表", opened, {"closes_on": str(before or "")}, after)
    return asked


def covered_projects(year: BudgetYear) -> QuerySet[Project]:
    """The projects that evaluate themselves: approved ones, those whose targets are being adjusted included."""
    return Project.objects.filter(Q(state__in=FROZEN) | Q(version__gt=1), budget_year=year)


def _missing(year: BudgetYear) -> QuerySet[Project]:
    there = SelfEvaluation.objects.filter(project=OuterRef("pk"))
    return covered_projects(year).exclude(Exists(there)).order_by("pk")


@job(JOB, SLOW, resumes=True)
def make_all(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Make the forms that are missing; doing it again makes none twice."""
    year = BudgetYear.objects.select_related("district").get(pk=payload["year"])
    total, made, last = covered_projects(year).count(), 0, 0
    while keys := list(_missing(year).filter(pk__gt=last).values_list("pk", flat=True)[:BATCH]):
        made, last = made + make_forms(year, keys), keys[-1]
        progress(min(total, made), total, f"已生成 {made} 份自评表")
    if payload.get("tell") and not progress.job.result.get("told"):
        with transaction.atomic():  # killed before this, an attempt that makes no more forms tells of them
            _tell(year)
            progress.keep({"told": True})
    return {"made": made, "total": total}


def _tell(year: BudgetYear) -> None:
    """Tell those who fill in, each once."""
    projects = covered_projects(year).select_related("unit__department", "budget_year").defer("findings")
    one_a_unit = {p.unit_id: p for p in projects.order_by("-pk").iterator(chunk_size=2000)}
    people = holders(["evaluation.fill", "evaluation.submit"], one_a_unit.values())
    notify(people, f"{year}绩效自评已经开始，请填写自评表。", f"/evaluation/?year={year.pk}")


@transaction.atomic
def make_forms(year: BudgetYear, keys: list[int]) -> int:
    """The forms of these projects, with rows, weights, money and what monitoring saw last. How many."""
    for_update(EvaluationYear.objects.filter(budget_year=year)).first()  # two workers make one form
    projects = list(
        _missing(year).filter(pk__in=keys).select_related("unit").prefetch_related("indicators")
        .defer("findings", "purpose", "explanation")
    )  # fmt: skip
    keys, pack = [p.pk for p in projects], pack_of(year)
    money = executed_many(keys, date(year.year, 12, 31))
    approved, seen = _approved(projects), monitored(keys)
    forms, rows = [], {}
    for project in projects:
        form = SelfEvaluation(
            project=project, budget_year=year, unit_id=project.unit_id, department_id=project.unit.department_id
        )
        put_money(form, money[project.pk])
        mine = rows_of(project, approved.get(project.pk))
        form.execution_weight, weights = weights_of(mine, pack)
        for row, weight in zip(mine, weights, strict=True):
            row.weight = weight
        prefill(form, mine, seen.get(project.pk))
        rescore(form, mine, pack, ())
        form.honesty, form.doubts = [], 0  # nobody has claimed anything yet
        forms.append(form)
        rows[project.pk] = mine
    SelfEvaluation.objects.bulk_create(forms, batch_size=100)
    mark_changed(EVALUATION, year.pk, [form.unit_id for form in forms])
    # Read back: not every database tells the keys of what was made in bulk.
    made = dict(SelfEvaluation.objects.filter(project__in=keys).values_list("project_id", "pk"))
    for project in projects:
        for row in rows[project.pk]:
            row.evaluation_id = made[project.pk]
    EvaluatedIndicator.objects.bulk_create([r for p in projects for r in rows[p.pk]], batch_size=200)
    return len(forms)


def _approved(projects: Iterable[Project]) -> dict[int, dict[str, Any]]:
    """The last approved content of projects whose table is being adjusted just now."""
    open_ones = [p.pk for p in projects if p.state not in FROZEN]
    versions = Version.objects.filter(project__in=open_ones).order_by("project_id", "number")
    return dict(versions.values_list("project_id", "content"))


def rows_of(project: Project, content: dict[str, Any] | None) -> list[EvaluatedIndicator]:
    """A row for each approved indicator, named and targeted as approved; not saved."""
    live = list(project.indicators.all())
    if content is None:
        return [
            EvaluatedIndicator(
                indicator=i, order=n, level1=i.level1, level2=i.level2, name=i.name, target_raw=i.target_raw
            )
            for n, i in enumerate(live)
        ]
    known = {i.name: i for i in live}
    return [
        EvaluatedIndicator(
            indicator=known.get(i.get("name") or ""), order=n, level1=(i.get("level1") or "")[:50],
            level2=(i.get("level2") or "")[:50], name=(i.get("name") or "")[:500],
            target_raw=(i.get("value_raw") or "")[:500],
        )
        for n, i in enumerate(content.get("indicators", []))
    ]  # fmt: skip


def monitored(keys: Iterable[int]) -> dict[int, MonitoringRecord]:
    """The last monitoring form of each project with its rows: the last accepted one, else the last reported one."""
    found: dict[int, MonitoringRecord] = {}
    records = MonitoringRecord.objects.filter(project__in=list(keys), is_reported=True)
    for seen in records.select_related("round").prefetch_related("rows").order_by("round__order"):
        before = found.get(seen.project_id)
        if before is None or seen.state == RecordState.ACCEPTED or before.state != RecordState.ACCEPTED:
            found[seen.project_id] = seen
    return found


def prefill(form: SelfEvaluation, rows: list[EvaluatedIndicator], seen: MonitoringRecord | None) -> None:
    """Put what monitoring saw last beside the rows; at the year's end it is the actual value, to be confirmed."""
    if seen is None:
        return
    form.monitored = seen.round.label[:30]
    by_key: dict[int, IndicatorReport] = {r.indicator_id: r for r in seen.rows.all() if r.indicator_id}
    by_name = {r.name: r for r in seen.rows.all()}
    is_final = (seen.round.period_end.month, seen.round.period_end.day) == (12, 31)
    for row in rows:
        report = by_key.get(row.indicator_id or 0) or by_name.get(row.name)
        if report is None:
            continue
        row.monitored_raw = report.actual_raw
        row.monitored_numerator, row.monitored_denominator = report.numerator, report.denominator
        if is_final:
            row.actual_raw, row.numerator, row.denominator = report.actual_raw, report.numerator, report.denominator
    if is_final:
        form.goals_actual = seen.progress_text


def refresh_money(forms: Iterable[SelfEvaluation]) -> list[SelfEvaluation]:
    """Read the money of these forms anew as of the year's end, without saving; those that changed."""
    by_year: dict[int, list[SelfEvaluation]] = defaultdict(list)
    for form in forms:
        by_year[form.budget_year.year].append(form)
    moved = []
    for year, mine in by_year.items():
        money = executed_many([f.project_id for f in mine], date(year, 12, 31))
        moved += [f for f in mine if put_money(f, money[f.project_id])]
    return moved


__all__ = ["MONEY", "covered_projects", "make_all", "make_forms", "refresh_money", "start"]
