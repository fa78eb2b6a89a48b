"""The list of projects with their money, and its export."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import quote

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from jiheng.web.execution import exporting
from jiheng.web.execution.models import FundSource
from jiheng.web.execution.queries import lists, overview
from jiheng.web.execution.views.asked import days_of, years_and_year
from jiheng.web.org.models import Unit
from jiheng.web.org.options import unit_options
from jiheng.web.org.permissions import require, units_in
from jiheng.web.pages import KeyPaginator
from jiheng.web.plan.checking import pack_of
from jiheng.web.plan.models import BudgetYear
from jiheng.web.plan.queries.department import departments_for
from jiheng.web.supervision.services import record

PAGE = 50


@login_required
def projects(request: HttpRequest) -> HttpResponse:
    """/execution/: budget, paid, rate, planned progress and the gap, by project."""
    require(request.user, "execution.view")
    years, year = years_and_year(request)
    if year is None:
        return render(request, "execution/projects.html", {"years": [], "year": None})
    (on, known), pack = days_of(request, year), pack_of(year)
    found = lists.listed(request.user, year, request.GET, on, known, pack)
    shown = lists.lines(on, known, request.GET.get("source", ""))
    mine = units_in(request.user, "execution.view", year)
    units, total = _sums(request, year, found, on, known, mine)
    pages = KeyPaginator(found, shown, PAGE, units, by_unit=not request.GET.get("sort"))
    page = pages.get_page(request.GET.get("page"))
    context = {
        "years": years, "year": year, "page": page, "rows": lists.rows_of(page.object_list, pack), "on": on,
        "sum": total, "units": unit_options(mine, request.GET.get("unit")), "asked": request.GET,
        "sources": FundSource.choices,
        "states": lists.STATES.items(), "sorts": lists.SORT_LABELS.items(),
        "latest": lists.last_day(year, timezone.localdate()),
        "departments": departments_for(request.user, year), "limit": -pack.monitoring.yellow_gap,
    }  # fmt: skip
    template = "execution/_projects.html" if request.htmx else "execution/projects.html"  # type: ignore[attr-defined]
    return render(request, template, context)


def _sums(
    request: HttpRequest, year: BudgetYear, found: Any, on: date, known: date, mine: QuerySet[Unit]
) -> tuple[list[dict[str, Any]], lists.Row]:
    """By unit and together: from what is kept of units where nothing is filtered out."""
    pack = pack_of(year)
    if on < known or any(request.GET.get(name) for name in ("q", "unit", "department", "source", "state")):
        rows = lists.sums_of(found, pack)
        return rows, lists.together(rows, pack)
    sums = overview.sums_of_units(year, list(mine.order_by("pk").values_list("pk", flat=True)), on, pack)
    rows = [{"unit": key, "count": s["count"]} for key, s in sums.items()]
    return rows, overview.together(overview.added(sums.values()), pack)[1]


@login_required
def export(request: HttpRequest) -> HttpResponse:
    """/execution/export/: what the list shows, filtered, as a workbook; what leaves the house is in the trail."""
    require(request.user, "execution.view")
    _, year = years_and_year(request)
    if year is None:
        raise Http404("没有可导出的内容。")
    (on, known), pack = days_of(request, year), pack_of(year)
    found = lists.listed(request.user, year, request.GET, on, known, pack)
    rows = lists.rows_of(found.select_related("project", "unit"), pack)
    record("导出预算执行", year, after={"projects": len(rows), "on": on, "filters": request.GET.dict()})
    name = f"{year.year}年预算执行（截至{on:%m月%d日}）.xlsx"
    response = HttpResponse(exporting.workbook(rows, year, on), content_type=exporting.XLSX)
    response["Content-Disposition"] = f"attachment; filename=\"execution.xlsx\"; filename*=UTF-8''{quote(name)}"
    return response
