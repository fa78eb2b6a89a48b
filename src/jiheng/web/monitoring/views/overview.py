"""The overview of a round: heat map, red list, who is late, money against results; and reminding."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from jiheng.web.asked import number, numbers
from jiheng.web.jobs.models import Job
from jiheng.web.monitoring.models import MonitoringRound
from jiheng.web.monitoring.queries import overview as queries
from jiheng.web.monitoring.queries import records
from jiheng.web.monitoring.services.reminders import remind_units
from jiheng.web.monitoring.services.report import OPEN_ROUNDS
from jiheng.web.org.permissions import allowed, require

FEW = 7
"""So many projects of a unit stand beside its name with three units on a line."""
REVIEWS = ("monitoring.review_department", "monitoring.review_finance")


@login_required
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """/monitoring/overview/: the district, a department or a unit in one round."""
    require(request.user, "monitoring.view")
    years = records.years_monitored(request.user)
    year, rounds, found = records.chosen(request.GET, years)
    context: dict[str, Any] = {"years": years, "year": year, "rounds": rounds, "round": found, "asked": request.GET}
    if found is not None and found.state != MonitoringRound.State.PLANNED:
        context |= _sums(request, found)
    return render(request, "monitoring/overview.html", context)


def _sums(request: HttpRequest, found: MonitoringRound) -> dict[str, Any]:
    mine = records.reachable(request.user, found)
    asked = {name: request.GET.get(name, "") for name in ("department", "unit")}
    forms = records.filtered(mine, asked)
    rows = queries.kept_rows(request.user, found, number(asked["unit"]))
    if (department := number(asked["department"])) is not None:
        rows = [r for r in rows if r["department"] == department]
    found_sums = queries.put_together(rows)
    units, departments, tally = found_sums.units, found_sums.departments, found_sums.tally
    size = queries.UNITS if tally["count"] <= FEW * len(units) else queries.LONG_UNITS
    page = Paginator(units, size).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    queries.heat(rows, shown)
    late = queries.late(units)
    by = "department" if len(departments) > 1 else "unit"
    return {
        "tally": tally, "page": page, "is_long": any(len(g.cells) > FEW for g in shown),
        "heat": shown, "departments": departments,
        "groups": units if by == "unit" else departments, "by": by,
        "red": queries.red_of(rows), "late": late[:50], "late_count": len(late),
        "chart": queries.chart(forms, tally["count"], rows), "place": _place(asked, departments, units),
        "is_late": found.closes_on < timezone.localdate(), "is_locked": found.state not in OPEN_ROUNDS,
        "may_remind": found.state in OPEN_ROUNDS and any(allowed(request.user, p) for p in REVIEWS),
        "may_make": bool(tally["count"]), "jobs": _jobs(request, found),
    }  # fmt: skip


def _place(asked: dict[str, str], departments: list[queries.Group], units: list[queries.Group]) -> str:
    """What the page is about, where it is not everything."""
    if asked["unit"] and len(units) == 1:
        return units[0].name
    return departments[0].name if asked["department"] and len(departments) == 1 else ""


def _jobs(request: HttpRequest, found: MonitoringRound) -> list[Job]:
    mine = Job.objects.filter(kind="monitoring.report_document", created_by=request.user, payload__round=found.pk)
    return list(mine[:5])


@login_required
@require_POST
def remind(request: HttpRequest, pk: int) -> HttpResponse:
    """Remind the units that were ticked of a round."""
    found = get_object_or_404(MonitoringRound.objects.select_related("budget_year__district"), pk=pk)
    wanted = set(numbers(request.POST.getlist("unit")))
    if found.state not in OPEN_ROUNDS:
        raise Http404("这一期不在填报中，不用催报。")
    mine: set[int] = set()
    for permission in REVIEWS:
        forms = records.reachable(request.user, found, permission).filter(unit__in=wanted)
        mine |= set(forms.order_by().values_list("unit", flat=True).distinct())
    if wanted - mine or not any(allowed(request.user, p) for p in REVIEWS):
        require(request.user, "monitoring.review_finance", found)
    if not mine:
        messages.error(request, "请先勾选要催报的单位。")
    else:
        told = remind_units(request.user, found, mine)
        messages.success(request, f"已提醒 {len(mine)} 个单位的 {told} 人。")
    return redirect(f"/monitoring/overview/?round={pk}")
