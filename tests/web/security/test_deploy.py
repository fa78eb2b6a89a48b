"""The configuration of production passes every check, and a careless one does not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).parents[3] / "src"


def _check(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("JIHENG_", "DJANGO_"))}
    return subprocess.run(
        [sys.executable, "-m", "jiheng.web.manage", "check", "--deploy", "--fail-level", "WARNING"],
        env={**clean, "PYTHONPATH": str(SOURCE), "PYTHONUTF8": "1", "JIHENG_VAR": str(folder), **variables},
        capture_output=True, text=True, encoding="utf-8", timeout=100,
    )  # fmt: skip


def test_production_is_clean(tmp_path: Path) -> None:
    done = _check(tmp_path, JIHENG_HTTPS="1", JIHENG_HOSTS="jx.example.gov.cn")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "secret-key").stat().st_mode & 0o077 == 0, "the key is for the owner alone"


def test_a_demonstration_for_everybody_is_not(tmp_path: Path) -> None:
    done = _check(tmp_path, JIHENG_DEMO="1")
    assert done.returncode == 1
    assert "演示模式开着" in done.stderr
    assert "没有限定域名" in done.stderr


def test_over_https_cookies_belong_to_this_host_alone(tmp_path: Path) -> None:
    code = (
        "from jiheng.web import settings as s;"
        "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.TRUSTED_PROXIES, s.DEBUG)"
    )
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("JIHENG_", "DJANGO_"))}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=100,
        env={**clean, "PYTHONPATH": str(SOURCE), "JIHENG_VAR": str(tmp_path), "JIHENG_HTTPS": "1"},
    )  # fmt: skip
    assert done.stdout.split() == ["__Host-session", "__Host-csrf", "True", "1", "False"]


def test_files_that_others_may_read_are_told(tmp_path: Path) -> None:
    wide = tmp_path / "media" / "uploads"
    wide.mkdir(parents=True)
    (wide / "a1").write_bytes(b"x")
    (wide / "a1").chmod(0o640)
    done = _check(tmp_path, JIHENG_HTTPS="1", JIHENG_HOSTS="jx.example.gov.cn")
    assert done.returncode == 1
    assert f"{wide / 'a1'} 其他系统账号也能打开（640）" in done.stderr
