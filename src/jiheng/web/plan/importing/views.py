"""The pages for bringing documents in."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from jiheng.web.jobs.models import Job
from jiheng.web.org.models import Unit
from jiheng.web.org.permissions import PERMISSIONS, allowed, reach, units_for
from jiheng.web.plan.importing import services, uploads
from jiheng.web.plan.importing.matching import ACTIONS, Match, matches
from jiheng.web.plan.models import Upload
from jiheng.web.plan.queries import table_of
from jiheng.web.plan.queries.projects import years_for
from jiheng.web.plan.services import Refused
from jiheng.writers.place import place


def _mine(request: HttpRequest) -> QuerySet[Upload]:
    mine = Upload.objects.filter(reach(request.user, "plan.import"))
    return mine.select_related("unit__department", "budget_year", "by")


def _upload(request: HttpRequest, pk: int) -> Upload:
    return get_object_or_404(_mine(request), pk=pk)


@login_required
def index(request: HttpRequest) -> HttpResponse:
    """/import/: drop files, see what became of those before."""
    if not allowed(request.user, "plan.import"):
        raise PermissionDenied(f"您没有“{PERMISSIONS['plan.import'][0]}”的权限。")
    years = [y for y in years_for(request.user) if y.is_open]
    units = units_for(request.user, "plan.import").order_by("code")
    if request.method == "POST":
        return _receive(request, years, list(units))
    recent = _mine(request).defer("document", "findings")[:30]
    open_job = Job.objects.filter(
        kind=uploads.READ_JOB, created_by=request.user, state__in=["waiting", "running"]
    ).first()
    context = {"years": years, "units": units, "recent": recent, "job": open_job}
    return render(request, "plan/importing/index.html", context)


def _receive(request: HttpRequest, years: list[Any], units: list[Unit]) -> HttpResponse:
    unit = next((u for u in units if str(u.pk) == request.POST.get("unit")), None)
    year = next((y for y in years if str(y.pk) == request.POST.get("year")), None)
    if unit is None or year is None:
        messages.error(request, "请选择单位和预算年度。")
        return redirect("import")
    try:
        asked, notes = uploads.receive(request.user, unit, year, request.FILES.getlist("files"))
    except Refused as error:
        messages.error(request, str(error))
    else:
        for note in notes:
            messages.warning(request, note)
        messages.success(request, f"已收到文件，正在{asked.title}。")
    return redirect("import")


@login_required
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the reading is: asked every second by the page."""
    found = get_object_or_404(Job, pk=pk, created_by=request.user)
    response = render(request, "plan/importing/_progress.html", {"job": found})
    if not found.is_open:
        response["HX-Refresh"] = "true"
    return response


def _shown(match: Match, findings: dict[int, list[dict[str, Any]]]) -> dict[str, Any]:
    mine = findings.get(match.project.sequence, [])
    counts = [sum(f["severity"] == s for f in mine) for s in ("error", "warning", "info")]
    return {
        "match": match, "table": table_of(match.project, findings=mine), "findings": mine, "errors": counts[0],
        "warnings": counts[1], "actions": [(a, ACTIONS[a]) for a in match.actions],
    }  # fmt: skip


@login_required
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """What was read, beside what is there; choose, then import."""
    upload = _upload(request, pk)
    if upload.document is None:
        return render(request, "plan/importing/preview.html", {"upload": upload})
    if request.method == "POST":
        return _import(request, upload)
    document = uploads.document_of(upload)
    findings = {entry["project"]: entry["findings"] for entry in upload.findings}
    shown = [_shown(m, findings) for m in matches(request.user, upload, document)]
    warnings = [(w.message, w.text, place(w.anchor)) for w in document.warnings]
    context = {
        "upload": upload, "document": document, "shown": shown, "warnings": warnings,
        "may_goals": services.may_import_goals(request.user, upload) and bool(document.goals.overall),
        "other_year": document.fiscal_year and document.fiscal_year != upload.budget_year.year,
    }  # fmt: skip
    return render(request, "plan/importing/preview.html", context)


def _import(request: HttpRequest, upload: Upload) -> HttpResponse:
    choices = {
        int(key.removeprefix("action:")): value
        for key, value in request.POST.items()
        if key.startswith("action:") and key.removeprefix("action:").isdecimal()
    }
    try:
        done = services.import_upload(request.user, upload, choices, bool(request.POST.get("part_one")))
    except Refused as error:
        messages.error(request, str(error))
        return redirect("import-preview", pk=upload.pk)
    parts = [f"{ACTIONS[a]} {n} 个" for a, n in done.items() if n]
    messages.success(request, f"“{upload.name}”已导入：{'，'.join(parts)}。")
    return redirect("plan")


@login_required
@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Give an upload up."""
    try:
        uploads.discard(request.user, _upload(request, pk))
    except Refused as error:
        messages.error(request, str(error))
    return redirect("import")


@login_required
def original(request: HttpRequest, pk: int) -> FileResponse:
    """The file as it was uploaded."""
    upload = _upload(request, pk)
    path = uploads.path_of(upload)
    if not path.is_file():
        raise Http404("服务器上找不到这个文件。")
    response = FileResponse(path.open("rb"), content_type="application/octet-stream")
    response["Content-Disposition"] = f"attachment; filename=\"original\"; filename*=UTF-8''{quote(upload.name)}"
    response["X-Content-Type-Options"] = "nosniff"
    return response
