"""The pages: shown to those who may, refused with words to the others; queries do not grow with what is listed."""

from __future__ import annotations

import json
from typing import Any

import pytest

pytestmark = pytest.mark.django_db
VIEWERS = ("clerk", "unit_head", "department_reviewer", "finance_reviewer", "finance_leader", "auditor")
OTHERS = ("evaluator", "system_admin", "security_admin", "audit_admin")


def ask(client: Any, form: Any, values: Any, was: Any = None) -> tuple[int, Any]:
    body = json.dumps({"values": values, "was": was or {}})
    answer = client.post(f"/evaluation/{form.pk}/cells/", body, content_type="application/json")
    return answer.status_code, answer.json() if "json" in answer["Content-Type"] else None


@pytest.mark.parametrize("role", (*VIEWERS, *OTHERS))
def test_each_role_sees_and_does_what_it_may(enter: Any, filled: Any, role: str) -> None:
    client, sees = enter(role), role in VIEWERS
    page = client.get(f"/evaluation/{filled.pk}/")
    assert page.status_code == (200 if sees else 404)
    assert client.get("/evaluation/").status_code == (200 if sees else 403)
    assert client.get("/evaluation/ranking/").status_code == (200 if sees else 403)
    for kind in ("docx", "xlsx", "report"):
        assert client.get(f"/evaluation/{filled.pk}/{kind}/").status_code == (200 if sees else 404)
    if sees:
        text = page.content.decode()
        assert ("editable" in text.split("<caption>")[0].split("form target")[1]) == (role == "clerk")
        assert "完成值 800株，指标值 800株，达到目标，得满分。" in text and "99" in text
    wanted = 200 if role == "clerk" else 403 if sees else 404
    assert ask(client, filled, {"goals_actual": "全年完成。"})[0] == wanted
    changed = client.post(f"/evaluation/{filled.pk}/step/", {"step": "submit"}).status_code
    assert changed == (302 if role == "unit_head" else 403 if sees else 404)
    filled.refresh_from_db()
    assert filled.state == ("department_review" if role == "unit_head" else "draft")


def test_another_units_form_is_not_there(enter: Any, filled: Any) -> None:
    from jiheng.web.org.models import Unit

    client = enter("clerk", username="next_door", unit=Unit.objects.get(code="601002"))
    row = filled.rows.first().pk
    for path in (f"{filled.pk}/", f"{filled.pk}/docx/"):
        assert client.get(f"/evaluation/{path}").status_code == 404
    for path in (f"{filled.pk}/cells/", f"{filled.pk}/step/", f"{filled.pk}/refresh/", f"row/{row}/evidence/"):
        assert client.post(f"/evaluation/{path}", "{}", content_type="application/json").status_code == 404
    assert filled.project.name not in client.get("/evaluation/").content.decode()
    client.post("/evaluation/batch/", {"step": "submit", "form": filled.pk})
    filled.refresh_from_db()
    assert filled.state == "draft"


def test_an_answer_brings_points_side_and_obstacles(enter: Any, form: Any) -> None:
    client, cell = enter("clerk"), f"row:{form.rows.first().pk}:actual_raw"
    status, answer = ask(client, form, {cell: "640"}, {cell: ""})
    assert (status, answer["changed"]) == (200, {cell: "640株"})
    assert "按 80% 计 10 分" in answer["table"] and "还有 5 个指标没有得分" in answer["side"]
    assert ask(client, form, {cell: "700"}, {cell: ""})[0] == 409
    status, answer = ask(client, form, {cell.replace("actual_raw", "given"): "9"})
    assert (status, "调整得分要写明理由" in answer["error"]) == (422, True)


@pytest.mark.parametrize(
    "body", (b"", b"[]", b"{", b'{"values": []}', b'{"values": {}, "was": {}}', b'{"values": {"x": "y"}}')
)
def test_nonsense_is_refused_in_words(enter: Any, form: Any, body: bytes) -> None:
    answer = enter("clerk").post(f"/evaluation/{form.pk}/cells/", body, content_type="application/json")
    assert answer.status_code == 400 and "格式不对" in answer.json()["error"]


def test_a_session_that_ended_is_told(client: Any, form: Any) -> None:
    status, answer = ask(client, form, {"goals_actual": "x"})
    assert (status, "登录已超时" in answer["error"]) == (401, True)


@pytest.mark.parametrize("query, count", (
    ("", 3), ("q=甲", 1), ("state=draft", 3), ("state=accepted", 0), ("grade=优", 1), ("found=ready", 1), ("found=blank", 2),
    ("found=doubts", 1), ("found=high", 1), ("found=low", 0), ("unit=999999", 0), ("state=nonsense&sort=nonsense", 3),
))  # fmt: skip
def test_the_list_is_filtered(enter: Any, make_project: Any, opened: Any, write: Any, query: str, count: int) -> None:
    for name in "甲乙丙":
        make_project(name)
    write(opened()[0], actual_raw=("800株", "95%", "2026年11月20日", "490元/株", "明显改善", "92%"),
          attainment=("", "", "", "", "达成", ""))  # fmt: skip
    page = enter("finance_reviewer").get(f"/evaluation/?year=2026&{query}")
    assert len(page.context["page"].object_list) == count


def test_queries_do_not_grow_with_the_list(
    enter: Any, make_project: Any, opened: Any, django_assert_max_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = enter("finance_reviewer")
    counts: dict[str, list[int]] = {}
    for size in (1, 6):
        for n in range(size):
            make_project(f"项目{size}{n}")
        form = opened()[0]
        for path in ("/evaluation/", "/evaluation/ranking/", "/evaluation/ranking/?level=unit", f"/evaluation/{form.pk}/",
                     f"/evaluation/department/{form.department_id}/"):  # fmt: skip
            client.get(path)  # what a process looks up once is not the list's
            with CaptureQueriesContext(connection) as seen:
                assert client.get(path).status_code == 200
            counts.setdefault(path.replace(str(form.pk), "ID"), []).append(len(seen))
    assert all(few == many <= 30 for few, many in counts.values()), counts


def test_batch_of_the_head(enter: Any, filled: Any) -> None:
    client = enter("unit_head")
    answer = client.post("/evaluation/batch/", {"step": "submit", "form": filled.pk, "query": "year=2026"}, follow=True)
    filled.refresh_from_db()
    assert filled.state == "department_review" and "1 份自评表：报送" in answer.content.decode()
    assert "请先勾选" in client.post("/evaluation/batch/", {"step": "submit"}, follow=True).content.decode()


@pytest.mark.parametrize(
    ("role", "state"),
    [("unit_head", "draft"), ("department_reviewer", "department_review"), ("finance_reviewer", "finance_review")],
)
def test_only_what_waits_for_one_can_be_chosen(
    enter: Any, filled: Any, make_project: Any, opened: Any, role: str, state: str
) -> None:
    make_project("园路修缮")
    opened()
    forms = type(filled).objects
    forms.update(state="accepted")
    client = enter(role)
    page = client.get("/evaluation/?year=2026").content.decode()
    assert 'name="form"' not in page and 'name="step"' not in page  # nothing waits: there is nothing to press
    forms.filter(pk=filled.pk).update(state=state)
    page = client.get("/evaluation/?year=2026").content.decode()
    assert page.count('name="form"') == 1 and f'name="form" value="{filled.pk}"' in page
    assert 'name="step"' in page


def test_finance_opens_a_year_from_the_page(enter: Any, project: Any, year: Any) -> None:
    from jiheng.web.evaluation.models import EvaluationYear

    assert enter("clerk").post("/evaluation/open/", {"year": year.pk}).status_code == 403
    client = enter("finance_reviewer")
    answer = client.post("/evaluation/open/", {"year": year.pk, "closes_on": "某天"}, follow=True)
    assert "不是日期" in answer.content.decode() and not EvaluationYear.objects.exists()
    client.post("/evaluation/open/", {"year": year.pk, "closes_on": "2027-03-31"})
    assert str(EvaluationYear.objects.get().closes_on) == "2027-03-31"
    assert "等待开始" in client.get("/evaluation/").content.decode()


def test_evidence_is_kept_handed_out_and_taken_away(enter: Any, filled: Any, settings: Any, tmp_path: Any) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from jiheng.web.execution.models import Evidence

    settings.MEDIA_ROOT = tmp_path
    client, row = enter("clerk"), filled.rows.first()
    file = SimpleUploadedFile("验收单.pdf", b"%PDF-1.7 acceptance")
    client.post(f"/evaluation/row/{row.pk}/evidence/", {"files": file})
    kept = Evidence.objects.get()
    assert (kept.name, kept.owner, kept.project_id) == ("验收单.pdf", row, filled.project_id)
    filled.refresh_from_db()
    assert row.pk not in filled.honesty[0]["rows"]
    assert b"".join(client.get(f"/evaluation/evidence/{kept.pk}/").streaming_content) == b"%PDF-1.7 acceptance"
    assert enter("evaluator").get(f"/evaluation/evidence/{kept.pk}/").status_code == 404
    assert enter("auditor").post(f"/evaluation/evidence/{kept.pk}/remove/").status_code == 403
    enter("clerk").post(f"/evaluation/evidence/{kept.pk}/remove/")
    assert not Evidence.objects.exists()
