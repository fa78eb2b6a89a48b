"""A disk that is really full: a small one of memory where one may be mounted."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src"
_STORY = """
import os, resource, sys
import django
django.setup()
from django.core.management import call_command
from django.db import connections
from django.test import Client
call_command("migrate", verbosity=0)
connections.close_all()
from jiheng.web.wsgi import application
from jiheng.web.org.models import Person
from jiheng.web.org.services.districts import create_district
district, made = create_district("139902", "清河区")
system, password = made[0]
Person.objects.update(must_change_password=False)
client = Client(raise_request_exception=False)
client.post("/login/", {"username": system.username, "password": password})
def ask(method, path, **body):
    connections.close_all()
    answer = getattr(client, method)(path, body)
    return f"{answer.status_code}{'!' if '磁盘已满' in answer.content.decode() else ''}"
work = lambda: [ask("get", "/"), ask("get", "/org/"), ask("get", "/org/people/"), ask("get", "/account/"),
                ask("post", "/org/change/", do="add_department", code="6", name="x" * 40), ask("get", "/org/")]
connections.close_all()
path = os.path.join(os.environ["JIHENG_VAR"], "filler")
if sys.argv[1] == "disk":
    out = os.open(path, os.O_CREAT | os.O_WRONLY)
    try:
        while True:
            os.write(out, b"x" * 4096)
    except OSError:
        pass
else:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, before[1]))
print(*work())
if sys.argv[1] == "disk":
    os.close(out)
    os.unlink(path)
else:
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
print(*work())
"""
_MEGABYTES = 8


@pytest.fixture
def small(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder with little room and how to fill it: a small disk, else a limit that lets no file grow."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={_MEGABYTES}m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        yield folder, "limit"
        return
    yield folder, "disk"
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_pages_open_on_a_full_disk_and_work_goes_on_when_there_is_room(small: tuple[Path, str]) -> None:
    folder, how = small
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("JIHENG_", "DJANGO_"))}
    more = {"PYTHONPATH": str(SOURCE), "PYTHONUTF8": "1", "JIHENG_VAR": str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", _STORY, how],
        env=clean | more | {"DJANGO_SETTINGS_MODULE": "jiheng.web.settings"},
        capture_output=True, text=True, encoding="utf-8", timeout=110,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    full, again = done.stdout.splitlines()
    assert full.split() == ["200", "200", "200", "200", "507!", "200"], done.stderr
    assert again.split() == ["200", "200", "200", "200", "302", "200"], done.stderr
