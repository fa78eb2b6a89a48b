"""What a killed conversion left is swept; what still works is left alone."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from jiheng.readers.office_folders import sweep, work_folder

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the platform runs on Linux")
OWNER = """
import time
from jiheng.readers.office_folders import work_folder
with work_folder() as folder:
    print(folder, flush=True)
    time.sleep(300)
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield tmp_path
    tempfile.tempdir = None


def test_folders_of_the_dead_are_swept_with_what_runs_in_them(place: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    owner = subprocess.Popen([sys.executable, "-c", OWNER], env=environment, stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    folder = Path(owner.stdout.readline().strip())
    orphan = subprocess.Popen(["/bin/sh", "-c", "sleep 300; true", str(folder)])
    stranger = subprocess.Popen(["/bin/sh", "-c", "sleep 300; true", str(place)])
    try:
        (folder / "document.rtf").write_text("不该留下")
        assert sweep() == 0  # its process lives
        assert folder.exists()
        owner.kill()
        owner.wait()
        assert sweep() == 1
        assert not folder.exists()
        assert orphan.wait(60) < 0
        assert stranger.poll() is None
    finally:
        for process in (owner, orphan, stranger):
            process.kill()
            process.wait()
        owner.stdout.close()


def test_a_folder_goes_with_its_block(place: Path) -> None:
    with work_folder() as folder:
        assert sweep() == 0
        assert folder.is_dir()
    assert not list(place.iterdir())
