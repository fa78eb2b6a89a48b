"""The page of a monitoring form, and what its script asks."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from jiheng.web.execution.models import Evidence
from jiheng.web.monitoring.flow import BY_NAME, Step, sent_back
from jiheng.web.monitoring.models import IndicatorReport
from jiheng.web.monitoring.queries import form as forms
from jiheng.web.monitoring.queries.records import neighbours, record_or_404
from jiheng.web.monitoring.services import evidence, report
from jiheng.web.monitoring.services.report import Saved, save_cells
from jiheng.web.monitoring.services.submission import FLOW, shortcomings, take_step
from jiheng.web.monitoring.views.evidence import evidence_of, hand_out, keep_files
from jiheng.web.org.permissions import require
from jiheng.web.plan.services.errors import Refused
from jiheng.web.plan.views.asked import asked

CELLS_AT_ONCE = 2000
PRIMARY = frozenset(("submit", "department_pass", "accept"))


def _css(step: Step) -> str:
    return "back" if step.needs_reason else "go" if step.name in PRIMARY else ""


@login_required
@require_GET
def form(request: HttpRequest, pk: int) -> HttpResponse:
    """/monitoring/ID/: the official form, filled in in place where this person may; the same page is printed."""
    record = record_or_404(request.user, pk)
    context = forms.page_of(request.user, record)
    before, after, place, count = neighbours(request.user, record)
    steps = [(s, _css(s)) for s in FLOW.available(request.user, record)]
    history = list(record.steps.select_related("by")[:20])
    context |= {
        "sent_back": sent_back(history), "history": history,
        "before": before, "after": after, "place": place, "count": count, "steps": steps, "fills": forms.FILLS,
        "why_closed": report.why_closed(record),
        "likelihoods": IndicatorReport.Likelihood.choices, "reasons": IndicatorReport.Reason.choices,
        "data": {
            "editable": context["editable"], "cells": f"/monitoring/{pk}/cells/", "fill": f"/monitoring/{pk}/fill/",
        },
    }  # fmt: skip
    return render(request, "monitoring/form.html", context)


def _answer(request: HttpRequest, saved: Saved) -> JsonResponse:
    """What the script needs after a save: lights, the money, what is still missing."""
    record = saved.record
    state = {"record": record, "missing": shortcomings(record, saved.rows), "editable": True}
    money = {"money": forms.money_lines(record, forms.previous_of(record)), "record": record, "editable": True}
    return JsonResponse({
        "revision": record.revision, "changed": saved.changed,
        "lights": {row.pk: [row.light, row.light_reason, report.is_reported(row)] for row in saved.rows},
        "state": render_to_string("monitoring/_state.html", state, request),
        "total": [line.forecast for line in money["money"][:1]],
        "at": timezone.localtime().strftime("%H:%M:%S"),
    })  # fmt: skip


@asked(record_or_404)
def cells(request: HttpRequest, pk: int, body: dict[str, Any]) -> HttpResponse:
    """Save cells: ``{"values": {cell: text}, "was": {cell: text}}``."""
    values, was = ({str(cell): str(text) for cell, text in body[name].items()} for name in ("values", "was"))
    if not values or len(values) > CELLS_AT_ONCE:
        raise ValueError
    return _answer(request, save_cells(request.user, pk, values, was))


@login_required
@require_GET
def fill(request: HttpRequest, pk: int) -> HttpResponse:
    """What a quick fill proposes for the empty cells; nothing is saved."""
    record = record_or_404(request.user, pk)
    if not forms.is_editable(request.user, record) or request.GET.get("how") not in forms.FILLS:
        raise Http404
    return JsonResponse({"values": forms.proposals(record, request.GET["how"])})


@login_required
@require_POST
def refresh(request: HttpRequest, pk: int) -> HttpResponse:
    """Read the money anew."""
    record_or_404(request.user, pk)
    try:
        saved = report.refresh_money(request.user, pk)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"资金已按 {saved.record.round.period_end:%Y年%-m月%-d日} 前的支付更新。")
    return redirect("monitoring-form", pk)


@login_required
@require_POST
def step(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a step; after a review on to the queue, after a report on to the next project of the unit."""
    record = record_or_404(request.user, pk)
    name = request.POST.get("step", "")
    try:
        take_step(request.user, record, name, request.POST.get("reason", ""))
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("monitoring-form", pk)
    messages.success(request, f"“{record.project}”：{BY_NAME[name].label}，已办理。")
    if request.POST.get("next") == "review":
        return redirect("monitoring-review")
    return redirect("monitoring-form", pk)


def _row(request: HttpRequest, pk: int) -> IndicatorReport:
    found = get_object_or_404(
        IndicatorReport.objects.select_related("record__round__budget_year", "record__project__unit__department"), pk=pk
    )
    record_or_404(request.user, found.record_id)
    return found


def _writable(request: HttpRequest, row: IndicatorReport) -> None:
    require(request.user, "monitoring.report", row.record)
    if why := report.why_closed(row.record):
        raise Refused(why)


@login_required
@require_POST
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep evidence with a reported value."""
    row = _row(request, pk)
    kept = keep_files(request, row, row.record.project, _writable)
    if kept:
        messages.success(request, f"“{row.name}”已上传 {kept} 个佐证文件。")
    return redirect(f"/monitoring/{row.record_id}/#row-{pk}")


def _evidence(request: HttpRequest, pk: int) -> tuple[Evidence, IndicatorReport]:
    found = evidence_of(IndicatorReport, pk)
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
    """Take evidence away."""
    found, row = _evidence(request, pk)
    try:
        _writable(request, row)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        evidence.detach(found)
        messages.success(request, f"已移除“{found.name}”。")
    return redirect(f"/monitoring/{row.record_id}/#row-{row.pk}")
