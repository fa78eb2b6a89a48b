"""Filling in by Excel: a workbook out, the filled one in, what it changes, and then all of it or nothing."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from jiheng.web.monitoring import workbook
from jiheng.web.monitoring.models import MonitoringRound
from jiheng.web.monitoring.queries import offline
from jiheng.web.monitoring.services.report import OPEN_ROUNDS, save_many
from jiheng.web.org.models import Unit
from jiheng.web.org.permissions import require
from jiheng.web.plan.queries.projects import years_of
from jiheng.web.plan.services.errors import Refused, Stale

MOST_BYTES = 10 * 2**20
SALT = "monitoring.excel"


def _place(request: HttpRequest, pk: int, wanted: str) -> tuple[MonitoringRound, list[Unit], Unit | None]:
    found = get_object_or_404(MonitoringRound.objects.select_related("budget_year__district"), pk=pk)
    if found.state not in OPEN_ROUNDS or not years_of(request.user).filter(pk=found.budget_year_id).exists():
        raise Http404("这一期不在填报中。")
    units = offline.units_filling(request.user, found)
    unit = next((u for u in units if str(u.pk) == wanted), units[0] if units and not wanted else None)
    if wanted and unit is None:
        raise Http404("没有这个单位可以填报的监控表。")
    return found, units, unit


@login_required
def excel(request: HttpRequest, pk: int) -> HttpResponse:
    """/monitoring/round/ID/excel/: download, upload, look, confirm."""
    require(request.user, "monitoring.report")
    asked = request.POST if request.method == "POST" else request.GET
    found, units, unit = _place(request, pk, asked.get("unit", ""))
    context: dict[str, Any] = {"round": found, "units": units, "unit": unit}
    if request.method == "POST" and unit is not None:
        try:
            if "payload" in request.POST:
                return _apply(request, found)
            context |= _preview(request, found, unit)
        except Refused as refused:
            messages.error(request, str(refused))
    context["count"] = offline.fillable(request.user, found, unit).count() if unit else 0
    return render(request, "monitoring/excel.html", context)


def _preview(request: HttpRequest, found: MonitoringRound, unit: Unit) -> dict[str, Any]:
    file = request.FILES.get("file")
    if file is None:
        raise Refused("请先选择填好的 Excel 文件。")
    if (file.size or 0) > MOST_BYTES:
        raise Refused("文件超过 10 MB，没有读取。请用本期模板填写，不要插入图片。")
    records = offline.forms_of(request.user, found, unit)
    read = workbook.read(file.read(), file.name or "", offline.loose(records))
    forms = {
        str(c.form.record.pk): [c.form.record.revision, {d.cell: d.after for d in c.differences}] for c in read.changes
    }
    # Signed, so that what is saved is what was looked at.
    payload = signing.dumps(json.dumps(forms), salt=SALT, compress=True) if forms and not read.problems else ""
    return {"read": read, "payload": payload, "name": file.name, "cells": sum(len(c.differences) for c in read.changes),
            "stale": [c for c in read.changes if c.is_stale]}  # fmt: skip


def _apply(request: HttpRequest, found: MonitoringRound) -> HttpResponse:
    try:
        forms = json.loads(signing.loads(request.POST["payload"], salt=SALT, max_age=3600))
    except signing.BadSignature as error:
        raise Refused("核对页面已过期或内容不完整，请重新上传文件。") from error
    wanted = {int(pk): (int(seen), dict(cells)) for pk, (seen, cells) in forms.items()}
    if len(wanted) != offline.fillable(request.user, found).filter(pk__in=wanted).count():
        raise Refused("有的监控表已经报送或不在您的范围里，没有保存任何内容。请重新下载模板。")
    try:
        saved = save_many(request.user, wanted, "用 Excel 填报绩效监控")
    except Stale as stale:
        raise Refused(str(stale)) from stale
    messages.success(request, f"已保存 {len(saved)} 个项目的监控表。核对无误后请逐个报送。")
    return redirect(f"/monitoring/?round={found.pk}")


@login_required
@require_GET
def template(request: HttpRequest, pk: int) -> HttpResponse:
    """The workbook to be filled in, with all of the unit's projects that are not submitted yet."""
    require(request.user, "monitoring.report")
    found, _, unit = _place(request, pk, request.GET.get("unit", ""))
    records = offline.forms_of(request.user, found, unit) if unit else []
    if unit is None or not records:
        raise Http404("没有可以填报的监控表，可能都已报送。")
    content = workbook.write(records, offline.before(found, unit))
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    response = HttpResponse(content, content_type=kind)
    name = quote(f"{unit.name}{found}监控填报.xlsx")
    response["Content-Disposition"] = f"attachment; filename=\"report.xlsx\"; filename*=UTF-8''{name}"
    return response
