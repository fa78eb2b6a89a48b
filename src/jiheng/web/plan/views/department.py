"""The page of a department's own goals; edited like the form of a project, by the same script."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_POST

from jiheng.web.org.models import Department
from jiheng.web.org.permissions import allowed
from jiheng.web.plan.checking import counts
from jiheng.web.plan.models import BudgetYear, DepartmentGoals
from jiheng.web.plan.queries.department import (
    department_or_404,
    goals_findings,
    goals_in,
    goals_table,
    may_edit,
    years_in,
)  # fmt: skip
from jiheng.web.plan.queries.department_check import WholeCheck, may_see_whole, whole_check
from jiheng.web.plan.queries.side import finding_views
from jiheng.web.plan.services import Refused, department
from jiheng.web.plan.services.department_check import ask_check
from jiheng.web.plan.views.asked import answered, logged_out
from jiheng.web.plan.views.lists import chosen_year
from jiheng.web.protection.full import left_out_when_full


def _place(request: HttpRequest, pk: int) -> tuple[Department, list[BudgetYear], BudgetYear]:
    found = department_or_404(request.user, pk)
    years = years_in(request.user, found)
    year = chosen_year(request, years)
    if year is None:
        raise Http404("还没有开放的预算年度。")
    return found, years, year


def _whole(request: HttpRequest, found: Department, year: BudgetYear) -> WholeCheck | None:
    """The check of all projects together, for those who see all units; a reviewer's look has it made anew where it is
    out of date."""
    if not may_see_whole(request.user, found):
        return None
    if any(allowed(request.user, p, found) for p in ("plan.review_department", "plan.review_finance")):
        if request.method == "POST":
            ask_check(request.user, found, year, again=True)
        else:
            with left_out_when_full():
                ask_check(request.user, found, year, again=False)
    return whole_check(found, year)


@login_required
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """The panel with what was found in all projects together: asked for every other second while it is under way."""
    found, _, year = _place(request, pk)
    whole = _whole(request, found, year)
    if whole is None:
        raise Http404("没有这个部门，或者您无权查看全部单位。")
    return render(request, "plan/_department_check.html", {"department": found, "year": year, "whole": whole})


@login_required
def goals(request: HttpRequest, pk: int) -> HttpResponse:
    """/plan/department/ID/: overall goal, itemised goals, safeguards."""
    found, years, year = _place(request, pk)
    shown, editable = goals_in(found, year), may_edit(request.user, found, year)
    findings = goals_findings(shown)
    base, whole = f"/plan/department/{pk}", _whole(request, found, year)
    context = {
        "department": found, "whole": whole, "years": years, "year": year, "goals": shown, "editable": editable,
        "table": goals_table(shown, findings, editable), "findings": finding_views(findings, False),
        "counts": counts(findings), "is_empty": not shown.pk or (not shown.revision and not shown.overall),
        "data": {
            "revision": shown.revision, "editable": editable, "framework": {}, "kind": "itemized",
            "labels": {"cells": f"{base}/cells/?year={year.pk}", "rows": f"{base}/rows/?year={year.pk}",
                       "undo": f"{base}/undo/?year={year.pk}", "redo": f"{base}/redo/?year={year.pk}"},
        },
    }  # fmt: skip
    return render(request, "plan/department.html", context)


def _answer(request: HttpRequest, saved: DepartmentGoals, rows: bool, **more: Any) -> JsonResponse:
    shown = goals_in(saved.department, saved.budget_year)
    findings = goals_findings(shown)
    table = goals_table(shown, findings, True)
    side = {"findings": finding_views(findings, False)}
    answer = {
        "revision": shown.revision, "cells": {}, "title": table.caption, "caption": table.caption,
        "marks": {key: [c.mark, c.tip] for key, c in table.cells().items() if c.mark},
        "side": render_to_string("plan/_department_side.html", side, request), "counts": counts(findings)[:2],
        "at": timezone.localtime().strftime("%H:%M:%S"), **more,
    }  # fmt: skip
    if rows:
        answer["table"] = render_to_string("plan/_table.html", {"table": table})
    return JsonResponse(answer)


@require_POST
def change(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Save cells, change rows, undo or redo, as the script asks."""
    if not request.user.is_authenticated:
        return logged_out()
    place = _place(request, pk)

    def act(body: dict[str, Any]) -> HttpResponse:
        if what in ("undo", "redo"):
            done = department.undo_goals(request.user, place[0], place[2], back=what == "undo")
            return _answer(request, done, rows=True)
        return _cells(request, place, body) if what == "cells" else _rows(request, place, body)

    return answered(request, act)


Place = tuple[Department, list[BudgetYear], BudgetYear]


def _cells(request: HttpRequest, place: Place, body: dict[str, Any]) -> HttpResponse:
    values, was = ({str(k): str(v) for k, v in body[name].items()} for name in ("values", "was"))
    saved = department.save_goals(request.user, place[0], place[2], values, was, bool(body.get("typing")))
    return _answer(request, saved, rows=False)


def _rows(request: HttpRequest, place: Place, body: dict[str, Any]) -> HttpResponse:
    person, (found, _, year), do = request.user, place, body["do"]
    if do == "add":
        saved, key = department.add_goals_row(person, found, year, str(body["kind"]), int(body.get("after") or 0))
        return _answer(request, saved, rows=True, row=key)
    if do == "remove":
        return _answer(request, department.remove_goals_row(person, found, year, str(body["row"])), rows=True)
    if do == "move":
        moved = department.move_goals_row(person, found, year, str(body["row"]), int(body["by"]))
        return _answer(request, moved, rows=True)
    if do == "paste":
        was = {str(k): str(v) for k, v in body["was"].items()}
        return _answer(
            request, department.paste_goals(person, found, year, str(body["cell"]), str(body["text"]), was), rows=True
        )
    raise ValueError


@login_required
@require_POST
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """Take over last year's."""
    found, _, year = _place(request, pk)
    try:
        department.copy_goals(request.user, found, year)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "已带入上年的部门整体绩效目标，请改成本年的。")
    return redirect(f"/plan/department/{pk}/?year={year.pk}")
