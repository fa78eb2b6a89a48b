"""What of this stage stands in somebody's name, for the day that they leave."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from jiheng.web.org.holdings import Holding, hold
from jiheng.web.org.lineage import heirs
from jiheng.web.org.permissions import allowed
from jiheng.web.org.services.places import Wrong
from jiheng.web.results.models import Rectification, RectificationStep
from jiheng.web.results.workflow import VERIFY

_OPEN = (Rectification.State.OPEN, Rectification.State.REPORTED)


def _items() -> QuerySet[Rectification]:
    return Rectification.objects.filter(state__in=_OPEN).select_related("unit__department", "budget_year", "raised_by")


def _shown(item: Rectification) -> tuple[str, str]:
    return str(item), f"/rectification/{item.pk}/"


def _move_owned(person: Any, rows: Sequence[Any], someone: Any, successor: Any) -> None:
    for item in rows:
        if successor.unit_id not in {item.unit_id, *(u.pk for u in heirs(item.unit))}:
            raise Wrong(f"“{item}”由{item.unit.name}整改，{successor.name}不在该单位，不能接手。没有移交任何事项。")
        item.owner = successor
        _keep(item, "owner", f"责任人由{someone.name}移交给{successor.name}", person)


def _move_raised(person: Any, rows: Sequence[Any], someone: Any, successor: Any) -> None:
    for item in rows:
        if not allowed(successor, VERIFY, item):
            raise Wrong(f"{successor.name}不能核验“{item}”：没有该单位的核验权限。没有移交任何事项。")
        item.raised_by = successor
        _keep(item, "raised_by", f"督办人由{someone.name}移交给{successor.name}", person)


def _keep(item: Rectification, field: str, text: str, person: Any) -> None:
    item.revision += 1
    item.save(update_fields=[field, "revision"])
    RectificationStep.objects.create(item=item, name="hand_over", text=text, by=person)


def declare() -> None:
    """Tell the organisation."""
    hold(Holding(
        "results.owned", "整改事项（责任人）", _items, "owner", _shown,
        "还没有销号的，责任人改为接手人。", _move_owned, "unit",
    ))  # fmt: skip
    hold(Holding(
        "results.raised", "整改事项（督办、核验）", _items, "raised_by", _shown,
        "由其提出、还没有销号的，改由接手人督办和核验；原提出人留在流转记录里。", _move_raised, "unit",
    ))  # fmt: skip
