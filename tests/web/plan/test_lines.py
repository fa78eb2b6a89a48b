"""Rows come, go and move; a block from Excel fills them; each is one step of undo."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.django_db


def names(project: Any) -> list[str]:
    return [i.name for i in type(project).objects.get(pk=project.pk).indicators.all()]


def key(project: Any, row: int) -> str:
    return f"indicator:{project.indicators.all()[row].pk}"


def test_a_removed_row_comes_back_as_it_was_in_its_place(project: Any, person: Any) -> None:
    from jiheng.web.plan.services import redo, remove_row, undo

    clerk, before, gone = person("clerk"), names(project), key(project, 2)
    assert remove_row(clerk, project.pk, gone, 0).rows
    assert names(project) == before[:2] + before[3:]
    undo(clerk, project.pk)
    assert names(project) == before
    assert key(project, 2) == gone
    redo(clerk, project.pk)
    assert len(names(project)) == 5


def test_a_row_is_added_below_under_the_same_categories_and_moves(project: Any, person: Any) -> None:
    from jiheng.web.plan.services import add_row, move_row

    clerk = person("clerk")
    _, made = add_row(clerk, project.pk, "indicator", 0, int(key(project, 0).split(":")[1]))
    rows = project.indicators.all()
    assert (f"indicator:{rows[1].pk}", rows[1].level1, rows[1].level2) == (made, "产出指标", "数量指标")
    move_row(clerk, project.pk, made, 3, 1)
    assert names(project)[4] == ""
    move_row(clerk, project.pk, made, -99, 2)
    assert names(project)[0] == ""


def test_a_row_that_someone_changed_unseen_is_not_removed(project: Any, person: Any) -> None:
    from jiheng.web.plan.services import Stale, remove_row, save_cells

    first, second = person("clerk", "one"), person("clerk", "two")
    save_cells(first, project.pk, {f"{key(project, 0)}:basis": "新依据"}, 0)
    with pytest.raises(Stale):
        remove_row(second, project.pk, key(project, 0), 0)
    assert len(names(project)) == 6


def test_a_block_fills_cells_and_adds_rows_and_a_merged_cell_reaches_down(project: Any, person: Any) -> None:
    from jiheng.web.plan.services import paste, undo

    clerk, before = person("clerk"), names(project)
    text = '一级指标\t二级指标\t三级指标\n效益指标\t生态效益指标\t吸收二氧化碳量\n\t\t"绿荫\n面积"\t树冠投影面积\t≥1.2万平方米\t测算\n'
    paste(clerk, project.pk, f"{key(project, 5)}:level1", text, 0)
    rows = list(project.indicators.all())
    assert (rows[5].level1, rows[5].name, rows[5].target_raw) == ("效益指标", "吸收二氧化碳量", "≥90%")
    assert (rows[6].level1, rows[6].level2, rows[6].name) == ("效益指标", "生态效益指标", "绿荫\n面积")
    assert (rows[6].comparator, str(rows[6].value.normalize()), rows[6].unit) == (">=", "1.2", "万平方米")
    undo(clerk, project.pk)
    assert names(project) == before


@pytest.mark.parametrize("cell, text, message", (
    ("basis", "a\tb", "更左"), ("", "a\tb", "指标表"), ("plan", "1\t2\t3\t4\t5", "只有 4 期"), ("goal", " \n\n", "没有可以粘贴"),
))  # fmt: skip
def test_a_block_that_does_not_fit_is_refused(project: Any, person: Any, cell: str, text: str, message: str) -> None:
    from jiheng.web.plan.services import Refused, paste

    at = {
        "basis": f"{key(project, 0)}:basis", "plan": f"plan:{project.periods.first().pk}", "goal": "goals", "": "purpose",
    }[cell]  # fmt: skip
    with pytest.raises(Refused, match=message):
        paste(person("clerk"), project.pk, at, text, 0)


def test_goals_and_the_plan_take_blocks_too(project: Any, person: Any) -> None:
    from jiheng.web.plan.services import paste

    clerk = person("clerk")
    paste(clerk, project.pk, f"goal:{project.goals.first().pk}", "目标一\n目标二", 0)
    paste(clerk, project.pk, f"plan:{project.periods.first().pk}", "25\t50\t75\t100", 1)
    assert [g.text for g in project.goals.all()] == ["目标一", "目标二"]
    assert [p.raw for p in project.periods.all()] == ["25", "50", "75", "100"]


def test_the_periods_of_the_pack_keep_what_was_filled_in(project: Any, person: Any) -> None:
    from jiheng.web.plan.services import use_periods

    project.periods.all()[3].delete()
    project.periods.update(label="一季度")
    use_periods(person("clerk"), project.pk, 0)
    assert [(p.label, p.raw) for p in project.periods.all()] == [
        ("3月底", "10"), ("6月底", "40"), ("10月底", "80"), ("12月底", ""),
    ]  # fmt: skip
