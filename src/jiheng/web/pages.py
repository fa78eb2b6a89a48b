"""Pages of a long list: read the keys of one page first, then the rows of these keys alone."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, QuerySet

from jiheng.web.org.models import Unit


def by_keys(found: QuerySet[Any], rows: QuerySet[Any] | None = None) -> list[Any]:
    """The rows of a short slice of a long list, in its order.

    The database sorts and skips keys that stand in an index instead of whole rows, and annotations of ``rows`` are
    worked out for those alone that are shown.
    """
    keys = list(found.values_list("pk", flat=True))
    source = found.model._default_manager.all() if rows is None else rows
    by_key = {row.pk: row for row in source.filter(pk__in=keys)}
    return [by_key[key] for key in keys if key in by_key]


def sums_by_unit(found: QuerySet[Any], *also: str, **sums: Any) -> list[dict[str, Any]]:
    """What the rows of each unit (and each of these other fields) come to: ``unit``, ``count`` and these aggregates.
    One pass over the list."""
    return list(found.order_by().values("unit", *also).annotate(count=Count("pk"), **sums))


def added_up(rows: list[dict[str, Any]], *names: str) -> dict[str, Any]:
    """``count`` and these sums of all units together; 0 where there is nothing to add."""
    return {name: sum(r[name] or 0 for r in rows) for name in ("count", *names)}


class KeyPaginator(Paginator):  # type: ignore[type-arg]
    """Pages of ``found``; ``rows`` is the unfiltered query that reads what is shown of each row.

    ``units`` is given where the page adds the list up by unit anyway (:func:`sums_by_unit`): it is not counted again,
    and where ``by_unit`` says that it is sorted by the code of the unit first, only those units are sorted that stand
    on the page.
    """

    def __init__(
        self, found: QuerySet[Any], rows: QuerySet[Any], size: int,
        units: list[dict[str, Any]] | None = None, by_unit: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(found, size)
        self.rows, self.units, self.by_unit = rows, units, by_unit
        if units is not None:
            self.count = sum(r["count"] for r in units)

    def page(self, number: Any) -> Page[Any]:
        """One page. Raises ``InvalidPage`` like its parent; ``get_page`` does not."""
        number = self.validate_number(number)
        found, begin = self.object_list, (number - 1) * self.per_page
        if self.by_unit and len(self.units or ()) > 1:
            found, begin = self._of_units(begin)
        return Page(by_keys(found[begin : begin + self.per_page], self.rows), number, self)

    def _of_units(self, begin: int) -> tuple[QuerySet[Any], int]:
        """The rows of the units on the page that begins at this row, and where among them it begins."""
        counts: Counter[int] = Counter()
        for row in self.units or ():
            counts[row["unit"]] += row["count"]
        order = Unit.objects.filter(pk__in=counts).order_by("code").values_list("pk", "code")
        shown, skipped, at = [], 0, 0
        for _, same in groupby(order, key=itemgetter(1)):  # the rows of units with one code lie mixed
            keys = [pk for pk, _ in same]
            end = at + sum(counts[k] for k in keys)
            if end <= begin:
                skipped = end
            elif at < begin + self.per_page:
                shown += keys
            at = end
        return self.object_list.filter(unit__in=shown), begin - skipped
