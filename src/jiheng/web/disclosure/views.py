"""The departments' documents for those who make them, and the public pages for everybody."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_POST

from jiheng.model import Document
from jiheng.web.asked import number
from jiheng.web.disclosure import queries, services
from jiheng.web.disclosure.models import Publication
from jiheng.web.org.models import Department
from jiheng.web.org.permissions import At, allowed, require
from jiheng.web.plan import documents
from jiheng.web.plan.models import BudgetYear
from jiheng.web.plan.queries.projects import years_for
from jiheng.web.plan.queries.table import table_of


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=documents.TYPES[kind])
    response["Content-Disposition"] = f"attachment; filename=\"document.{kind}\"; filename*=UTF-8''{quote(name)}.{kind}"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _shown(document: Document) -> dict[str, Any]:
    tables = [table_of(p) for p in document.projects]
    return {"document": document, "tables": list(zip(document.projects, tables, strict=True))}


@login_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The documents of a year, department by department."""
    require(request.user, "plan.view")
    years = years_for(request.user)
    wanted = request.GET.get("year", "")
    year = next((y for y in years if str(y.year) == wanted), years[0] if years else None)
    lines = queries.lines(request.user, year) if year else []
    return render(request, "disclosure/index.html", {"years": years, "year": year, "lines": lines})


def _department(request: HttpRequest, department: int, year: int) -> tuple[Department, BudgetYear]:
    found = get_object_or_404(Department.objects.select_related("district"), pk=department)
    if not allowed(request.user, "plan.export", At(found, year)):
        raise Http404("没有这份绩效文本，或者您无权查看。")
    return found, get_object_or_404(BudgetYear, district=found.district, year=year)


@login_required
@require_GET
def preview(request: HttpRequest, department: int, year: int) -> HttpResponse:
    """The document as it would be published now."""
    found, budget_year = _department(request, department, year)
    context = _shown(documents.document_of(found, budget_year))
    context |= {"department": found, "year": budget_year, "left_out": queries.left_out(found, budget_year)}
    context["may_publish"] = allowed(request.user, "disclosure.publish", At(found, year))
    context["printing"] = queries.printing()
    context["publications"] = Publication.objects.filter(department=found, budget_year=budget_year).defer("content")
    return render(request, "disclosure/preview.html", context)


@login_required
@require_GET
def download(request: HttpRequest, department: int, year: int, kind: str) -> HttpResponse:
    """The document as a file."""
    found, budget_year = _department(request, department, year)
    if kind not in documents.WRITERS:
        raise Http404
    document = documents.document_of(found, budget_year)
    return _file(documents.WRITERS[kind](document), kind, document.source)


@login_required
@require_POST
def publish(request: HttpRequest, department: int, year: int) -> HttpResponse:
    """Publish it."""
    found, budget_year = _department(request, department, year)
    try:
        made = services.publish(request.user, found, budget_year)
    except services.NothingToPublish as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"已公开 {made}（第 {made.edition} 版，{made.project_count} 个项目）。")
    return redirect("documents-preview", department=department, year=year)


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it off the public pages."""
    publication = get_object_or_404(Publication.objects.select_related("department", "budget_year"), pk=pk)
    if not allowed(request.user, "plan.view", publication):
        raise Http404
    try:
        services.withdraw(request.user, publication, request.POST.get("reason", ""))
    except ValueError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "已撤回，公众不再看到这一版。")
    return redirect("documents-preview", department=publication.department_id, year=publication.budget_year.year)


@require_GET
@cache_control(public=True, max_age=60)
def public_index(request: HttpRequest) -> HttpResponse:
    """What is public, to be searched."""
    years = queries.public_years()
    wanted = number(request.GET.get("year"))
    year = wanted if wanted in years else None
    text = request.GET.get("q", "").strip()[:100]
    found = queries.search(text, year)
    return render(request, "disclosure/public.html", {"found": found, "years": years, "year": year, "q": text})


def _public(pk: int) -> Publication:
    return get_object_or_404(
        Publication.objects.filter(withdrawn_at=None).select_related("department", "budget_year"), pk=pk
    )


@require_GET
@cache_control(public=True, max_age=60)
def public_document(request: HttpRequest, pk: int) -> HttpResponse:
    """One public document."""
    publication = _public(pk)
    context = _shown(documents.from_content(publication.content))
    return render(request, "disclosure/document.html", context | {"publication": publication})


@require_GET
@cache_control(public=True, max_age=60)
def public_download(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """One public document as a file."""
    publication = _public(pk)
    name = str(publication)
    if kind == "pdf" and publication.pdf:
        return _file((settings.MEDIA_ROOT / publication.pdf).read_bytes(), kind, name)
    if kind not in documents.WRITERS:
        raise Http404
    return _file(documents.WRITERS[kind](documents.from_content(publication.content)), kind, name)
