"""Read many files: in order, on several processes, and never stopped by one bad file."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

from jiheng.model import Document
from jiheng.readers import limits, office
from jiheng.readers.bounded import BoundedReader, packed, unpacked
from jiheng.readers.detect import detect
from jiheng.readers.errors import ReadError
from jiheng.readers.processes import in_processes
from jiheng.readers.reading import CONVERTED, load, read, read_as

Result = Document | ReadError

_CONVERTED_HEADS = (b"\xd0\xcf\x11\xe0", b"{\\rtf", b"PK")
_TOGETHER = 40
"""Files converted by one start of LibreOffice: the start costs two conversions, and progress should be seen."""


def read_many(paths: Iterable[str | Path], jobs: int = 1) -> Iterator[tuple[Path, Result]]:
    """Each file with its document, or with the error that says why there is none; in the order given.

    ``jobs`` processes share the work, and each file has the time and memory of :mod:`jiheng.readers.limits`; a single
    one is read on the spot. Files that LibreOffice must convert go through it together, not one by one.
    """
    files = [Path(path) for path in paths]
    groups = _groups(files, max(1, jobs))
    ready: dict[int, Result] = {}
    turn = 0
    for group, results in zip(groups, _results(files, groups, jobs), strict=True):
        ready.update(zip(group, results, strict=True))
        while turn in ready:
            yield files[turn], ready.pop(turn)
            turn += 1


def _groups(files: Sequence[Path], jobs: int) -> list[list[int]]:
    """What is read in one piece of work: single files, and groups of those to convert; by their first file."""
    convertible = [index for index, path in enumerate(files) if _may_need_conversion(path)]
    size = max(1, min(_TOGETHER, math.ceil(len(convertible) / jobs)))
    together = [convertible[begin : begin + size] for begin in range(0, len(convertible), size)]
    single = [[index] for index in sorted(set(range(len(files))) - set(convertible))]
    return sorted(together + single)


def _may_need_conversion(path: Path) -> bool:
    """A quick look at the first bytes; what the file is in truth is told when it is read."""
    try:
        with path.open("rb") as file:
            head = file.read(64)
    except OSError:
        return False
    return head.startswith(_CONVERTED_HEADS) and (not head.startswith(b"PK") or b"opendocument" in head)


def _results(files: Sequence[Path], groups: Sequence[list[int]], jobs: int) -> Iterator[list[Result]]:
    if len(files) == 1:
        yield [_caught(partial(read, files[0]))]
        return
    work = [[files[index] for index in group] for group in groups]
    yield from in_processes(_read_group, work, max(1, jobs))


def _read_group(reader: BoundedReader, group: list[Path]) -> list[Result]:
    """Read these files; where there are several, those that need LibreOffice are converted by one start of it."""
    converted = _convert(reader, group) if len(group) > 1 else {}
    return [converted.get(path) or _caught(partial(_read_one, reader, path)) for path in group]


def _read_one(reader: BoundedReader, path: Path) -> Document:
    return unpacked(reader.call("读取", path.name, limits.READ_SECONDS, _packed, path))


def _packed(path: Path) -> bytes:
    return packed(read(path))


def _caught(reading: partial[Document]) -> Result:
    try:
        return reading()
    except ReadError as error:
        return error
    except Exception as error:  # a fault of ours in one file must not stop the other thousand
        return ReadError(f"读取时程序出错（{type(error).__name__}：{error}）。请把这个文件和这句话反馈给开发者。")


def _convert(reader: BoundedReader, group: list[Path]) -> dict[Path, Result]:
    """The documents of the files that needed conversion; the others are left to be read as they are."""
    waiting: dict[str, list[tuple[Path, str]]] = {}
    results: dict[Path, Result] = {}
    for path in group:
        try:
            kind = reader.call("读取", path.name, limits.READ_SECONDS, _kind_to_convert, path)
        except ReadError as error:
            results[path] = error
        else:
            if kind in CONVERTED:
                waiting.setdefault(CONVERTED[kind], []).append((path, kind))
    for target, files in waiting.items():
        made = office.convert([(path.name, load(path)) for path, _ in files], target)
        for (path, kind), result in zip(files, made, strict=True):
            results[path] = _as_converted(reader, result, path.name, kind)
    return results


def _kind_to_convert(path: Path) -> str:
    """The kind of a file, looked at as closely as the conversion will, but within the limits."""
    data = load(path)
    kind = detect(data, path.name)
    if kind in CONVERTED:
        office.suffix(path.name, data)
    return kind


def _as_converted(reader: BoundedReader, result: bytes | ReadError, name: str, kind: str) -> Result:
    if isinstance(result, ReadError):
        return result

    def reading() -> Document:
        return unpacked(reader.call("读取", name, limits.READ_SECONDS, _packed_as, result, name, kind))

    return _caught(partial(reading))


def _packed_as(data: bytes, name: str, kind: str) -> bytes:
    return packed(read_as(data, name, kind))
