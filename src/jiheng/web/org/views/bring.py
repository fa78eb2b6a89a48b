"""The page on which people are brought in from Excel: read, looked at, made all or none."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from jiheng.web.org import people_excel, queries
from jiheng.web.org.people_excel import VOCABULARY, BadFile, Book, Parsed
from jiheng.web.org.permissions import require
from jiheng.web.org.services import people
from jiheng.web.org.services.places import Wrong
from jiheng.web.org.views.admin import first_passwords
from jiheng.web.tabular.told import notes, overlooked, quoted, standing

SHOWN = 50
"""Accounts that the preview lists; the rest is counted."""


@login_required
def bring(request: HttpRequest) -> HttpResponse:
    """/org/people/import/: a file, its preview with the sheets to choose from, then the accounts."""
    require(request.user, "org.manage_accounts")
    try:
        book = _asked(request)
        parsed = people_excel.judge(book, queries.district_or_404(request.user).pk) if book else None
    except BadFile as bad:
        return render(request, "org/bring.html", {"bad": str(bad)})
    if book is None or parsed is None:
        return render(request, "org/bring.html")
    if request.POST.get("do") == "create" and parsed.wanted and not parsed.errors:
        try:
            return first_passwords(request, people.create_many(request.user, parsed.wanted))
        except Wrong as error:
            messages.error(request, f"{error}没有导入任何人。")
    return render(request, "org/bring.html", _context(book, parsed))


def _asked(request: HttpRequest) -> Book | None:
    """The file that was sent, or that the preview carries along with what was chosen in it."""
    if file := request.FILES.get("file"):
        return people_excel.read(file.read(people_excel.MOST_BYTES + 1), file.name or "")
    if "book" not in request.POST:
        return None
    book = people_excel.unsigned(request.POST["book"])
    if request.POST.get("do") == "check":
        book.choose(request.POST.getlist("chosen"), request.POST.getlist("hidden"))
    return book


def _context(book: Book, parsed: Parsed) -> dict[str, Any]:
    sheets = [
        {
            "number": n, "plan": plan, "standing": standing(plan, VOCABULARY),
            "notes": notes(plan, VOCABULARY) if plan.is_chosen else [],
        }
        for n, plan in enumerate(book.plans)
    ]  # fmt: skip
    return {
        "parsed": parsed, "sheets": sheets, "several": len(sheets) > 1, "book": book.signed(),
        "can_choose": len(sheets) > 1 or any(plan.hidden_rows for plan in book.plans),
        "overlooked": overlooked(book.plans, VOCABULARY),
        "chosen": quoted(plan.name for plan in book.plans if plan.is_chosen),
        "listed": parsed.wanted[:SHOWN], "more": max(0, len(parsed.wanted) - SHOWN),
    }  # fmt: skip
