"""The pages of the review desk."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from jiheng.web.asked import number, numbers
from jiheng.web.org.permissions import PERMISSIONS, allowed
from jiheng.web.pages import KeyPaginator, added_up
from jiheng.web.plan import workflow
from jiheng.web.plan.checking import suggested_review
from jiheng.web.plan.models import Approval, BudgetYear, Comment, Project
from jiheng.web.plan.queries import table_of
from jiheng.web.plan.queries.projects import project_or_404, years_for
from jiheng.web.plan.queries.side import side_of
from jiheng.web.plan.queries.table import project_of
from jiheng.web.plan.review import queries, services
from jiheng.web.plan.review.signals import shown_to_reviewers
from jiheng.web.plan.scores import bar
from jiheng.web.plan.services import Refused
from jiheng.web.plan.states import State

MOST = 1000
"""Tables that are passed, returned or approved at once."""
_REVIEWERS = ("plan.review_department", "plan.review_finance", "plan.approve")


def _only_reviewers(request: HttpRequest) -> None:
    if not any(allowed(request.user, p) for p in _REVIEWERS):
        raise PermissionDenied(f"您没有“{PERMISSIONS['plan.review_department'][0]}”的权限。")


@login_required
def queue(request: HttpRequest) -> HttpResponse:
    """/review/: what waits for me, riskiest first."""
    _only_reviewers(request)
    whole = queries.queue(request.user)
    found = queries.filtered(whole, request.GET)
    sums = queries.totals(found)
    by_unit = request.GET.get("sort") == "unit"
    page = KeyPaginator(found, queries.lines(), queries.PAGE, sums, by_unit).get_page(request.GET.get("page"))
    queries.with_suggestions(page)
    queries.with_scores(page)
    shown_to_reviewers.send(sender=Project, projects=page.object_list)
    asked = request.GET.copy()
    asked.pop("page", None)
    context = {
        "page": page, "sum": added_up(sums, "wrong", "clean", "budget"), "asked": request.GET,
        "departments": queries.departments(whole),
        "query": asked.urlencode(), "may_approve": allowed(request.user, "plan.approve"),
        "department": allowed(request.user, "plan.review_department"), "batches": _batches(request),
    }  # fmt: skip
    return render(request, "plan/review/queue.html", context)


def _batches(request: HttpRequest) -> list[dict[str, Any]]:
    """My batches that can still be taken back, with the minute until which they can."""
    since = timezone.now() - services.UNDO_WITHIN
    found = queries.undoable(request.user, services.TAKEN_BACK_BY, since)
    return [b | {"until": b["first"] + services.UNDO_WITHIN} for b in found]


@login_required
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """/review/ID/: the table, last year's beside it, findings, comments, the official sheet."""
    _only_reviewers(request)
    project = project_or_404(request.user, pk)
    shown_to_reviewers.send(sender=Project, projects=[project])
    comments = queries.comments_of(project)
    table = table_of(project, comments=comments)
    comparison = queries.with_last_year(project, table)
    sheet = suggested_review(project)
    found = queries.filtered(queries.queue(request.user), request.GET)
    before, after, place, count = queries.neighbours(found, pk)
    mine = queries.own_review(project, request.user)
    queries.with_scores([project])
    steps = [
        (s, workflow.obstacle(s, project), bar(s.name, project.score))  # type: ignore[attr-defined]
        for s in workflow.available(request.user, project)
    ]
    context = {
        "project": project, "table": table, "last": comparison, "comments": comments, "sheet": sheet, "mine": mine,
        "lines": queries.sheet_lines(sheet, mine), "before": before, "after": after, "place": place, "count": count,
        "steps": steps, "reason": queries.reason_from(project, comments), "side": side_of(project, False, sheet, []),
        "history": project.transitions.select_related("by")[:20], "may_score": place > 0,
        "query": request.GET.urlencode(),
        "may_comment": allowed(request.user, "plan.comment", project),
    }  # fmt: skip
    return render(request, "plan/review/review.html", context)


def _back(request: HttpRequest, pk: int) -> HttpResponse:
    """To the page it came from: the reviewer's, with its place in the queue, or the form, where the unit replies."""
    asked = request.POST.get("next", "")
    return redirect(asked if asked.startswith("/review/") or asked == f"/plan/{pk}/" else f"/review/{pk}/")


@login_required
@require_POST
def comment(request: HttpRequest, pk: int) -> HttpResponse:
    """Write on a cell, or reply."""
    project = project_or_404(request.user, pk)
    parent = number(request.POST.get("parent"))
    above = get_object_or_404(Comment, pk=parent, project=project) if parent else None
    try:
        services.comment(request.user, project, request.POST.get("cell", ""), request.POST.get("text", ""), above)
    except Refused as error:
        messages.error(request, str(error))
    return _back(request, pk)


@login_required
@require_POST
def resolve(request: HttpRequest, pk: int) -> HttpResponse:
    """Settle a comment."""
    found = get_object_or_404(Comment.objects.select_related("project__unit__department"), pk=pk)
    project = project_or_404(request.user, found.project_id)
    services.resolve(request.user, found)
    return _back(request, project.pk)


@login_required
@require_POST
def score(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the review sheet."""
    project = project_or_404(request.user, pk)
    given = {k.removeprefix("score:"): v for k, v in request.POST.items() if k.startswith("score:")}
    try:
        kept = services.score(request.user, project, given, request.POST.get("opinion", ""))
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request,
            f"审核表已保存：{kept.total} 分，{kept.grade}。" if kept.grade else "审核表已保存，还有未评分的项。",
        )
    return _back(request, pk)


@login_required
@require_POST
def step(request: HttpRequest, pk: int) -> HttpResponse:
    """Pass or return, then on to the next in the queue."""
    project = project_or_404(request.user, pk)
    after = number(request.POST.get("after"))
    try:
        workflow.perform(request.user, project, request.POST.get("step", ""), request.POST.get("reason", ""))
    except Refused as error:
        messages.error(request, str(error))
        return _back(request, pk)
    messages.success(request, f"“{project}”已办理：{workflow.BY_NAME[request.POST['step']].label}。")
    return redirect(f"/review/{after}/" if after else "/review/")


def _chosen(request: HttpRequest) -> list[Project]:
    """The tables that were ticked; or all without errors that the checker finds 优 in the list that was shown."""
    found = queries.queue(request.user)
    if request.POST.get("action") == "good":
        rows = list(queries.filtered(found, request.GET).filter(errors=0)[:MOST])
        queries.with_suggestions(rows)
        return [p for p in rows if p.is_good]
    keys = numbers(request.POST.getlist("project"))
    return list(found.filter(pk__in=keys).defer("findings")[:MOST])


@login_required
@require_POST
def batch(request: HttpRequest) -> HttpResponse:
    """Pass or return many: first shows what would happen, then does it."""
    _only_reviewers(request)
    chosen, action = _chosen(request), request.POST.get("action", "")
    if not chosen or action not in ("pass", "good", "return"):
        said = "列表里没有预评为“优”、没有错误的项目。" if action == "good" else "请先在列表里勾选项目。"
        messages.error(request, said)
        return redirect("/review/")
    action = "pass" if action == "good" else action
    if not request.POST.get("confirmed"):
        total = sum(p.budget_total or 0 for p in chosen)
        wrong = sum(p.errors > 0 for p in chosen)
        queries.with_scores(chosen, "department_pass" if action == "pass" else "")
        context = {"chosen": chosen, "action": action, "total": total, "wrong": wrong,
                   "barred": [p for p in chosen if p.bar]}  # type: ignore[attr-defined]  # fmt: skip
        return render(request, "plan/review/batch.html", context)
    try:
        if action == "pass":
            done = services.pass_many(request.user, chosen, request.POST.get("grounds", ""))
        else:
            done = services.return_many(request.user, chosen, request.POST.get("reason", ""))
    except Refused as error:
        messages.error(request, str(error))
        return redirect("/review/")
    # Told on a page of its own address: going back or loading it again repeats nothing.
    passed = f"已通过 {done.count} 个项目。" if action == "pass" else f"已退回 {done.count} 个项目，各单位已收到通知。"
    messages.success(request, passed)
    return redirect("/review/")


@login_required
@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take a batch back."""
    try:
        count = services.take_back(request.user, request.POST.get("batch", ""))
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"已撤销，{count} 个项目回到您的待办。")
    return redirect("/review/")


@login_required
def approve(request: HttpRequest) -> HttpResponse:
    """Approve the passed tables of a department under a document number."""
    if not allowed(request.user, "plan.approve"):
        raise PermissionDenied(f"您没有“{PERMISSIONS['plan.approve'][0]}”的权限。")
    years = years_for(request.user)
    year = _year(request, years)
    found = queries.to_approve(request.user, year) if year else Project.objects.none()
    departments = queries.departments(found)
    wanted = request.POST.get("department") or request.GET.get("department", "")
    department = next((d for d in departments if str(d.pk) == wanted), departments.first())
    mine = list(found.filter(unit__department=department)[:MOST])
    if request.method == "POST":
        keys = set(request.POST.getlist("project"))
        try:
            done = services.approve_many(
                request.user, [p for p in mine if str(p.pk) in keys], request.POST.get("number", ""),
                request.POST.get("grounds", ""),
            )  # fmt: skip
        except Refused as error:
            messages.error(request, str(error))
        else:
            return redirect("review-letter", pk=done.pk)
    queries.with_suggestions(mine)
    queries.with_scores(mine, "approve")
    shown_to_reviewers.send(sender=Project, projects=mine)
    context = {
        "years": years, "year": year, "departments": departments, "department": department, "projects": mine,
        "good": sum(p.is_good for p in mine), "barred": [p for p in mine if p.bar],  # type: ignore[attr-defined]
        "ticked": _ticked(request, mine), "typed": request.POST,
        "may_against": allowed(request.user, "plan.approve_poor"),
    }  # fmt: skip
    return render(request, "plan/review/approve.html", context)


def _ticked(request: HttpRequest, projects: list[Project]) -> set[int]:
    """The tables that are ticked: those that were sent, at first all that nothing speaks against."""
    if request.method == "POST":
        return set(numbers(request.POST.getlist("project")))
    return {p.pk for p in projects if not p.errors and not p.bar}  # type: ignore[attr-defined]


def _year(request: HttpRequest, years: list[BudgetYear]) -> BudgetYear | None:
    wanted = request.POST.get("year") or request.GET.get("year", "")
    return next((y for y in years if str(y.year) == wanted), years[0] if years else None)


@login_required
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """The approval as it is printed."""
    approval = get_object_or_404(Approval.objects.select_related("department__district", "budget_year", "by"), pk=pk)
    lines = queries.approved_lines(request.user, approval)
    if not lines:
        raise Http404
    context = {"approval": approval, "lines": lines, "total": sum(line.budget or 0 for line in lines),
               "others": approval.versions.count() - len(lines)}  # fmt: skip
    return render(request, "plan/review/letter.html", context)


@login_required
def versions(request: HttpRequest, pk: int) -> HttpResponse:
    """Every version of a table, one shown, or two compared cell by cell."""
    project = project_or_404(request.user, pk)
    found = list(project.versions.select_related("by", "approval"))
    now = queries.core_of(project)
    wanted: dict[int | None, Any] = {v.number: project_of(v.content) for v in found}
    context: dict[str, Any] = {"project": project, "versions": found}
    newest = max((v.number for v in found), default="")
    adjusted = "now" if newest and project.state not in (State.APPROVED, State.PUBLISHED) else ""
    a, b = request.GET.get("a", str(newest)), request.GET.get("b", "" if "a" in request.GET else adjusted)
    first = wanted.get(number(a))
    second = now if b == "now" else wanted.get(number(b))
    if first is not None and second is not None:
        context["old"], context["new"], context["changes"] = queries.compare_contents(first, second)
    elif first is not None:
        context["table"] = table_of(first)
    context |= {"a": a, "b": b}
    return render(request, "plan/review/versions.html", context)
