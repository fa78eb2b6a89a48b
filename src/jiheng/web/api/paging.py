"""Pages of a list: ``?page=2&page_size=100``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from django.db.models import QuerySet
from ninja import Field, Schema

MOST = 200
Item = TypeVar("Item")


class Wanted(Schema):
    """The page that is asked for; too large a one is refused, so that nobody takes a cut list for the whole."""

    page: int = Field(1, ge=1, le=1_000_000, description="第几页，从 1 起")
    page_size: int = Field(50, ge=1, le=MOST, description=f"每页条数，最多 {MOST}")


class Page(Schema, Generic[Item]):
    """A page of a list."""

    items: list[Item]
    count: int = Field(description="全部条数")
    page: int = Field(description="第几页")
    page_size: int = Field(description="每页条数")


def page_of(
    rows: QuerySet[Any] | Sequence[Any], wanted: Wanted, of: Callable[[Any], Any] | None = None
) -> dict[str, Any]:
    """The page of these rows, each made into its answer by ``of``; a page beyond the end is empty."""
    start = (wanted.page - 1) * wanted.page_size
    found = rows[start : start + wanted.page_size]
    return {
        "items": [of(row) for row in found] if of else list(found),
        "count": rows.count() if isinstance(rows, QuerySet) else len(rows),
        "page": wanted.page,
        "page_size": wanted.page_size,
    }
