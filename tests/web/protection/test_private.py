"""What the platform writes is for its own account alone."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from jiheng.web.protection.private import exposed, kept_once, make_private

SOURCE = Path(__file__).parents[3] / "src"
_FILL = """
import os
os.umask(0)
import django
django.setup()
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
call_command("migrate", verbosity=0)
default_storage.save("uploads/a/b.txt", ContentFile(b"x"))
from jiheng.web.backup.saving import backup
from pathlib import Path
backup(Path(settings.VAR) / "backup.jhb")
"""


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_whatever_the_umask_nobody_else_reads_what_is_written(tmp_path: Path) -> None:
    var = tmp_path / "srv" / "jiheng"
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("JIHENG_", "DJANGO_"))}
    more = {"PYTHONPATH": str(SOURCE), "JIHENG_VAR": str(var), "DJANGO_SETTINGS_MODULE": "jiheng.web.settings"}
    done = subprocess.run([sys.executable, "-c", _FILL], env=clean | more, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    written = [var, *var.rglob("*")]
    assert {p.name for p in written} >= {"jiheng.sqlite3", "secret-key", "key", "b.txt", "uploads", "backup.jhb"}
    assert [(p, oct(mode(p))) for p in written if mode(p) != (0o700 if p.is_dir() else 0o600)] == []
    assert list(exposed(var)) == []


def test_what_others_could_read_is_corrected_and_what_is_not_ours_is_left(tmp_path: Path) -> None:
    var, database = tmp_path / "var", tmp_path / "elsewhere.sqlite3"
    (var / "media" / "uploads").mkdir(parents=True)
    ours = [var / "jiheng.sqlite3", var / "jiheng.sqlite3-wal", var / "media" / "uploads" / "a", database]
    somebodys = var / "notes.txt"
    for path in (*ours, somebodys):
        path.write_text("x")
        path.chmod(0o664)
    var.chmod(0o755)
    (var / "media" / "link").symlink_to(somebodys)
    assert {path for path, _ in exposed(var, database)} >= {var, *ours}
    corrected, left = make_private(var, database)
    assert (corrected >= len(ours) + 1, left) == (True, [])
    assert [mode(p) for p in ours] == [0o600] * len(ours)
    assert (mode(var), mode(somebodys)) == (0o700, 0o664)
    assert make_private(var, database) == (0, [])


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives a file to another account")
def test_what_belongs_to_another_account_is_told(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("x")
    os.chown(tmp_path / "key", 12345, 12345)
    assert [(p.name, why) for p, why in make_private(tmp_path)[1]] == [("key", "属于另一个系统账号")]


def test_a_kept_text_is_made_once(tmp_path: Path) -> None:
    made = iter("ab")
    assert [kept_once(tmp_path / "deep" / "key", lambda: next(made)) for _ in range(2)] == ["a", "a"]
    assert mode(tmp_path / "deep" / "key") == 0o600
    assert [p.name for p in (tmp_path / "deep").iterdir()] == ["key"]
