"""The pages for bringing documents in."""

from __future__ import annotations

from datetime import timedelta
from functools import reduce
from operator import or_
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from jiheng.web.asked import number, numbers
from jiheng.web.jobs.models import Job
from jiheng.web.org.lineage import in_use
from jiheng.web.org.models import Unit
from jiheng.web.org.permissions import PERMISSIONS, allowed, reach, units_for
from jiheng.web.plan.importing import bulk, services, uploads
from jiheng.web.plan.importing.matching import ACTIONS, REPLACE, Match, matches
from jiheng.web.plan.models import Upload
from jiheng.web.plan.queries import table_of
from jiheng.web.plan.queries.projects import years_for
from jiheng.web.plan.services import Refused
from jiheng.writers.place import place

SHOWN = 30
"""Uploads on a page of the list."""
AT_ONCE = 60
"""Tables that a preview shows at once, as many as a department's document holds; the rest come as they are reached."""
TOLD = timedelta(days=1)
"""For how long the page tells what came of the last import of many."""


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
    open_units = [in_use(y.year) & Q(department__district_id=y.district_id) for y in years]
    units = units_for(request.user, "plan.import").filter(reduce(or_, open_units, Q(pk__in=[]))).order_by("code")
    if request.method == "POST":
        return _receive(request, years, list(units))
    if (read_already := _read_already(request)) is not None:
        return redirect(read_already)
    shown = _mine(request).defer("document", "findings")
    page = Paginator(shown, SHOWN).get_page(request.GET.get("page"))
    mine = Job.objects.filter(kind__in=(uploads.READ_JOB, bulk.IMPORT_JOB), created_by=request.user)
    jobs = mine.filter(state__in=Job.OPEN).order_by("created_at")
    over = mine.filter(kind=bulk.IMPORT_JOB, state=Job.State.DONE, finished_at__gt=timezone.now() - TOLD)
    last = over.order_by("-finished_at").first()
    context = {
        "years": years, "units": units, "page": page, "jobs": jobs, "ready": bulk.ready(request.user).count(),
        "known": bulk.FOR_KNOWN, "said": bulk.said(last) if last and not jobs else [],
    }  # fmt: skip
    return render(request, "plan/importing/index.html", context)


def _read_already(request: HttpRequest) -> str | None:
    """The preview of the file that was just sent, where it was read before this page was asked for."""
    found = Job.objects.filter(pk=number(request.GET.get("job")), created_by=request.user).first()
    return _lone(request, found) or None if found and not found.is_open else None


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
        return redirect(f"{reverse('import')}?job={asked.pk}")
    return redirect("import")


@login_required
@require_POST
def many(request: HttpRequest) -> HttpResponse:
    """Import the chosen files, or all that were read, in the background."""
    if not allowed(request.user, "plan.import"):
        raise PermissionDenied(f"您没有“{PERMISSIONS['plan.import'][0]}”的权限。")
    chosen = bulk.ready(request.user)
    if not request.POST.get("all"):
        chosen = chosen.filter(pk__in=numbers(request.POST.getlist("upload")))
    try:
        asked = bulk.ask_import(request.user, chosen, request.POST.get("known", ""))
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"已开始在后台{asked.title}，可以离开本页。")
    return redirect("import")


@login_required
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the reading is: asked every second by the page."""
    found = get_object_or_404(Job, pk=pk, created_by=request.user)
    response = render(request, "plan/importing/_progress.html", {"job": found})
    if not found.is_open:
        lone = _lone(request, found)
        response["HX-Redirect" if lone else "HX-Refresh"] = lone or "true"
    return response


def _lone(request: HttpRequest, found: Job) -> str:
    """Where to look at the file, where one alone was uploaded and read."""
    keys = found.payload.get("uploads", [])
    read = _mine(request).filter(pk__in=keys, state=Upload.State.READ)
    return reverse("import-preview", args=keys) if len(keys) == 1 and read.exists() else ""


def _words(match: Match, action: str) -> str:
    return "按文件修改" if match.is_ours and action == REPLACE else ACTIONS[action]


def _shown(match: Match, findings: dict[int, list[dict[str, Any]]], whole: bool = True) -> dict[str, Any]:
    """What the preview says of a project: a line, and the whole table where it is shown at once."""
    mine = findings.get(match.project.sequence, [])
    counts = [sum(f["severity"] == s for f in mine) for s in ("error", "warning", "info")]
    table = table_of(match.project, findings=mine) if whole else None
    for cell in (table.cells().get(c.after_key) for c in match.changes) if table else ():
        if cell is not None:
            cell.css += " differs"
    return {
        "match": match, "table": table, "findings": mine, "errors": counts[0],
        "warnings": counts[1], "actions": [(a, _words(match, a)) for a in match.actions],
        "is_quiet": match.is_ours and match.is_same,
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
    found = matches(request.user, upload, document)
    if (asked := number(request.GET.get("project"))) is not None:
        match = next((m for m in found if m.project.sequence == asked), None)
        if match is None:
            raise Http404("文件里没有这个项目。")
        return render(request, "plan/importing/_pair.html", {"s": _shown(match, findings), "upload": upload})
    shown = [_shown(m, findings, n < AT_ONCE) for n, m in enumerate(found)]
    warnings = [(w.message, w.text, place(w.anchor)) for w in document.warnings]
    context = {
        "upload": upload, "document": document, "shown": shown, "warnings": warnings,
        "may_goals": services.may_import_goals(request.user, upload) and bool(document.goals.overall),
        "conflicts": sum(bool(s["match"].conflict) for s in shown),
        "other_year": document.fiscal_year and document.fiscal_year != upload.budget_year.year,
    }  # fmt: skip
    return render(request, "plan/importing/preview.html", context)


def _posted(request: HttpRequest, prefix: str) -> dict[int, str]:
    """What was posted for each project, by its sequence."""
    return {
        n: str(value)
        for key, value in request.POST.items()
        if key.startswith(prefix) and (n := number(key.removeprefix(prefix))) is not None
    }


def _import(request: HttpRequest, upload: Upload) -> HttpResponse:
    choices, seen = _posted(request, "action:"), _posted(request, "seen:")
    revisions = {n: revision for n, text in seen.items() if (revision := number(text)) is not None}
    try:
        done = services.import_upload(request.user, upload, choices, bool(request.POST.get("part_one")), revisions)
    except Refused as error:
        messages.error(request, str(error))
        return redirect("import-preview", pk=upload.pk)
    words = ACTIONS | ({REPLACE: "修改"} if upload.sheets else {})
    parts = [f"{words[a]} {n} 个" for a, n in done.items() if n]
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
