"""What the pages of the audit trail read."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from jiheng.web.asked import holding
from jiheng.web.org.permissions import PERMISSIONS
from jiheng.web.supervision.chain import LINKS, first_broken
from jiheng.web.supervision.models import AuditEntry, AuditHead, Notification
from jiheng.web.supervision.wording import in_words


def _midnight(day: str, days: int = 0) -> str:
    """When a day of the calendar begins, or one so many days later, as entries tell the time; "" for no day."""
    try:
        begins = datetime.combine(
            date.fromisoformat(day) + timedelta(days=days), time(), timezone.get_default_timezone()
        )
    except (ValueError, OverflowError):
        return ""
    return begins.astimezone(UTC).isoformat(timespec="milliseconds")


def visible(person: Any, permission: str = "audit.view") -> Q:
    """What of the trail a person may read: of their own districts, and what concerns the whole platform."""
    roles = PERMISSIONS[permission][1]
    districts = {a.district_id for a in person.held() if a.role in roles}
    return Q(district_id_then__in=districts) | Q(district_id_then=None)


def entries(person: Any, asked: Any) -> QuerySet[AuditEntry]:
    """The trail as this person may read it, newest first, as asked: person, action, object, from a day to a day."""
    found = AuditEntry.objects.filter(visible(person))
    if q := asked.get("q", "").strip():
        found = found.filter(holding(q, "object_name", "before", "after"))
    if who := asked.get("person", "").strip():
        found = found.filter(holding(who, "person"))
    if action := asked.get("action", ""):
        found = found.filter(action=action)
    if start := _midnight(asked.get("start", "")):
        found = found.filter(at__gte=start)
    if end := _midnight(asked.get("end", ""), days=1):
        found = found.filter(at__lt=end)
    return found


def actions(person: Any) -> list[str]:
    """Every kind of action that this person may read of."""
    found = AuditEntry.objects.filter(visible(person))
    return list(found.order_by("action").values_list("action", flat=True).distinct())


def exported_chain(person: Any) -> Iterator[dict[str, Any]]:
    """The whole chain from the first entry; of what this person may not read, only how it hangs together."""
    mine = set(AuditEntry.objects.filter(visible(person, "audit.export")).values_list("sequence", flat=True))
    for entry in in_chain_order():
        yield entry if entry["sequence"] in mine else {**{f: entry[f] for f in LINKS}, "withheld": True}


def in_chain_order() -> Iterator[dict[str, Any]]:
    """All entries as the chain's functions take them, from the first."""
    for entry in AuditEntry.objects.order_by("sequence").iterator(chunk_size=2000):
        yield entry.as_chained()


def verify() -> tuple[int, int | None]:
    """(how many entries there are, the first that does not follow from those before it, or ``None``).

    A chain whose last entries were deleted is one still; where it ended, the head tells. It is asked first: entries
    that are added meanwhile come after it.
    """
    head = AuditHead.objects.filter(pk=1).first()
    count, broken = AuditEntry.objects.count(), first_broken(in_chain_order())
    if broken is None and head is None and count:
        return count, 1
    if broken is None and head is not None and head.sequence:
        last = AuditEntry.objects.filter(sequence=head.sequence).values_list("hash", flat=True).first()
        broken = None if last == head.hash else min(count + 1, head.sequence)
    return count, broken


def _lines(kind: str, text: str) -> list[str]:
    if not text:
        return []
    try:
        return json.dumps(in_words(kind, json.loads(text)), ensure_ascii=False, indent=1).splitlines()
    except ValueError:
        return text.splitlines()


def difference(entry: AuditEntry) -> list[tuple[str, str]]:
    """Before and after, line by line: (" ", "-" or "+", line)."""
    found = difflib.ndiff(_lines(entry.kind, entry.before), _lines(entry.kind, entry.after))
    return [(line[0], line[2:]) for line in found if line[0] in " -+"]


def notifications(person: Any) -> QuerySet[Notification]:
    """A person's messages, newest first."""
    return Notification.objects.filter(person=person)


def unread(person: Any) -> int:
    """How many messages a person has not read."""
    return notifications(person).filter(read_at=None).count()
