"""Ranking and distribution; a department's overall self-evaluation."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from jiheng.web.asked import number
from jiheng.web.evaluation import documents
from jiheng.web.evaluation.queries import department as departments
from jiheng.web.evaluation.queries import lists, ranking
from jiheng.web.evaluation.queries.forms import visible_forms
from jiheng.web.evaluation.services import department as services
from jiheng.web.evaluation.views.files import attachment
from jiheng.web.evaluation.views.lists import chosen_year
from jiheng.web.org.permissions import require
from jiheng.web.plan.models import BudgetYear
from jiheng.web.plan.queries.projects import years_for, years_of
from jiheng.web.plan.services.errors import Refused
from jiheng.web.supervision.services import record
from jiheng.writers.excel_tables import write_tables

PAGE = 50


@login_required
@require_GET
def rank(request: HttpRequest) -> HttpResponse:
    """/evaluation/ranking/: departments or units in order, the worst projects, how scores are distributed."""
    require(request.user, "evaluation.view")
    years = years_for(request.user)
    year = chosen_year(request, years)
    if year is None:
        return render(request, "evaluation/ranking.html", {"years": [], "year": None})
    level = request.GET.get("level", "department")
    if level not in ranking.LEVELS:
        raise Http404("地址不对。")
    department = number(request.GET.get("department"))
    found = visible_forms(request.user).filter(budget_year=year)
    below = lists.departments_of(request.user, year)
    ranked = ranking.overview(request.user, year, level, department)
    context = {
        "page": Paginator(ranked.places, PAGE).get_page(request.GET.get("page")),
        "years": years, "year": year, "level": level, "levels": ranking.LEVELS, "department": department,
        "departments": below, "found": ranked,
        "whole": [d.pk for d in departments.seen_whole(request.user, below, year)],
        "worst": ranking.worst(found.filter(department_id=department) if department else found),
    }  # fmt: skip
    return render(request, "evaluation/ranking.html", context)


@login_required
@require_GET
def rank_file(request: HttpRequest) -> HttpResponse:
    """The ranking of departments and that of units as one workbook, whole."""
    require(request.user, "evaluation.view")
    year, department = _year(request), number(request.GET.get("department"))
    found = {level: ranking.overview(request.user, year, level, department) for level in ranking.LEVELS}
    title, tables = f"{year}自评排名", [(f"按{ranking.LEVELS[k]}", ranking.rows_of(v)) for k, v in found.items()]
    record("导出自评排名", year, after={"department": department} if department else None)
    return attachment(write_tables(title, ranking.headings_of(found["unit"]), tables), "xlsx", title)


def _year(request: HttpRequest) -> BudgetYear:
    years = years_for(request.user)
    if request.method == "POST":
        return get_object_or_404(years_of(request.user), pk=number(request.POST.get("year") or request.GET.get("year")))
    year = chosen_year(request, years)
    if year is None:
        raise Http404("还没有预算年度。")
    return year


@login_required
@require_GET
def department(request: HttpRequest, pk: int) -> HttpResponse:
    """/evaluation/department/ID/: the department's overall self-evaluation."""
    year = _year(request)
    found = departments.department_or_404(request.user, pk, year)
    context = departments.page_of(request.user, found, year)
    context |= {"department": found, "year": year, "years": years_for(request.user)}
    return render(request, "evaluation/department.html", context)


@login_required
@require_POST
def save(request: HttpRequest, pk: int) -> HttpResponse:
    """Save the words."""
    year = _year(request)
    found = departments.department_or_404(request.user, pk, year)
    texts = {name: request.POST.get(name, "") for name in services.TEXTS}
    seen = number(request.POST.get("revision"))
    try:
        services.save_texts(request.user, found, year, texts, -1 if seen is None else seen)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "部门整体自评已保存。")
    return redirect(f"/evaluation/department/{pk}/?year={year.pk}")


@login_required
@require_POST
def step(request: HttpRequest, pk: int) -> HttpResponse:
    """Submit, accept, send back."""
    year = _year(request)
    found = departments.department_or_404(request.user, pk, year)
    name = request.POST.get("step", "")
    try:
        services.take_step(request.user, found, year, name, request.POST.get("reason", ""))
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"“{found.name}”部门整体自评：{services.STEPS[name][0]}。")
    return redirect(f"/evaluation/department/{pk}/?year={year.pk}")


@login_required
@require_GET
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """The report as a Word file."""
    year = _year(request)
    found = departments.department_or_404(request.user, pk, year)
    form = departments.form_of(found, year)
    record("导出部门整体自评报告", found, after={"year": year.year})
    return attachment(documents.write_overall(form), "docx", f"{found.name}{year}部门整体绩效自评报告")
