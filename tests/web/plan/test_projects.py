"""Projects are created, copied, taken from and deleted, each where one may."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

pytestmark = pytest.mark.django_db


def test_a_new_table_has_the_periods_and_categories_of_the_pack(project: Any, person: Any, year: Any) -> None:
    from jiheng.web.plan.services import create_project

    made = create_project(person("clerk"), project.unit, year, "新项目")
    assert [p.label for p in made.periods.all()] == ["3月底", "6月底", "10月底", "12月底"]
    assert [i.level2 for i in made.indicators.all()] == [
        "数量指标", "质量指标", "时效指标", "成本指标", "社会效益指标", "服务对象满意度",
    ]  # fmt: skip
    assert made.order == 1
    assert made.errors > 0


def test_last_years_project_goes_on_with_its_code_and_a_copy_beside_it_without(
    project: Any, person: Any, district: Any, year: Any
) -> None:
    from jiheng.web.plan.models import BudgetYear
    from jiheng.web.plan.services import copy_project

    clerk = person("clerk")
    next_year = BudgetYear.objects.create(district=district, year=2027, pack="hebei-2023")
    goes_on = copy_project(clerk, project, project.unit, next_year)
    assert (goes_on.previous, goes_on.code, goes_on.state) == (project, project.code, "draft")
    assert [i.name for i in goes_on.indicators.all()] == [i.name for i in project.indicators.all()]
    beside = copy_project(clerk, project, project.unit, year)
    assert (beside.previous, beside.code, beside.name) == (None, "", "道路绿化补植（副本）")


def test_parts_are_taken_over_as_one_step(project: Any, person: Any, year: Any) -> None:
    from jiheng.web.plan.services import create_project, take_over, undo

    clerk = person("clerk")
    made = create_project(clerk, project.unit, year, "另一个")
    take_over(clerk, made.pk, project, ("purpose", "indicator"), 0)
    found = type(made).objects.get(pk=made.pk)
    assert (found.purpose, found.indicators.count()) == (project.purpose, 6)
    assert [g.text for g in found.goals.all()] == [""]
    undo(clerk, made.pk)
    found = type(made).objects.get(pk=made.pk)
    assert (found.purpose, [i.name for i in found.indicators.all()]) == ("", [""] * 6)


def test_a_draft_is_deleted_and_the_trail_keeps_what_it_said(project: Any, person: Any) -> None:
    from jiheng.web.plan.models import Project
    from jiheng.web.plan.services import delete_project
    from jiheng.web.supervision.models import AuditEntry

    delete_project(person("clerk"), project.pk)
    assert not Project.objects.exists()
    entry = AuditEntry.objects.first()
    assert entry is not None and "补植行道树成活率" in entry.before


def test_nobody_creates_in_another_unit_or_copies_what_he_may_not_see(project: Any, person: Any, year: Any) -> None:
    from jiheng.web.org.models import Unit
    from jiheng.web.plan.services import copy_project, create_project

    second = Unit.objects.get(code="601002")
    other = person("clerk", "other", second)
    with pytest.raises(PermissionDenied):
        create_project(other, project.unit, year)
    with pytest.raises(PermissionDenied):
        copy_project(other, project, second, year)
