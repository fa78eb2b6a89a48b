"""Evidence of a row: uploaded, handed out, taken away."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_POST

from jiheng.web.evaluation.models import EvaluatedIndicator
from jiheng.web.evaluation.queries.forms import form_or_404
from jiheng.web.evaluation.services.filling import recompute, why_closed
from jiheng.web.execution.models import Evidence
from jiheng.web.monitoring.services import evidence
from jiheng.web.monitoring.views.evidence import evidence_of, hand_out, keep_files
from jiheng.web.org.permissions import require
from jiheng.web.plan.services.errors import Refused


def _row(request: HttpRequest, pk: int) -> EvaluatedIndicator:
    """A row of a form that the person sees. Raises ``Http404``."""
    row = get_object_or_404(EvaluatedIndicator, pk=pk)
    row.evaluation = form_or_404(request.user, row.evaluation_id)
    return row


def _writable(request: HttpRequest, row: EvaluatedIndicator) -> None:
    require(request.user, "evaluation.fill", row.evaluation)
    if why := why_closed(row.evaluation):
        raise Refused(why)


@login_required
@require_POST
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep files with a row."""
    row = _row(request, pk)
    kept = keep_files(request, row, row.evaluation.project, _writable)
    if kept:
        recompute(request.user, row.evaluation_id)
        messages.success(request, f"“{row.name}”已上传 {kept} 个佐证文件。")
    return redirect(f"/evaluation/{row.evaluation_id}/#row-{pk}")


def _evidence(request: HttpRequest, pk: int) -> tuple[Evidence, EvaluatedIndicator]:
    found = evidence_of(EvaluatedIndicator, pk)
    return found, _row(request, found.object_id)


@login_required
@require_GET
def download(request: HttpRequest, pk: int) -> HttpResponse:
    """The file as it was uploaded; never shown in the browser."""
    found, _ = _evidence(request, pk)
    return hand_out(found)


@login_required
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a file away."""
    found, row = _evidence(request, pk)
    try:
        _writable(request, row)
        evidence.detach(found)
        recompute(request.user, row.evaluation_id)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"已移除“{found.name}”。")
    return redirect(f"/evaluation/{row.evaluation_id}/#row-{row.pk}")
