"""A district by departments, a department by units, a unit: curve, bars, and what has not begun."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from jiheng.web.asked import number_or_404
from jiheng.web.execution.queries import overview as queries
from jiheng.web.execution.queries.curves import curve_of_many
from jiheng.web.execution.queries.days import Days
from jiheng.web.execution.queries.past import sums_on
from jiheng.web.execution.views.asked import days_of, years_and_year
from jiheng.web.org.models import Unit
from jiheng.web.org.permissions import require, units_in
from jiheng.web.plan.checking import pack_of
from jiheng.web.plan.models import BudgetYear
from jiheng.web.plan.queries.department import departments_for

BARS = 40
"""More departments or units than this are read in the table."""


def _place(request: HttpRequest, year: BudgetYear) -> tuple[Any, Any]:
    """The department and the unit that were asked for, where this person sees them; else the narrowest that has all."""
    departments = departments_for(request.user, year)
    units = units_in(request.user, "execution.view", year)
    if chosen := number_or_404(request.GET.get("unit")):
        unit = units.filter(pk=chosen).first()
        if unit is None:
            raise Http404("没有这个单位，或者您无权查看。")
        return unit.department, unit
    if chosen := number_or_404(request.GET.get("department")):
        department = next((d for d in departments if d.pk == chosen), None)
        if department is None:
            raise Http404("没有这个部门，或者您无权查看。")
        return department, None
    few: list[Unit] = list(units[:2])
    if len(few) == 1:
        return few[0].department, few[0]
    return (departments[0] if len(departments) == 1 else None), None


def _units(request: HttpRequest, year: BudgetYear, department: Any, unit: Unit | None) -> list[int]:
    """The units that are added up."""
    if unit is not None:
        return [unit.pk]
    units = units_in(request.user, "execution.view", year)
    units = units.filter(department=department) if department else units
    return list(units.order_by("pk").values_list("pk", flat=True))


@login_required
def overview(request: HttpRequest) -> HttpResponse:
    """/execution/overview/"""
    require(request.user, "execution.view")
    years, year = years_and_year(request)
    if year is None:
        return render(request, "execution/overview.html", {"years": [], "year": None})
    department, unit = _place(request, year)
    pack, units = pack_of(year), _units(request, year, department, unit)
    days = days_of(request, year, units)
    days = days if days.on <= days.known else Days(days.known, days.known)
    if days.is_past:
        sums = sums_on(year, units, days.on, days.known, pack)
    else:
        sums = queries.sums_by_days(year, units, days, pack)
    on, until = days.shown(sums), max((day for day, _ in days.parts(sums)), default=days.on)
    whole = queries.added(sums.values())
    money, row = queries.together(whole, pack)
    by = "" if unit else "unit" if department else "department"
    rows = queries.groups(sums, by, pack) if by else []
    context = {
        "years": years, "year": year, "department": department, "unit": unit, "on": on, "latest": days.known,
        "day": f"&on={on}" if days.is_past else "", "money": money, "row": row, "others": days.others(sums),
        "curve": curve_of_many(whole, year.year, until, row.paid), "by": by, "by_label": queries.BY.get(by, ""),
        "rows": rows, "bars": queries.bars(rows[:BARS]) if rows else None, "unpaid": queries.unpaid(sums),
        "place": unit or department or year.district,
    }  # fmt: skip
    return render(request, "execution/overview.html", context)
