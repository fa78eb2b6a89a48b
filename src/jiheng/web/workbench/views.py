"""The workbench."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from jiheng.web.org.permissions import allowed
from jiheng.web.workbench import queries
from jiheng.web.workbench.duties import duties


@login_required
def workbench(request: HttpRequest) -> HttpResponse:
    """What is mine to do, and where everything stands; administrators get their own short list."""
    person = request.user
    year = queries.current_year(person)
    if year is None or not allowed(person, "plan.view"):
        return render(request, "workbench/plain.html", {"year": year})
    today = timezone.localdate()
    projects = queries.reachable(person, year)
    mine = queries.waiting(person, projects, year)
    first = queries.first(mine)
    wide = allowed(person, "workbench.overview")
    department = allowed(person, "plan.review_department")
    rows = queries.by_state(projects)
    bars = queries.progress(rows, "department" if wide else "unit") if wide or department else []
    context = {
        "year": year,
        "stages": queries.stages(rows, year, today),
        "mine": first,
        "sum": queries.summary(mine),
        "bars": bars,
        "red": queries.red_list(projects, first) if wide or department else [],
        "duties": duties(person, today),
        "wide": wide,
        "review": department or allowed(person, "plan.review_finance") or allowed(person, "plan.approve"),
    }
    return render(request, "workbench/workbench.html", context)
