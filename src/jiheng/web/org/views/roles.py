"""The security administrator's page: roles from Excel."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from jiheng.web.org import roles_excel
from jiheng.web.org.services import people
from jiheng.web.org.services.places import Wrong
from jiheng.web.org.views.admin import district_of, opened_to

_MOST_BYTES = 5 * 2**20
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@opened_to("org.grant_roles")
def bring(request: HttpRequest) -> HttpResponse:
    """Roles from Excel: looked at first, given all or none."""
    parsed, district = None, district_of(request)
    if request.method == "POST" and request.FILES.get("file"):
        file = request.FILES["file"]
        parsed = roles_excel.parse(file.read(_MOST_BYTES + 1)[:_MOST_BYTES], file.name or "", district)
        if request.POST.get("confirmed") and parsed.wanted and not parsed.errors:
            try:
                count = people.grant_many(request.user, district, parsed.wanted)
            except Wrong as error:
                messages.error(request, f"{error}没有授予任何角色。")
            else:
                messages.success(request, f"已授予 {count} 个角色。")
                return redirect("org-people")
    return render(request, "org/bring_roles.html", {"parsed": parsed})


@opened_to("org.grant_roles")
def template(request: HttpRequest) -> HttpResponse:
    """The workbook to fill in."""
    response = HttpResponse(roles_excel.template(), content_type=_KIND)
    response["Content-Disposition"] = "attachment; filename*=UTF-8''%E6%8E%88%E6%9D%83%E6%A8%A1%E6%9D%BF.xlsx"
    return response
