"""The desk of those who review monitoring forms."""

from __future__ import annotations

from itertools import groupby

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from jiheng.web import transaction
from jiheng.web.asked import number, numbers
from jiheng.web.monitoring.models import Light, MonitoringRecord
from jiheng.web.monitoring.queries import records
from jiheng.web.monitoring.queries.review import STAGES, rounds_waiting, step_of, waiting
from jiheng.web.monitoring.services.submission import take_steps
from jiheng.web.org.permissions import PERMISSIONS, allowed
from jiheng.web.plan.services.errors import Refused

PAGE = 50
MOST = 500
"""Forms that are passed or returned at once."""


def _only_reviewers(request: HttpRequest) -> None:
    if not any(allowed(request.user, permission) for permission, *_ in STAGES):
        raise PermissionDenied(f"您没有“{PERMISSIONS[STAGES[0][0]][0]}”的权限。")


@login_required
def queue(request: HttpRequest) -> HttpResponse:
    """/monitoring/review/: what waits for me, the worst first."""
    _only_reviewers(request)
    whole = waiting(request.user)
    shown = records.filtered(whole, request.GET)
    if (asked_round := number(request.GET.get("round"))) is not None:
        shown = shown.filter(round=asked_round)
    departments, units = records.places(whole)
    lines = records.listed(shown, request.GET.get("sort") or "light")
    context = {
        "page": Paginator(lines, PAGE).get_page(request.GET.get("page")),
        "tally": records.tally(shown), "rounds": rounds_waiting(whole), "departments": departments, "units": units,
        "lights": Light.choices, "asked": request.GET,
    }  # fmt: skip
    return render(request, "monitoring/review.html", context)


def _chosen(request: HttpRequest) -> list[MonitoringRecord]:
    keys = numbers(request.POST.getlist("form"))
    found = waiting(request.user)
    if request.POST.get("all_green"):
        found = records.filtered(found, request.POST).filter(light=Light.GREEN)
    else:
        found = found.filter(pk__in=keys)
    return list(records.listed(found, "light").select_related("round__budget_year")[:MOST])


@login_required
@require_POST
def batch(request: HttpRequest) -> HttpResponse:
    """Pass or return many: first shows what would happen, then does it."""
    _only_reviewers(request)
    chosen, action = _chosen(request), request.POST.get("action", "")
    if not chosen or action not in ("pass", "return"):
        messages.error(request, "请先在列表里勾选监控表。")
        return redirect("monitoring-review")
    if not request.POST.get("confirmed"):
        red = sum(f.light == Light.RED for f in chosen)
        return render(request, "monitoring/batch.html", {"chosen": chosen, "action": action, "red": red})
    try:
        with transaction.atomic():
            for step, forms in groupby(sorted(chosen, key=lambda f: f.state), key=lambda f: step_of(f, action)):
                take_steps(request.user, list(forms), step, request.POST.get("reason", ""))
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"已{'通过' if action == 'pass' else '退回'} {len(chosen)} 份监控表。")
    return redirect("monitoring-review")
