"""What becomes of a unit's projects when the unit ends: past years stay, later ones go to the successor."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from jiheng.web.org.models import Unit
from jiheng.web.org.services.places import Wrong
from jiheng.web.org.signals import unit_ends
from jiheng.web.plan.models import Project, Upload


@receiver(unit_ends)
def move_later_projects(unit: Unit, year: int, successor: Unit | None, **_: Any) -> str:
    """Projects and uploads of years after the last. Raises :class:`Wrong` where nobody would take them over."""
    later = Project.objects.filter(unit=unit, budget_year__year__gt=year)
    count = later.count()
    if successor is None:
        if count:
            raise Wrong(f"“{unit.name}”在 {year} 年之后还有 {count} 个项目，请选继任单位，或先删除这些项目。")
        return ""
    for relation in Project._meta.related_objects:
        _follow(relation, unit, year, successor)
    later.update(unit=successor)
    Upload.objects.filter(unit=unit, budget_year__year__gt=year).update(unit=successor)
    return f"{count} 个项目" if count else ""


def _follow(relation: Any, unit: Unit, year: int, successor: Unit) -> None:
    """What repeats its project's unit and department, so that sums need no joins, goes where the project goes."""
    model, place = relation.related_model, {"unit": successor, "department": successor.department}
    # An indicator's ``unit`` is a unit of measurement: only a relation of the same target counts.
    names = {f.name for f in model._meta.concrete_fields if f.name in place and f.related_model is type(place[f.name])}
    if relation.field.name != "project" or "unit" not in names:
        return
    moving = model._base_manager.filter(unit=unit, project__unit=unit, project__budget_year__year__gt=year)
    moving.update(**{name: there for name, there in place.items() if name in names})
