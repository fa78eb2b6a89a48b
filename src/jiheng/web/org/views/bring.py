"""The page on which people are brought in from Excel: read, looked at, made all or none."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from jiheng.web.org import people_excel
from jiheng.web.org.services import people
from jiheng.web.org.services.places import Wrong
from jiheng.web.org.views.admin import district_of, first_passwords, opened_to
from jiheng.web.org.views.from_excel import asked, context_of, is_confirmed, workbook
from jiheng.web.tabular.book import BadFile

_WORDS = {
    "title": "导入人员", "verb": "导入", "nothing": "没有导入任何人", "list": "人员清单", "counted": "人",
    "make": "新建", "made": "个账号",
}  # fmt: skip


@opened_to("org.manage_accounts")
def bring(request: HttpRequest) -> HttpResponse:
    """/org/people/import/: a file, its preview with the sheets to choose from, then the accounts."""
    page, district = {"words": _WORDS}, district_of(request)
    try:
        book = asked(request, people_excel.PEOPLE)
    except BadFile as bad:
        return render(request, "org/bring.html", page | {"bad": str(bad)})
    if book is None:
        return render(request, "org/bring.html", page)
    parsed = people_excel.judge(book, district.pk)
    if is_confirmed(request, parsed):
        try:
            return first_passwords(request, people.create_many(request.user, parsed.wanted))
        except Wrong as error:
            messages.error(request, f"{error}没有导入任何人。")
    return render(request, "org/bring.html", page | context_of(book, parsed))


@opened_to("org.manage_accounts")
def template(request: HttpRequest) -> HttpResponse:
    """The workbook to fill in."""
    return workbook(people_excel.template(), "%E4%BA%BA%E5%91%98%E6%A8%A1%E6%9D%BF.xlsx")
