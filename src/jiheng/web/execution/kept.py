"""Keep what units add up to, and know when it no longer holds.

Who changes rows says so in the same transaction (:func:`mark_changed`): a line is added, nobody waits for anybody. Who
reads takes what is kept of units without such lines; the rest is added up anew, kept, and the lines seen before that
are removed. A change committed meanwhile leaves its line; of two readers, the one that was overtaken keeps nothing.

SQLite has one writer at a time, and a district on it is small: there, everything is added up each time.

What was read once is remembered by this process, for a district has hundreds of units and the sums of few of them
change between two readers: ``version`` tells which. It is drawn by lot, so that a database which was restored is not
taken for the one that is remembered.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection
from django.dispatch import receiver

from jiheng.web import transaction
from jiheng.web.execution.models import UnitChange, UnitSums
from jiheng.web.locks import for_update
from jiheng.web.org.models import Unit
from jiheng.web.org.signals import unit_ends

EXECUTION, MONITORING, EVALUATION = "execution", "monitoring", "evaluation"
FEW = 200
"""So many units are asked for by name; of more, all are read."""
REMEMBERED = 3000
"""Sums of so many units, some 10 KB each, are remembered; of more, none of those before."""
Sums = dict[int, dict[str, Any]]

_read: dict[int, tuple[int, dict[str, Any]]] = {}
"""Key of the sums → their version and what they say, which nobody changes."""


def is_kept() -> bool:
    """Whether sums are kept in this database."""
    return connection.vendor != "sqlite"


def mark_changed(kind: str, of: int, units: Iterable[int]) -> None:
    """Rows of these units have changed, in the transaction that this is."""
    if is_kept():
        UnitChange.objects.bulk_create(UnitChange(kind=kind, of=of, unit_id=key) for key in sorted(set(units)))


def kept(kind: str, of: int, units: Iterable[int], add_up: Callable[[list[int]], Sums], about: str = "") -> Sums:
    """Unit → its sums, of those of these units that have rows; ``add_up`` makes those of the units it is given."""
    wanted = list(dict.fromkeys(units))
    if not is_kept():
        return add_up(wanted)
    changes = _changes(kind, of)  # before the sums: what is read after them would be too new for them
    stored = UnitSums.objects.filter(kind=kind, of=of)
    if len(wanted) <= FEW:
        stored = stored.filter(unit__in=wanted)
    rows = {row.unit_id: row for row in stored.defer("data")}
    found = _said({k: rows[k] for k in wanted if k in rows and k not in changes and rows[k].about == about})
    if missing := [key for key in wanted if key not in found]:
        made = add_up(missing)
        found |= {key: made.get(key, {}) for key in missing}
        versions = {key: rows[key].version if key in rows else 0 for key in missing}
        _keep(kind, of, about, {key: found[key] for key in missing}, versions, changes)
    return {key: data for key, data in found.items() if data}


def _said(rows: dict[int, UnitSums]) -> Sums:
    """Unit → what its sums say. What was kept anew while this reads is left out: it may answer another question."""
    if wanted := {row.pk: row.version for row in rows.values() if _read.get(row.pk, (None,))[0] != row.version}:
        if len(_read) > REMEMBERED:
            _read.clear()
        fresh = UnitSums.objects.filter(pk__in=wanted).values_list("pk", "version", "data")
        _read.update((pk, (version, data)) for pk, version, data in fresh if version == wanted[pk])
    said = {unit: _read.get(row.pk, (None, {})) for unit, row in rows.items()}
    return {unit: data for unit, (version, data) in said.items() if version == rows[unit].version}


def _changes(kind: str, of: int) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for pk, unit in UnitChange.objects.filter(kind=kind, of=of).values_list("pk", "unit"):
        found[unit].append(pk)
    return dict(found)


@transaction.atomic
def _keep(
    kind: str, of: int, about: str, made: Sums, versions: dict[int, int], changes: dict[int, list[int]]
) -> None:  # fmt: skip
    mine = UnitSums.objects.filter(kind=kind, of=of, unit__in=made)
    # Only those that are not there: on MariaDB an insert that meets a row keeps a lock on it, which two may share.
    new = sorted(key for key in made if not versions[key])
    UnitSums.objects.bulk_create((UnitSums(kind=kind, of=of, unit_id=key) for key in new), ignore_conflicts=True)
    rows = [row for row in for_update(mine) if row.version == versions[row.unit_id]]
    for row in rows:
        row.about, row.data, row.version = about, made[row.unit_id], secrets.randbelow(2**31)
    UnitSums.objects.bulk_update(rows, ["about", "data", "version"], batch_size=100)
    UnitChange.objects.filter(pk__in=[pk for row in rows for pk in changes.get(row.unit_id, ())]).delete()


@receiver(unit_ends)
def _unit_ends(unit: Unit, successor: Unit | None, **_: Any) -> str:
    """What a unit holds of later years goes to its successor: the sums of both are others then."""
    places = [u for u in (unit, successor) if u is not None]
    for kind, of in UnitSums.objects.filter(unit__in=places).values_list("kind", "of").distinct():
        mark_changed(kind, of, [u.pk for u in places])
    return ""
