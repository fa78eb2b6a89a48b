"""The audit trail's pages, and everybody's messages."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from jiheng.web.org.permissions import require
from jiheng.web.protection.full import left_out_when_full
from jiheng.web.supervision import queries
from jiheng.web.supervision.chain import FIELDS
from jiheng.web.supervision.models import AuditEntry
from jiheng.web.supervision.services import record
from jiheng.web.supervision.wording import kind_words

_HEADS = (
    "序号",
    "时间",
    "操作人",
    "来源地址",
    "操作",
    "对象类别",
    "对象编号",
    "对象",
    "变更前",
    "变更后",
    "前一哈希",
    "哈希",
)


@login_required
def index(request: HttpRequest) -> HttpResponse:
    """/audit/: search the trail."""
    require(request.user, "audit.view")
    found = queries.entries(request.user, request.GET)
    asked = request.GET.copy()
    asked.pop("page", None)
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    context = {"page": page, "asked": request.GET, "query": asked.urlencode(), "actions": queries.actions(request.user)}
    return render(request, "supervision/index.html", context)


@login_required
def detail(request: HttpRequest, sequence: int) -> HttpResponse:
    """One entry, with what it changed."""
    require(request.user, "audit.view")
    entry = get_object_or_404(AuditEntry.objects.filter(queries.visible(request.user)), sequence=sequence)
    return render(
        request,
        "supervision/detail.html",
        {"entry": entry, "lines": queries.difference(entry), "kind": kind_words(entry.kind)},
    )


@login_required
@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Prove that nothing was changed: every hash follows from the one before."""
    require(request.user, "audit.view")
    count, broken = queries.verify()
    record("核验审计日志", None, None, {"entries": count, "broken": broken})
    return render(request, "supervision/verify.html", {"count": count, "broken": broken})


def _cell(value: Any) -> str:
    """A value that no spreadsheet takes for a formula."""
    text = str(value)
    return f"'{text}" if text.startswith(tuple("=+-@\t\r\n＝＋－＠")) else text


def _csv(rows: Any) -> Iterator[bytes]:
    yield "\ufeff".encode()
    yield _line(_HEADS)
    for entry in rows:
        # For people to read, as on the page; the chain's own text of the time is in the JSON lines.
        chained = entry.as_chained() | {"at": f"{timezone.localtime(entry.when):%Y-%m-%d %H:%M:%S}"}
        yield _line([_cell(chained[f]) for f in (*FIELDS, "previous", "hash")])


def _line(row: Any) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerow(row)
    return out.getvalue().encode()


def _jsonl(rows: Any) -> Iterator[bytes]:
    for entry in rows:
        yield json.dumps(entry, ensure_ascii=False).encode() + b"\n"


@login_required
def export(request: HttpRequest, kind: str) -> HttpResponse | StreamingHttpResponse:
    """What was searched for, as CSV; or the whole chain as JSON lines, to be verified elsewhere."""
    require(request.user, "audit.export")
    record("导出审计日志", None, None, {"kind": kind, "asked": dict(request.GET.items())})
    if kind == "jsonl":
        response = StreamingHttpResponse(
            _jsonl(queries.exported_chain(request.user)), content_type="application/x-ndjson"
        )
    else:
        rows = queries.entries(request.user, request.GET).order_by("sequence").iterator(chunk_size=2000)
        response = StreamingHttpResponse(_csv(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f"attachment; filename=audit.{kind}"
    return response


@login_required
def messages_of(request: HttpRequest) -> HttpResponse:
    """/notifications/: what I was told; reading it marks it as read."""
    found = queries.notifications(request.user)
    page = Paginator(found, 30).get_page(request.GET.get("page"))
    shown = render(request, "supervision/messages.html", {"page": page})
    with left_out_when_full():
        found.filter(pk__in=[n.pk for n in page], read_at=None).update(read_at=timezone.now())
    return shown


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark all as read."""
    queries.notifications(request.user).filter(read_at=None).update(read_at=timezone.now())
    return redirect("notifications")
