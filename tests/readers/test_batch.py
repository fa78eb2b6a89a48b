from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from jiheng import wire
from jiheng.model import Document, Project
from jiheng.readers import batch, office, reading
from jiheng.readers.batch import read_many
from jiheng.readers.errors import BrokenFile, EmptyFile, NoAccess, ReadError

RTF = b"{\\rtf1 \\ansi sample}"


def _json(path: Path, name: str) -> Path:
    path.write_bytes(wire.to_json(Document(name, "json", projects=(Project(1, name),))))
    return path


@pytest.fixture
def mixed(tmp_path: Path) -> list[Path]:
    """Good and bad files in turn."""
    empty = tmp_path / "b.docx"
    empty.touch()
    return [_json(tmp_path / "a.json", "甲"), empty, _json(tmp_path / "c.json", "丙"), tmp_path / "no.json"]


def _told(results: list[tuple[Path, Document | ReadError]]) -> list[str | type]:
    return [r.source if isinstance(r, Document) else type(r) for _, r in results]


@pytest.mark.parametrize("jobs", (1, 2))
def test_bad_files_are_errors_in_their_place(mixed: list[Path], jobs: int) -> None:
    results = list(read_many(mixed, jobs))
    assert [path for path, _ in results] == mixed
    assert _told(results) == ["甲", EmptyFile, "丙", NoAccess]


def test_documents_from_processes_are_the_same(mixed: list[Path]) -> None:
    alone, shared = list(read_many(mixed)), list(read_many(mixed, 2))
    assert [r for _, r in alone if isinstance(r, Document)] == [r for _, r in shared if isinstance(r, Document)]


def test_files_for_libreoffice_go_through_it_together(mixed: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[list[str]] = []

    def convert(files: Sequence[tuple[str, bytes]], to: str) -> list[bytes | ReadError]:
        calls.append([name for name, _ in files])
        return [BrokenFile("坏") if name == "y.rtf" else mixed[0].read_bytes() for name, _ in files]

    def read_as(data: bytes, name: str, kind: str) -> Document:
        return Document(name, kind)

    monkeypatch.setattr(office, "convert", convert)
    monkeypatch.setattr(batch, "read_as", read_as)
    folder = mixed[0].parent
    texts = [folder / name for name in ("x.rtf", "y.rtf", "z.rtf")]
    for text in texts:
        text.write_bytes(RTF)
    results = list(read_many([texts[0], mixed[0], texts[1], mixed[1], texts[2]]))
    assert calls == [["x.rtf", "y.rtf", "z.rtf"]]
    assert _told(results) == ["x.rtf", "甲", BrokenFile, EmptyFile, "z.rtf"]


def test_a_fault_of_ours_in_one_file_does_not_stop_the_rest(mixed: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    real = reading.read

    def read(path: Path) -> Document:
        return real(path) if path.name != "a.json" else real(path).projects[9]  # type: ignore[return-value]

    monkeypatch.setattr(batch, "read", read)
    results = list(read_many(mixed))
    assert "IndexError" in str(results[0][1])
    assert _told(results[2:]) == ["丙", NoAccess]


KILLER = """
import os, signal, sys
from pathlib import Path
from jiheng.readers import batch, reading

def read(path):
    if path.name == "a.json":
        os.kill(os.getpid(), signal.SIGKILL)
    return reading.read(path)

batch.read = read
for path, result in batch.read_many([Path(name) for name in sys.argv[1:]], 2):
    print(getattr(result, "source", None) or f"{type(result).__name__} {result}")
"""


def test_a_file_that_kills_its_process_fails_alone(mixed: list[Path]) -> None:
    """In a fresh interpreter: it has no other threads, so its workers are forks and have the changed ``read``."""
    command = [sys.executable, "-X", "utf8", "-c", KILLER, *map(str, mixed)]
    run = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60, check=True)
    first, *others = run.stdout.splitlines()
    assert first.startswith("BrokenFile")
    assert "异常退出" in first
    assert [line.split()[0] for line in others] == ["EmptyFile", "丙", "NoAccess"]
