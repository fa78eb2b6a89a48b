"""Procurements, their steps, and contracts of a project."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST

from jiheng.web.asked import number_or_404
from jiheng.web.doubts import confirmed_in
from jiheng.web.execution.models import Contract, Procurement, ProcurementStep
from jiheng.web.execution.queries.project import project_or_404
from jiheng.web.execution.services import procurement as services
from jiheng.web.execution.views.asked import amount, attempt, day
from jiheng.web.execution.views.project import back, settle
from jiheng.web.plan.models import Project


def _save(request: HttpRequest, project: Project, kept: Procurement | None) -> HttpResponse:
    form = request.POST

    def act() -> None:
        services.save_procurement(
            request.user, project, kept, name=form.get("name", ""), method=form.get("method", ""),
            budget=amount("采购预算", form.get("budget", "")), number=form.get("number", ""),
            confirmed=confirmed_in(request),
        )  # fmt: skip

    return settle(request, project, act, "已保存。", verb="保存", dialog="procurement", anchor="procurements")


@login_required
@require_POST
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """A new procurement."""
    return _save(request, project_or_404(request.user, pk), None)


def _procurement(request: HttpRequest, pk: int) -> Procurement:
    found = get_object_or_404(Procurement, pk=pk)
    found.project = project_or_404(request.user, found.project_id)
    return found


@login_required
@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Other words for one."""
    found = _procurement(request, pk)
    return _save(request, found.project, found)


@login_required
@require_POST
def steps(request: HttpRequest, pk: int) -> HttpResponse:
    """When each step is planned, and when it was done."""
    found, form = _procurement(request, pk), request.POST

    def act() -> None:
        days: dict[str, tuple[date | None, date | None]] = {}
        for step in ProcurementStep.Step:
            planned = day(f"{step.label}计划日期", form.get(f"planned:{step.value}", ""))
            days[step.value] = planned, day(f"{step.label}完成日期", form.get(f"done:{step.value}", ""))
        services.save_steps(request.user, found, days, timezone.localdate())

    attempt(request, act, "采购进度已更新。")
    return back(found.project_id, anchor="procurements")


@login_required
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a procurement."""
    found = _procurement(request, pk)
    attempt(request, lambda: services.remove_procurement(request.user, found), f"“{found.name}”已删除。")
    return back(found.project_id, anchor="procurements")


def _save_contract(request: HttpRequest, project: Project, kept: Contract | None) -> HttpResponse:
    form = request.POST
    chosen = number_or_404(form.get("procurement"))
    procurement = get_object_or_404(Procurement, pk=chosen, project=project) if chosen else None

    def act() -> None:
        services.save_contract(
            request.user, project, kept, name=form.get("name", ""), number=form.get("number", ""),
            supplier=form.get("supplier", ""), amount=amount("合同金额", form.get("amount", "")),
            signed_on=day("签订日期", form.get("signed_on", "")), procurement=procurement,
            confirmed=confirmed_in(request),
        )  # fmt: skip

    return settle(request, project, act, "已保存。", verb="保存", dialog="contract", anchor="contracts")


@login_required
@require_POST
def add_contract(request: HttpRequest, pk: int) -> HttpResponse:
    """A new contract."""
    return _save_contract(request, project_or_404(request.user, pk), None)


def _contract(request: HttpRequest, pk: int) -> Contract:
    found = get_object_or_404(Contract, pk=pk)
    found.project = project_or_404(request.user, found.project_id)
    return found


@login_required
@require_POST
def change_contract(request: HttpRequest, pk: int) -> HttpResponse:
    """Other words for one."""
    found = _contract(request, pk)
    return _save_contract(request, found.project, found)


@login_required
@require_POST
def remove_contract(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a contract."""
    found = _contract(request, pk)
    attempt(request, lambda: services.remove_contract(request.user, found), f"“{found.name}”已删除。")
    return back(found.project_id, anchor="contracts")
