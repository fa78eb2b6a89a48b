"""The form page, and what its script asks: save, rows, undo, who else is here."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_POST

from jiheng.web.org.permissions import allowed
from jiheng.web.plan import services, workflow
from jiheng.web.plan.checking import pack_of, suggested_review
from jiheng.web.plan.models import Project, Transition
from jiheng.web.plan.queries import table_of
from jiheng.web.plan.queries.projects import (
    cycle_of,
    editing_units,
    framework_of,
    handing_over,
    is_editable,
    known_or_404,
    later_years,
    others_at,
    project_or_404,
    sources_for,
)  # fmt: skip
from jiheng.web.plan.queries.side import side_of
from jiheng.web.plan.services import Refused, Saved
from jiheng.web.plan.states import State
from jiheng.web.plan.views.asked import asked

CELLS_AT_ONCE = 1000


def _comments(project: Project) -> list[Any]:
    return list(
        project.comments.filter(resolved_at=None, parent=None)
        .select_related("author")
        .prefetch_related("replies__author")
    )


PRIMARY = frozenset(("hand_over", "submit", "department_pass", "approve", "publish"))
"""The steps that lead on, one in each state for each role: the blue button."""


def _css(step: workflow.Step, handed: Transition | None) -> str:
    if step.name == "hand_over" and handed:
        return ""  # done; once more is a reminder
    return "back" if step.needs_reason else "go" if step.name in PRIMARY else ""


@login_required
def form(request: HttpRequest, pk: int) -> HttpResponse:
    """/plan/ID/: the official form, edited in place where this person may; the same page is printed."""
    project = project_or_404(request.user, pk)
    editable, comments = is_editable(request.user, project), _comments(project)
    handed = handing_over(project).select_related("by").first() if project.state == State.DRAFT else None
    steps = [(s, workflow.obstacle(s, project), _css(s, handed)) for s in workflow.available(request.user, project)]
    year = project.budget_year
    context = {
        "project": project, "table": table_of(project, comments=comments, editable=editable), "editable": editable,
        "steps": steps, "handed": handed, "cycle": cycle_of(year, project.state), "comments": comments,
        "side": side_of(project, editable, suggested_review(project), comments),
        "others": others_at(project, request.user) if editable else [],
        "history": project.transitions.select_related("by")[:20],
        "may_copy": bool(editing_units(request.user, year)),
        "copy_years": later_years(request.user, project),
        "may_import": allowed(request.user, "plan.import", project),
        "data": {
            "revision": project.revision, "editable": editable, "framework": framework_of(pack_of(year)),
            "labels": {"cells": f"/plan/{pk}/cells/", "rows": f"/plan/{pk}/rows/", "undo": f"/plan/{pk}/undo/",
                       "redo": f"/plan/{pk}/redo/", "here": f"/plan/{pk}/here/"},
        },
    }  # fmt: skip
    return render(request, "plan/form.html", context)


def _answer(request: HttpRequest, saved: Saved, **more: Any) -> JsonResponse:
    """What the script needs after a change: the revision, what others changed, marks, the side, the table anew."""
    project, comments = saved.project, _comments(saved.project)
    table = table_of(project, comments=comments, editable=True)
    side = side_of(project, True, suggested_review(project), comments)
    answer: dict[str, Any] = {
        "revision": project.revision, "cells": saved.changed, "title": str(project), "caption": table.caption,
        "marks": {key: [c.mark, c.tip] for key, c in table.cells().items() if c.mark},
        "side": render_to_string("plan/_side.html", {"side": side, "editable": True, "project": project}, request),
        "counts": [project.errors, project.warnings, project.hints],
        "obstacles": {s.name: workflow.obstacle(s, project) for s in workflow.available(request.user, project)},
        "at": timezone.localtime().strftime("%H:%M:%S"), **more,
    }  # fmt: skip
    if saved.rows:
        answer["table"] = render_to_string("plan/_table.html", {"table": table})
    return JsonResponse(answer)


@asked(known_or_404)
def cells(request: HttpRequest, pk: int, body: dict[str, Any]) -> HttpResponse:
    """Save cells: ``{"values": {cell: text}, "seen": revision, "typing": bool}``."""
    values = {str(cell): str(text) for cell, text in body["values"].items()}
    if not values or len(values) > CELLS_AT_ONCE:
        raise ValueError
    return _answer(request, services.save_cells(request.user, pk, values, int(body["seen"]), bool(body.get("typing"))))


@asked(known_or_404)
def rows(request: HttpRequest, pk: int, body: dict[str, Any]) -> HttpResponse:
    """Change rows: ``{"do": add|remove|move|paste|periods|take, "seen": revision, …}``."""
    person, seen, do = request.user, int(body["seen"]), body["do"]
    if do == "add":
        saved, key = services.add_row(person, pk, str(body["kind"]), seen, int(body.get("after") or 0))
        return _answer(request, saved, row=key)
    if do == "remove":
        return _answer(request, services.remove_row(person, pk, str(body["row"]), seen))
    if do == "move":
        return _answer(request, services.move_row(person, pk, str(body["row"]), int(body["by"]), seen))
    if do == "paste":
        return _answer(request, services.paste(person, pk, str(body["cell"]), str(body["text"]), seen))
    if do == "periods":
        return _answer(request, services.use_periods(person, pk, seen))
    if do == "take":
        source = project_or_404(person, int(body["source"]))
        return _answer(request, services.take_over(person, pk, source, tuple(map(str, body["parts"])), seen))
    raise ValueError


@asked(known_or_404)
def undo(request: HttpRequest, pk: int, body: dict[str, Any]) -> HttpResponse:
    """Take back one's own last change."""
    return _answer(request, services.undo(request.user, pk))


@asked(known_or_404)
def redo(request: HttpRequest, pk: int, body: dict[str, Any]) -> HttpResponse:
    """Do again what was taken back."""
    return _answer(request, services.redo(request.user, pk))


@asked(known_or_404)
def here(request: HttpRequest, pk: int, body: dict[str, Any]) -> HttpResponse:
    """The page is open: tell who else is here, and what was changed since ``seen``."""
    project = project_or_404(request.user, pk)
    if not is_editable(request.user, project):
        return JsonResponse({"closed": f"本表现在处于“{project.get_state_display()}”，不能再修改。请刷新页面。"})
    if body.get("leaving"):
        services.be_gone(request.user, project)
        return JsonResponse({})
    services.be_here(request.user, project, str(body.get("cell", "")))
    others = [o.words for o in others_at(project, request.user)]
    seen = int(body["seen"])
    if project.revision == seen:
        return JsonResponse({"others": others})
    return _answer(request, services.changes(project, services.edits_since(project, seen)), others=others)


def _news(done: Project, step: workflow.Step, before: str) -> str:
    if step.target == before:  # to name the state would sound as if nothing had happened
        return f"“{done}”已{step.label}，对方会收到消息。"
    return f"“{done}”：{step.label}，现在是“{done.get_state_display()}”。"


@login_required
@require_POST
def step(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a step of the workflow."""
    project = project_or_404(request.user, pk)
    name = request.POST.get("step", "")
    try:
        done = workflow.perform(request.user, project, name, request.POST.get("reason", ""))
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _news(done, workflow.BY_NAME[name], project.state))
    return redirect("plan-form", pk)


@login_required
def sources(request: HttpRequest, pk: int) -> HttpResponse:
    """The dialog in which content is taken over from another project."""
    project = project_or_404(request.user, pk)
    if not is_editable(request.user, project):
        raise Http404("本表不能修改。")
    found = sources_for(request.user, project)
    return render(request, "plan/_sources.html", {"project": project, "sources": found, "parts": services.PARTS})
