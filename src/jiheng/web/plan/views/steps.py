"""One step with many drafts: handing them over to the unit's head, signing them off to the department."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from jiheng.web.asked import number_or_404, numbers
from jiheng.web.org.permissions import entitled_in, require
from jiheng.web.plan import workflow
from jiheng.web.plan.models import BudgetYear
from jiheng.web.plan.queries.projects import drafts_for, years_of
from jiheng.web.plan.services import Refused

BATCH = ("hand_over", "submit")
"""The steps of a unit that are taken with many; with the others one looks at each project."""
MOST = 500


def batch_for(person: Any, year: BudgetYear) -> list[workflow.Step]:
    """The steps that a person may take with many drafts of that year."""
    steps = [workflow.BY_NAME[name] for name in BATCH]
    return [s for s in steps if year.is_open and entitled_in(person, s.permission, year)]


@login_required
def steps(request: HttpRequest) -> HttpResponse:
    """/plan/steps/: the drafts that were ticked (or all of the year) and what stands in the way of each; then the step
    with those that were confirmed, all or none."""
    asked = request.POST if request.method == "POST" else request.GET
    if asked.get("step") not in BATCH:
        raise Http404("没有这个步骤。")
    step = workflow.BY_NAME[asked["step"]]
    require(request.user, step.permission)
    year = get_object_or_404(years_of(request.user), pk=number_or_404(asked.get("year")))
    keys, found = numbers(asked.getlist("project")), drafts_for(request.user, step, year)
    if request.method != "POST":
        rows = list((found.filter(pk__in=keys) if keys else found)[: MOST + 1])
        shown = [(p, workflow.obstacle(step, p)) for p in rows[:MOST]]
        ready = [p for p, why in shown if not why]
        context = {
            "year": year, "step": step, "shown": shown, "ready": len(ready), "is_more": len(rows) > MOST,
            "budget": sum(p.budget_total or 0 for p in ready),
        }  # fmt: skip
        return render(request, "plan/steps.html", context)
    try:
        done = workflow.perform_many(request.user, found.filter(pk__in=keys)[:MOST], step.name)
    except Refused as refused:
        messages.error(request, f"{refused} 所选的项目都没有办理。")
    else:
        said = f"已办理“{step.label}”，{len(done)} 个项目。" if done else "没有勾选项目，什么也没有办理。"
        (messages.success if done else messages.info)(request, said)
    return redirect(f"/plan/?year={year.pk}")
