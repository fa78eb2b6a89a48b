"""The audit trail's pages, export and proof."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from typer.testing import CliRunner

from jiheng.cli.app import app
from jiheng.web.supervision.models import AuditEntry, Notification
from jiheng.web.supervision.services import notify, record

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def auditor(client: Client, person: Any, district: Any) -> Client:
    for n in range(3):
        record("修改名称", district, {"name": f"旧{n}"}, {"name": f"<script>新{n}</script>"})
    record("=cmd", district, None, {"x": 1})
    client.force_login(person("auditor"), backend=BACKEND)
    return client


def test_search_and_detail(auditor: Client) -> None:
    page = auditor.get("/audit/", {"q": "旧1"}).content.decode()
    assert "1 条" in page
    entry = AuditEntry.objects.get(before__contains="旧1")
    page = auditor.get(f"/audit/{entry.sequence}/").content.decode()
    assert "&lt;script&gt;新1" in page
    assert "<script>新" not in page
    assert "没有符合条件" in auditor.get("/audit/", {"person": "无此人"}).content.decode()


def test_chain_is_verified_and_tampering_found(auditor: Client) -> None:
    assert "没有改动" in auditor.post("/audit/verify/").content.decode()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE supervision_auditentry SET after = '{}' WHERE sequence = 2")
    assert "第 2 条" in auditor.post("/audit/verify/").content.decode()


def test_entries_deleted_from_the_end_are_missed(auditor: Client) -> None:
    """What is left is a chain still; the head of the chain knows how far it went."""
    there = AuditEntry.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM supervision_auditentry WHERE sequence > %s", [there - 2])
    done = CliRunner().invoke(app, ["audit", "verify"])
    assert (done.exit_code, f"第 {there - 1} 条" in done.stderr) == (1, True)
    assert f"第 {there - 1} 条" in auditor.post("/audit/verify/").content.decode()


def test_an_untouched_database_is_verified_on_the_command_line(auditor: Client) -> None:
    done = CliRunner().invoke(app, ["audit", "verify"])
    assert (done.exit_code, f"共 {AuditEntry.objects.count()} 条" in done.stdout) == (0, True)


def test_exported_chain_is_verified_offline(auditor: Client, tmp_path: Path) -> None:
    lines = b"".join(auditor.get("/audit/export.jsonl").streaming_content)  # type: ignore[attr-defined]
    path = tmp_path / "audit.jsonl"
    path.write_bytes(lines)
    good = CliRunner().invoke(app, ["audit", "verify", "--file", str(path)])
    assert (good.exit_code, "没有改动" in good.stdout) == (0, True)
    entries = [json.loads(line) for line in lines.splitlines()]
    entries[1]["person"] = "别人"
    path.write_text("\n".join(map(json.dumps, entries)))
    bad = CliRunner().invoke(app, ["audit", "verify", "--file", str(path)])
    assert (bad.exit_code, "第 2 条" in bad.stderr) == (1, True)
    path.write_text("不是日志")
    assert CliRunner().invoke(app, ["audit", "verify", "--file", str(path)]).exit_code == 2


def test_csv_lets_no_formula_in(auditor: Client) -> None:
    text = b"".join(auditor.get("/audit/export.csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert "'=cmd" in text
    assert ",=cmd" not in text


def test_csv_tells_the_time_as_the_page_does_and_leaves_empty_cells_empty(auditor: Client) -> None:
    text = b"".join(auditor.get("/audit/export.csv").streaming_content).decode()  # type: ignore[attr-defined]
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    shown = {e.sequence: f"{timezone.localtime(e.when):%Y-%m-%d %H:%M:%S}" for e in AuditEntry.objects.all()}
    assert {int(row["序号"]): row["时间"] for row in rows}.items() <= shown.items()
    assert any(row["变更前"] == "" for row in rows)
    assert not any(value == "'" for row in rows for value in row.values())


def test_messages_are_read_once_shown(auditor: Client, person: Any) -> None:
    someone = person("clerk")
    notify([someone, someone], "“绿道维护”被退回", "/plan/1/")
    client = Client()
    client.force_login(someone, backend=BACKEND)
    assert "绿道维护" in client.get("/notifications/").content.decode()
    assert Notification.objects.get().read_at is not None
    assert "绿道维护" not in auditor.get("/notifications/").content.decode()


def test_days_of_the_search_are_days_of_the_calendar_here(client: Client, person: Any) -> None:
    """An entry of one in the morning is the day before by universal time."""
    record("修改用途", None, name="半夜的修改")
    AuditEntry.objects.filter(object_name="半夜的修改").update(at="2026-03-01T17:00:00.000+00:00")
    client.force_login(person("auditor"), backend=BACKEND)

    def shown(asked: str) -> bool:
        return "半夜的修改" in client.get(f"/audit/?{asked}").content.decode()

    assert "2026-03-02 01:00:00" in client.get("/audit/").content.decode()
    assert shown("start=2026-03-02&end=2026-03-02")
    assert not shown("start=2026-03-01&end=2026-03-01")
    assert not shown("start=2026-03-03")
    assert shown("start=gestern&end=9999-12-31")
