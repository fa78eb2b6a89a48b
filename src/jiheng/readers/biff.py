"""The records of an .xls stream (BIFF8 of Excel 97 and later, BIFF5 of Excel 95), and their texts and numbers."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

BOF, EOF, CONTINUE = 0x0809, 0x000A, 0x003C
_BIFF8 = 0x0600
_RICH, _EXTENDED, _WIDE = 0x08, 0x04, 0x01
_CODE_PAGES = {936: "gb18030", 950: "big5", 1200: "utf-16-le", 1252: "cp1252"}


class Record(NamedTuple):
    """A record: its number, its content, and whether it belongs to a chart or the like inside of the part."""

    number: int
    data: bytes
    inner: bool


class Texts:
    """How texts are stored in this workbook."""

    def __init__(self, version: int) -> None:
        self.biff8 = version >= _BIFF8
        self.code_page = "gb18030"

    def use_code_page(self, number: int) -> None:
        """Texts of one byte a character are in this code page (before BIFF8)."""
        self.code_page = _CODE_PAGES.get(number, self.code_page)

    def read(self, data: bytes, at: int, count_bytes: int = 2) -> str:
        """The text whose length, in ``count_bytes``, stands at ``at``."""
        count = int.from_bytes(data[at : at + count_bytes], "little")
        at += count_bytes
        if not self.biff8:
            return data[at : at + count].decode(self.code_page, "replace")
        if at < len(data) and data[at] & _WIDE:
            return data[at + 1 : at + 1 + 2 * count].decode("utf-16-le", "replace")
        return data[at + 1 : at + 1 + count].decode("latin-1")


def records(stream: bytes, position: int, end: int) -> Iterator[Record]:
    """The records of the part that begins at ``position``, to its end or, in a damaged file, to ``end`` at most."""
    depth = 0
    while position + 4 <= end:
        number, length = struct.unpack_from("<HH", stream, position)
        position += 4
        data = stream[position : position + length]
        position += length
        if number == BOF:
            depth += 1
        elif number == EOF:
            depth -= 1
            if depth <= 0:
                return
        if len(data) == length:
            yield Record(number, data, depth > 1)


def shared_strings(pieces: list[bytes]) -> list[str]:
    """The texts of the shared table: its record and the records that continue it."""
    reader = _Pieces(pieces)
    unique = int.from_bytes(reader.take(8)[4:], "little")
    strings: list[str] = []
    while len(strings) < unique and not reader.finished():
        head = reader.take(3)
        if len(head) < 3:
            break
        count, flags = struct.unpack("<HB", head)
        runs = int.from_bytes(reader.take(2), "little") if flags & _RICH else 0
        extra = int.from_bytes(reader.take(4), "little") if flags & _EXTENDED else 0
        strings.append(reader.characters(count, bool(flags & _WIDE)))
        reader.take(4 * runs + extra)
    return strings


class _Pieces:
    """Reads through pieces; a text that goes on in the next piece finds a byte there that says how it is stored."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces
        self._piece = self._at = 0

    def finished(self) -> bool:
        self._advance()
        return self._piece >= len(self._pieces)

    def take(self, count: int) -> bytes:
        taken = b""
        while len(taken) < count and not self.finished():
            more = self._pieces[self._piece][self._at : self._at + count - len(taken)]
            self._at += len(more)
            taken += more
        return taken

    def characters(self, count: int, wide: bool) -> str:
        """``count`` characters, of one byte or two; a pair of surrogates counts as two."""
        text = b""
        while len(text) < 2 * count and not self.finished():
            missing = count - len(text) // 2
            here = self._pieces[self._piece][self._at : self._at + (2 * missing if wide else missing)]
            self._at += len(here)
            text += here if wide else here.decode("latin-1").encode("utf-16-le")
            if len(text) < 2 * count and not self.finished():
                wide = bool(self._pieces[self._piece][self._at] & _WIDE)
                self._at += 1
        return text.decode("utf-16-le", "replace")

    def _advance(self) -> None:
        while self._piece < len(self._pieces) and self._at >= len(self._pieces[self._piece]):
            self._piece += 1
            self._at = 0


def packed_number(packed: int) -> float:
    """A number stored in 30 bits (RK): the upper part of a double, or an integer; perhaps in hundredths."""
    value: float
    if packed & 2:
        value = float((packed >> 2) - (1 << 30 if packed & 0x80000000 else 0))
    else:
        value = struct.unpack("<d", struct.pack("<Q", (packed & 0xFFFFFFFC) << 32))[0]
    return value / 100 if packed & 1 else value
