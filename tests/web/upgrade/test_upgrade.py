"""A backup of an earlier commit comes back whole in a new database of this kind, and the platform works on it."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from jiheng.web.backup.archive import Reader
from jiheng.web.demo.accounts import PASSWORD

HERE = Path(__file__).parent
SOURCE = HERE.parents[2] / "src"
pytestmark = pytest.mark.timeout(900)  # a bound for what hangs: tables are made and migrated one by one
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
CHANGED = {"org.person": {"totp_secret", "last_login", "totp_step"}}
"""Columns that an upgrade, or the login of this test, writes anew."""
MOVED = {
    "header_row": "first", "headings": "headings", "mapping": "mapping", "amount_unit": "amount_unit",
    "is_remembered": "is_remembered",
}  # fmt: skip
"""Columns of an import that now stand in the only entry of its ``sheets``, and their names there."""
KINDS = {52: "indicatorreport", 59: "evaluatedindicator", 61: "rectification"}
"""What the installation that made ``before_a.jhb`` called them by."""


@pytest.fixture
def new_database(db: None, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of an installation with an empty database, on the server that the tests run on."""
    from django.db import connection

    kept = {k: v for k, v in os.environ.items() if not k.startswith(("JIHENG_", "DJANGO_"))}
    environment = kept | {
        "JIHENG_VAR": str(tmp_path / "var"), "PYTHONPATH": str(SOURCE), "DJANGO_SETTINGS_MODULE": "jiheng.web.settings",
        "PYTHONUTF8": "1",
    }  # fmt: skip
    if connection.vendor == "sqlite":
        yield environment
        return
    sys.path.insert(0, str(SOURCE.parent / "tools"))
    import databases

    name = f"test_jiheng_upgrade_{os.getpid()}_{secrets.token_hex(4)}"
    server = os.environ["JIHENG_TEST_DATABASE_URL"].rpartition("/")[0]
    with databases._connect(server) as admin, admin.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    try:
        yield environment | {"JIHENG_DATABASE_URL": f"{server}/{name}"}
    finally:
        databases.drop(server, name.removeprefix("test_"))


@pytest.fixture
def jiheng(new_database: dict[str, str], tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """``jiheng("admin", "restore", …)``: the command on the new database."""

    def run(*arguments: str, script: Path | None = None, said: str = "") -> subprocess.CompletedProcess[str]:
        program = [str(script)] if script else ["-c", "from jiheng.cli import main; main()"]
        return subprocess.run(
            [sys.executable, *program, *arguments], env=new_database, cwd=tmp_path, input=said, text=True,
            capture_output=True, check=False,
        )  # fmt: skip

    return run


def held(path: Path) -> tuple[dict[str, list[str]], dict[str, dict[str, list[Any]]], dict[str, str]]:
    """Columns and rows by table, digests of files by name, as they stand in an archive."""
    columns, rows, files = {}, {}, {}
    with Reader(path) as archive:
        for name in archive.files:
            if name.startswith("media/"):
                files[name] = sha256(b"".join(archive.pieces(name))).hexdigest()
                continue
            label = name.removeprefix("data/").removesuffix(".jsonl")
            names, *lines = [json.loads(line) for line in archive.lines(name)]
            columns[label], rows[label] = names, {str(values[0]): values for values in lines}
    return columns, rows, files


def test_a_backup_of_before_issue_a_comes_back_whole(jiheng: Any) -> None:
    columns, rows, files = held(HERE / "before_a.jhb")
    restored = jiheng("admin", "restore", str(HERE / "before_a.jhb"))
    assert restored.returncode == 0, restored.stdout + restored.stderr
    imports = {"execution.importbatch": [*columns["execution.importbatch"], "sheets"]}
    asked = {"columns": columns | imports, "login": ["anquan", PASSWORD, SECRET]}
    looked = jiheng(script=HERE / "look.py", said=json.dumps(asked))
    assert looked.returncode == 0, looked.stderr[-3000:]
    told = json.loads(looked.stdout)
    for label, names in columns.items():
        now, free = told["rows"][label], CHANGED.get(label, set())
        assert rows[label].keys() <= now.keys(), label
        if label == "execution.importbatch":
            now = {key: _import_as_then(names, *values) for key, values in now.items()}
        for n, name in enumerate(names):
            if name in free or name in ("content_type_id", "origin_type_id"):
                continue
            differ = [(k, v[n], now[k][n]) for k, v in rows[label].items() if not _same(v[n], now[k][n])]
            if label != "supervision.audithead":  # the restore itself is one entry more
                assert differ[:3] == [], (label, name)
    kind = columns["execution.evidence"].index("content_type_id")
    assert told["owners"] == {key: KINDS[values[kind]] for key, values in rows["execution.evidence"].items()}
    assert told["files"] == files
    assert told["pages"] == dict.fromkeys(rows["execution.importbatch"], 200)
    entries, broken = told["trail"]
    assert entries >= len(rows["supervision.auditentry"]) + 1
    assert broken is None
    assert told["login"] == ["/login/code/", "/", told["person"]]
    assert Counter(v[columns["jobs.job"].index("state")] for v in told["rows"]["jobs.job"].values())["waiting"] > 0


def _import_as_then(names: list[str], *values: Any) -> list[Any]:
    """An import of one sheet as it was written when an import had no others."""
    *values, sheets = values
    row = dict(zip(names, values, strict=True)) | {"sheet": 0}
    row |= {then: sheets[0][now] for then, now in MOVED.items()}
    for name in ("problems", "repeated", "sample"):
        row[name] = [{k: v for k, v in said.items() if k != "sheet"} for said in row[name]]
    row["left_out"] = [int(ref.removeprefix("0:")) for ref in row["left_out"]]
    return [row[name] for name in names]


def _same(then: Any, now: Any) -> bool:
    """The same value, however the database writes its zeros and its moments."""
    if then == now:
        return True
    if isinstance(then, str) and isinstance(now, str):
        return then.replace("000+00:00", "+00:00") == now.replace("000+00:00", "+00:00")
    return False


def test_a_failed_restore_of_an_older_backup_leaves_an_empty_database(jiheng: Any, tmp_path: Path) -> None:
    broken = tmp_path / "broken.jhb"
    with zipfile.ZipFile(HERE / "before_a.jhb") as source, zipfile.ZipFile(broken, "w") as out:
        for entry in source.infolist():
            data = source.read(entry)
            if entry.filename == "manifest.json":
                manifest = json.loads(data)
                manifest["audit"]["hash"] = "0" * 64
                data = json.dumps(manifest).encode()
            out.writestr(entry, data)
    refused = jiheng("admin", "restore", str(broken))
    assert (refused.returncode, "审计日志接不上" in refused.stderr) == (2, True), refused.stderr
    assert not (tmp_path / "var" / "media").exists()
    nothing = jiheng("admin", "backup", "x.jhb")
    assert (nothing.returncode, "还没有绩衡的数据" in nothing.stderr) == (2, True), nothing.stderr
