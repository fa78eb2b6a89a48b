"""The list, the form page and what its script asks: shown to those who may, refused with words to the others."""

from __future__ import annotations

import json
from typing import Any

import pytest

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def enter(client: Any, person: Any) -> Any:
    def log_in(role: str, **where: Any) -> Any:
        client.force_login(person(role, **where), BACKEND)
        return client

    return log_in


def ask(client: Any, project: Any, name: str, **body: Any) -> tuple[int, Any]:
    answer = client.post(f"/plan/{project.pk}/{name}/", json.dumps(body), content_type="application/json")
    return answer.status_code, answer.json() if "json" in answer["Content-Type"] else None


@pytest.mark.parametrize("role, sees, edits", (
    ("clerk", True, True), ("unit_head", True, False), ("department_reviewer", True, False), ("finance_reviewer", True, False),
    ("finance_leader", True, False), ("auditor", True, False), ("evaluator", False, False), ("system_admin", False, False),
    ("security_admin", False, False), ("audit_admin", False, False),
))  # fmt: skip
def test_each_role_sees_and_edits_what_it_may(enter: Any, project: Any, role: str, sees: bool, edits: bool) -> None:
    client = enter(role)
    page = client.get(f"/plan/{project.pk}/")
    assert page.status_code == (200 if sees else 404)
    assert client.get("/plan/").status_code == (200 if sees else 403)
    if sees:
        assert ('class="form target editable"' in page.content.decode()) == edits
    wanted = 200 if edits else 403 if sees else 404
    assert ask(client, project, "cells", values={"purpose": "新的"}, seen=0)[0] == wanted
    assert ask(client, project, "rows", do="add", kind="goal", seen=0)[0] == wanted
    assert ask(client, project, "undo")[0] == wanted


def test_another_units_project_is_not_there(enter: Any, project: Any) -> None:
    from jiheng.web.org.models import Unit

    client = enter("clerk", unit=Unit.objects.get(code="601002"))
    for path in ("", "sources/"):
        assert client.get(f"/plan/{project.pk}/{path}").status_code == 404
    for name in ("cells", "rows", "undo", "redo", "here", "step", "copy", "delete"):
        assert client.post(f"/plan/{project.pk}/{name}/", "{}", content_type="application/json").status_code == 404
    assert project.name not in client.get("/plan/").content.decode()


def test_nobody_sees_anything_without_logging_in(client: Any, project: Any) -> None:
    assert client.get(f"/plan/{project.pk}/").status_code == 302
    code, answer = ask(client, project, "cells", values={"name": "x"}, seen=0)
    assert (code, "登录已超时" in answer["error"]) == (401, True)


def test_an_answer_tells_marks_findings_and_what_others_changed(enter: Any, project: Any) -> None:
    client, cell = enter("clerk"), f"indicator:{project.indicators.all()[5].pk}:target_raw"
    code, answer = ask(client, project, "cells", values={cell: "≤90%"}, seen=0)
    assert (code, answer["revision"], answer["counts"][0], answer["marks"][cell][0]) == (200, 1, 1, "e")
    assert "改为 ≥90%" in answer["side"]
    assert '<span class="chip">1 条</span>' in answer["side"]
    assert "table" not in answer
    code, answer = ask(client, project, "cells", values={cell: "≥91%"}, seen=0)
    assert (code, answer["conflicts"][0]["value"]) == (409, "≤90%")
    code, answer = ask(client, project, "cells", values={"budget_total": "很多"}, seen=1)
    assert (code, "不是金额" in answer["error"]) == (422, True)
    code, answer = ask(client, project, "rows", do="add", kind="indicator", seen=1)
    assert 'class="form target editable"' in answer["table"]
    assert ask(client, project, "here", seen=0, cell=cell)[1]["cells"][cell] == "≤90%"


@pytest.mark.parametrize(
    "body",
    (b"", b"[]", b"{", b'{"values": []}', b'{"values": {}, "seen": 0}', b'{"values": {"name": "x"}, "seen": "x"}'),
)
def test_nonsense_is_answered_with_words(enter: Any, project: Any, body: bytes) -> None:
    answer = enter("clerk").post(f"/plan/{project.pk}/cells/", body, content_type="application/json")
    assert answer.status_code == 400
    assert "格式不对" in answer.json()["error"]


def test_what_is_typed_is_never_markup(enter: Any, project: Any) -> None:
    client, bad = enter("clerk"), "</script><script>alert(1)</script><img src=x onerror=alert(1)>"
    fields = ("name", "description", "level1", "level2", "basis", "target_raw")
    row = project.indicators.all()[0].pk
    values = {f"indicator:{row}:{f}": bad[: 50 if f.startswith("level") else 400] for f in fields}
    code, answer = ask(
        client, project, "cells", values={"name": bad, "purpose": bad, "explanation": bad, **values}, seen=0
    )
    assert code == 200
    page = client.get(f"/plan/{project.pk}/").content.decode()
    for text in (page, answer["side"], answer["table"], client.get("/plan/").content.decode()):
        assert "<script>alert" not in text
        assert "<img src=x" not in text


def test_the_list_filters_and_its_queries_do_not_grow(
    enter: Any, project: Any, django_assert_max_num_queries: Any
) -> None:
    from jiheng.web.plan.models import Project

    Project.objects.bulk_create(
        Project(unit=project.unit, budget_year=project.budget_year, name=f"项目{n}", errors=n % 2) for n in range(60)
    )
    client = enter("finance_reviewer")
    with django_assert_max_num_queries(15):
        page = client.get("/plan/").content.decode()
    assert "61 个项目" in page and "30 个有错误" in page and "第 1 / 2 页" in page
    part = client.get(
        "/plan/?q=绿化&found=clean&state=draft&sort=risk", headers={"HX-Request": "true"}
    ).content.decode()
    assert "道路绿化补植" in part and "1 个项目" in part and "<html" not in part
    assert "没有符合条件" in client.get("/plan/?q=没有这个").content.decode()
    assert client.get("/plan/?state=x&unit=x&sort=x&page=x&year=x").status_code == 200


def test_the_form_page_asks_few_questions(enter: Any, project: Any, django_assert_max_num_queries: Any) -> None:
    client = enter("clerk")
    with django_assert_max_num_queries(25):
        client.get(f"/plan/{project.pk}/")
    with django_assert_max_num_queries(40):
        ask(client, project, "cells", values={"purpose": "x"}, seen=0)


def test_projects_are_made_copied_brought_and_deleted_from_pages(enter: Any, project: Any, district: Any) -> None:
    from jiheng.web.plan.models import BudgetYear, Project

    client = enter("clerk")
    coming = BudgetYear.objects.create(district=district, year=2027, pack="hebei-2023")
    answer = client.post("/plan/new/", {"unit": project.unit_id, "year": coming.pk, "name": "新项目"})
    made = Project.objects.get(name="新项目")
    assert answer.url == f"/plan/{made.pk}/"
    assert "道路绿化补植" in client.get(f"/plan/bring/?year={coming.pk}").content.decode()
    client.post("/plan/bring/", {"year": coming.pk, "project": [project.pk]})
    client.post("/plan/bring/", {"year": coming.pk, "project": [project.pk]})
    assert Project.objects.filter(previous=project).count() == 1
    client.post(f"/plan/{project.pk}/copy/")
    assert Project.objects.filter(name="道路绿化补植（副本）").exists()
    client.post(f"/plan/{made.pk}/delete/")
    assert not Project.objects.filter(pk=made.pk).exists()
    assert client.post("/plan/new/", {"unit": "x", "year": "1"}).status_code == 404


def test_a_step_is_taken_from_the_page_and_a_blocked_one_says_why(enter: Any, project: Any) -> None:
    from jiheng.web.plan.models import Project

    client = enter("unit_head")
    last = project.indicators.filter(level1="满意度指标")
    last.update(target_raw="≤90%")
    page = client.post(f"/plan/{project.pk}/step/", {"step": "submit"}, follow=True).content.decode()
    assert "还有 1 处错误" in page
    last.update(target_raw="≥90%")
    Project.objects.filter(pk=project.pk).update(revision=1)
    page = client.post(f"/plan/{project.pk}/step/", {"step": "submit"}, follow=True).content.decode()
    assert "现在是“单位已报”" in page and "撤回上报" in page
    assert client.post(f"/plan/{project.pk}/step/", {"step": "approve"}).status_code == 403


def test_the_second_editor_is_told(client: Any, person: Any, project: Any) -> None:
    first, second = person("clerk", "one"), person("clerk", "two")
    client.force_login(first, BACKEND)
    ask(client, project, "here", seen=0, cell="name")
    client.force_login(second, BACKEND)
    assert ask(client, project, "here", seen=0)[1]["others"] == [f"{first.name} 打开着本表"]
    client.force_login(first, BACKEND)
    ask(client, project, "cells", values={"purpose": "x"}, seen=0)
    client.force_login(second, BACKEND)
    assert ask(client, project, "here", seen=0)[1]["others"] == [f"{first.name} 刚刚正在编辑"]
    assert "刚刚正在编辑" in client.get(f"/plan/{project.pk}/").content.decode()


def test_comments_stand_at_their_cells_and_beside_the_form(enter: Any, person: Any, project: Any) -> None:
    from jiheng.web.plan.models import Comment

    reviewer = person("finance_reviewer")
    first = Comment.objects.create(project=project, cell="purpose", text="请写<b>明细</b>", author=reviewer)
    Comment.objects.create(project=project, cell="purpose", text="已补充", author=reviewer, parent=first)
    page = enter("clerk").get(f"/plan/{project.pk}/").content.decode()
    assert page.count('class="remark"') == 1
    assert "请写&lt;b&gt;明细" in page and "已补充" in page


def test_what_is_said_of_many_cells_in_the_same_words_is_listed_once(enter: Any, project: Any) -> None:
    from jiheng.web.plan.models import Project

    client = enter("clerk")
    client.post("/plan/new/", {"unit": project.unit_id, "year": project.budget_year_id, "name": "新项目"})
    made = Project.objects.get(name="新项目")
    page = client.get(f"/plan/{made.pk}/").content.decode()
    assert page.count("<code>C010</code>") == 1
    assert "第 6 处" in page
    goal = made.goals.get().pk
    assert f'class="long goal has-e" data-cell="goal:{goal}"' in page


def test_the_form_says_that_it_was_handed_over_until_it_is_given_back(enter: Any, person: Any, project: Any) -> None:
    from jiheng.web.plan.workflow import perform

    client, step = enter("clerk"), {"step": "hand_over"}
    blue = '<button type="button" class="btn go" data-dialog="step-hand_over">'
    assert blue in client.get(f"/plan/{project.pk}/").content.decode()
    page = client.post(f"/plan/{project.pk}/step/", step, follow=True).content.decode()
    assert "“道路绿化补植”已送负责人签报，对方会收到消息。" in page
    assert "等负责人签报或退回" in page and "仍可以修改" in page and blue not in page
    perform(person("unit_head"), project, "unit_return", "请补充")
    page = client.get(f"/plan/{project.pk}/").content.decode()
    assert "等负责人签报或退回" not in page and blue in page


def test_the_list_tells_drafts_handed_over_and_given_back_and_finds_the_first(
    enter: Any, person: Any, project: Any
) -> None:
    from jiheng.web.plan.workflow import perform

    client, handed, back = enter("clerk"), 'chip amber">已送签报<', 'chip amber">被退回<'

    def listed(state: str) -> str:
        return client.get("/plan/", {"state": state}, HTTP_HX_REQUEST="true").content.decode()

    assert handed not in listed("") and project.name not in listed("handed")
    client.post(f"/plan/{project.pk}/step/", {"step": "hand_over"})
    assert all(project.name in page and handed in page for page in map(listed, ("", "draft", "handed")))
    perform(person("unit_head"), project, "unit_return", "请补充")
    assert project.name not in listed("handed")
    assert back in listed("") and handed not in listed("")
