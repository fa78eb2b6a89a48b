"""The list of projects; new, copied and deleted ones."""

from __future__ import annotations

from urllib.parse import quote

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from jiheng.web.asked import number_or_404
from jiheng.web.org.models import Unit
from jiheng.web.org.options import unit_options
from jiheng.web.org.permissions import require, units_for
from jiheng.web.pages import KeyPaginator, added_up
from jiheng.web.plan import exporting
from jiheng.web.plan.models import BudgetYear
from jiheng.web.plan.queries.carrying import carried_over
from jiheng.web.plan.queries.department import departments_for
from jiheng.web.plan.queries.projects import (
    STATES,
    cycle_of,
    editing_units,
    lines,
    listed,
    project_or_404,
    totals,
    units_of,
    years_for,
    years_of,
)  # fmt: skip
from jiheng.web.plan.services import Refused, carry_over, copy_project, create_project, delete_project
from jiheng.web.plan.views.steps import batch_for
from jiheng.web.supervision.services import record

PAGE = 50


def chosen_year(request: HttpRequest, years: list[BudgetYear]) -> BudgetYear | None:
    """The year that was asked for, else the latest open one."""
    asked = request.GET.get("year", "")
    for year in years:
        if asked in (str(year.pk), str(year.year)):
            return year
    return next((y for y in years if y.is_open), years[0] if years else None)


@login_required
def projects(request: HttpRequest) -> HttpResponse:
    """/plan/: the projects one may see."""
    require(request.user, "plan.view")
    years = years_for(request.user)
    year = chosen_year(request, years)
    if year is None:
        return render(request, "plan/projects.html", {"years": [], "year": None})
    found = listed(request.user, year, request.GET)
    sums = totals(found)
    pages = KeyPaginator(found, lines(), PAGE, sums, by_unit=not request.GET.get("sort"))
    context = {
        "years": years, "year": year, "page": pages.get_page(request.GET.get("page")), "states": STATES,
        "units": [] if request.htmx else unit_options(units_of(request.user, year), request.GET.get("unit")),  # type: ignore[attr-defined]
        "own": editing_units(request.user, year), "asked": request.GET, "cycle": cycle_of(year, None),
        "departments": departments_for(request.user, year), "export_kinds": exporting.KINDS,
        "batch": batch_for(request.user, year),
        "totals": added_up(sums, "wrong", "drafts", "budget"),
        "sources": [y for y in years if y.year < year.year and y.district_id == year.district_id],
    }  # fmt: skip
    return render(request, "plan/_projects.html" if request.htmx else "plan/projects.html", context)  # type: ignore[attr-defined]


@login_required
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """/plan/export/<kind>/: what the list shows, with its filters, as a file; what leaves the house is in the trail."""
    require(request.user, "plan.export")
    year = chosen_year(request, years_for(request.user))
    if year is None or kind not in exporting.KINDS:
        raise Http404("没有可导出的内容。")
    found = listed(request.user, year, request.GET, "plan.export")
    try:
        documents = list(exporting.documents_of(found, year, with_goals=not request.GET.get("unit")))
    except exporting.TooMany as too_many:
        messages.error(request, str(too_many))
        return redirect("plan")
    if not documents:
        messages.error(request, "没有符合条件的项目，没有导出文件。")
        return redirect("plan")
    content, kind = exporting.export(documents, kind)
    count = sum(len(d.projects) for d in documents)
    record("导出绩效目标", year, after={"projects": count, "kind": kind, "filters": request.GET.dict()})
    response = HttpResponse(content, content_type=exporting.media_type(kind))
    name = documents[0].source if len(documents) == 1 else f"{year.year}年绩效目标"
    response["Content-Disposition"] = f"attachment; filename=\"export.{kind}\"; filename*=UTF-8''{quote(name)}.{kind}"
    return response


@login_required
@require_POST
def new(request: HttpRequest) -> HttpResponse:
    """Create a project and open it."""
    unit = get_object_or_404(units_for(request.user, "plan.edit"), pk=number_or_404(request.POST.get("unit")))
    year = get_object_or_404(BudgetYear, pk=number_or_404(request.POST.get("year")))
    try:
        made = create_project(request.user, unit, year, request.POST.get("name", ""))
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("plan")
    return redirect("plan-form", made.pk)


@login_required
@require_POST
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """Copy a project, into another year where one is named."""
    source = project_or_404(request.user, pk)
    year = get_object_or_404(BudgetYear, pk=number_or_404(request.POST.get("year")) or source.budget_year_id)
    unit = get_object_or_404(Unit, pk=number_or_404(request.POST.get("unit")) or source.unit_id)
    try:
        made = copy_project(request.user, source, unit, year)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("plan-form", pk)
    messages.success(request, f"已复制到“{made.name}”，请逐格核对后再上报。")
    return redirect("plan-form", made.pk)


@login_required
def bring(request: HttpRequest) -> HttpResponse:
    """What becomes of each project of the year before; those chosen are copied, all or none."""
    require(request.user, "plan.edit")
    asked = request.POST if request.method == "POST" else request.GET
    year = get_object_or_404(years_of(request.user), pk=number_or_404(asked.get("year")))
    if request.method != "POST":
        found = carried_over(request.user, year)
        units = {c.project.unit_id: c.project.unit for c in found}
        chosen = units.get(number_or_404(asked.get("unit")))
        shown = [c for c in found if chosen is None or c.project.unit_id == chosen.pk]
        ready = [c for c in shown if not c.obstacle]
        context = {
            "year": year, "carried": shown, "ready": len(ready), "units": list(units.values()), "unit": chosen,
            "budget": sum(c.project.budget_total or 0 for c in ready),
        }  # fmt: skip
        return render(request, "plan/bring.html", context)
    keys = [k for k in map(number_or_404, request.POST.getlist("project")) if k]
    try:
        made = carry_over(request.user, year, keys)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(f"/plan/bring/?year={year.pk}")
    left = len(set(keys)) - len(made)
    also = f"另有 {left} 个本年已有，没有重复带入。" if left else ""
    if made:
        messages.success(request, f"已从上年带入 {len(made)} 个项目，请逐个改成本年的。{also}")
    else:
        messages.info(request, f"没有可带入的项目。{also}")
    return redirect(f"/plan/?year={year.pk}")


@login_required
@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a draft."""
    project = project_or_404(request.user, pk)
    try:
        delete_project(request.user, pk)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("plan-form", pk)
    messages.success(request, f"“{project}”已删除。删除前的内容留在审计日志里。")
    return redirect("plan")
