from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from jiheng import wire
from jiheng.model import Document, Project
from jiheng.readers import batch, limits, office
from jiheng.readers.batch import read_many
from jiheng.readers.bounded import BoundedReader
from jiheng.readers.errors import BrokenFile, EmptyFile, NoAccess, ReadError, TooSlow
from jiheng.writers.docx_document import write_document

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
        return [BrokenFile("坏") if name == "y.rtf" else _page() for name, _ in files]

    monkeypatch.setattr(office, "convert", convert)
    folder = mixed[0].parent
    texts = [folder / name for name in ("x.rtf", "y.rtf", "z.rtf")]
    for text in texts:
        text.write_bytes(RTF)
    results = list(read_many([texts[0], mixed[0], texts[1], mixed[1], texts[2]]))
    assert calls == [["x.rtf", "y.rtf", "z.rtf"]]
    assert _told(results) == ["x.rtf", "甲", BrokenFile, EmptyFile, "z.rtf"]


def _page() -> bytes:
    """What LibreOffice might have made: a document with one project."""
    return write_document(Document("", "docx", projects=(Project(1, "公园座椅更换", goals=("更换座椅",)),)))


def test_a_fault_of_ours_in_one_file_does_not_stop_the_rest(mixed: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    real = batch._read_one

    def read(reader: BoundedReader, path: Path) -> Document:
        return real(reader, path) if path.name != "a.json" else real(reader, path).projects[9]  # type: ignore[return-value]

    monkeypatch.setattr(batch, "_read_one", read)
    results = list(read_many(mixed))
    assert "IndexError" in str(results[0][1])
    assert _told(results[2:]) == ["丙", NoAccess]


def test_a_file_that_kills_its_process_fails_alone(mixed: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    real = batch._read_one

    def read(reader: BoundedReader, path: Path) -> Document:
        return real(reader, path) if path.name != "a.json" else reader.call("读取", path.name, 60, os.abort)

    monkeypatch.setattr(batch, "_read_one", read)
    first, *others = _told(list(read_many(mixed, 2)))
    assert first is BrokenFile
    assert others == [EmptyFile, "丙", NoAccess]


def test_heavy_files_are_skipped_with_the_reason_and_the_rest_is_read(
    mixed: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Real files that are read for longer than they may: each is named, and nothing is tried twice."""
    heavy = [mixed[0].parent / f"重{n}.md" for n in range(2)]
    for path in heavy:
        path.write_bytes(("| 指标 " * 40 + "|\n" + "|---" * 40 + "|\n" + ("| 1 " * 40 + "|\n") * 49_000).encode())
    monkeypatch.setattr(limits, "READ_SECONDS", 1)
    results = dict(read_many([heavy[0], *mixed, heavy[1]]))
    for path in heavy:
        assert isinstance(results[path], TooSlow), results[path]
        assert f"“{path.name}”" in str(results[path])
    assert _told([(path, results[path]) for path in mixed]) == ["甲", EmptyFile, "丙", NoAccess]
