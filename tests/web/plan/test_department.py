"""Part one: written by the department, guarded like the form, brought over from last year."""

from __future__ import annotations

import json
from typing import Any

import pytest

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def home(district: Any) -> Any:
    from jiheng.web.org.models import Department

    return Department.objects.get()


def ask(client: Any, home: Any, what: str, **body: Any) -> tuple[int, Any]:
    answer = client.post(f"/plan/department/{home.pk}/{what}/", json.dumps(body), content_type="application/json")
    return answer.status_code, answer.json()


def test_the_department_writes_cells_and_rows(client: Any, person: Any, home: Any, year: Any) -> None:
    from jiheng.web.plan.queries.department import goals_in
    from jiheng.web.supervision.models import AuditEntry

    client.force_login(person("department_reviewer"), BACKEND)
    assert client.get(f"/plan/department/{home.pk}/").status_code == 200
    code, answer = ask(client, home, "cells", values={"overall": "建成三座公园。\n管好现有公园。"}, was={"overall": ""})
    assert (code, "还没有" in answer["side"]) == (200, False)
    _, first = ask(client, home, "rows", do="add", kind="itemized")
    _, second = ask(client, home, "rows", do="add", kind="itemized", after=int(first["row"].split(":")[1]))
    ask(client, home, "rows", do="add", kind="safeguard")
    ask(client, home, "cells", values={f"{second['row']}:title": "公园建设"}, was={f"{second['row']}:title": ""})
    ask(client, home, "rows", do="move", row=second["row"], by=-1)
    ask(client, home, "rows", do="remove", row=first["row"])
    found = goals_in(home, year)
    assert (found.overall.count("\n"), [g.title for g in found.itemized.all()], found.safeguards.count()) == (
        1,
        ["公园建设"],
        1,
    )
    assert AuditEntry.objects.filter(kind="plan.departmentgoals").count() == found.revision == 7
    assert "建成三座公园" in client.get(f"/plan/department/{home.pk}/").content.decode()


def test_what_was_not_seen_is_not_overwritten(client: Any, person: Any, home: Any) -> None:
    client.force_login(person("department_reviewer"), BACKEND)
    ask(client, home, "cells", values={"overall": "甲"}, was={"overall": ""})
    code, answer = ask(client, home, "cells", values={"overall": "乙"}, was={"overall": ""})
    assert (code, answer["conflicts"][0]["value"]) == (409, "甲")
    assert ask(client, home, "cells", values={"overall": "乙"}, was={"overall": "甲"})[0] == 200
    assert ask(client, home, "cells", values={"itemized:99:goal": "x"}, was={})[0] == 422
    assert ask(client, home, "cells", values={"state": "x"}, was={})[0] == 422
    assert ask(client, home, "cells", values="x")[0] == 400


@pytest.mark.parametrize("role", ("clerk", "unit_head", "finance_reviewer", "auditor"))
def test_others_read_it(client: Any, person: Any, home: Any, role: str) -> None:
    client.force_login(person(role), BACKEND)
    page = client.get(f"/plan/department/{home.pk}/").content.decode()
    assert 'class="form target partone"' in page
    assert ask(client, home, "cells", values={"overall": "x"}, was={"overall": ""})[0] == 403


def test_the_department_of_others_is_not_there(client: Any, person: Any, home: Any, district: Any) -> None:
    from jiheng.web.org.models import Department

    other = Department.objects.create(district=district, code="699", name="云溪区别的局")
    client.force_login(person("department_reviewer"), BACKEND)
    assert client.get(f"/plan/department/{other.pk}/").status_code == 404
    assert client.post(f"/plan/department/{other.pk}/cells/", "{}", content_type="application/json").status_code == 404


def test_last_years_goals_are_brought_once(client: Any, person: Any, home: Any, district: Any, year: Any) -> None:
    from jiheng.web.plan.models import BudgetYear, DepartmentGoals, ItemizedGoal

    coming = BudgetYear.objects.create(district=district, year=2027, pack="hebei-2023")
    last = DepartmentGoals.objects.create(department=home, budget_year=year, overall="去年的目标")
    ItemizedGoal.objects.create(goals=last, title="公园建设")
    client.force_login(person("department_reviewer"), BACKEND)
    address = f"/plan/department/{home.pk}/copy/?year={coming.pk}"
    assert "已带入上年" in client.post(address, follow=True).content.decode()
    made = DepartmentGoals.objects.get(budget_year=coming)
    assert (made.overall, made.itemized.get().title) == ("去年的目标", "公园建设")
    assert "已有内容" in client.post(address, follow=True).content.decode()


def said(home: Any, year: Any) -> Any:
    from jiheng.web.plan.queries.department import goals_in

    found = goals_in(home, year)
    return (
        found.overall, [(g.number, g.title, g.goal) for g in found.itemized.all()], [s.title for s in found.safeguards.all()],
    )  # fmt: skip


def test_every_change_is_taken_back_and_done_again(client: Any, person: Any, home: Any, year: Any) -> None:
    client.force_login(person("department_reviewer"), BACKEND)
    states = [("", [], [])]

    def step(what: str, **body: Any) -> Any:
        code, answer = ask(client, home, what, **body)
        assert code == 200, answer
        states.append(said(home, year))
        return answer

    step("cells", values={"overall": "建成三座公园。"}, was={"overall": ""})
    row = step("rows", do="add", kind="itemized")["row"]
    step("cells", values={f"{row}:title": "公园建设"}, was={f"{row}:title": ""})
    step("rows", do="paste", cell=f"{row}:goal", text="建成公园\t三座\r\n管好公园\t十座\r\n", was={f"{row}:goal": ""})
    step(
        "rows",
        do="paste",
        cell="safeguards",
        text='序号\t名称\t内容\n一\t制度建设\t健全制度\n二\t"支出\n管理"\t按期支付',
        was={},
    )
    step("rows", do="move", row=row, by=1)
    step("rows", do="remove", row=row)
    assert states[-1] == ("建成三座公园。", [("", "", "管好公园")], ["制度建设", "支出\n管理"])
    for state in reversed(states[:-1]):
        assert ask(client, home, "undo")[0] == 200
        assert said(home, year) == state
    assert ask(client, home, "undo") == (422, {"error": "没有可以撤销的修改。"})
    for state in states[1:]:
        assert "table" in ask(client, home, "redo")[1]
        assert said(home, year) == state


def test_typing_is_one_step_and_others_are_not_undone(client: Any, person: Any, home: Any, year: Any) -> None:
    second = person("department_reviewer", "second")
    client.force_login(person("department_reviewer"), BACKEND)
    for was, text in (("", "建"), ("建", "建成"), ("建成", "建成公园")):
        ask(client, home, "cells", values={"overall": text}, was={"overall": was}, typing=True)
    client.force_login(second, BACKEND)
    assert ask(client, home, "undo")[1]["error"] == "没有可以撤销的修改。"
    ask(client, home, "cells", values={"overall": "另写"}, was={"overall": "建成公园"})
    assert (
        ask(client, home, "cells", values={"overall": "x"}, was={"overall": "y"})[1]["conflicts"][0]["by"]
        == second.name
    )
    ask(client, home, "undo")
    assert said(home, year)[0] == "建成公园"
    first = type(second).objects.get(username="department_reviewer")
    client.force_login(first, BACKEND)
    ask(client, home, "undo")
    assert said(home, year)[0] == ""


def test_a_paste_over_what_was_not_seen_is_refused(client: Any, person: Any, home: Any, year: Any) -> None:
    client.force_login(person("department_reviewer"), BACKEND)
    row = ask(client, home, "rows", do="add", kind="itemized")[1]["row"]
    ask(client, home, "cells", values={f"{row}:title": "甲"}, was={f"{row}:title": ""})
    code, answer = ask(client, home, "rows", do="paste", cell=f"{row}:title", text="乙\t丙", was={f"{row}:title": ""})
    assert (code, "刚被别人改过" in answer["error"]) == (409, True)
    assert said(home, year)[1] == [("", "甲", "")]
    wide = ask(client, home, "rows", do="paste", cell=f"{row}:indicators_text", text="乙\t丙", was={})
    assert (wide[0], "更左的一格" in wide[1]["error"]) == (422, True)
    assert ask(client, home, "rows", do="paste", cell="overall", text="乙\t丙", was={})[0] == 422
    assert ask(client, home, "rows", do="paste", cell=f"{row}:title", text="乙")[0] == 400


def test_its_findings_stand_at_their_cells(person: Any, home: Any, year: Any) -> None:
    from jiheng.web.plan.models import DepartmentGoals, ItemizedGoal
    from jiheng.web.plan.queries.department import goals_findings, goals_in

    goals = DepartmentGoals.objects.create(department=home, budget_year=year, overall="建设公园。")
    ItemizedGoal.objects.create(goals=goals, title="绿道", goal="管好绿道", indicators_text="完好率达到95%")
    item = ItemizedGoal.objects.create(goals=goals, order=1, title="公园建设", goal="建成三座公园")
    found = {f["code"]: f["cell"] for f in goals_findings(goals_in(home, year))}
    assert found["C015"] == f"itemized:{item.pk}:indicators_text"
