"""Files beside a row or an item, as every stage takes them in, finds them and hands them out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404

from jiheng.web.execution.models import Evidence
from jiheng.web.monitoring.services import evidence
from jiheng.web.plan.services.errors import Refused


def keep_files(request: HttpRequest, owner: Any, project: Any, writable: Callable[[HttpRequest, Any], None]) -> int:
    """Keep the files sent with a request beside their owner, unless ``writable`` raises :class:`Refused`; how many were
    kept. Why others were not is told."""
    kept = 0
    try:
        writable(request, owner)
        for file in request.FILES.getlist("files"):
            evidence.attach(request.user, owner, project, file)
            kept += 1
        if not kept:
            raise Refused("请先选择文件。")
    except Refused as refused:
        messages.error(request, str(refused))
    return kept


def evidence_of(kind: type[Any], pk: int) -> Evidence:
    """A file whose owner is of this kind. Raises ``Http404``."""
    found = get_object_or_404(Evidence.objects.select_related("content_type"), pk=pk)
    if not isinstance(found.owner, kind):
        raise Http404("没有这个佐证文件。")
    return found


def hand_out(found: Evidence) -> FileResponse:
    """The file as it was uploaded; never shown in the browser. Raises ``Http404``."""
    path = evidence.path_of(found)
    if not path.is_file():
        raise Http404("服务器上找不到这个文件。")
    response = FileResponse(path.open("rb"), content_type="application/octet-stream")
    response["Content-Disposition"] = f"attachment; filename=\"evidence\"; filename*=UTF-8''{quote(found.name)}"
    return response
