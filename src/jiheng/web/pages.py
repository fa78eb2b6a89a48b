"""Pages of a long list: read the keys of one page first, then the rows of these keys alone."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet


def by_keys(found: QuerySet[Any], rows: QuerySet[Any] | None = None) -> list[Any]:
    """The rows of a short slice of a long list, in its order.

    The database sorts and skips keys that stand in an index instead of whole rows, and annotations of ``rows`` are
    worked out for those alone that are shown.
    """
    keys = list(found.values_list("pk", flat=True))
    source = found.model._default_manager.all() if rows is None else rows
    by_key = {row.pk: row for row in source.filter(pk__in=keys)}
    return [by_key[key] for key in keys if key in by_key]


class KeyPaginator(Paginator):  # type: ignore[type-arg]
    """Pages of ``found``; ``rows`` is the unfiltered query that reads what is shown of each row.

    ``count`` is given where the page counts the list anyway, so that it is not counted twice.
    """

    def __init__(self, found: QuerySet[Any], rows: QuerySet[Any], size: int, count: int | None = None) -> None:
        super().__init__(found, size)
        self.rows = rows
        if count is not None:
            self.count = count

    def page(self, number: Any) -> Page[Any]:
        """One page. Raises ``InvalidPage`` like its parent; ``get_page`` does not."""
        number = self.validate_number(number)
        begin = (number - 1) * self.per_page
        return Page(by_keys(self.object_list[begin : begin + self.per_page], self.rows), number, self)
