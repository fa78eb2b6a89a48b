"""How the money of the year before was spent, for those who review the targets of the next."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from jiheng.web.execution.queries.money import EMPTY, executed_many
from jiheng.web.plan.models import Project


def last_execution(projects: Iterable[Project], **_: Any) -> None:
    """Give each project ``last_execution``, the execution rate in percent of the project of the year before that it
    carries on; ``None`` where there is none, or no budget."""
    shown = list(projects)
    before = executed_many(p.previous_id for p in shown if p.previous_id)
    for project in shown:
        project.last_execution = before.get(project.previous_id, EMPTY).total.rate  # type: ignore[attr-defined]
