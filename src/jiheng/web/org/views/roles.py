"""The security administrator's page: roles from Excel, read, looked at, given all or none."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from jiheng.web.org import roles_excel
from jiheng.web.org.services import people
from jiheng.web.org.services.places import Wrong
from jiheng.web.org.views.admin import district_of, opened_to
from jiheng.web.org.views.from_excel import asked, context_of, is_confirmed, workbook
from jiheng.web.tabular.book import BadFile

_WORDS = {
    "title": "授权", "verb": "授予", "nothing": "没有授予任何角色", "list": "角色清单", "counted": "个角色",
    "make": "授予", "made": "个角色",
}  # fmt: skip


@opened_to("org.grant_roles")
def bring(request: HttpRequest) -> HttpResponse:
    """/org/people/roles/: a file, its preview with the sheets to choose from, then the roles."""
    page, district = {"words": _WORDS}, district_of(request)
    try:
        book = asked(request, roles_excel.ROLES)
    except BadFile as bad:
        return render(request, "org/bring_roles.html", page | {"bad": str(bad)})
    if book is None:
        return render(request, "org/bring_roles.html", page)
    parsed = roles_excel.judge(book, district)
    if is_confirmed(request, parsed):
        try:
            count = people.grant_many(request.user, district, parsed.wanted)
        except Wrong as error:
            messages.error(request, f"{error}没有授予任何角色。")
        else:
            messages.success(request, f"已授予 {count} 个角色。")
            return redirect("org-people")
    return render(request, "org/bring_roles.html", page | context_of(book, parsed))


@opened_to("org.grant_roles")
def template(request: HttpRequest) -> HttpResponse:
    """The workbook to fill in."""
    return workbook(roles_excel.template(), "%E6%8E%88%E6%9D%83%E6%A8%A1%E6%9D%BF.xlsx")
