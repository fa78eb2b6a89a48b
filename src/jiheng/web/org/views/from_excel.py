"""The steps that lists from Excel share: a file is sent, looked at with its sheets to choose from, and taken."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from jiheng.web.tabular.book import MOST_BYTES, Book, Judged, ListKind
from jiheng.web.tabular.told import overlooked, quoted, standing

SHOWN = 50
"""Rows that the preview lists; the rest is counted."""
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def asked(request: HttpRequest, kind: ListKind) -> Book | None:
    """The file that was sent, or that the preview carries along with what was chosen in it.

    Raises :class:`~jiheng.web.tabular.book.BadFile`.
    """
    if file := request.FILES.get("file"):
        return kind.read(file.read(MOST_BYTES + 1), file.name or "")
    if "book" not in request.POST:
        return None
    book = kind.unsigned(request.POST["book"])
    if request.POST.get("do") == "check":
        book.choose(request.POST.getlist("chosen"), request.POST.getlist("hidden"))
    return book


def is_confirmed(request: HttpRequest, judged: Judged[Any]) -> bool:
    """Whether what was looked at is to be made now, and can be."""
    return request.POST.get("do") == "create" and bool(judged.wanted) and not judged.errors


def context_of(book: Book, judged: Judged[Any]) -> dict[str, Any]:
    """What ``org/from_excel.html`` shows of a file."""
    vocabulary = book.kind.vocabulary
    sheets = [
        {
            "number": n, "plan": plan, "standing": standing(plan, vocabulary),
            "notes": book.notes(plan) if plan.is_chosen else [],
        }
        for n, plan in enumerate(book.plans)
    ]  # fmt: skip
    return {
        "parsed": judged, "sheets": sheets, "several": len(sheets) > 1, "book": book.signed(),
        "can_choose": len(sheets) > 1 or any(plan.hidden_rows for plan in book.plans),
        "overlooked": overlooked(book.plans, vocabulary),
        "chosen": quoted(plan.name for plan in book.plans if plan.is_chosen),
        "listed": judged.wanted[:SHOWN], "more": max(0, len(judged.wanted) - SHOWN),
    }  # fmt: skip


def workbook(data: bytes, quoted_name: str) -> HttpResponse:
    """A template as a download; the name is percent-encoded."""
    response = HttpResponse(data, content_type=WORKBOOK)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quoted_name}"
    return response
