"""Files that prove that something was put right (佐证资料): kept with an item of the register while it is open."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from jiheng.web.execution.models import Evidence
from jiheng.web.monitoring.services import evidence
from jiheng.web.monitoring.views.evidence import evidence_of, hand_out, keep_files
from jiheng.web.org.permissions import require
from jiheng.web.plan.services.errors import Refused
from jiheng.web.results import queries, workflow
from jiheng.web.results.models import Rectification


def _writable(request: HttpRequest, item: Rectification) -> None:
    require(request.user, workflow.ANSWER, item)
    if item.state != Rectification.State.OPEN:
        raise Refused(f"“{item}”现在是“{item.get_state_display()}”，不能再改佐证资料。")


@login_required
@require_POST
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """/rectification/ID/evidence/: keep files with an item."""
    item = queries.item_or_404(request.user, pk)
    kept = keep_files(request, item, item.project, _writable)
    if kept:
        messages.success(request, f"已上传 {kept} 个佐证文件。")
    return redirect("rectification-item", pk)


def _evidence(request: HttpRequest, pk: int) -> tuple[Evidence, Rectification]:
    """A file of an item that the person sees. Raises ``Http404``."""
    found = evidence_of(Rectification, pk)
    return found, queries.item_or_404(request.user, found.object_id)


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
    found, item = _evidence(request, pk)
    try:
        _writable(request, item)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        evidence.detach(found)
        messages.success(request, f"已移除“{found.name}”。")
    return redirect("rectification-item", item.pk)
