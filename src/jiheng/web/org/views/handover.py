"""The page on which somebody who leaves hands over, and the one that shows what nobody is there for."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from jiheng.web.org import handover as queries
from jiheng.web.org.holdings import movable
from jiheng.web.org.models import Person
from jiheng.web.org.permissions import allowed, require
from jiheng.web.org.queries import people_in
from jiheng.web.org.services.handover import hand_over
from jiheng.web.org.services.places import Wrong


def _someone(request: HttpRequest, pk: int) -> Person:
    """A person of the administrator's own district. Raises ``Http404``, ``PermissionDenied``."""
    require(request.user, "org.view_people")
    return get_object_or_404(people_in(request.user.held()[0].district).select_related("unit"), pk=pk)


@login_required
@require_http_methods(["GET", "POST"])
def handover(request: HttpRequest, pk: int) -> HttpResponse:
    """/org/people/<pk>/handover/: all that stands in a person's name, and who takes it over."""
    someone = _someone(request, pk)
    if request.method == "POST" and _handed_over(request, someone):
        return redirect("org-account", pk)
    held, edit = queries.held_by(someone), allowed(request.user, "org.manage_accounts", someone)
    context = {
        "someone": someone, "edit": edit, "roles": queries.roles_held(someone), "given": request.POST,
        "moving": [(h, request.POST.get(f"to:{h.holding.key}", "")) for h in held if h.holding.move],
        "staying": [h for h in held if not h.holding.move],
        "successors": queries.successors_of(someone) if edit else [],
        "grants": allowed(request.user, "org.grant_roles", someone),
    }  # fmt: skip
    return render(request, "org/handover.html", context)


def _handed_over(request: HttpRequest, someone: Person) -> bool:
    said = request.POST.get
    people = {str(p.pk): p for p in queries.successors_of(someone)}
    keys = {h.key: said(f"to:{h.key}") or said("successor", "") for h in movable()}
    wanted = {key: people[pk] for key, pk in keys.items() if pk in people}
    try:
        count = hand_over(request.user, someone, wanted, bool(said("disable")))
    except Wrong as error:
        messages.error(request, str(error))
        return False
    done = f"已移交 {count} 项，接手人和本人都会收到消息。" if count else "名下没有需要移交的事项。"
    messages.success(request, done + ("账号已停用。" if said("disable") else ""))
    return True


@login_required
@require_GET
def left(request: HttpRequest) -> HttpResponse:
    """/org/left/: what stands in the name of people whose account is disabled, for those who answer for their units."""
    if not any(allowed(request.user, permission) for permission in queries.SEES_LEFT):
        raise PermissionDenied("您没有查看停用人员名下事项的权限。")
    return render(request, "org/left.html", {"left": queries.left_with(request.user)})
