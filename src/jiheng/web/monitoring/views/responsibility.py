"""Pages on who answers for what: assigning, my own indicators, those of a section."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from jiheng.web.monitoring.queries import records
from jiheng.web.monitoring.queries import responsibility as queries
from jiheng.web.monitoring.services.responsibility import assign
from jiheng.web.org.models import Department, Unit
from jiheng.web.org.permissions import At, allowed, require
from jiheng.web.plan.models import BudgetYear
from jiheng.web.plan.queries.projects import years_for
from jiheng.web.plan.services.errors import Refused

PAGE = 50


def _year(request: HttpRequest) -> tuple[list[BudgetYear], BudgetYear | None]:
    years = years_for(request.user)
    asked = request.POST.get("year") or request.GET.get("year", "")
    return years, next((y for y in years if asked in (str(y.pk), str(y.year))), years[0] if years else None)


def _year_at_work(request: HttpRequest) -> tuple[list[BudgetYear], BudgetYear | None]:
    """The year that was asked for, else the one that is being monitored: next year's targets report nothing yet."""
    years, year = _year(request)
    return years, year if request.GET.get("year") else records.chosen({}, years)[0]


def _assign(request: HttpRequest, targets: list[Any], sections: list[Any], people: list[Any]) -> None:
    """Do what a form of one of these pages asks, with messages."""
    wanted = set(request.POST.getlist("target"))
    chosen = [t for t in targets if str(t.pk) in wanted]
    section = next((s for s in sections if str(s.pk) == request.POST.get("section")), None)
    someone = next((p for p in people if str(p.pk) == request.POST.get("person")), None)
    try:
        if not chosen:
            raise Refused("请先勾选要分解的项。")
        if not (section or someone or request.POST.get("clear")):
            raise Refused("请选择责任科室或责任人。要取消原来的分解，请点“取消责任”。")
        count = assign(request.user, chosen, *((None, None) if request.POST.get("clear") else (section, someone)))
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"已{'取消' if request.POST.get('clear') else '分解'} {count} 项。")


def _department(request: HttpRequest, unit: Unit, year: BudgetYear) -> Department | None:
    """The unit's department, where its goals may be assigned too."""
    return unit.department if allowed(request.user, "monitoring.assign", At(unit.department, year.year)) else None


@login_required
def projects(request: HttpRequest) -> HttpResponse:
    """/responsibility/: the projects of a unit, assigned many at once."""
    require(request.user, "monitoring.assign")
    years, year = _year(request)
    if year is None:
        return render(request, "monitoring/responsibility.html", {"years": years})
    units = list(queries.assigning_units(request.user, year))
    asked = request.POST.get("unit") or request.GET.get("unit", "")
    unit = next((u for u in units if str(u.pk) == asked), units[0] if units else None)
    context: dict[str, Any] = {"years": years, "year": year, "units": units, "unit": unit}
    if unit is not None:
        found = queries.projects_of(request.user, year, unit)
        sections, people = queries.sections_and_people([unit])
        page = Paginator(found, PAGE).get_page(request.GET.get("page"))
        if request.method == "POST":
            _assign(request, list(page.object_list), sections, people)
            return redirect(f"/responsibility/?year={year.pk}&unit={unit.pk}&page={page.number}")
        holders = queries.holders("project", page.object_list)
        context |= {
            "page": page, "lines": [(p, holders.get(p.pk, "")) for p in page], "sections": sections, "people": people,
            "department": _department(request, unit, year),
        }  # fmt: skip
    return render(request, "monitoring/responsibility.html", context)


@login_required
def project(request: HttpRequest, pk: int) -> HttpResponse:
    """/responsibility/project/ID/: its indicators, one by one."""
    found = queries.project_or_404(request.user, pk)
    indicators = list(found.indicators.all())
    sections, people = queries.sections_and_people([found.unit])
    if request.method == "POST":
        _assign(request, indicators, sections, people)
        return redirect("responsibility-project", pk)
    holders, whole = queries.holders("indicator", indicators), queries.holders("project", [found]).get(pk, "")
    context = {
        "project": found, "lines": [(i, holders.get(i.pk, "")) for i in indicators], "whole": whole,
        "sections": sections, "people": people,
    }  # fmt: skip
    return render(request, "monitoring/responsibility_project.html", context)


@login_required
def department(request: HttpRequest, pk: int) -> HttpResponse:
    """/responsibility/department/ID/: its itemised goals."""
    years, year = _year(request)
    if year is None:
        raise Http404("还没有预算年度。")
    found, goals = queries.goals_or_404(request.user, pk, year)
    sections, people = queries.sections_and_people(queries.units_of_department(found, year))
    if request.method == "POST":
        _assign(request, goals, sections, people)
        return redirect(f"/responsibility/department/{pk}/?year={year.pk}")
    holders = queries.holders("goal", goals)
    context = {
        "department": found, "years": years, "year": year, "lines": [(g, holders.get(g.pk, "")) for g in goals],
        "sections": sections, "people": people,
    }  # fmt: skip
    return render(request, "monitoring/responsibility_department.html", context)


def _duties(request: HttpRequest, years: list[BudgetYear], year: BudgetYear | None, **holder: Any) -> HttpResponse:
    context: dict[str, Any] = {"years": years, "year": year, **holder}
    if year is not None:
        page = Paginator(queries.indicators_of(year, **holder), PAGE).get_page(request.GET.get("page"))
        context |= {"page": page, "duties": queries.duties(page.object_list), "goals": queries.goals_of(year, **holder)}
    return render(request, "monitoring/duties.html", context)


@login_required
def mine(request: HttpRequest) -> HttpResponse:
    """/responsibility/mine/: what I answer for, and how it stands."""
    return _duties(request, *_year_at_work(request), person=request.user)


@login_required
def section(request: HttpRequest, pk: int) -> HttpResponse:
    """/responsibility/section/ID/: what a section answers for."""
    return _duties(request, *_year_at_work(request), section=queries.section_or_404(request.user, pk))
