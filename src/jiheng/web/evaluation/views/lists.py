"""The list of self-evaluations, steps with many of them, opening a year, files of many."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from jiheng.web.asked import number, numbers
from jiheng.web.evaluation import documents
from jiheng.web.evaluation.queries import lists
from jiheng.web.evaluation.queries.department import seen_whole
from jiheng.web.evaluation.queries.forms import visible_forms
from jiheng.web.evaluation.services import exporting
from jiheng.web.evaluation.services.start import start
from jiheng.web.evaluation.services.submission import take_steps
from jiheng.web.evaluation.views.files import attachment, stored
from jiheng.web.jobs.models import Job
from jiheng.web.monitoring.flow import BY_NAME
from jiheng.web.monitoring.models import RecordState
from jiheng.web.org.options import unit_options
from jiheng.web.org.permissions import allowed, require
from jiheng.web.pages import KeyPaginator
from jiheng.web.plan.models import BudgetYear
from jiheng.web.plan.queries.projects import years_for, years_of
from jiheng.web.plan.services.errors import Refused
from jiheng.web.supervision.services import record

PAGE = 50
AT_ONCE = 500


def chosen_year(request: HttpRequest, years: list[BudgetYear]) -> BudgetYear | None:
    """The year that was asked for, else the latest whose self-evaluation was opened, else the latest."""
    asked = request.GET.get("year", "")
    for year in years:
        if asked in (str(year.pk), str(year.year)):
            return year
    opened = BudgetYear.objects.filter(pk__in=[y.pk for y in years], evaluation__isnull=False)
    latest = opened.order_by("-year").values_list("pk", flat=True).first()
    return next((y for y in years if y.pk == latest), years[0] if years else None)


@login_required
@require_GET
def evaluations(request: HttpRequest) -> HttpResponse:
    """/evaluation/: the forms one may see."""
    require(request.user, "evaluation.view")
    years = years_for(request.user)
    year = chosen_year(request, years)
    if year is None:
        return render(request, "evaluation/list.html", {"years": [], "year": None})
    found = lists.listed(request.user, year, request.GET)
    opened, job = lists.opening_of(year)
    query = request.GET.copy()
    query.pop("page", None)
    sums = lists.totals(found)
    pages = KeyPaginator(found, lists.lines(), PAGE, sums, by_unit=not request.GET.get("sort"))
    departments = lists.departments_of(request.user, year)
    page, steps = pages.get_page(request.GET.get("page")), lists.batch_steps(request.user, year)
    turns = {state for name, *_ in steps for state in BY_NAME[name].sources}
    waiting = [f.pk for f in page if f.state in turns]
    context: dict[str, Any] = {
        "years": years, "year": year, "page": page, "sums": lists.together(sums),
        "states": RecordState.choices, "asked": request.GET,
        "units": unit_options(lists.units_of(request.user, year), request.GET.get("unit")),
        "departments": departments, "whole": seen_whole(request.user, departments, year), "found": lists.FOUND,
        "sorts": lists.SORT_NAMES,
        "grades": ("优", "良", "中", "差"), "opened": opened, "job": job, "query": query.urlencode(),
        "may_open": allowed(request.user, "evaluation.manage", year),
        "steps": steps if waiting else [], "waiting": waiting,
    }  # fmt: skip
    return render(request, "evaluation/list.html", context)


@login_required
@require_POST
def open_year(request: HttpRequest) -> HttpResponse:
    """Open the self-evaluation of a year, or make the forms that are missing."""
    year = get_object_or_404(years_of(request.user), pk=number(request.POST.get("year")))
    try:
        start(request.user, year, _day(request.POST.get("closes_on", "")))
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"正在生成{year}绩效自评表，完成后各单位会收到消息。")
    return redirect(f"/evaluation/?year={year.pk}")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Refused(f"“{text[:20]}”不是日期，请填成 2026-03-31 的样子。") from error


@login_required
@require_POST
def batch(request: HttpRequest) -> HttpResponse:
    """Take one step with the chosen forms, all or none."""
    name, reason = request.POST.get("step", ""), request.POST.get("reason", "")
    back = f"/evaluation/?{request.POST.get('query', '')}"
    keys = numbers(request.POST.getlist("form"))[: AT_ONCE + 1]
    if not keys or len(keys) > AT_ONCE:
        messages.error(request, "请先勾选自评表。" if not keys else f"一次最多办理 {AT_ONCE} 份。")
        return redirect(back)
    found = list(visible_forms(request.user).filter(pk__in=keys).defer("honesty"))
    try:
        done = take_steps(request.user, found, name, reason)
    except Refused as refused:
        messages.error(request, f"{refused} 已选的 {len(found)} 份都没有办理。")
    else:
        messages.success(request, f"{len(done)} 份自评表：{BY_NAME[name].label}。")
    return redirect(back)


@login_required
@require_GET
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """What the list shows, with its filters, as one file; in the background where there are many."""
    require(request.user, "evaluation.view")
    year = chosen_year(request, years_for(request.user))
    if year is None or kind not in documents.TYPES:
        raise Http404("没有可导出的内容。")
    found = lists.listed(request.user, year, request.GET)
    count = found.count()
    if 0 < count <= exporting.AT_ONCE:
        data = documents.write_many(documents.contents(found), kind, f"{year}绩效自评表")
        record("导出自评表", year, after={"forms": count, "kind": kind, "filters": request.GET.dict()})
        return attachment(data, kind, f"{year}绩效自评表")
    try:
        asked = exporting.ask_for(request.user, year, kind, request.GET)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(f"/evaluation/?{request.GET.urlencode()}")
    return redirect("evaluation-export-job", asked.pk)


@login_required
@require_GET
def export_job(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the writing of a file is; then the file."""
    job = get_object_or_404(Job, pk=pk, kind=exporting.JOB, created_by=request.user)
    if "file" in request.GET:
        path = exporting.path_of(job.pk, job.payload["kind"])
        if job.state != Job.State.DONE or not path.is_file():
            raise Http404("文件还没有生成，或者已经清理。请重新导出。")
        return stored(path, job.payload["kind"], job.title)
    template = "evaluation/_progress.html" if request.htmx else "evaluation/export.html"  # type: ignore[attr-defined]
    return render(request, template, {"job": job})


@login_required
@require_GET
def opening(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the making of a year's forms is."""
    year = get_object_or_404(years_of(request.user), pk=pk)
    require(request.user, "evaluation.view")
    _, job = lists.opening_of(year)
    return render(request, "evaluation/_opening.html", {"job": job, "year": year})
