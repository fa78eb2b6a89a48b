"""The rates of a round over units, by numerator and denominator."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from jiheng.web.monitoring.models import MonitoringRound
from jiheng.web.monitoring.queries import rates as queries
from jiheng.web.monitoring.queries import records
from jiheng.web.org.permissions import require
from jiheng.web.plan.checking import pack_of

PER_PAGE = 50


@login_required
@require_GET
def rates(request: HttpRequest) -> HttpResponse:
    """/monitoring/rates/: each rate over the units that a person sees; with ``indicator``, one of them by unit."""
    require(request.user, "monitoring.view")
    years = records.years_monitored(request.user)
    year, rounds, found = records.chosen(request.GET, years)
    context: dict[str, Any] = {"years": years, "year": year, "rounds": rounds, "round": found, "asked": request.GET}
    if found is not None and found.state != MonitoringRound.State.PLANNED:
        context |= _lines(request, rounds, found)
    return render(request, "monitoring/rates.html", context)


def _lines(request: HttpRequest, rounds: list[MonitoringRound], found: MonitoringRound) -> dict[str, Any]:
    asked = {name: request.GET.get(name, "") for name in ("department", "unit")}
    mine = {r.pk: records.reachable(request.user, r) for r in rounds}
    departments, units = records.places(mine[found.pk])
    so_far = [(r, records.filtered(mine[r.pk], asked)) for r in rounds if r.order <= found.order]
    shown = {"departments": departments, "units": units, "columns": [r for r, _ in so_far[:-1]]}
    pack = pack_of(found.budget_year)
    if name := request.GET.get("indicator", "").strip():
        kinds = queries.kinds_of(name, so_far[-1][1])
        kind = asked_kind if (asked_kind := request.GET.get("kind")) in kinds else next(iter(kinds), "")
        by_unit = queries.of_units(name, so_far, pack, kind)
        whole = queries.together(by_unit, name, pack)
        return shown | {"indicator": name, "kind": kind, "lines": by_unit, "whole": whole}
    rows = queries.names(so_far[-1][1], request.GET.get("q", "").strip())
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return shown | {"page": page, "lines": queries.lines(page.object_list, so_far, pack)}
