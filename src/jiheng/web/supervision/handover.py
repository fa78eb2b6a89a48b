"""Messages that somebody has not read, for the day that they leave: those that lead to something to be done.

What leads nowhere is about the person: a password that was reset, a role.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from jiheng.web.org.holdings import Holding, hold
from jiheng.web.supervision.models import Notification
from jiheng.web.supervision.signals import told


def _move(person: Any, rows: Sequence[Any], someone: Any, successor: Any) -> None:
    Notification.objects.bulk_create(
        Notification(person=successor, text=f"（{someone.name}移交）{row.text}"[:500], link=row.link) for row in rows
    )
    Notification.objects.filter(pk__in=[row.pk for row in rows]).update(read_at=timezone.now())
    told.send(sender=Notification)


def declare() -> None:
    """Tell the organisation."""
    hold(Holding(
        "supervision.unread", "没有读的消息",
        lambda: Notification.objects.filter(read_at=None).exclude(link=""), "person",
        lambda row: (row.text[:60], ""), "转给接手人，注明由谁移交。", _move,
    ))  # fmt: skip
