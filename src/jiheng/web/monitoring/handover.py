"""What of this stage stands in somebody's name, for the day that they leave."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from jiheng.web.monitoring.models import MonitoringRecord, RecordState, Responsibility
from jiheng.web.org.holdings import Holding, hold
from jiheng.web.org.lineage import heirs
from jiheng.web.org.services.places import Wrong
from jiheng.web.plan.models import Project


def _duties() -> QuerySet[Responsibility]:
    """Of this year and later: who answered for a year that is over stays on record."""
    since = timezone.localdate().year
    running = (
        Q(project__budget_year__year__gte=since)
        | Q(indicator__project__budget_year__year__gte=since)
        | Q(goal__goals__budget_year__year__gte=since)
    )
    found = Responsibility.objects.exclude(person=None).filter(running)
    return found.select_related("unit", "project", "indicator__project", "goal__goals", "section")


def _duty(row: Responsibility) -> tuple[str, str]:
    if row.goal is not None:
        return row.goal.title or row.goal.goal[:40], f"/responsibility/department/{row.goal.goals.department_id}/"
    project = row.project or _of(row)
    name = str(project) if row.indicator is None else f"{project}：{row.indicator}"
    return name, f"/responsibility/project/{project.pk}/"


def _of(row: Responsibility) -> Project:
    assert row.indicator is not None
    return row.indicator.project


def _move_duties(person: Any, rows: Sequence[Any], someone: Any, successor: Any) -> None:
    for row in rows:
        if successor.unit_id not in {row.unit_id, *(u.pk for u in heirs(row.unit))}:
            raise Wrong(
                f"“{_duty(row)[0]}”是{row.unit.name}的，{successor.name}不在该单位，不能接手。没有移交任何事项。"
            )
        if row.section_id is not None and successor.section_id not in (None, row.section_id):
            row.section = successor.section
        row.person, row.by = successor, person
        row.save(update_fields=["person", "section", "by"])


def declare() -> None:
    """Tell the organisation."""
    hold(Holding(
        "monitoring.duties", "责任分解", _duties, "person", _duty,
        "本年和以后年度的项目、指标、分项目标，责任人改为接手人；往年的留作考核记录。", _move_duties, "unit",
    ))  # fmt: skip
    hold(Holding(
        "monitoring.drafts", "最后由其填写的监控表草稿",
        lambda: MonitoringRecord.objects.filter(state=RecordState.DRAFT).select_related("project"), "reported_by",
        lambda row: (str(row.project), f"/monitoring/{row.pk}/"), "归单位，本单位的其他经办可继续填写。",
    ))  # fmt: skip
