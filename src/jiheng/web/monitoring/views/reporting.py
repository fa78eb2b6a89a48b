"""Asking for the monitoring report, and fetching it."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from jiheng.web.asked import number
from jiheng.web.jobs.models import Job
from jiheng.web.monitoring.models import MonitoringRound
from jiheng.web.monitoring.queries import records
from jiheng.web.monitoring.services.reporting import REPORT_JOB, ask_report
from jiheng.web.org.permissions import require
from jiheng.web.plan.documents import TYPES


@login_required
@require_POST
def make(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the report of a round."""
    require(request.user, "monitoring.view")
    found = get_object_or_404(MonitoringRound.objects.select_related("budget_year__district"), pk=pk)
    forms = records.reachable(request.user, found)
    wanted = number(request.POST.get("department"))
    departments, _ = records.places(forms)
    if not forms.exists():
        raise Http404("这一期没有您可以查看的监控表。")
    department = get_object_or_404(departments, pk=wanted) if wanted is not None else None
    ask_report(request.user, found, department)
    messages.success(request, "正在生成监控报告，完成后在本页下载。")
    return redirect(f"/monitoring/overview/?round={pk}" + (f"&department={department.pk}" if department else ""))


@login_required
@require_GET
def fetch(request: HttpRequest, pk: int) -> HttpResponse:
    """The report that one asked for oneself; how far it is, where the page asks while it waits."""
    found = get_object_or_404(Job, pk=pk, kind=REPORT_JOB, created_by=request.user)
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "monitoring/_job.html", {"j": found})
    path = Path(settings.MEDIA_ROOT) / found.result.get("path", "")
    if found.state != Job.State.DONE or not path.is_file():
        messages.info(request, found.message or "报告还在生成，请稍候刷新。")
        return redirect(f"/monitoring/overview/?round={found.payload['round']}")
    response = FileResponse(path.open("rb"), content_type=TYPES["docx"])
    response["Content-Disposition"] = (
        f"attachment; filename=\"report.docx\"; filename*=UTF-8''{quote(found.result['name'])}"
    )
    return response
