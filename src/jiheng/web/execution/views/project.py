"""The page of a project's money, and entries by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from jiheng.scoring.monitoring import money_light
from jiheng.web import doubts
from jiheng.web.asked import number_or_404
from jiheng.web.execution.models import Contract, FundSource, Payment, Procurement
from jiheng.web.execution.models.money import ENTRIES
from jiheng.web.execution.queries import executed
from jiheng.web.execution.queries import project as queries
from jiheng.web.execution.queries.curves import curve_of_project, planned_percent
from jiheng.web.execution.queries.days import last_day
from jiheng.web.execution.services.money import Entry, add_entry, change_entry, link_contract, remove_entry
from jiheng.web.execution.views.asked import amount, attempt, day, days_of
from jiheng.web.org.permissions import allowed
from jiheng.web.plan.checking import pack_of
from jiheng.web.plan.models import Project
from jiheng.web.plan.services.errors import Refused

PAGE = 30
TABS = {"payment": "支付", "allotment": "指标下达", "adjustment": "预算调整"}


@login_required
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """/execution/ID/: money by source, curve, entries, procurements, contracts."""
    return _page(request, queries.project_or_404(request.user, pk), request.GET.get("kind", "payment"))


def _page(
    request: HttpRequest, project: Project, kind: str, asked: dict[str, Any] | None = None
) -> HttpResponse:  # fmt: skip
    """The page; with what is ``asked`` before a change is made, where one is unlikely."""
    year, today = project.budget_year, timezone.localdate()
    days, latest = days_of(request, year, [project.unit_id]), last_day(year, today)
    on = days.of(project.unit_id)
    money = executed(project, on if days.is_past else None)
    curve, pack = curve_of_project(project, money.total.budget, on), pack_of(year)
    planned = planned_percent(project, on)
    kind = kind if kind in TABS else "payment"
    entries = Paginator(queries.entries_of(project, kind), PAGE).get_page(request.GET.get("page"))
    context = {
        "project": project, "year": year, "money": money, "on": on, "latest": latest, "curve": curve,
        "planned": planned, "light": money_light(money.total.paid, money.total.budget, planned, pack),
        "kind": kind, "tabs": TABS.items(), "page": entries, "sources": FundSource.choices,
        "editable": allowed(request.user, "execution.edit", project), "methods": Procurement.Method.choices,
        "procurements": queries.procurements_of(project, today), "contracts": queries.contracts_of(project),
        "today": today, "doubts": asked,
    }  # fmt: skip
    return render(request, "execution/project.html", context, status=doubts.STATUS if asked else 200)


def _editable(request: HttpRequest, pk: int) -> Project:
    """The project, where this person sees it; services decide whether they may write."""
    return queries.project_or_404(request.user, pk)


def back(project: int, kind: str = "payment", anchor: str = "entries") -> HttpResponse:
    """To where one was on the page."""
    return redirect(_place(project, kind, anchor))


def _place(project: int, kind: str, anchor: str) -> str:
    return f"/execution/{project}/?kind={kind}#{anchor}"


def settle(
    request: HttpRequest, project: Project, act: Callable[[], object], said: str, *, verb: str, dialog: str = "",
    kind: str = "payment", anchor: str = "entries",
) -> HttpResponse:  # fmt: skip
    """Do it and go back to where one was; where it is to be asked about, the page with the questions on top."""
    try:
        attempt(request, act, said)
    except doubts.Doubtful as doubtful:
        again = doubts.asked_again(request, doubtful, verb, _place(project.pk, kind, anchor), dialog)
        return _page(request, project, kind, again)
    return back(project.pk, kind, anchor)


def _entry(request: HttpRequest, project: Project) -> Entry:
    """What was typed. Raises :class:`Refused`."""
    form = request.POST
    chosen = number_or_404(form.get("contract"))
    contract = get_object_or_404(Contract, pk=chosen, project=project) if chosen else None
    on = day("日期", form.get("on", ""), needed=True)
    assert on is not None
    return Entry(
        on, amount("金额", form.get("amount", "")), form.get("source", ""), form.get("number", ""),
        form.get("note", ""), form.get("payee", ""), contract,
    )  # fmt: skip


@login_required
@require_POST
def add(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Keep a new entry."""
    project = _editable(request, pk)
    if kind not in ENTRIES:
        raise Http404("地址不对。")

    def act() -> None:
        add_entry(request.user, project, kind, _entry(request, project), doubts.confirmed_in(request))

    return settle(request, project, act, f"已登记{TABS[kind]}。", verb="登记", dialog="entry", kind=kind)


def _found(request: HttpRequest, kind: str, entry: int) -> tuple[Project, Any]:
    if kind not in ENTRIES:
        raise Http404("地址不对。")
    found = get_object_or_404(ENTRIES[kind], pk=entry)
    return _editable(request, found.project_id), found


@login_required
@require_POST
def change(request: HttpRequest, kind: str, entry: int) -> HttpResponse:
    """Correct an entry; of an imported payment nothing but its contract."""
    project, found = _found(request, kind, entry)
    confirmed = doubts.confirmed_in(request)

    def act() -> None:
        wanted = _entry(request, project) if found.batch_id is None else None
        if wanted is not None:
            change_entry(request.user, kind, entry, wanted, confirmed)
        elif isinstance(found, Payment):
            chosen = number_or_404(request.POST.get("contract"))
            contract = get_object_or_404(Contract, pk=chosen, project=project) if chosen else None
            link_contract(request.user, found, contract, confirmed)
        else:
            raise Refused("这一笔是导入的，不能单独改动。需要更正时，请撤回那次导入。")

    dialog = "link" if found.batch_id else "entry"
    return settle(request, project, act, "已更正。", verb="更正", dialog=dialog, kind=kind)


@login_required
@require_POST
def remove(request: HttpRequest, kind: str, entry: int) -> HttpResponse:
    """Remove an entry."""
    project, _ = _found(request, kind, entry)

    def act() -> None:
        remove_entry(request.user, kind, entry, doubts.confirmed_in(request))

    return settle(request, project, act, "已删除。删除前的内容留在审计日志里。", verb="删除", kind=kind)
