"""Raise an item: by hand, or by the system, once for each cause."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone

from jiheng.web import transaction
from jiheng.web.locks import take_turns
from jiheng.web.org.models import Unit
from jiheng.web.org.permissions import require
from jiheng.web.plan.models import BudgetYear, Project
from jiheng.web.plan.services.errors import Refused
from jiheng.web.results.models import Rectification, RectificationStep
from jiheng.web.results.people import answering
from jiheng.web.supervision.services import notify, record

_UNFINISHED = (Rectification.State.OPEN, Rectification.State.REPORTED)
DAYS = 15
"""How long a unit has where nobody says otherwise."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found: the project or, where it is about none, the unit and the year."""

    source: str
    title: str
    description: str = ""
    severity: str = Rectification.Severity.COMMON
    project: Project | None = None
    unit: Unit | None = None
    year: BudgetYear | None = None
    origin: models.Model | None = None
    due_on: date | None = None


@transaction.atomic
def raise_item(person: Any, found: Found) -> Rectification:
    """A new item in the register, raised by a person.

    Raises ``PermissionDenied``, or :class:`Refused` where something is missing or the deadline has passed.
    """
    if not found.title.strip():
        raise Refused("请写明问题。")
    if found.source not in Rectification.Source.values:
        raise Refused("请选择来源。")
    if found.severity not in Rectification.Severity.values:
        raise Refused("请选择程度。")
    if found.due_on is not None and found.due_on < timezone.localdate():
        raise Refused("整改期限不能早于今天。")
    item = _filled(found)
    require(person, "results.raise", item)
    return _kept(item, person)


@transaction.atomic
def raise_once(key: str, found: Found) -> Rectification | None:
    """A new item raised by the system, unless one was born of this cause before; ``None`` then.

    A closed one is not raised again by the same cause: name what is new in the ``key``.
    """
    item = _filled(found)
    _lock(item.budget_year)
    if Rectification.objects.filter(key=key).exists():
        return None
    item.key = key
    return _kept(item, None)


@transaction.atomic
def add_word(cause: str, key: str, text: str) -> bool:
    """Note what has come up again in the open item whose key begins with ``cause``; whether there is one.

    Nothing is noted of what gave birth to it (``key``), and the same word only once.
    """
    item = Rectification.objects.filter(key__startswith=cause, state__in=_UNFINISHED).order_by("pk").first()
    if item is None:
        return False
    if item.key != key and not item.steps.filter(text=text).exists():
        RectificationStep.objects.create(item=item, name="again", text=text)
        record("整改事项再次出现", item, None, {"text": text})
    return True


def _filled(found: Found) -> Rectification:
    unit = found.project.unit if found.project is not None else found.unit
    year = found.project.budget_year if found.project is not None else found.year
    if unit is None or year is None:
        raise Refused("请选择责任单位和年度。")
    item = Rectification(
        budget_year=year, unit=unit, project=found.project, source=found.source, title=found.title.strip()[:300],
        description=found.description.strip(), severity=found.severity,
        due_on=found.due_on or timezone.localdate() + timedelta(days=DAYS),
    )  # fmt: skip
    if found.origin is not None:
        item.content_type = ContentType.objects.get_for_model(found.origin)
        item.object_id = found.origin.pk
    return item


def _lock(year: BudgetYear) -> None:
    """Numbers are given one after the other: two who raise items of a year at once wait for each other."""
    take_turns("results.number", year.pk)


def _number(year: BudgetYear) -> str:
    stem = f"{year.district.code}-{year.year}-"
    last = Rectification.objects.filter(number__startswith=stem).order_by("-number").values_list("number").first()
    return f"{stem}{int(last[0].removeprefix(stem)) + 1 if last else 1:05d}"


def _kept(item: Rectification, person: Any) -> Rectification:
    _lock(item.budget_year)
    item.number, item.raised_by = _number(item.budget_year), person
    item.save()
    RectificationStep.objects.create(item=item, name="raise", text=item.description, due_after=item.due_on, by=person)
    record("提出整改事项", item, None, {"title": item.title, "source": item.source, "due_on": str(item.due_on)})
    due = f"{item.due_on.month}月{item.due_on.day}日"
    people = [p for p in answering(item) if person is None or p.pk != person.pk]
    notify(people, f"有新的整改事项“{item}”，请在{due}前完成", f"/rectification/{item.pk}/")
    return item
