"""The pages: shown to those who may, in a number of queries that does not grow with what they show."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from .conftest import ACTUAL, filled

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def enter(client: Any, person: Any) -> Any:
    def log_in(role: str, **where: Any) -> Any:
        client.force_login(person(role, **where), BACKEND)
        return client

    return log_in


def ask(client: Any, record: Any, **body: Any) -> tuple[int, Any]:
    answer = client.post(f"/monitoring/{record.pk}/cells/", json.dumps(body), content_type="application/json")
    return answer.status_code, answer.json() if "json" in answer["Content-Type"] else None


def actual(record: Any, place: int = 0) -> str:
    return f"row:{list(record.rows.all())[place].pk}:actual_raw"


@pytest.mark.parametrize("role, sees, fills", (
    ("clerk", True, True), ("unit_head", True, False), ("department_reviewer", True, False), ("finance_reviewer", True, False),
    ("finance_leader", True, False), ("auditor", True, False), ("evaluator", False, False), ("system_admin", False, False),
))  # fmt: skip
def test_each_role_sees_and_fills_what_it_may(enter: Any, record: Any, role: str, sees: bool, fills: bool) -> None:
    client = enter(role)
    page = client.get(f"/monitoring/{record.pk}/")
    assert page.status_code == (200 if sees else 404)
    assert client.get("/monitoring/").status_code == (200 if sees else 403)
    if sees:
        assert ('class="form report filling"' in page.content.decode()) == fills
        assert "道路绿化补植" in client.get("/monitoring/").content.decode()
    code, _ = ask(client, record, values={actual(record): "1株"}, was={actual(record): ""})
    assert code == (200 if fills else 403 if sees else 404)


def test_another_units_forms_are_not_there(enter: Any, record: Any) -> None:
    from jiheng.web.org.models import Unit

    client, row = enter("clerk", unit=Unit.objects.get(code="601002")), record.rows.first()
    assert client.get(f"/monitoring/{record.pk}/").status_code == 404
    for path in (f"{record.pk}/cells", f"{record.pk}/money", f"{record.pk}/step", f"row/{row.pk}/evidence"):
        assert client.post(f"/monitoring/{path}/", "{}", content_type="application/json").status_code == 404
    assert client.get(f"/monitoring/{record.pk}/fill/?how=last").status_code == 404
    assert record.project.name not in client.get("/monitoring/").content.decode()


def test_a_save_answers_with_lights_and_what_is_missing(enter: Any, record: Any) -> None:
    client = enter("clerk")
    cells = filled(record, ("50", *ACTUAL[1:]))
    code, answer = ask(client, record, values=cells, was=dict.fromkeys(cells, ""))
    first = str(record.rows.first().pk)
    assert (code, answer["changed"][actual(record)], answer["lights"][first][0]) == (200, "50株", "red")
    assert "偏离的指标要写改进措施：“补植行道树数量”" in answer["state"]
    code, answer = ask(client, record, values={actual(record): "60株"}, was={actual(record): ""})
    assert (code, answer["conflicts"][0]["value"]) == (409, "50株")
    code, answer = ask(client, record, values={actual(record, 1): "1/0"}, was={})
    assert (code, "分母是 0" in answer["error"]) == (422, True)


@pytest.mark.parametrize("body", (b"", b"[]", b"{", b'{"values": []}', b'{"values": {}, "was": {}}'))
def test_nonsense_is_answered_in_words(enter: Any, record: Any, body: bytes) -> None:
    answer = enter("clerk").post(f"/monitoring/{record.pk}/cells/", body, content_type="application/json")
    assert (answer.status_code, answer.json()["error"]) == (400, "请求的格式不对，请刷新页面后再试。")


def test_quick_fills_propose_only_for_empty_cells_and_save_nothing(enter: Any, record: Any, opened: Any) -> None:
    from datetime import date

    from jiheng.web.monitoring.models import MonitoringRecord, MonitoringRound
    from jiheng.web.monitoring.services.opening import make_forms

    today = timezone.localdate()
    early = MonitoringRound.objects.create(
        budget_year=opened.budget_year, order=2, label="6月底", period_end=date(2026, 6, 30), opens_on=today,
        closes_on=today, locks_on=today, state="locked",
    )  # fmt: skip
    make_forms(early, [record.project_id])
    old = MonitoringRecord.objects.get(round=early).rows.first()
    old.actual_raw, old.likelihood = "300株", "possible"
    old.save()
    client = enter("clerk")
    assert ">300株" in client.get(f"/monitoring/{record.pk}/").content.decode()
    last = client.get(f"/monitoring/{record.pk}/fill/?how=last").json()["values"]
    assert last == {actual(record): "300株", actual(record).replace("actual_raw", "likelihood"): "有可能"}
    ask(client, record, values={actual(record): "640株"}, was={actual(record): ""})
    planned = client.get(f"/monitoring/{record.pk}/fill/?how=planned").json()["values"]
    assert planned["forecast_fiscal"] == "40.00" and planned[actual(record).replace("actual", "forecast")] == "800株"
    assert actual(record) not in planned and record.rows.filter(likelihood="certain").count() == 0


def test_lists_take_the_same_queries_for_three_forms_or_thirty(
    enter: Any, person: Any, record: Any, more: Any, opened: Any
) -> None:
    from jiheng.web.monitoring.models import MonitoringRecord
    from jiheng.web.monitoring.services.opening import make_forms
    from jiheng.web.org.models import Unit

    client, units = enter("finance_reviewer"), list(Unit.objects.all())
    pages = (
        "/monitoring/?sort=light",
        f"/monitoring/overview/?round={opened.pk}",
        f"/monitoring/rates/?round={opened.pk}",
        "/monitoring/review/",
        "/monitoring/rounds/",
    )

    def counted(n: int) -> list[int]:
        make_forms(opened, [p.pk for k in range(2) for p in more(n, units[k])])
        MonitoringRecord.objects.update(state="finance_review", light="red")
        found = []
        for page in pages:
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert client.get(page).status_code == 200
            found.append(len(queries))
        return found

    client.get("/monitoring/")  # the first request of a session stores it
    assert counted(2) == counted(13)


def test_a_search_that_finds_nothing_says_so_and_can_be_changed(enter: Any, record: Any) -> None:
    page = enter("finance_reviewer").get("/monitoring/?q=没有这个").content.decode()
    assert "没有符合条件" in page
    assert 'name="q"' in page
    assert "开始填报，" not in page


def test_filters_narrow_the_list(enter: Any, record: Any, more: Any, opened: Any) -> None:
    from jiheng.web.monitoring.services.opening import make_forms

    make_forms(opened, [p.pk for p in more(2)])
    client = enter("finance_reviewer")
    for query, count in (
        ("q=养护1", 1),
        ("light=green", 0),
        ("state=draft", 3),
        (f"unit={record.unit_id}", 3),
        ("unit=x", 3),
    ):
        page = client.get(f"/monitoring/?round={opened.pk}&{query}")
        assert len(page.context["page"].object_list) == count, query


def test_reviewers_pass_and_return_in_batches(enter: Any, person: Any, record: Any) -> None:
    type(record).objects.update(state="department_review")
    client = enter("department_reviewer")
    assert "道路绿化补植" in client.get("/monitoring/review/").content.decode()
    asked = {"form": [record.pk], "action": "return"}
    assert "退回理由" in client.post("/monitoring/review/batch/", asked).content.decode()
    answer = client.post("/monitoring/review/batch/", asked | {"confirmed": "1", "reason": ""}, follow=True)
    assert "要写明理由" in answer.content.decode()
    client.post("/monitoring/review/batch/", {"form": [record.pk], "action": "pass", "confirmed": "1"})
    record.refresh_from_db()
    assert record.state == "finance_review"
    answer = client.post("/monitoring/review/batch/", {"form": [record.pk], "action": "pass"}, follow=True)
    assert "请先在列表里勾选" in answer.content.decode()
    assert enter("clerk").get("/monitoring/review/").status_code == 403


def test_the_overview_tells_who_is_red_who_is_late_and_reminds(
    enter: Any, person: Any, record: Any, opened: Any
) -> None:
    from jiheng.web.monitoring.services.report import save_cells
    from jiheng.web.supervision.models import Notification

    clerk = person("clerk")
    save_cells(clerk, record.pk, filled(record, ("50株", *ACTUAL[1:])), {})
    type(opened).objects.update(closes_on=timezone.localdate() - timedelta(days=1))
    client = enter("finance_reviewer")
    page = client.get(f"/monitoring/overview/?round={opened.pk}")
    assert [g.name for g in page.context["late"]] == ["云溪区公共服务局本级"]
    assert [str(f.project) for f in page.context["red"]] == ["道路绿化补植"]
    assert [(d.light, d.pk) for d in page.context["chart"]["dots"]] == [("red", record.pk)]
    assert 'class="cell red"' in page.content.decode()
    client.post(f"/monitoring/rounds/{opened.pk}/remind/", {"unit": [record.unit_id]})
    assert "尽快补报：还有 1 个项目没有报送" in Notification.objects.filter(person=clerk).latest("pk").text
    for role in ("clerk", "auditor"):
        answer = enter(role, username=f"{role}9").post(
            f"/monitoring/rounds/{opened.pk}/remind/", {"unit": [record.unit_id]}
        )
        assert answer.status_code == 403


def test_of_many_projects_those_close_together_are_one_dot(
    record: Any, more: Any, opened: Any, monkeypatch: Any
) -> None:
    from jiheng.web.monitoring.models import MonitoringRecord
    from jiheng.web.monitoring.queries import overview
    from jiheng.web.monitoring.services.opening import make_forms

    make_forms(opened, [p.pk for p in more(6)])
    MonitoringRecord.objects.update(executed_percent=60, planned_percent=80, result_percent=72, light="red")
    found = overview.chart(MonitoringRecord.objects.all(), overview.POINTS + 1)
    assert [d.title for d in found["dots"]] == ["7 个项目：比计划 -20 个百分点，目标完成率 70% 左右"]


def test_evidence_is_kept_served_and_taken_away(enter: Any, record: Any, settings: Any, tmp_path: Any) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from jiheng.web.execution.models import Evidence

    settings.MEDIA_ROOT = tmp_path
    client, row = enter("clerk"), record.rows.first()
    at = f"/monitoring/row/{row.pk}/evidence/"

    def send(name: str, data: bytes) -> str:
        return client.post(at, {"files": [SimpleUploadedFile(name, data)]}, follow=True).content.decode()

    assert "已上传 1 个佐证文件" in send("../../验收单.pdf", b"%PDF-1.7 one")
    assert "内容完全相同" in send("又一份.pdf", b"%PDF-1.7 one")
    assert "内容与扩展名不符" in send("图.png", b"MZ program")
    assert "不是可以上传的文件" in send("页.html", b"<script>")
    kept = Evidence.objects.get()
    assert (kept.name, kept.owner, (tmp_path / kept.path).read_bytes()) == ("验收单.pdf", row, b"%PDF-1.7 one")
    answer = client.get(f"/monitoring/evidence/{kept.pk}/")
    assert b"".join(answer.streaming_content) == b"%PDF-1.7 one" and "attachment" in answer["Content-Disposition"]
    type(record).objects.update(state="department_review")
    assert "不能修改" in client.post(f"/monitoring/evidence/{kept.pk}/remove/", follow=True).content.decode()
    type(record).objects.update(state="draft")
    client.post(f"/monitoring/evidence/{kept.pk}/remove/")
    assert not Evidence.objects.exists()


def test_a_step_is_taken_from_the_page(enter: Any, record: Any) -> None:
    client = enter("clerk")
    answer = client.post(f"/monitoring/{record.pk}/step/", {"step": "submit"}, follow=True)
    assert "还有 6 个指标没有填" in answer.content.decode()
    cells = filled(record)
    ask(client, record, values=cells, was=dict.fromkeys(cells, ""))
    client.post(f"/monitoring/{record.pk}/step/", {"step": "submit"})
    record.refresh_from_db()
    assert record.state == "department_review"


def test_finance_arranges_rounds_on_the_page(enter: Any, year: Any, approved: Any) -> None:
    from jiheng.web.monitoring.models import MonitoringRound

    client = enter("finance_reviewer")
    client.post("/monitoring/rounds/make/", {"year": year.pk, "calendar": "季度"})
    assert [r.label for r in MonitoringRound.objects.all()][:1] == ["第一季度"]
    found = MonitoringRound.objects.first()
    days = {"opens_on": "2026-04-01", "closes_on": "2026-04-10", "locks_on": "没有"}
    assert "日期不对" in client.post(f"/monitoring/rounds/{found.pk}/", days, follow=True).content.decode()
    client.post(f"/monitoring/rounds/{found.pk}/", days | {"locks_on": "2026-04-30"})
    found.refresh_from_db()
    assert str(found.locks_on) == "2026-04-30"
    for role in ("clerk", "department_reviewer", "finance_leader"):
        other = enter(role, username=f"{role}8")
        assert other.post("/monitoring/rounds/make/", {"year": year.pk}).status_code == 403
        assert other.post(f"/monitoring/rounds/{found.pk}/", {"do": "open"}).status_code == 403
