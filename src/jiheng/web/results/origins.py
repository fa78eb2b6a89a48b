"""What an item can be raised about: a project, a monitoring form, a self-evaluation; ``kind:ID`` in addresses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models

from jiheng.web.asked import number
from jiheng.web.evaluation.models import SelfEvaluation
from jiheng.web.monitoring.models import MonitoringRecord
from jiheng.web.org.permissions import reach
from jiheng.web.plan.models import Project
from jiheng.web.results.models import Rectification

_KINDS: dict[str, tuple[type[models.Model], str, str, str, str]] = {
    # kind: model, source, path to the unit, path to the year, address
    "project": (Project, Rectification.Source.REVIEW, "unit__", "budget_year__year", "/plan/{}/"),
    "monitoring": (
        MonitoringRecord, Rectification.Source.MONITORING, "project__unit__", "project__budget_year__year",
        "/monitoring/{}/",
    ),
    "evaluation": (
        SelfEvaluation, Rectification.Source.EVALUATION, "project__unit__", "project__budget_year__year",
        "/evaluation/{}/",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Origin:
    """What was found, where, and the name it has in addresses."""

    name: str
    source: str
    found: Any
    project: Project


def origin_of(person: Any, name: str) -> Origin | None:
    """The thing named ``kind:ID`` that this person may raise an item about; ``None`` for anything else."""
    kind, _, key = name.partition(":")
    if kind not in _KINDS or number(key) is None:
        return None
    model, source, unit, year, _address = _KINDS[kind]
    found = model._default_manager.filter(reach(person, "results.raise", unit, year), pk=number(key)).first()
    if found is None:
        return None
    key = found.pk if isinstance(found, Project) else found.project_id
    project = Project.objects.select_related("unit__department", "budget_year__district").get(pk=key)
    return Origin(name, source, found, project)


def link_of(item: Rectification) -> tuple[str, str] | None:
    """The address and the name of what an item is about, where there is still something."""
    found = item.origin or item.project
    for model, _, _, _, address in _KINDS.values():
        if isinstance(found, model):
            return address.format(found.pk), str(found)
    return None
