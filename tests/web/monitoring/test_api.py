"""Other systems read rounds and forms, and write what was reported, with a token that says so."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from .conftest import ACTUAL

pytestmark = pytest.mark.django_db


@pytest.fixture
def system(person: Any) -> Any:
    """An account for a unit's own system: a clerk, who may have tokens and reviews nothing."""
    return person("clerk", "xitongduijie")


def call(
    person: Any, path: str, body: Any = None, scopes: tuple[str, ...] = ("monitoring:read", "monitoring:write")
) -> Any:
    from jiheng.web.api.services import create

    _, secret = create(person, "对接", scopes, 30)
    client, headers = Client(headers={"Authorization": f"Bearer {secret}"}), f"/api/v1/monitoring/{path}"
    if body is None:
        answer = client.get(headers)
    else:
        answer = client.patch(headers, json.dumps(body), content_type="application/json")
    return answer.status_code, answer.json()


def test_rounds_and_forms_are_read(system: Any, record: Any) -> None:
    code, found = call(system, "rounds?year=2026")
    assert (code, [r["label"] for r in found["items"]], found["items"][0]["state"]) == (200, ["10月底"], "open")
    code, found = call(system, f"records?round={record.round_id}&state=draft")
    assert (found["items"][0]["project_name"], found["items"][0]["executed"]) == ("道路绿化补植", 32)
    assert call(system, "records?light=red")[1]["count"] == 0
    code, found = call(system, f"records/{record.pk}")
    assert [r["target"] for r in found["rows"]][:2] == ["≥800株", "≥95%"]


def test_values_are_written_lit_and_recorded_as_the_persons_doing(system: Any, record: Any) -> None:
    from jiheng.web.supervision.models import AuditEntry

    rows = [
        {"id": r.pk, "actual": text, "likelihood": "certain"} for r, text in zip(record.rows.all(), ACTUAL, strict=True)
    ]
    rows[0] |= {"reasons": ["staff"], "note": "由业务系统报送"}
    code, found = call(system, f"records/{record.pk}", {"revision": 0, "rows": rows, "forecast_fiscal": 40})
    assert (code, found["light"], found["revision"]) == (200, "green", 1)
    assert (found["rows"][1]["actual"], found["rows"][1]["numerator"]) == ("95%（950/1000）", 950)
    entry = AuditEntry.objects.filter(action="通过接口填报绩效监控").get()
    assert entry.person.startswith("xitongduijie") and "由业务系统报送" in entry.after


@pytest.mark.parametrize("body, code, told", (
    ({"revision": 7, "rows": []}, 409, "刚刚被改过"),
    ({"revision": 0, "rows": [{"id": 0, "actual": "1"}]}, 422, "没有名为"),
    ({"revision": 0, "rows": [{"id": 1, "likelihood": "maybe"}]}, 422, "参数不正确"),
    ({"revision": 0, "forecast_fiscal": -1}, 422, "参数不正确"),
    ({"rows": []}, 422, "参数不正确"),
))  # fmt: skip
def test_what_cannot_be_written_is_told(system: Any, record: Any, body: Any, code: int, told: str) -> None:
    answer = call(system, f"records/{record.pk}", body)
    assert answer[0] == code and told in answer[1]["detail"]
    assert type(record).objects.get(pk=record.pk).revision == 0


def test_scope_role_and_place_all_count(system: Any, person: Any, record: Any) -> None:
    body = {"revision": 0, "progress_text": "完成"}
    assert call(system, f"records/{record.pk}", body, ("monitoring:read",))[0] == 403
    assert call(system, "rounds", None, ("projects:read",))[0] == 403
    assert call(person("finance_reviewer"), f"records/{record.pk}", body)[0] == 403
    from jiheng.web.org.models import Department, Unit

    other = Department.objects.create(district=record.unit.department.district, code="602", name="云溪区水务局")
    stranger = person(
        "department_reviewer", "stranger", Unit.objects.create(department=other, code="602001", name="本级")
    )
    assert call(stranger, f"records/{record.pk}")[0] == 404
    assert call(stranger, f"records/{record.pk}", body)[0] == 404
    assert call(stranger, "records")[1]["count"] == 0


def test_a_request_sent_again_under_its_key_is_written_once(system: Any, record: Any) -> None:
    from jiheng.web.api.services import create, revoke

    token, secret = create(system, "对接", ("monitoring:write",), 30)
    client, path = Client(headers={"Authorization": f"Bearer {secret}"}), f"/api/v1/monitoring/records/{record.pk}"

    def send(text: str, key: str = "b6a7f0de-5b1c-4e3f-9d55-0f2f4a7c1a11") -> Any:
        body = json.dumps({"revision": 0, "progress_text": text})
        return client.patch(path, body, content_type="application/json", headers={"Idempotency-Key": key})

    first, again, other, short = send("完成"), send("完成"), send("没有完成"), send("完成", "1")
    assert (first.status_code, first.json()) == (again.status_code, again.json()) == (200, first.json())
    assert again["Kept-Answer"] == "1"
    assert (other.status_code, "内容不同" in other.json()["detail"]) == (400, True)
    assert (short.status_code, "16 到 200" in short.json()["detail"]) == (400, True)
    assert type(record).objects.get(pk=record.pk).revision == 1
    revoke(token)
    assert send("完成").status_code == 401


def test_what_cannot_be_believed_is_told_in_the_answer(system: Any, record: Any) -> None:
    rows = [
        {"id": r.pk, "actual": text, "likelihood": "certain"}
        for r, text in zip(record.rows.all(), (*ACTUAL[:5], "999999%"), strict=True)
    ]
    code, found = call(system, f"records/{record.pk}", {"revision": 0, "rows": rows, "forecast_fiscal": 40})
    assert (code, found["light"], found["rows"][5]["light"]) == (200, "yellow", "yellow")
    assert "“999999%”超过了 100%，部分不会大于全部。" in found["rows"][5]["light_reason"]
