"""The list of forms of a round, and the rounds of a year."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from jiheng.web.asked import number
from jiheng.web.monitoring.models import Light, MonitoringRecord, MonitoringRound, RecordState
from jiheng.web.monitoring.queries import records
from jiheng.web.monitoring.queries.overview import kept_rows
from jiheng.web.monitoring.services import rounds as service
from jiheng.web.org.models import Department, Unit
from jiheng.web.org.options import unit_options
from jiheng.web.org.permissions import allowed, require
from jiheng.web.pages import KeyPaginator, sums_by_unit
from jiheng.web.plan.checking import pack_of
from jiheng.web.plan.models import BudgetYear
from jiheng.web.plan.queries.projects import years_of
from jiheng.web.plan.services.errors import Refused

PAGE = 50


@login_required
def index(request: HttpRequest) -> HttpResponse:
    """/monitoring/: the forms of a round that one may see; a unit begins here."""
    require(request.user, "monitoring.view")
    years = records.years_monitored(request.user)
    year, rounds, found = records.chosen(request.GET, years)
    context: dict[str, Any] = {"years": years, "year": year, "rounds": rounds, "round": found, "asked": request.GET}
    if found is not None and found.state != MonitoringRound.State.PLANNED:
        mine = records.reachable(request.user, found)
        rows = kept_rows(request.user, found)
        departments = Department.objects.filter(pk__in={r["department"] for r in rows})
        units = Unit.objects.filter(pk__in={r["unit"] for r in rows})
        context |= {
            "page": _page(request, mine, rows), "tally": records.together(rows), "lights": Light.choices,
            "departments": departments, "units": unit_options(units, request.GET.get("unit")),
            "states": RecordState.choices, "days": (found.closes_on - timezone.localdate()).days,
            "may_report": allowed(request.user, "monitoring.report"),
        }  # fmt: skip
    return render(request, "monitoring/_list.html" if request.htmx else "monitoring/index.html", context)  # type: ignore[attr-defined]


def _page(request: HttpRequest, mine: QuerySet[MonitoringRecord], rows: list[dict[str, Any]]) -> Any:
    """The page of the list that was asked for; ``rows`` are the tallies of the list without filters."""
    shown, sort = records.filtered(mine, request.GET), request.GET.get("sort", "")
    if any(request.GET.get(name) for name in records.FILTERS):
        rows = sums_by_unit(shown)
    every = records.listed(MonitoringRecord.objects.all())
    return KeyPaginator(records.listed(shown, sort), every, PAGE, rows, not sort).get_page(request.GET.get("page"))


@login_required
def rounds(request: HttpRequest) -> HttpResponse:
    """/monitoring/rounds/: the rounds of a year, for finance to arrange."""
    require(request.user, "monitoring.manage")
    years = [y for y in years_of(request.user) if allowed(request.user, "monitoring.manage", y)]
    wanted = request.GET.get("year", "")
    year = next((y for y in years if wanted in (str(y.pk), str(y.year))), None)
    year = year or next((y for y in years if y.year == timezone.localdate().year), years[0] if years else None)
    found = records.rounds_of(year) if year else []
    context = {
        "years": years, "year": year, "rounds": [(r, _counts(r)) for r in found], "today": timezone.localdate(),
        "calendars": list(pack_of(year).rounds) if year else [], "calendar": pack_of(year).calendar if year else "",
        "may_remake": all(r.state == MonitoringRound.State.PLANNED for r in found),
    }  # fmt: skip
    return render(request, "monitoring/rounds.html", context)


def _counts(found: MonitoringRound) -> dict[str, int]:
    return records.tally(found.records.all())


@login_required
@require_POST
def make(request: HttpRequest) -> HttpResponse:
    """Make the rounds of a year by a calendar."""
    year = get_object_or_404(BudgetYear, pk=number(request.POST.get("year")))
    if year not in years_of(request.user):
        raise Http404
    try:
        made = service.make_rounds(request.user, year, request.POST.get("calendar", ""))
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"{year}设置了 {len(made)} 期监控：{'、'.join(r.label for r in made)}。")
    return redirect(f"/monitoring/rounds/?year={year.pk}")


@login_required
@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Move the days of a round, or open it now."""
    found = get_object_or_404(MonitoringRound.objects.select_related("budget_year"), pk=pk)
    if found.budget_year not in years_of(request.user):
        raise Http404
    try:
        if request.POST.get("do") == "open":
            service.open_now(request.user, pk)
            messages.success(request, f"正在为{found}生成监控表，完成后各单位会收到通知。")
        else:
            days = [_day(request.POST.get(name, "")) for name in ("opens_on", "closes_on", "locks_on")]
            service.reschedule(request.user, pk, *days, request.POST.get("reason", ""))
            messages.success(request, f"{found}的日期已调整。")
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect(f"/monitoring/rounds/?year={found.budget_year_id}")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refused("日期不对，请填成 2026-07-31 这样。") from error
