"""Assign goals, projects and indicators to sections and people (目标逐级分解)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models

from jiheng.web import transaction
from jiheng.web.locks import for_update
from jiheng.web.monitoring.models import Responsibility
from jiheng.web.org.lineage import carriers, unit_of_year
from jiheng.web.org.models import Person, Section, Unit
from jiheng.web.org.permissions import At, require
from jiheng.web.org.queries import sections_like
from jiheng.web.plan.models import Indicator, ItemizedGoal, Project
from jiheng.web.plan.services.errors import Refused
from jiheng.web.supervision.services import notify, record

KINDS: dict[type[models.Model], str] = {Project: "project", Indicator: "indicator", ItemizedGoal: "goal"}


def _place(target: Any, unit: Unit | None) -> tuple[Unit, int]:
    """(the unit that answers, the year). A department's goal is answered for by the unit of who is chosen."""
    if isinstance(target, ItemizedGoal):
        goals = target.goals
        year = goals.budget_year.year
        unit = unit and unit_of_year(unit, year)
        if unit is None or unit.department_id != goals.department_id:
            raise Refused("部门分项目标只能分解到本部门所属单位的科室或人员。")
        return unit, year
    project = target.project if isinstance(target, Indicator) else target
    return project.unit, project.budget_year.year


def _holder(section: Section | None, someone: Person | None) -> Unit | None:
    theirs = someone.section if someone is not None else None
    if section is not None and theirs is not None and theirs not in sections_like(section):
        assert someone is not None
        raise Refused(f"{someone.name}不在“{section.name}”，请重新选择。")
    if someone is not None and someone.unit is None:
        raise Refused(f"{someone.name}没有所在单位，不能作为责任人。")
    if section is not None:
        return section.unit
    return someone.unit if someone is not None else None


@transaction.atomic
def assign(person: Any, targets: Sequence[Any], section: Section | None, someone: Person | None) -> int:
    """Let a section, a person, or a person of a section answer for these, instead of who did; neither clears. How many.

    Raises :class:`Refused` for a section or person of another unit, ``PermissionDenied``.
    """
    holder, told = _holder(section, someone), []
    for target in targets:
        name, known = KINDS[type(target)], holder
        if holder is None and isinstance(target, ItemizedGoal):
            known = Unit.objects.filter(department=target.goals.department_id).order_by("code").first()
        unit, year = _place(target, known)
        place = target.goals.department if isinstance(target, ItemizedGoal) else unit
        require(person, "monitoring.assign", At(place, year))
        if holder is not None and holder.pk not in carriers([unit]):
            raise Refused(f"“{target}”是{unit.name}的，不能分解到{holder.name}的科室或人员。")
        if _replace(person, target, name, unit, section, someone):
            told.append(target)
    if told and someone is not None and someone.pk != person.pk:
        more = f"等 {len(told)} 项" if len(told) > 1 else ""
        notify([someone], f"您被指定为“{_name(told[0])}”{more}的责任人。", "/responsibility/mine/")
    return len(told)


def _name(target: Any) -> str:
    return target.title or target.goal[:40] if isinstance(target, ItemizedGoal) else str(target)


def _replace(person: Any, target: Any, name: str, unit: Unit, section: Section | None, someone: Person | None) -> bool:
    mine = Responsibility.objects.filter(**{name: target})
    before = [(r.section_id, r.person_id) for r in for_update(mine)]
    after = [(section and section.pk, someone and someone.pk)] if section or someone else []
    if before == after:
        return False
    said = [words(r) for r in mine.select_related("section", "person")]
    mine.delete()
    if after:
        made = Responsibility.objects.create(unit=unit, section=section, person=someone, by=person, **{name: target})
    record(
        "分解责任", target, {"responsible": said}, {"responsible": [words(made)] if after else []}, name=_name(target)
    )
    return True


def words(found: Responsibility) -> str:
    """Who answers: 业务科 林小满."""
    return " ".join(part for part in (found.section and found.section.name, found.person and found.person.name) if part)
