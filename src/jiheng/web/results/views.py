"""The register of rectification (整改台账), and the page of an item."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from jiheng.web.asked import number
from jiheng.web.monitoring.services.evidence import of as evidence_of
from jiheng.web.org.lineage import unit_of_year
from jiheng.web.org.permissions import allowed, require
from jiheng.web.plan.models import BudgetYear
from jiheng.web.plan.queries.projects import years_for
from jiheng.web.plan.services.errors import Refused
from jiheng.web.results import assessment as assessing
from jiheng.web.results import exporting, origins, queries, workflow
from jiheng.web.results.models import Rectification
from jiheng.web.results.people import owners_for
from jiheng.web.results.services import Found, raise_item
from jiheng.web.supervision.services import record
from jiheng.writers.excel_tables import write_tables

PAGE = 50


def _year(request: HttpRequest) -> BudgetYear | None:
    """The year that was asked for, else the one that runs now, else the newest."""
    years = years_for(request.user)
    asked = request.GET.get("year", "")
    today = timezone.localdate().year
    chosen = [y for y in years if asked in (str(y.pk), str(y.year))] or [y for y in years if y.year == today]
    return next(iter(chosen or years), None)


@login_required
def register(request: HttpRequest) -> HttpResponse:
    """/rectification/: the items one may see, those due first."""
    require(request.user, "results.view")
    year, today = _year(request), timezone.localdate()
    if year is None:
        return render(request, "results/register.html", {"year": None})
    whole = queries.visible(request.user).filter(budget_year=year)
    found = queries.filtered(whole, request.GET, today, request.user)
    units = queries.units_of(request.user, year)
    context = {
        "year": year, "years": years_for(request.user), "today": today, "asked": request.GET,
        "page": Paginator(queries.listed(found), PAGE).get_page(request.GET.get("page")),
        "sum": queries.totals(whole, today), "units": units, "departments": queries.departments_of(units),
        "states": queries.STATES, "sources": Rectification.Source.choices, "sorts": queries.SORT_NAMES,
        "severities": Rectification.Severity.choices, "raised": queries.RAISED, "kinds": exporting.KINDS,
        "may_raise": allowed(request.user, "results.raise"), "may_verify": allowed(request.user, "results.verify"),
    }  # fmt: skip
    return render(request, "results/_register.html" if request.htmx else "results/register.html", context)  # type: ignore[attr-defined]


@login_required
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """/rectification/export/<kind>/: the register with its filters, as a file."""
    require(request.user, "results.view")
    year, today = _year(request), timezone.localdate()
    if year is None or kind not in exporting.KINDS:
        raise Http404("没有可导出的内容。")
    whole = queries.visible(request.user).filter(budget_year=year)
    items = list(queries.listed(queries.filtered(whole, request.GET, today, request.user))[: exporting.MOST])
    title = f"{year.district}{year.year}年绩效管理整改台账"
    content, media_type = exporting.export(items, kind, title, today)
    record("导出整改台账", year, after={"items": len(items), "kind": kind})
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = (
        f"attachment; filename=\"register.{kind}\"; filename*=UTF-8''{quote(title)}.{kind}"
    )
    return response


@login_required
def item(request: HttpRequest, pk: int) -> HttpResponse:
    """/rectification/ID/: an item, what happened with it, and what one may do now."""
    found = queries.item_or_404(request.user, pk)
    steps = workflow.available(request.user, found)
    context = {
        "item": found, "steps": steps, "opened": workflow.next_of(found, steps),
        "today": timezone.localdate(), "origin": origins.link_of(found),
        "evidence": evidence_of(found), "may_prove": workflow.may_prove(request.user, found),
        "history": [(workflow.label_of(s.name), s) for s in queries.steps_of(found)],
        "owners": owners_for(found) if any("owner" in s.asks for s in steps) else [],
    }  # fmt: skip
    return render(request, "results/item.html", context)


@login_required
@require_POST
def step(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a step with an item."""
    found = queries.item_or_404(request.user, pk)
    name = request.POST.get("step", "")
    try:
        workflow.perform(request.user, found, name, _given(request, found))
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"已{workflow.BY_NAME[name].label}。")
    return redirect("rectification-item", pk)


def _given(request: HttpRequest, found: Rectification) -> workflow.Given:
    asked = request.POST
    owner = asked.get("owner", "")
    return workflow.Given(
        asked.get("text", ""), asked.get("measures", ""), asked.get("outcome", ""), _day(asked.get("due_on", "")),
        next((p for p in owners_for(found) if str(p.pk) == owner), None),
    )  # fmt: skip


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refused(f"“{text[:20]}”不是日期，请按“2026-06-30”填写。") from error


@login_required
def new(request: HttpRequest) -> HttpResponse:
    """/rectification/new/: raise an item, about what was found on the page one came from, or about a unit."""
    require(request.user, "results.raise")
    origin = origins.origin_of(request.user, request.GET.get("origin", "") or request.POST.get("origin", ""))
    if request.method == "POST":
        try:
            made = raise_item(request.user, _found(request, origin))
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, f"整改事项已提出，编号 {made.number}。")
            return redirect("rectification-item", made.pk)
    year = origin.project.budget_year if origin else _year(request)
    if year is None:
        return redirect("rectification")
    context = {
        "origin": origin, "year": year, "given": request.POST or request.GET, "today": timezone.localdate(),
        "units": [] if origin else queries.units_of(request.user, year, "results.raise"),
        "sources": Rectification.Source.choices, "severities": Rectification.Severity.choices, "raised": queries.RAISED,
    }  # fmt: skip
    return render(request, "results/new.html", context)


def _found(request: HttpRequest, origin: origins.Origin | None) -> Found:
    asked: Any = request.POST
    common = {
        "source": origin.source if origin else asked.get("source", ""),
        "title": asked.get("title", ""),
        "description": asked.get("description", ""),
        "severity": asked.get("severity", ""),
        "due_on": _day(asked.get("due_on", "")),
    }
    if origin:
        return Found(**common, project=origin.project, origin=origin.found)
    key, year = asked.get("unit", ""), get_object_or_404(BudgetYear, pk=number(asked.get("year")))
    units = queries.units_of(request.user, year, "results.raise")
    return Found(**common, unit=units.filter(pk=number(key)).first(), year=year)


def _assessed(request: HttpRequest) -> dict[str, Any]:
    """The year, the unit and the round that were asked for, with the lines of sections and people."""
    require(request.user, "results.view")
    year = _year(request)
    if year is None:
        return {"year": None}
    seen = queries.units_of(request.user, year)
    units, named = list(seen), assessing.with_holders(seen, year)
    asked = next((u for u in units if str(u.pk) == request.GET.get("unit")), None)
    own = unit_of_year(request.user.unit, year.year).pk if request.user.unit else None
    unit = asked or assessing.unit_to_open(units, own, named)
    rounds = queries.rounds_of(year)
    chosen = request.GET.get("round", "")
    round_ = next(iter([r for r in rounds if str(r.pk) == chosen] or rounds), None)
    sections, people = assessing.assess(unit, year, round_) if unit else ([], [])
    return {
        "year": year, "years": years_for(request.user), "units": units, "unit": unit, "rounds": rounds, "round": round_,
        "named": named, "groups": [("科室", sections), ("个人", people)],
    }  # fmt: skip


@login_required
def assessment(request: HttpRequest) -> HttpResponse:
    """/assessment/: how sections and people stand with what they answer for, at a round and at the year's end."""
    return render(request, "results/assessment.html", _assessed(request))


@login_required
def assessment_export(request: HttpRequest) -> HttpResponse:
    """/assessment/export/: the same as a workbook."""
    found = _assessed(request)
    if found["year"] is None or found["unit"] is None:
        raise Http404("没有可导出的内容。")
    title = f"{found['unit'].name}{found['year'].year}年责任考核"
    groups = [(name, [assessing.table_of(line) for line in lines]) for name, lines in found["groups"]]
    record("导出责任考核", found["unit"], after={"year": found["year"].year})
    content = write_tables(title, assessing.HEADINGS, groups)
    response = HttpResponse(content, content_type=exporting.MEDIA["xlsx"])
    response["Content-Disposition"] = f"attachment; filename=\"assessment.xlsx\"; filename*=UTF-8''{quote(title)}.xlsx"
    return response
