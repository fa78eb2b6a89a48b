"""The list of projects with their money, and its export."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from jiheng.web.asked import number
from jiheng.web.execution import exporting
from jiheng.web.execution.models import FundSource
from jiheng.web.execution.queries import lists, overview
from jiheng.web.execution.queries.days import Days, last_day
from jiheng.web.execution.views.asked import days_of, years_and_year
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
    mine, pack = units_in(request.user, "execution.view", year), pack_of(year)
    keys = list(mine.order_by("pk").values_list("pk", flat=True))
    named = _named(request, mine, keys)
    days = days_of(request, year, named)
    found = lists.listed(request.user, year, request.GET, days, pack)
    shown = lists.lines(days, request.GET.get("source", ""))
    units, total = _sums(request, year, found, days, keys)
    pages = KeyPaginator(found, shown, PAGE, units, by_unit=not request.GET.get("sort"))
    page = pages.get_page(request.GET.get("page"))
    context = {
        "years": years, "year": year, "page": page, "rows": lists.rows_of(page.object_list, pack),
        "on": days.shown(named), "others": days.others(named),
        "sum": total, "units": unit_options(mine, request.GET.get("unit")), "asked": request.GET,
        "sources": FundSource.choices,
        "states": lists.STATES.items(), "sorts": lists.SORT_LABELS.items(),
        "latest": last_day(year, timezone.localdate()),
        "departments": departments_for(request.user, year), "limit": -pack.monitoring.yellow_gap,
    }  # fmt: skip
    template = "execution/_projects.html" if request.htmx else "execution/projects.html"  # type: ignore[attr-defined]
    return render(request, template, context)


def _named(request: HttpRequest, mine: Any, keys: list[int]) -> list[int]:
    """The units whose day the page names: those that the list is filtered by."""
    wanted = {"pk": number(request.GET.get("unit")), "department": number(request.GET.get("department"))}
    asked = {name: key for name, key in wanted.items() if key is not None}
    return list(mine.filter(**asked).values_list("pk", flat=True)) if asked else keys


def _sums(
    request: HttpRequest, year: BudgetYear, found: Any, days: Days, mine: list[int]
) -> tuple[list[dict[str, Any]], lists.Row]:
    """By unit and together: from what is kept of units where nothing is filtered out."""
    pack = pack_of(year)
    if days.is_past or any(request.GET.get(name) for name in ("q", "unit", "department", "source", "state")):
        rows = lists.sums_of(found, pack)
        return rows, lists.together(rows, pack)
    sums = overview.sums_by_days(year, mine, days, pack)
    rows = [{"unit": key, "count": s["count"]} for key, s in sums.items()]
    return rows, overview.together(overview.added(sums.values()), pack)[1]


@login_required
def export(request: HttpRequest) -> HttpResponse:
    """/execution/export/: what the list shows, filtered, as a workbook; what leaves the house is in the trail."""
    require(request.user, "execution.view")
    _, year = years_and_year(request)
    if year is None:
        raise Http404("没有可导出的内容。")
    mine = units_in(request.user, "execution.view", year)
    named = _named(request, mine, list(mine.values_list("pk", flat=True)))
    days, pack = days_of(request, year, named), pack_of(year)
    on, found = days.shown(named), lists.listed(request.user, year, request.GET, days, pack)
    rows = lists.rows_of(found.select_related("project", "unit"), pack)
    record("导出预算执行", year, after={"projects": len(rows), "on": on, "filters": request.GET.dict()})
    name = f"{year.year}年预算执行（截至{on:%m月%d日}）.xlsx"
    response = HttpResponse(exporting.workbook(rows, year, on), content_type=exporting.XLSX)
    response["Content-Disposition"] = f"attachment; filename=\"execution.xlsx\"; filename*=UTF-8''{quote(name)}"
    return response
