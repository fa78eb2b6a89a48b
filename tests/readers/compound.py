"""OLE compound files that no library here writes."""

from __future__ import annotations

import struct

SECTOR = 512
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def compound_of(streams: dict[str, bytes]) -> bytes:
    """An OLE compound file with these streams at its top, all in ordinary sectors."""
    sectors: list[bytes] = []
    chain: list[int] = []

    def store(data: bytes) -> int:
        start = len(sectors)
        pieces = [data[n : n + SECTOR].ljust(SECTOR, b"\0") for n in range(0, max(len(data), 1), SECTOR)]
        sectors.extend(pieces)
        chain.extend([*range(start + 1, start + len(pieces)), END])
        return start

    names = list(streams)
    places = {name: (store(data), len(data)) for name, data in streams.items()}
    entries = [_entry("Root Entry", 5, FREE, 1 if names else FREE, END, 0)]
    for number, name in enumerate(names, 1):
        right = number + 1 if number < len(names) else FREE
        entries.append(_entry(name, 2, right, FREE, *places[name]))
    directory = store(b"".join(entries))
    table_at = len(sectors)
    table = struct.pack(f"<{len(chain) + 1}I", *chain, FAT)
    assert len(table) <= SECTOR, "one sector of table is enough here"
    sectors.append(table.ljust(SECTOR, b"\xff"))
    header = struct.pack(
        "<8s16xHHHHH6xIIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, directory, 0, 0, END,
        0, END, 0, table_at,
    )  # fmt: skip
    return header.ljust(SECTOR, b"\xff") + b"".join(sectors)


def _entry(name: str, kind: int, right: int, child: int, start: int, size: int) -> bytes:
    raw = (name + "\0").encode("utf-16-le")
    return struct.pack("<64sHBBIII36xIQ", raw, len(raw), kind, 1, FREE, right, child, start, size)
