"""The administrators' pages: departments and units, accounts, roles."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from jiheng.web.asked import holding, number
from jiheng.web.once.answers import final
from jiheng.web.org import queries
from jiheng.web.org.handover import open_count
from jiheng.web.org.models import Department, District, Person, RoleAssignment, Unit
from jiheng.web.org.permissions import PERMISSIONS, allowed
from jiheng.web.org.queries import people_in
from jiheng.web.org.roles import CodesFor, Role
from jiheng.web.org.services import codes, people, places, succession
from jiheng.web.org.services.places import Wrong
from jiheng.web.protection import tries

View = Callable[..., HttpResponse]


def opened_to(*permissions: str) -> Callable[[View], View]:
    """Open to those who hold one of the permissions."""

    def wrap(view: View) -> View:
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not any(allowed(request.user, p) for p in permissions):
                raise PermissionDenied(f"您没有“{PERMISSIONS[permissions[0]][0]}”的权限。")
            return view(request, *args, **kwargs)

        return guarded

    return wrap


def district_of(request: HttpRequest) -> District:
    """The district of who asks."""
    return queries.district_or_404(request.user)


def _done(request: HttpRequest, act: Callable[[], object], said: str) -> object | None:
    """Do it, and say that it was done or why not."""
    try:
        result = act()
    except Wrong as error:
        messages.error(request, str(error))
        return None
    messages.success(request, said)
    return result or True


@opened_to("org.view_people", "org.manage_units")
def index(request: HttpRequest) -> HttpResponse:
    """/org/: departments with their units."""
    district = district_of(request)
    departments = Department.objects.filter(district=district).prefetch_related(
        "units__sections", "units__successor__department", "units__predecessors"
    )
    context = {
        "district": district, "departments": departments, "edit": allowed(request.user, "org.manage_units"),
        "opened": number(request.GET.get("department")),
    }  # fmt: skip
    return render(request, "org/index.html", context)


def _change(request: HttpRequest, do: str) -> str:
    """Make one change to departments; what was done. Raises :class:`Wrong`."""
    me, district, said = request.user, district_of(request), request.POST.get
    name = said("name", "")
    if do == "add_department":
        places.add_department(me, district, said("code", ""), name)
        return "部门已新增。"
    department = get_object_or_404(Department, pk=number(said("department")), district=district)
    if do == "add_unit":
        places.add_unit(me, department, said("code", ""), name, said("valid_from", ""))
        return "单位已新增。"
    places.rename_department(me, department, name)
    return "部门名称已更正。"


@opened_to("org.manage_units")
@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Every change to departments comes here, named by ``do``."""
    try:
        messages.success(request, _change(request, request.POST.get("do", "")))
    except Wrong as error:
        messages.error(request, str(error))
    # Whoever enters a department's units one after the other finds it open again.
    opened = number(request.POST.get("department"))
    return redirect(reverse("org") + (f"?department={opened}" if opened else ""))


@opened_to("org.view_people", "org.manage_units")
def unit(request: HttpRequest, pk: int) -> HttpResponse:
    """/org/units/<pk>/: one unit, what it was before and became, its sections."""
    shown = queries.unit_or_404(district_of(request), pk)
    edit = allowed(request.user, "org.manage_units")
    context = {
        "unit": shown, "line": queries.line_of(shown), "sections": queries.sections_of(shown), "edit": edit,
        "departments": Department.objects.filter(district=district_of(request), is_active=True) if edit else [],
        "others": queries.successors_for(shown) if edit else [], "next_year": timezone.localdate().year + 1,
    }  # fmt: skip
    return render(request, "org/unit.html", context)


def _change_unit(request: HttpRequest, shown: Unit, do: str) -> tuple[Unit, str]:
    """Make one change to a unit; the unit to show then, and what was done. Raises :class:`Wrong`."""
    me, said = request.user, request.POST.get
    name = said("name", "")
    if do == "renew":
        departments = Department.objects.filter(district=district_of(request))
        department = get_object_or_404(departments, pk=number(said("department")) or shown.department_id)
        made = succession.renew_unit(me, shown, said("year", ""), said("code", ""), name, department)
        return made, f"变更已办理，“{made.name}”自 {made.valid_from} 年启用。"
    if do == "end":
        others = queries.units_of(district_of(request))
        successor = get_object_or_404(others, pk=number(said("successor"))) if said("successor") else None
        succession.end_unit(me, shown, said("last_year", ""), successor)
        return shown, f"已办理：{shown.valid_to} 年后" + (f"由“{successor.name}”继任。" if successor else "停用。")
    if do == "add_section":
        places.add_section(me, shown, name)
        return shown, "科室已新增。"
    if do in ("rename_section", "remove_section"):
        section = get_object_or_404(shown.sections, pk=number(said("section")))
        if do == "remove_section":
            places.remove_section(me, section)
            return shown, "科室已删除。"
        places.rename_section(me, section, name)
        return shown, "科室名称已修改。"
    places.rename_unit(me, shown, name)
    return shown, "单位名称已更正。"


@opened_to("org.manage_units")
@require_POST
def change_unit(request: HttpRequest, pk: int) -> HttpResponse:
    """Every change to a unit and its sections comes here, named by ``do``."""
    shown = queries.unit_or_404(district_of(request), pk)
    try:
        shown, said = _change_unit(request, shown, request.POST.get("do", ""))
        messages.success(request, said)
    except Wrong as error:
        messages.error(request, str(error))
    return redirect("org-unit", shown.pk)


@opened_to("org.view_people")
def accounts(request: HttpRequest) -> HttpResponse:
    """/org/people/: accounts, to be searched; made by the system administrator."""
    found = people_in(district_of(request)).select_related("unit").prefetch_related("roles")
    if q := request.GET.get("q", "").strip():
        found = found.filter(holding(q, "username", "name", "unit__name"))
    if request.GET.get("role") in Role.values:
        found = found.filter(pk__in=RoleAssignment.objects.filter(role=request.GET["role"]).values("person"))
    page = Paginator(found.order_by("username"), 30).get_page(request.GET.get("page"))
    units = Unit.objects.filter(valid_to=None, department__district=district_of(request)).order_by("code")
    may = allowed(request.user, "org.manage_accounts")
    context = {"page": page, "q": request.GET.get("q", ""), "role": request.GET.get("role", ""), "roles": Role.choices}
    locked = tries.locked_out([p.username for p in page])
    context |= {"edit": may, "units": units if may else [], "locked": locked}
    context |= {"demands": allowed(request.user, "org.unlock"), "codes_for": CodesFor.choices}
    context |= {"district": district_of(request)}
    return render(request, "org/people.html", context)


@opened_to("org.unlock")
@require_POST
def demand_codes(request: HttpRequest) -> HttpResponse:
    """Who in the district must use one-time codes."""
    district = district_of(request)
    _done(request, lambda: codes.demand(request.user, district, request.POST.get("codes_for", "")), "已保存。")
    return redirect("org-people")


def first_passwords(request: HttpRequest, made: list[tuple[Person, str]]) -> HttpResponse:
    """First passwords, shown once: whoever pressed twice still sees those that are good."""
    return final(render(request, "org/passwords.html", {"made": made}))


@opened_to("org.manage_accounts")
@require_POST
def create(request: HttpRequest) -> HttpResponse:
    """A new account; its first password is shown once."""
    mine = Unit.objects.filter(department__district=district_of(request))
    unit = mine.filter(pk=number(request.POST.get("unit"))).first()
    if unit is None and request.POST.get("unit"):
        raise Http404("没有这个单位，或者它不在本区划。")
    wanted = people.Wanted(request.POST.get("username", "").strip(), request.POST.get("name", ""), unit)
    try:
        made, password = people.create(request.user, wanted)
    except Wrong as error:
        messages.error(request, str(error))
        return redirect("org-people")
    return first_passwords(request, [(made, password)])


@opened_to("org.view_people")
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """One account with its roles."""
    district = district_of(request)
    someone = get_object_or_404(people_in(district).select_related("unit"), pk=pk)
    grants = allowed(request.user, "org.grant_roles")
    edit = allowed(request.user, "org.manage_accounts")
    context = {
        "places": queries.units_of(district).filter(valid_to=None) if edit else [],
        "sections": someone.unit.sections.all() if edit and someone.unit else [],
        "someone": someone, "held": someone.roles.select_related("unit", "department", "district", "granted_by"),
        "edit": edit, "grants": grants,
        "unlock": allowed(request.user, "org.unlock"), "has_codes": bool(someone.totp_secret),
        "locked": bool(tries.locked_out([someone.username])),
        "roles": Role.choices,
        "units": Unit.objects.filter(department__district=district, valid_to=None).order_by("code") if grants else [],
        "departments": Department.objects.filter(district=district) if grants else [],
    }  # fmt: skip
    return render(request, "org/account.html", context)


def _years(request: HttpRequest) -> tuple[int, int | None]:
    """The years that a role is given for. Raises :class:`Wrong`."""
    return people.checked_years(request.POST.get("year_from", ""), request.POST.get("year_to", ""))


@opened_to("org.manage_accounts", "org.grant_roles", "org.unlock")
@require_POST
def change_account(request: HttpRequest, pk: int) -> HttpResponse:
    """Every change to an account comes here, named by ``do``; the services ask who may."""
    me, do, district = request.user, request.POST.get("do", ""), district_of(request)
    someone = get_object_or_404(people_in(district), pk=pk)
    if do == "reset":
        try:
            return first_passwords(request, [(someone, people.reset_password(me, someone))])
        except Wrong as error:
            messages.error(request, str(error))
    elif do == "disable" and not request.POST.get("anyway") and (count := open_count(someone)):
        messages.warning(request, f"{someone.name}名下还有 {count} 项没有办完，账号没有停用。请先办理交接。")
        return redirect("org-handover", pk=pk)
    elif do in ("enable", "disable"):
        _done(
            request,
            lambda: people.set_active(me, someone, do == "enable"),
            "已启用。" if do == "enable" else "已停用。",
        )
    elif do == "place":
        unit = queries.units_of(district_of(request)).filter(pk=number(request.POST.get("unit"))).first()
        section = unit.sections.filter(pk=number(request.POST.get("section"))).first() if unit else None
        _done(request, lambda: people.place(me, someone, unit, section), "所在单位和科室已修改。")
    elif do == "unlock":
        _done(request, lambda: people.unlock(me, someone), "已解锁。")
    elif do == "forget_codes":
        _done(request, lambda: codes.forget(me, someone), "动态口令已停用，下次登录只凭口令。")
    elif do == "grant" and request.POST.get("role") in Role.values:
        units, departments = Unit.objects.select_related("department"), Department.objects.all()
        unit = units.filter(pk=number(request.POST.get("unit"))).first()
        department = departments.filter(pk=number(request.POST.get("department"))).first()
        role = Role(request.POST["role"])
        _done(
            request,
            lambda: people.grant(me, someone, role, district, unit, department, _years(request)),
            "角色已授予。",
        )
    elif do in ("revoke", "years"):
        held = get_object_or_404(RoleAssignment, pk=number(request.POST.get("assignment")), person=someone)
        if do == "revoke":
            _done(request, lambda: people.revoke(me, held), "角色已收回。")
        else:
            _done(request, lambda: people.set_years(me, held, _years(request)), "角色的年度已修改。")
    return redirect("org-account", pk=pk)
