"""Lists of target tables: a new one is begun without the mouse, and the box above a list says what is chosen below."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_name_of_a_new_project_is_typed_at_once_where_there_is_one_unit(
    open_page: Any, person: Any, project: Any
) -> None:
    page = open_page(person("clerk"))
    page.goto("/plan/")
    page.click("[data-dialog=new]")
    page.keyboard.type("城区步道维修")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:text-is('城区步道维修')")


def test_the_box_above_a_list_follows_the_boxes_below(open_page: Any, person: Any, project: Any, year: Any) -> None:
    from jiheng.web.plan.models import Project
    from jiheng.web.plan.services import copy_project

    copy_project(person("clerk"), project, project.unit, year)
    Project.objects.update(state="finance_review", errors=0)
    Project.objects.filter(pk=project.pk).update(errors=1)  # not chosen beforehand
    page = open_page(person("finance_leader"))
    page.goto("/review/approve/")
    above, below = page.locator("[data-all]"), page.locator("[name=project]")
    half = "box => box.indeterminate"
    assert (below.count(), above.is_checked(), above.evaluate(half)) == (2, False, True)
    page.check(f"[name=project][value='{project.pk}']")
    assert (above.is_checked(), above.evaluate(half)) == (True, False)
    above.uncheck()
    assert [below.nth(n).is_checked() for n in range(2)] == [False, False]
    assert (above.is_checked(), above.evaluate(half), page.inner_text("[data-count]")) == (False, False, "0")
