"""Rounds and forms that a person may see, filtered as asked."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When
from django.http import Http404

from jiheng.web.asked import holding, number
from jiheng.web.monitoring.models import Light, MonitoringRecord, MonitoringRound, RecordState
from jiheng.web.org.models import Department, Unit
from jiheng.web.org.permissions import allowed, reach, reach_in
from jiheng.web.pages import added_up
from jiheng.web.plan.models import BudgetYear
from jiheng.web.plan.queries.projects import years_for

SORTS = {
    "": ("unit__code", "project__order", "pk"), "light": ("severity", "executed_percent", "pk"),
    "name": ("project__name", "pk"), "recent": ("-updated_at", "pk"), "money": ("executed_percent", "pk"),
}  # fmt: skip
SEVERITY = Case(
    *(When(light=light, then=Value(n)) for n, light in enumerate((Light.RED, Light.YELLOW, Light.GREY, Light.GREEN))),
    output_field=IntegerField(),
)
"""Orders the worst first."""


def years_monitored(person: Any) -> list[BudgetYear]:
    """The years of a person that have rounds, latest first; all of them where none has."""
    years = years_for(person)
    having = set(MonitoringRound.objects.filter(budget_year__in=years).values_list("budget_year", flat=True))
    return [y for y in years if y.pk in having] or years


def rounds_of(year: BudgetYear) -> list[MonitoringRound]:
    """The rounds of a year, in order."""
    return list(MonitoringRound.objects.filter(budget_year=year).select_related("budget_year__district"))


def chosen(asked: Any, years: list[BudgetYear], rounds: list[MonitoringRound] | None = None) -> Any:
    """(year, its rounds, the round) as asked by ``round`` or ``year``; else the round that is being worked at: the
    latest that has begun, of the latest year in which one has."""
    wanted = asked.get("round", "")
    everything = rounds if rounds is not None else list(
        MonitoringRound.objects.filter(budget_year__in=years).select_related("budget_year__district")
    )  # fmt: skip
    found = next((r for r in everything if str(r.pk) == wanted), None)
    named = next((y for y in years if asked.get("year", "") in (str(y.pk), str(y.year))), None)
    begun = [r for r in everything if r.state != MonitoringRound.State.PLANNED]
    if found is None:
        ours = [r for r in begun if named is None or r.budget_year_id == named.pk]
        found = max(ours, key=lambda r: (r.budget_year.year, r.order), default=None)
    year = found.budget_year if found else named or (years[0] if years else None)
    mine = [r for r in everything if year is not None and r.budget_year_id == year.pk]
    return year, mine, found or (mine[0] if mine else None)


def reachable(person: Any, found: MonitoringRound, permission: str = "monitoring.view") -> QuerySet[MonitoringRecord]:
    """The forms of a round that a person may see (or do something else with)."""
    return MonitoringRecord.objects.filter(reach_in(person, permission, found.budget_year), round=found)


def visible(person: Any) -> QuerySet[MonitoringRecord]:
    """The forms of all opened rounds that a person may see."""
    mine = reach(person, "monitoring.view", year="round__budget_year__year")
    return MonitoringRecord.objects.filter(mine).exclude(round__state=MonitoringRound.State.PLANNED)


def record_or_404(person: Any, pk: int, permission: str = "monitoring.view") -> MonitoringRecord:
    """A form of an opened round. Raises ``Http404`` where there is none, or none that this person may see."""
    found = (
        MonitoringRecord.objects.select_related(
            "round__budget_year__district", "project__unit__department", "unit__department", "reported_by"
        )
        .exclude(round__state=MonitoringRound.State.PLANNED)
        .filter(pk=pk)
        .first()
    )
    if found is None or not allowed(person, permission, found):
        raise Http404("没有这份监控表，或者您无权查看。")
    return found


FILTERS = ("q", "department", "unit", "light", "state")


def filtered(forms: QuerySet[MonitoringRecord], asked: Any) -> QuerySet[MonitoringRecord]:
    """Forms as asked: text, department, unit, light, state; unknown values filter nothing out."""
    if q := asked.get("q", "").strip():
        forms = forms.filter(holding(q, "project__name", "project__code"))
    for name in ("department", "unit"):
        if (key := number(asked.get(name))) is not None:
            forms = forms.filter(**{name: key})
    if asked.get("light") in Light.values:
        forms = forms.filter(light=asked["light"])
    if asked.get("state") in RecordState.values:
        forms = forms.filter(state=asked["state"])
    return forms


def listed(forms: QuerySet[MonitoringRecord], sort: str = "") -> QuerySet[MonitoringRecord]:
    """Lines of a list: with project and unit, in the order asked for."""
    shown = forms.select_related("project", "unit", "round", "reported_by").annotate(severity=SEVERITY)
    heavy = ("project__findings", "project__purpose", "project__explanation", "progress_text")
    return shown.defer(*heavy).order_by(*SORTS.get(sort, SORTS[""]))


COUNTS = {light: Count("pk", filter=Q(light=light)) for light in Light.values} | {
    state: Count("pk", filter=Q(state=state)) for state in RecordState.values
}


def tally(forms: QuerySet[MonitoringRecord]) -> dict[str, int]:
    """How many there are, of each light and each state."""
    found: dict[str, int] = forms.order_by().aggregate(count=Count("pk"), **COUNTS)
    return found


def together(rows: list[dict[str, Any]]) -> dict[str, int]:
    """The same from the sums of units."""
    return added_up(rows, *COUNTS)


def places(forms: QuerySet[MonitoringRecord]) -> tuple[QuerySet[Department], QuerySet[Unit]]:
    """The departments and units that the forms are of, for the lists to choose from."""
    departments = Department.objects.filter(pk__in=forms.order_by().values("department").distinct())
    return departments, Unit.objects.filter(pk__in=forms.order_by().values("unit").distinct())


def neighbours(person: Any, record: MonitoringRecord) -> tuple[int | None, int | None, int, int]:
    """(the form before, the one after, place from 1, of how many) among those of its unit in the round."""
    keys = list(
        reachable(person, record.round).filter(unit=record.unit_id)
        .order_by("project__order", "pk").values_list("pk", flat=True)
    )  # fmt: skip
    at = keys.index(record.pk)
    return keys[at - 1] if at else None, keys[at + 1] if at + 1 < len(keys) else None, at + 1, len(keys)
