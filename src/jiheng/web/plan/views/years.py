"""The budget years of a district: opened, dated and closed by the finance bureau."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from jiheng import policy
from jiheng.web.org.models import District
from jiheng.web.org.permissions import require
from jiheng.web.plan.models import BudgetYear
from jiheng.web.plan.queries.years import districts_of_finance, next_year, years_with_counts
from jiheng.web.plan.services import Refused
from jiheng.web.plan.services.years import DEADLINES, Rules, change_year, open_year


@login_required
def years(request: HttpRequest) -> HttpResponse:
    """/plan/years/: the list; one year beside it, or a new one."""
    require(request.user, "plan.open_year")
    district = get_object_or_404(districts_of_finance(request.user)[:1])
    found = years_with_counts(district)
    if request.method == "POST":
        return _save(request, district, found)
    chosen = next((y for y in found if str(y.pk) == request.GET.get("year")), None)
    shown = chosen or BudgetYear(district=district, year=next_year(found), pack=found[0].pack if found else "")
    context = {
        "district": district, "years": found, "chosen": chosen, "shown": shown,
        "packs": [(name, policy.load(name).title) for name in policy.names()],
        "deadlines": [(s.value, s.label, shown.deadlines.get(s.value, "")) for s in DEADLINES],
    }  # fmt: skip
    return render(request, "plan/years.html", context)


def _asked(request: HttpRequest) -> Rules:
    said: Any = request.POST.get
    days = {s.value: said(f"until:{s.value}", "") for s in DEADLINES}
    return Rules(said("pack", ""), bool(said("errors_block")), bool(said("is_open")), days)


def _save(request: HttpRequest, district: District, found: list[BudgetYear]) -> HttpResponse:
    chosen = next((y for y in found if str(y.pk) == request.POST.get("year")), None)
    number = request.POST.get("number", "")
    try:
        if chosen is not None:
            saved = change_year(request.user, chosen, _asked(request))
            messages.success(request, f"{saved}已保存。")
        else:
            wanted = int(number) if number.isdecimal() and len(number) == 4 else 0
            saved = open_year(request.user, district, wanted, _asked(request))
            messages.success(request, f"{saved}已开放，各单位可以编报。")
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect(f"/plan/years/?year={chosen.pk}" if chosen else "/plan/years/")
