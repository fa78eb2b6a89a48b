"""A backup holds everything; a restore puts back all of it or nothing, whatever the archive says."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.test import Client

from jiheng.web.backup import contents
from jiheng.web.backup.archive import BackupError, Reader, Writer, file_digest, is_media
from jiheng.web.backup.contents import kept_models
from jiheng.web.backup.restoring import check, restore
from jiheng.web.backup.saving import backup
from jiheng.web.execution.models import Evidence
from jiheng.web.plan.models import Indicator, Project
from jiheng.web.supervision.models import AuditEntry
from jiheng.web.supervision.queries import verify
from jiheng.web.supervision.services import record

pytestmark = pytest.mark.django_db
SOURCE = Path(__file__).parents[3] / "src"


def everything() -> dict[str, list[Any]]:
    """All rows, but for what a backup and a restore themselves add to the trail."""
    found: dict[str, list[Any]] = {}
    for model in kept_models():
        if model._meta.label_lower != "supervision.audithead":
            rows = model._base_manager.order_by("pk")
            if model is AuditEntry:
                rows = rows.exclude(action__in=("备份数据", "从备份恢复"))
            found[model._meta.label_lower] = list(rows.values())
    return found


def test_every_table_of_ours_is_kept() -> None:
    ours = {m._meta.label for m in apps.get_models() if m.__module__.startswith("jiheng.")}
    kept = {m._meta.label for m in kept_models()}
    counts = {"protection.Window", "protection.Tries", "protection.KnownPlace", "protection.Turn"}
    assert ours - kept == counts | {"once.KeptAnswer"}


def test_everything_comes_back_to_the_last_digit(
    filled: Project, media: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contents, "_ROWS", 3)
    before = everything()
    path = tmp_path / "a.jhb"
    digest = backup(path)
    assert digest == file_digest(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    Indicator.objects.all().delete()
    Project.objects.filter(pk=filled.pk).update(name="改坏了")
    (media / "uploads" / "a1").write_bytes(b"broken")
    (media / "new").write_bytes(b"later")
    restore(path, replace=True)
    assert everything() == before
    assert Project.objects.get(pk=filled.pk).findings == filled.findings
    assert (media / "uploads" / "a1").read_bytes() == bytes(range(256)) * 9000
    assert sorted(p.name for p in media.rglob("*") if p.is_file()) == ["a1", "空"]
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_the_trail_goes_on_after_a_restore_and_new_rows_take_new_keys(filled: Project, tmp_path: Path) -> None:
    backup(tmp_path / "a.jhb")
    restore(tmp_path / "a.jhb", replace=True)
    last = AuditEntry.objects.order_by("-sequence").first()
    assert last is not None
    assert last.action == "从备份恢复"
    record("之后的改动", filled)
    newest = AuditEntry.objects.order_by("-sequence")[0]
    assert (newest.action, newest.pk > last.pk) == ("之后的改动", True)
    assert verify() == (AuditEntry.objects.count(), None)


def test_a_restore_ends_every_session(filled: Project, person: Any, tmp_path: Path) -> None:
    client = Client()
    client.force_login(person("auditor"), backend="django.contrib.auth.backends.ModelBackend")
    backup(tmp_path / "a.jhb")
    assert client.get("/notifications/").status_code == 200
    restore(tmp_path / "a.jhb", replace=True)
    assert client.get("/notifications/").status_code == 302


def test_what_is_not_empty_is_not_replaced_unasked(filled: Project, tmp_path: Path) -> None:
    backup(tmp_path / "a.jhb")
    before = everything()
    with pytest.raises(BackupError, match="--replace"):
        restore(tmp_path / "a.jhb")
    assert everything() == before
    with pytest.raises(BackupError, match="已经存在"):
        backup(tmp_path / "a.jhb")


def rewritten(path: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """The same archive with other contents, its manifest telling the checksums of the new ones."""
    made = path.with_name("other.jhb")
    with zipfile.ZipFile(path) as source:
        out = Writer(made)
        manifest = json.loads(source.read("manifest.json"))
        for name in source.namelist():
            if name != "manifest.json" and (text := change(name, source.read(name))) is not None:
                out.add(name, [text])
        out.close({k: v for k, v in manifest.items() if k not in ("format", "version", "files")})
    return made


def lines(text: bytes) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]


def joined(rows: list[Any]) -> bytes:
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)


def _forge_trail(name: str, text: bytes) -> bytes:
    if name != "data/supervision.auditentry.jsonl":
        return text
    rows = lines(text)
    rows[1][rows[0].index("after")] = '{"name": "伪造"}'
    return joined(rows)


def _shorten_trail(name: str, text: bytes) -> bytes:
    return joined(lines(text)[:-1]) if name == "data/supervision.auditentry.jsonl" else text


def _lose_a_unit(name: str, text: bytes) -> bytes:
    """A row that others name, replaced by one of another key: the counts stay right."""
    if name != "data/org.unit.jsonl":
        return text
    rows = lines(text)
    rows[1][0] += 5000
    return joined(rows)


def _wrong_value(name: str, text: bytes) -> bytes:
    if name != "data/plan.project.jsonl":
        return text
    rows = lines(text)
    rows[1][rows[0].index("budget_total")] = "一万"
    return joined(rows)


def _wrong_column(name: str, text: bytes) -> bytes:
    return text.replace(b'"password"', b'"passwort"', 1) if name == "data/org.person.jsonl" else text


def _no_table(name: str, text: bytes) -> bytes | None:
    return None if name == "data/org.person.jsonl" else text


@pytest.mark.parametrize(
    "change, said",
    [
        (_forge_trail, "审计日志接不上"), (_shorten_trail, "行数与清单对不上"), (_lose_a_unit, "没有接受"),
        (_wrong_value, "读不出来"), (_wrong_column, "栏目"), (_no_table, "栏目"),
    ],
)  # fmt: skip
def test_a_bad_row_anywhere_changes_nothing(
    filled: Project, media: Path, tmp_path: Path, change: Any, said: str
) -> None:
    backup(tmp_path / "a.jhb")
    bad = rewritten(tmp_path / "a.jhb", change)
    (media / "mine").write_bytes(b"present")
    before = everything()
    with pytest.raises(BackupError, match=said):
        restore(bad, replace=True)
    assert everything() == before
    assert verify()[1] is None
    assert (media / "mine").read_bytes() == b"present"
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_a_failure_after_the_files_were_exchanged_puts_them_back(
    filled: Project, media: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jiheng.web.backup import restoring

    backup(tmp_path / "a.jhb")
    (media / "mine").write_bytes(b"present")
    laid = restoring._database

    def fail(*arguments: Any) -> Any:
        laid(*arguments)
        raise BackupError("断电")

    monkeypatch.setattr(restoring, "_database", fail)
    with pytest.raises(BackupError, match="断电"):
        restore(tmp_path / "a.jhb", replace=True)
    assert (media / "mine").read_bytes() == b"present"


def test_what_a_killed_restore_left_goes_with_the_next(filled: Project, media: Path, tmp_path: Path) -> None:
    """Documents that nobody sees any more, and that no backup holds."""
    backup(tmp_path / "a.jhb")
    for end in ("new", "old"):
        (media.parent / f".media.0a1b2c3d.{end}" / "uploads").mkdir(parents=True)
    restore(tmp_path / "a.jhb", replace=True)
    assert not list(media.parent.glob(".media.*"))
    assert (media / "uploads" / "a1").exists()


def test_a_damaged_archive_is_found_before_anything_is_touched(filled: Project, tmp_path: Path) -> None:
    path = tmp_path / "a.jhb"
    backup(path)
    assert check(path)["rows"]["plan.project"] == 1
    whole = path.read_bytes()
    place = whole.index(bytes(range(100, 200)))  # within the stored upload
    path.write_bytes(whole[:place] + b"\0" + whole[place + 1 :])
    for act in (check, lambda p: restore(p, replace=True)):
        with pytest.raises(BackupError, match=r"损坏|校验值不对"):
            act(path)
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BackupError, match="不是绩衡的备份"):
        check(path)
    with pytest.raises(BackupError, match="没有文件"):
        check(tmp_path / "none.jhb")


@pytest.mark.parametrize(
    "name", ["media/../../evil", "../evil", "/etc/evil", "media//etc/evil", "media/a\\..\\evil", "media/c:evil", "evil"]
)
def test_an_archive_that_reaches_outside_is_refused(filled: Project, tmp_path: Path, name: str) -> None:
    backup(tmp_path / "a.jhb")
    bad = rewritten(tmp_path / "a.jhb", lambda n, text: text)
    with zipfile.ZipFile(bad) as source:
        manifest = json.loads(source.read("manifest.json"))
    out = Writer(tmp_path / "evil.jhb")
    out.add(name, [b"evil"])
    out.close({"schema": manifest["schema"], "rows": {}, "audit": None})
    with pytest.raises(BackupError, match="不该有的内容"):
        restore(tmp_path / "evil.jhb", replace=True)
    assert not list(tmp_path.rglob("evil"))


def test_names_links_and_manifests_that_no_backup_has(tmp_path: Path, db: None) -> None:
    assert is_media("media/uploads/空")
    assert not is_media("media/a\nb")
    link = zipfile.ZipInfo("media/link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    manifest = {"format": "jiheng-backup", "version": 1, "files": {"media/link": {"size": 4, "sm3": ""}}}
    for entry, said, about in (
        (link, "不该有的内容", manifest),
        ("media/other", "对不上", manifest),
        ("media/link", "更新版本", manifest | {"version": 3}),
        ("media/link", "没有绩衡备份的清单", manifest | {"format": "tar"}),
    ):
        path = tmp_path / "x.jhb"
        with zipfile.ZipFile(path, "w") as out:
            out.writestr(entry, "/etc")
            out.writestr("manifest.json", json.dumps(about))
        with pytest.raises(BackupError, match=said):
            Reader(path)


@pytest.mark.parametrize(
    "schema, said",
    [
        ({"org": ["0001_initial", "9999_of_tomorrow"]}, r"0\.0\.1 生成，它的表结构现在的程序不认识"),
        ({"org": ["0001_initial"]}, "只能恢复到空数据库"),
    ],
)
def test_a_backup_of_another_schema_is_no_replacement(
    filled: Project, tmp_path: Path, schema: dict[str, list[str]], said: str
) -> None:
    out = Writer(tmp_path / "other.jhb")
    out.close({"program": "0.0.1", "schema": schema, "rows": {}, "audit": None})
    before = everything()
    with pytest.raises(BackupError, match=said):
        restore(tmp_path / "other.jhb", replace=True)
    assert everything() == before


def test_kinds_of_objects_are_named_by_name_not_by_the_key_of_one_installation(filled: Project, tmp_path: Path) -> None:
    kind = ContentType.objects.get_for_model(Project)
    Evidence.objects.create(
        content_type=kind,
        object_id=filled.pk,
        name="照片.pdf",
        path="a",
        size=1,
        sm3="0" * 64,
        by_id=filled.updated_by_id,
    )
    backup(tmp_path / "a.jhb")
    # Another installation has made its tables, and the keys of their kinds, in another order.
    ContentType.objects.filter(pk=kind.pk).update(model="project_then")
    moved = ContentType.objects.create(app_label="plan", model="project")
    ContentType.objects.clear_cache()
    restore(tmp_path / "a.jhb", replace=True)
    assert Evidence.objects.get().content_type_id == moved.pk != kind.pk
    ContentType.objects.clear_cache()


def jiheng(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command with a SQLite database of its own."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("JIHENG_", "DJANGO_"))}
    environment = kept | {"PYTHONPATH": str(SOURCE), "JIHENG_VAR": str(folder), "PYTHONUTF8": "1"}
    command = [sys.executable, "-c", "from jiheng.cli import main; main()", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=100)


def test_from_this_database_to_sqlite_and_back(filled: Project, media: Path, tmp_path: Path) -> None:
    """On PostgreSQL and MariaDB, where the tests run there: from one kind to the other."""
    before = everything()
    backup(tmp_path / "a.jhb")
    sqlite = tmp_path / "sqlite"
    done = jiheng(sqlite, "admin", "restore", str(tmp_path / "a.jhb"))
    assert done.returncode == 0, done.stderr
    assert (sqlite / "media" / "uploads" / "a1").read_bytes() == (media / "uploads" / "a1").read_bytes()
    assert jiheng(sqlite, "audit", "verify").returncode == 0
    again = jiheng(sqlite, "admin", "backup", str(tmp_path / "b.jhb"))
    assert again.returncode == 0, again.stderr
    Project.objects.filter(pk=filled.pk).update(name="改坏了")
    restore(tmp_path / "b.jhb", replace=True)
    assert everything() == before
    refused = jiheng(sqlite, "admin", "restore", str(tmp_path / "a.jhb"))
    assert (refused.returncode, "--replace" in refused.stderr) == (2, True)
