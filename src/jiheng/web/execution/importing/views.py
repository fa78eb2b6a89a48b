"""The pages for bringing in lists of the finance system."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from jiheng.web import doubts
from jiheng.web.execution.importing import applying, batches, shown
from jiheng.web.execution.importing.reading import path_of
from jiheng.web.execution.models import ImportBatch
from jiheng.web.execution.queries.imports import visible_batches
from jiheng.web.execution.views.asked import attempt, years_and_year
from jiheng.web.org.permissions import allowed, require
from jiheng.web.plan.services.errors import Refused

PAGE = 20


def _batch(request: HttpRequest, pk: int) -> ImportBatch:
    """An import of a place of this person. Raises ``Http404``."""
    return get_object_or_404(visible_batches(request.user), pk=pk)


@login_required
def index(request: HttpRequest) -> HttpResponse:
    """/execution/imports/: send a file or paste rows; see what became of those before."""
    require(request.user, "execution.import")
    years, year = years_and_year(request)
    places = batches.places_for(request.user, year) if year else []
    if request.method == "POST":
        return _receive(request, year, places)
    found = visible_batches(request.user).defer("problems", "repeated", "sample", "held", "decisions")
    found = found.filter(budget_year=year) if year else found
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {"years": years, "year": year, "places": places, "kinds": ImportBatch.Kind.choices, "page": page}
    return render(request, "execution/importing/index.html", context)


def _receive(request: HttpRequest, year: Any, places: list[batches.Place]) -> HttpResponse:
    form, file = request.POST, request.FILES.get("file")
    place = next((p for p in places if p.key == form.get("place")), None)
    if year is None or place is None:
        messages.error(request, "请选择年度和导入的范围。")
        return redirect("execution-imports")
    kind = form.get("kind", "")
    try:
        if file is not None:
            batch, note = batches.receive(request.user, year, place, kind, file)
        else:
            batch, note = batches.receive_pasted(request.user, year, place, kind, form.get("text", ""))
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("execution-imports")
    if note:
        messages.warning(request, note)
    return redirect("execution-import", batch.pk)


@login_required
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the background work is: asked every second by the page."""
    batch = _batch(request, pk)
    response = render(request, "execution/importing/_progress.html", {"batch": batch})
    if batch.job is None or not batch.job.is_open:
        response["HX-Refresh"] = "true"
    return response


@login_required
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """What was understood, what is wrong, what is there already; confirm, correct, take back."""
    return _preview(request, _batch(request, pk))


def _preview(request: HttpRequest, batch: ImportBatch, asked: dict[str, Any] | None = None) -> HttpResponse:
    context = {
        "batch": batch, "units": ImportBatch.AmountUnit.choices, **shown.context_of(batch),
        "can_decide": batch.state == ImportBatch.State.READ or batch.is_stuck,
        "can_reread": batch.state in (ImportBatch.State.READ, ImportBatch.State.FAILED) or batch.is_stuck,
        "is_allowed": allowed(request.user, "execution.import", batch), "doubts": asked,
    }  # fmt: skip
    status = doubts.STATUS if asked else 200
    return render(request, "execution/importing/preview.html", context, status=status)


@login_required
@require_POST
def reread(request: HttpRequest, pk: int) -> HttpResponse:
    """Which sheets are read, and which column is what."""
    batch = _batch(request, pk)
    plans = shown.plans_of_form(batch, request.POST)
    attempt(request, lambda: batches.reread(request.user, batch.pk, plans), "正在按新的选择重新检查。")
    return redirect("execution-import", pk)


@login_required
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """What the rows that are asked about mean."""
    batch = _batch(request, pk)
    said = shown.decisions_of_form(batch, request.POST)
    attempt(request, lambda: batches.decide(request.user, batch.pk, said), "正在按您的决定重新检查。")
    return redirect("execution-import", pk)


@login_required
@require_POST
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the rows; ``leave_out`` names those with problems that are consciously left out."""
    batch, form = _batch(request, pk), request.POST
    rows = [text for text in form.get("leave_out", "").split(",") if text]
    attempt(request, lambda: applying.apply(request.user, batch.pk, rows, form.get("seen", "")), "正在入账。")
    return redirect("execution-import", pk)


@login_required
@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Give it up."""
    batch = _batch(request, pk)
    attempt(request, lambda: batches.discard(request.user, batch.pk), f"已放弃“{batch.name}”，没有导入任何内容。")
    return redirect("execution-imports")


@login_required
@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it back as a whole."""
    batch, reason = _batch(request, pk), request.POST.get("reason", "")
    confirmed = doubts.confirmed_in(request)

    def act() -> None:
        applying.take_back(request.user, batch.pk, reason, confirmed)

    try:
        attempt(request, act, "已整批撤回，各项目的执行数已重新汇总。")
    except doubts.Doubtful as doubtful:
        again = doubts.asked_again(request, doubtful, "撤回", f"/execution/imports/{pk}/")
        return _preview(request, batch, again)
    return redirect("execution-import", pk)


@login_required
def original(request: HttpRequest, pk: int) -> HttpResponse:
    """The file as it was sent."""
    batch = _batch(request, pk)
    path = path_of(batch)
    if not path.is_file():
        raise Http404("服务器上找不到这个文件。")
    name = batch.name if batch.name != batches.PASTED else f"{batches.PASTED}.txt"
    return FileResponse(path.open("rb"), as_attachment=True, filename=name)
