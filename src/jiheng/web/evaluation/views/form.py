"""The page of a self-evaluation form, and what its script asks."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from jiheng.web.evaluation import documents
from jiheng.web.evaluation.queries import forms
from jiheng.web.evaluation.queries.lists import neighbours
from jiheng.web.evaluation.services.filling import Saved, recompute, save_cells, why_closed
from jiheng.web.evaluation.services.submission import FLOW, take_step
from jiheng.web.evaluation.views.files import attachment
from jiheng.web.monitoring.flow import BY_NAME, sent_back
from jiheng.web.plan.services.errors import Refused
from jiheng.web.plan.views.asked import asked
from jiheng.web.supervision.services import record

CELLS_AT_ONCE = 1000
PRIMARY = frozenset(("submit", "department_pass", "accept"))


def _css(step: Any) -> str:
    return "back" if step.needs_reason else "go" if step.name in PRIMARY else ""


@login_required
@require_GET
def form(request: HttpRequest, pk: int) -> HttpResponse:
    """/evaluation/ID/: the official form, filled in in place where this person may; the same page is printed."""
    found = forms.form_or_404(request.user, pk)
    context = forms.page_of(request.user, found)
    steps = [(s, FLOW.obstacle(found, s), _css(s)) for s in FLOW.available(request.user, found)]
    before, after = neighbours(request.user, found)
    history = list(found.steps.select_related("by")[:20])
    context |= {
        "sent_back": sent_back(history), "history": history, "steps": steps, "why_closed": why_closed(found),
        "before": before, "after": after, "kinds": documents.KINDS,
        "data": {"editable": context["editable"], "cells": f"/evaluation/{pk}/cells/", "bands": context["bands"]},
    }  # fmt: skip
    return render(request, "evaluation/form.html", context)


def _answer(request: HttpRequest, saved: Saved) -> JsonResponse:
    """What the script needs after a save: the table's points and sentences, the side."""
    context = forms.page_of(request.user, saved.form, saved.rows)
    return JsonResponse({
        "revision": saved.form.revision, "changed": saved.changed,
        "table": render_to_string("evaluation/_table.html", context, request),
        "side": render_to_string("evaluation/_side.html", context, request),
        "obstacles": {s.name: FLOW.obstacle(saved.form, s) for s in FLOW.available(request.user, saved.form)},
        "at": timezone.localtime().strftime("%H:%M:%S"),
    })  # fmt: skip


@asked(forms.form_or_404)
def cells(request: HttpRequest, pk: int, body: dict[str, Any]) -> HttpResponse:
    """Save cells: ``{"values": {cell: text}, "was": {cell: text}}``."""
    values, was = ({str(cell): str(text) for cell, text in body[name].items()} for name in ("values", "was"))
    if not values or len(values) > CELLS_AT_ONCE:
        raise ValueError
    return _answer(request, save_cells(request.user, pk, values, was))


@login_required
@require_POST
def refresh(request: HttpRequest, pk: int) -> HttpResponse:
    """Read the money anew, and compute again."""
    forms.form_or_404(request.user, pk)
    try:
        saved = recompute(request.user, pk)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"资金已按 {saved.form.budget_year.year} 年底的执行数更新，得分已重新计算。")
    return redirect("evaluation-form", pk)


@login_required
@require_POST
def step(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a step of the workflow."""
    found = forms.form_or_404(request.user, pk)
    name = request.POST.get("step", "")
    try:
        done = take_step(request.user, found, name, request.POST.get("reason", ""))
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"“{done}”：{BY_NAME[name].label}，现在是“{done.get_state_display()}”。")
    return redirect("evaluation-form", pk)


@login_required
@require_GET
def export(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The form or its report as a file; what leaves the house is in the trail."""
    found = forms.form_or_404(request.user, pk)
    data, ending, name = documents.write_one(found, kind)
    record("导出自评表", found, after={"kind": kind})
    return attachment(data, ending, name)
