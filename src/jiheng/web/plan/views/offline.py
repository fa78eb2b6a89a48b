"""Target tables as a workbook, to be filled in offline; it comes back by ``/import/``."""

from __future__ import annotations

from urllib.parse import quote

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from jiheng.web.asked import number
from jiheng.web.org.permissions import require
from jiheng.web.plan import offline
from jiheng.web.plan.exporting import media_type
from jiheng.web.plan.models import BudgetYear
from jiheng.web.plan.queries.projects import editing_units, visible_projects, years_for
from jiheng.web.plan.states import EDITABLE
from jiheng.web.plan.views.lists import chosen_year
from jiheng.web.supervision.services import record


def _year(request: HttpRequest) -> BudgetYear:
    require(request.user, "plan.edit")
    year = chosen_year(request, years_for(request.user))
    if year is None or not year.is_open:
        raise Http404("没有开放编报的预算年度。")
    return year


def _file(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type("xlsx"))
    response["Content-Disposition"] = f"attachment; filename=\"forms.xlsx\"; filename*=UTF-8''{quote(name)}.xlsx"
    return response


@login_required
def forms(request: HttpRequest) -> HttpResponse:
    """/plan/offline/: the chosen drafts (or all that this person writes) as forms in one workbook."""
    year = _year(request)
    found = visible_projects(request.user, "plan.edit").filter(budget_year=year, state__in=EDITABLE)
    if chosen := [k for k in map(number, request.GET.getlist("project")) if k]:
        found = found.filter(pk__in=chosen)
    rows = list(found.prefetch_related("periods", "goals", "indicators").order_by("unit__code", "order", "pk"))
    if not rows:
        messages.error(request, "没有可以离线填写的草稿。已上报的项目请先撤回或等退回；新项目请下载空白表。")
        return redirect("plan")
    if len(rows) > offline.MOST:
        messages.error(request, f"一次最多下载 {offline.MOST} 个项目，现在有 {len(rows)} 个。请在列表里勾选一部分。")
        return redirect("plan")
    record("下载离线填报表", year, after={"projects": [p.pk for p in rows]})
    units = {p.unit.name for p in rows}
    who = units.pop() if len(units) == 1 else rows[0].unit.department.name
    return _file(offline.workbook(rows, year), f"{who}{year}绩效目标表")


@login_required
def blank(request: HttpRequest) -> HttpResponse:
    """/plan/offline/blank/: empty forms of one's unit."""
    year = _year(request)
    units = editing_units(request.user, year)
    asked = request.GET.get("unit", "")
    unit = next((u for u in units if str(u.pk) == asked), units[0] if units and not asked else None)
    if unit is None:
        raise Http404("没有这个单位，或者您不能为它编写项目。")
    return _file(offline.blank_workbook(unit, year), f"{unit.name}{year}绩效目标表（空白）")
