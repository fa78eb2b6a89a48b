"""Who has a table open: told by the page every few seconds."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from jiheng.web.plan.models import Presence, Project
from jiheng.web.plan.services.values import clean
from jiheng.web.protection.full import left_out_when_full


def be_here(person: Any, project: Project, cell: str) -> None:
    """This person has the table open now, with this cell chosen. No change of data: nothing is recorded."""
    with left_out_when_full():
        Presence.objects.update_or_create(
            project=project, person=person, defaults={"cell": clean(cell)[:64], "at": timezone.now()}
        )


def be_gone(person: Any, project: Project) -> None:
    """This person has closed the page."""
    with left_out_when_full():
        Presence.objects.filter(project=project, person=person).delete()
