"""Just enough of the OLE compound file (.doc, .xls, .wps, .et, encrypted .docx) to tell what is in one.

Only the streams at the top count: an embedded workbook lies in a storage of its own further down.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterator

from jiheng.readers.errors import BrokenFile

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END = 0xFFFFFFFA
"""Sector and entry numbers from here on mean an end or nothing."""
_HEADER_SECTORS = 109
_ENTRY = struct.Struct("<64sHBBIII16sI8s8sIQ")
_STREAM = 2


class Compound:
    """The streams at the top of a compound file, by their names in lower case."""

    def __init__(self, data: bytes) -> None:
        if len(data) < 512 or not data.startswith(MAGIC):
            raise _broken()
        self._data = data
        shift, mini_shift = struct.unpack_from("<HH", data, 30)
        if shift not in (9, 12) or mini_shift != 6:
            raise _broken()
        self._size: int = 1 << shift
        self._cutoff: int
        directory, self._cutoff, self._mini_start = struct.unpack_from("<I4xII", data, 48)
        self._fat = self._read_fat()
        self._entries = self._read_entries(directory)

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._entries

    def names(self) -> list[str]:
        """The names of the streams at the top, in lower case."""
        return list(self._entries)

    def head(self, name: str, length: int) -> bytes:
        """The first ``length`` bytes of a stream, fewer where it is shorter; nothing where there is no such stream."""
        if name.lower() not in self._entries:
            return b""
        start, size = self._entries[name.lower()]
        length = min(length, size)
        if size >= self._cutoff:
            return self._chain(start, length)
        mini_fat = _numbers(self._chain(self._mini_start, len(self._data)))
        container = self._chain(self._container, len(self._data))
        pieces = (container[number * 64 : number * 64 + 64] for number in _follow(mini_fat, start))
        return b"".join(piece for _, piece in zip(range(-(-length // 64)), pieces, strict=False))[:length]

    def whole(self, name: str) -> bool:
        """Whether all of a stream lies within the file; a small one always does where the directory could be read."""
        start, size = self._entries[name.lower()]
        if size < self._cutoff:
            return True
        present = [number for number in _follow(self._fat, start) if (number + 1) * self._size < len(self._data)]
        return len(present) * self._size >= size

    def _sector(self, number: int) -> bytes:
        begin = (number + 1) * self._size
        return self._data[begin : begin + self._size]

    def _read_fat(self) -> array[int]:
        first_extra, extra_count = struct.unpack_from("<II", self._data, 68)
        numbers = list(struct.unpack_from(f"<{_HEADER_SECTORS}I", self._data, 76))
        most = len(self._data) // self._size
        # Each extra sector lists further sectors of the table; its last number is the next extra sector.
        for _ in range(min(extra_count, most)):
            if first_extra >= _END:
                break
            *more, first_extra = _numbers(self._sector(first_extra)) or [_END]
            numbers += more
        return _numbers(b"".join(self._sector(number) for number in numbers[:most] if number < _END))

    def _chain(self, start: int, length: int) -> bytes:
        pieces = []
        for number in _follow(self._fat, start):
            if length <= 0:
                break
            pieces.append(self._sector(number)[:length])
            length -= self._size
        return b"".join(pieces)

    def _read_entries(self, start: int) -> dict[str, tuple[int, int]]:
        table = self._chain(start, len(self._data))
        count = len(table) // _ENTRY.size
        if not count:
            raise _broken()
        self._container, child = _ENTRY.unpack_from(table, 0)[11], _ENTRY.unpack_from(table, 0)[6]
        found: dict[str, tuple[int, int]] = {}
        waiting, seen = [child], {0}
        while waiting:
            index = waiting.pop()
            if index >= count or index in seen:
                continue
            seen.add(index)
            name, name_length, kind, _, left, right, _, _, _, _, _, first, size = _ENTRY.unpack_from(
                table, index * _ENTRY.size
            )
            waiting += (left, right)
            if kind == _STREAM:
                text = name[: max(0, min(name_length, 64) - 2)].decode("utf-16-le", "replace")
                found[text.lower()] = (first, size & 0xFFFFFFFF)
        return found


def _numbers(data: bytes) -> array[int]:
    return array("I", struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4]))


def _follow(table: array[int], start: int) -> Iterator[int]:
    """The sectors of a chain. A damaged chain may run in a circle: it ends after as many steps as the table is long."""
    for _ in range(len(table)):
        if start >= len(table):
            return
        yield start
        start = table[start]


def _broken() -> BrokenFile:
    return BrokenFile(
        "文件不完整或已损坏（复合文档结构读不出来）。请向提供者重新索取，或用 Word、WPS 打开后另存一份再试。"
    )
