"""Rows locked until the transaction ends: always in the order of their keys, parents before children.

Two that lock the same rows in another order wait for one another for ever. A row is locked against change, not against
being named: PostgreSQL's FOR UPDATE would keep everybody from adding a row with a foreign key to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from django.db import connection, models

from jiheng.web.protection.models import Turn

BATCH = 400
"""Rows at a time: no database takes endless lists of keys."""
Row = TypeVar("Row", bound=models.Model)


def for_update(rows: models.QuerySet[Row]) -> models.QuerySet[Row]:
    """These rows, locked as they are read. Nothing may be joined to them."""
    return rows.select_for_update(no_key=connection.features.has_select_for_no_key_update).order_by("pk")


def lock(model: type[models.Model], keys: Iterable[int]) -> list[int]:
    """Lock the rows of these keys without reading them; the keys of those that are there."""
    wanted, found = sorted(set(keys)), []
    for begin in range(0, len(wanted), BATCH):
        rows = model._default_manager.filter(pk__in=wanted[begin : begin + BATCH])
        found += for_update(rows).values_list("pk", flat=True)
    return found


def take_turns(what: str, key: int) -> None:
    """Wait until the transactions before this one that do the same (``what``, of the object ``key``) have ended.

    For numbers that follow one another, say. To lock the object itself would make everybody wait who only adds a row
    with a foreign key to it: MariaDB knows no weaker lock.
    """
    insert_or_lock(Turn(name=f"{what} {key}"), "name")


def insert_or_lock(row: models.Model, unique: str, touched: str = "") -> None:
    """Insert a row, or lock the one that has the same ``unique`` field already, writing ``touched`` in it; whoever does
    so at the same time waits here for the first one's commit.

    One statement: on MariaDB an insert that fails takes a shared lock, over which two that wait for a third come to a
    deadlock.
    """
    by = [unique] if connection.features.supports_update_conflicts_with_target else None
    type(row)._default_manager.bulk_create(
        [row], update_conflicts=True, unique_fields=by, update_fields=[touched or unique]
    )
