"""Cells are saved, guarded, taken back; each change is recorded and checked."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

pytestmark = pytest.mark.django_db


def again(project: Any) -> Any:
    return type(project).objects.get(pk=project.pk)


def cell(project: Any, field: str, row: int = 0) -> str:
    return f"indicator:{project.indicators.all()[row].pk}:{field}"


def test_a_save_is_stored_recorded_and_checked(project: Any, person: Any) -> None:
    from jiheng.web.plan.services import save_cells
    from jiheng.web.supervision.models import AuditEntry

    clerk, satisfaction = person("clerk"), cell(project, "target_raw", 5)
    saved = save_cells(clerk, project.pk, {satisfaction: "≤90%", "budget_total": "40万元"}, 0)
    found = again(project)
    assert (found.revision, found.updated_by, found.checked_revision) == (1, clerk, 1)
    assert found.indicators.all()[5].comparator == "<="
    assert saved.changed == {"budget_total": "40.00"}
    wrong = next(f for f in found.findings if f["code"] == "V301")
    assert (wrong["cell"], found.errors) == (satisfaction, 1)
    assert wrong["fix"]["edits"] == [{"cell": satisfaction, "old": "≤90%", "new": "≥90%"}]
    entry = AuditEntry.objects.first()
    assert entry is not None
    assert "≤90%" in entry.after and "≥90%" in entry.before
    save_cells(clerk, project.pk, {satisfaction: "≥90%"}, saved.project.revision)
    assert again(project).errors == 0


def test_a_stale_save_is_refused_and_overwrites_nothing(project: Any, person: Any) -> None:
    from jiheng.web.plan.services import Stale, save_cells

    first, second = person("clerk", "one"), person("clerk", "two")
    save_cells(first, project.pk, {"purpose": "第一位的用途"}, 0)
    with pytest.raises(Stale) as refused:
        save_cells(second, project.pk, {"purpose": "第二位的用途", "name": "别名"}, 0)
    (conflict,) = refused.value.conflicts
    assert (conflict["cell"], conflict["value"], conflict["by"]) == ("purpose", "第一位的用途", first.name)
    assert (again(project).purpose, again(project).name) == ("第一位的用途", "道路绿化补植")
    # Another cell may be saved, and tells what the first one did.
    assert save_cells(second, project.pk, {"name": "别名"}, 0).changed == {"purpose": "第一位的用途"}
    assert save_cells(second, project.pk, {"purpose": "看过再改"}, 1).project.revision == 3


@pytest.mark.parametrize("cell_name, text, message", (
    ("budget_total", "四十万", "不是金额"), ("budget_total", "0.00001", "4 位小数"), ("name", "长" * 256, "最多 255 字"),
    ("indicator:999999:name", "x", "已被删除"), ("state", "approved", "没有名为"), ("indicator:1:project", "2", "没有名为"),
))  # fmt: skip
def test_what_does_not_fit_is_refused(project: Any, person: Any, cell_name: str, text: str, message: str) -> None:
    from jiheng.web.plan.services import Refused, save_cells

    with pytest.raises(Refused, match=message):
        save_cells(person("clerk"), project.pk, {cell_name: text, "purpose": "同时改的"}, 0)
    assert again(project).purpose != "同时改的"


def test_cells_of_another_project_cannot_be_reached_through_this_one(project: Any, person: Any, year: Any) -> None:
    from jiheng.web.plan.services import Refused, create_project, save_cells

    clerk = person("clerk")
    other = create_project(clerk, project.unit, year, "另一个项目")
    with pytest.raises(Refused):
        save_cells(clerk, project.pk, {cell(other, "name"): "改到别处"}, 0)


def test_typing_is_one_step_and_undo_goes_back_and_forth(project: Any, person: Any) -> None:
    from jiheng.web.plan.services import Refused, redo, save_cells, undo

    clerk, was = person("clerk"), project.purpose
    for n, text in enumerate(("用", "用于", "用于道路")):
        save_cells(clerk, project.pk, {"purpose": text}, n, typing=True)
    save_cells(clerk, project.pk, {"name": "新名"}, 3)
    assert undo(clerk, project.pk).changed == {"name": "道路绿化补植"}
    assert undo(clerk, project.pk).changed == {"purpose": was}
    with pytest.raises(Refused, match="没有可以撤销"):
        undo(clerk, project.pk)
    assert redo(clerk, project.pk).changed == {"purpose": "用于道路"}
    assert redo(clerk, project.pk).changed == {"name": "新名"}
    undo(clerk, project.pk)
    save_cells(clerk, project.pk, {"code": "X"}, 9)
    with pytest.raises(Refused, match="没有可以重做"):
        redo(clerk, project.pk)
    assert again(project).name == "道路绿化补植"


def test_undo_does_not_take_back_what_someone_else_wrote_since(project: Any, person: Any) -> None:
    from jiheng.web.plan.services import Refused, save_cells, undo

    first, second = person("clerk", "one"), person("clerk", "two")
    save_cells(first, project.pk, {"purpose": "甲"}, 0)
    save_cells(second, project.pk, {"purpose": "乙"}, 1)
    with pytest.raises(Refused, match="别人改过"):
        undo(first, project.pk)
    assert again(project).purpose == "乙"


@pytest.mark.parametrize("role", ("unit_head", "department_reviewer", "finance_reviewer", "auditor", "system_admin"))
def test_only_clerks_edit(project: Any, person: Any, role: str) -> None:
    from jiheng.web.plan.services import save_cells

    with pytest.raises(PermissionDenied):
        save_cells(person(role), project.pk, {"name": "x"}, 0)


def test_clerks_of_other_units_and_closed_years_do_not_edit(project: Any, person: Any, year: Any) -> None:
    from jiheng.web.org.models import Unit
    from jiheng.web.plan.services import Refused, save_cells

    with pytest.raises(PermissionDenied):
        save_cells(person("clerk", "else", Unit.objects.get(code="601002")), project.pk, {"name": "x"}, 0)
    year.is_open = False
    year.save()
    with pytest.raises(Refused, match="关闭"):
        save_cells(person("clerk"), project.pk, {"name": "x"}, 0)


def test_a_table_named_otherwise_is_renamed_with_one_click(project: Any, person: Any) -> None:
    from jiheng.web.plan.queries import table_of
    from jiheng.web.plan.services import save_cells

    clerk = person("clerk")
    type(project).objects.filter(pk=project.pk).update(title="河道清淤")
    found = save_cells(clerk, project.pk, {"purpose": f"{project.purpose} "}, 0).project
    save_cells(clerk, project.pk, {"purpose": "变"}, 0)
    wrong = next(f for f in again(project).findings if f["code"] == "X801")
    values = {e["cell"]: e["new"] for e in wrong["fix"]["edits"]}
    fixed = save_cells(clerk, project.pk, values, 1).project
    assert (found.revision, table_of(fixed).caption) == (0, "道路绿化补植绩效目标表")


@pytest.mark.django_db(transaction=True)
def test_of_two_saves_at_once_one_is_refused_and_none_is_lost(project: Any, person: Any) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    from jiheng.web.plan.services import Stale, save_cells

    clerks = [person("clerk", f"clerk{n}") for n in range(4)]

    def save(n: int) -> str:
        try:
            save_cells(clerks[n], project.pk, {"purpose": f"用途{n}"}, 0)
            save_cells(clerks[n], project.pk, {f"plan:{project.periods.all()[n].pk}": f"{n}"}, 0)
        except Stale:
            return "refused"
        finally:
            connection.close()
        return "saved"

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(save, range(4)))
    assert sorted(told) == ["refused"] * 3 + ["saved"]
    assert again(project).purpose == f"用途{told.index('saved')}"
    assert again(project).revision == 2


def test_a_text_that_cannot_be_checked_is_not_saved(project: Any, person: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from jiheng.web.plan.services import Refused, save_cells

    monkeypatch.setattr("jiheng.web.plan.checking.check_live", lambda *_: None)
    with pytest.raises(Refused, match="没有保存"):
        save_cells(person("clerk"), project.pk, {"purpose": " " * 3000}, project.revision)
    before = project.purpose
    project.refresh_from_db()
    assert project.purpose == before
