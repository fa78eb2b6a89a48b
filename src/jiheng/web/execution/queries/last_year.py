"""How the money of the year before was spent, for those who review the targets of the next."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from jiheng.scoring.spending_plan import execution_rate
from jiheng.web.execution.models import ExecutionTotal, FundSource
from jiheng.web.plan.models import Project


def last_execution(projects: Iterable[Project], **_: Any) -> None:
    """Give each project ``last_execution``, the execution rate in percent of the project of the year before that it
    carries on; ``None`` where there is none, or no budget."""
    shown = list(projects)
    before = [p.previous_id for p in shown if p.previous_id]
    rates = {}
    for total in ExecutionTotal.objects.filter(project__in=before):
        budget = sum(getattr(total, f"budget_{source}") for source in FundSource.values)
        paid = sum(getattr(total, f"paid_{source}") for source in FundSource.values)
        rates[total.project_id] = execution_rate(paid, budget)
    for project in shown:
        project.last_execution = rates.get(project.previous_id)  # type: ignore[attr-defined]
