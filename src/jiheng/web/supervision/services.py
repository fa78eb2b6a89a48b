"""Add to the audit trail; tell people things."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.db import models

from jiheng.web import transaction
from jiheng.web.locks import for_update, take_turns
from jiheng.web.supervision.actor import actor
from jiheng.web.supervision.chain import GENESIS, entry_hash
from jiheng.web.supervision.models import AuditEntry, AuditHead, Notification
from jiheng.web.supervision.signals import told


def _json(value: Any) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)


def _district(target: Any, person: Any) -> int | None:
    """Whose auditors read of it."""
    of_target = target.scope().district if hasattr(target, "scope") else None
    return of_target or (person.scope().district if person is not None else None)


def record(action: str, target: models.Model | None, before: Any = None, after: Any = None, name: str = "") -> None:
    """Write one change to the audit trail, in the transaction of the change itself, as the last thing in it.

    ``action`` is a short Chinese verb phrase (修改指标值); ``before`` and ``after`` are JSON-able.
    """
    who = actor()
    entry = {
        "person": f"{who.person.username} {who.person.name}"[:150] if who.person else "系统",
        "address": who.address[:64],
        "action": action[:64],
        "kind": target._meta.label_lower if target is not None else "",
        "object_id": str(target.pk) if target is not None else "",
        "object_name": (name or (str(target) if target is not None else ""))[:255],
        "before": _json(before),
        "after": _json(after),
    }
    whose = {
        "person_id_then": who.person.pk if who.person else None,
        "district_id_then": _district(target, who.person),
    }
    transaction.before_commit(_append, (entry, whose))


def _append(entries: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    """Add entries to the end of the chain, which is nobody else's from here to the COMMIT."""
    head = for_update(AuditHead.objects.filter(pk=1)).first()
    if head is None:  # the very first entry, or two of them
        take_turns("supervision.head", 1)
        head, _ = for_update(AuditHead.objects.all()).get_or_create(pk=1, defaults={"sequence": 0, "hash": GENESIS})
    sequence, last, made = head.sequence, head.hash, []
    for entry, whose in entries:
        sequence += 1
        chained = entry | {"sequence": sequence, "at": datetime.now(UTC).isoformat(timespec="milliseconds")}
        previous, last = last, entry_hash(last, chained)
        made.append(AuditEntry(**chained, **whose, previous=previous, hash=last))
    AuditEntry.objects.bulk_create(made, batch_size=200)
    AuditHead.objects.filter(pk=1).update(sequence=sequence, hash=last)


def notify(people: Iterable[Any], text: str, link: str = "") -> None:
    """Tell people something, once each."""
    made = Notification.objects.bulk_create(
        Notification(person=p, text=text[:500], link=link) for p in {p.pk: p for p in people}.values()
    )
    if made:
        told.send(sender=Notification)
