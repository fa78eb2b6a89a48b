from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from jiheng.cli.files import find


@contextmanager
def nobody() -> Iterator[None]:
    """Rights of another user, because root may read everything."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_files_come_in_order_and_once(folder: Path) -> None:
    for name in ("b.docx", "a.PDF", "c.exe", "~$b.docx", ".a.docx"):
        (folder / name).touch()
    (folder / "下级").mkdir()
    (folder / "下级" / "d.et").touch()
    found = find([folder / "b.docx", folder])
    assert [path.name for path in found.paths] == ["b.docx", "a.PDF", "d.et"]
    assert found.named == {folder / "b.docx"}


def test_a_named_file_is_taken_whatever_its_name(folder: Path) -> None:
    assert find([folder / "没有后缀"]).paths == [folder / "没有后缀"]


def test_folders_without_rights_are_told(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    closed.chmod(0o000 if os.geteuid() else 0o700)
    (folder / "a.docx").touch()
    with nobody():
        found = find([folder])
    assert [path.name for path in found.paths] == ["a.docx"]
    assert found.unreadable == [closed]


def test_a_name_below_a_folder_without_rights_is_left_to_the_reader(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir()
    (closed / "a.docx").touch()
    closed.chmod(0o000 if os.geteuid() else 0o700)
    with nobody():
        found = find([closed / "a.docx"])
    assert found.paths == [closed / "a.docx"]
    closed.chmod(0o700)
