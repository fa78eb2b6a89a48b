"""Read many files: in order, on several processes, and never stopped by one bad file."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

import msgspec

from jiheng.model import Document
from jiheng.readers import office
from jiheng.readers.detect import detect
from jiheng.readers.errors import BrokenFile, ReadError
from jiheng.readers.processes import alone, in_processes
from jiheng.readers.reading import CONVERTED, load, read, read_as

Result = Document | ReadError

_CONVERTED_HEADS = (b"\xd0\xcf\x11\xe0", b"{\\rtf", b"PK")
_TOGETHER = 40
"""Files converted by one start of LibreOffice: the start costs two conversions, and progress should be seen."""

# Documents travel between processes as msgpack: a seventh of the time that pickling so many small objects takes.
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Document)


def read_many(paths: Iterable[str | Path], jobs: int = 1) -> Iterator[tuple[Path, Result]]:
    """Each file with its document, or with the error that says why there is none; in the order given.

    ``jobs`` processes share the work. Files that LibreOffice must convert go through it together, not one by one.
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
    work = [[files[index] for index in group] for group in groups]
    if jobs <= 1 or len(work) < 2:
        yield from map(_read_group, work)
        return
    for group, packed in zip(work, in_processes(_read_packed, work, jobs), strict=True):
        yield [_unpacked(one) for one in (packed if packed is not None else _one_by_one(group))]


def _one_by_one(group: list[Path]) -> Iterator[bytes | ReadError]:
    """A group whose process died: each file in a process of its own, so that only the guilty one fails."""
    crash = BrokenFile("读取这个文件时程序异常退出（可能是内存不足）。请用 Word、WPS 打开后另存一份再试。")
    for path in group:
        packed = alone(_read_packed, [path]) if len(group) > 1 else None
        yield packed[0] if packed is not None else crash


def _read_packed(group: list[Path]) -> list[bytes | ReadError]:
    return [one if isinstance(one, ReadError) else _encoder.encode(one) for one in _read_group(group)]


def _unpacked(packed: bytes | ReadError) -> Result:
    return _decoder.decode(packed) if isinstance(packed, bytes) else packed


def _read_group(group: list[Path]) -> list[Result]:
    """Read these files; where there are several, those that need LibreOffice are converted by one start of it."""
    converted = _convert(group) if len(group) > 1 else {}
    return [converted.get(path) or _caught(partial(read, path)) for path in group]


def _caught(reading: partial[Document]) -> Result:
    try:
        return reading()
    except ReadError as error:
        return error
    except Exception as error:  # a fault of ours in one file must not stop the other thousand
        return ReadError(f"读取时程序出错（{type(error).__name__}：{error}）。请把这个文件和这句话反馈给开发者。")


def _convert(group: list[Path]) -> dict[Path, Result]:
    """The documents of the files that needed conversion; the others are left to be read as they are."""
    waiting: dict[str, list[tuple[Path, str, bytes]]] = {}
    for path in group:
        try:
            data = load(path)
            kind = detect(data, path.name)
        except ReadError:
            continue  # reading it says what is wrong
        if kind in CONVERTED:
            waiting.setdefault(CONVERTED[kind], []).append((path, kind, data))
    documents: dict[Path, Result] = {}
    for target, files in waiting.items():
        made = office.convert([(path.name, data) for path, _, data in files], target)
        for (path, kind, _), result in zip(files, made, strict=True):
            documents[path] = _as_converted(result, path.name, kind)
    return documents


def _as_converted(result: bytes | ReadError, name: str, kind: str) -> Result:
    return result if isinstance(result, ReadError) else _caught(partial(read_as, result, name, kind))
