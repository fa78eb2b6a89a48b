"""How much of a file is read before it is refused; far above any real document, far below what hurts a machine."""

from __future__ import annotations

import os


def _number(name: str, usual: int) -> int:
    """A limit that an administrator may set otherwise; never below 1."""
    given = os.environ.get(name, "")
    return max(1, int(given)) if given.isdecimal() else usual


READ_SECONDS = _number("JIHENG_READ_SECONDS", 60)
"""Processor time that reading one file may take …"""
CHECK_SECONDS = _number("JIHENG_CHECK_SECONDS", 60)
"""… and checking it."""
LIVE_SECONDS = _number("JIHENG_LIVE_SECONDS", 10)
"""Processor time for what somebody waits for in front of the page."""
FILE_MEMORY = _number("JIHENG_FILE_MEMORY_MB", 1024) * 2**20
"""What reading and checking one file may take beyond what the program itself needs."""
FILE_BYTES = 200 * 2**20
UNPACKED_BYTES = 256 * 2**20
"""What the parts of a package that are read may unpack to, together."""
PACKAGE_ENTRIES = 10_000
RATIO = 300
"""What a part of a package may unpack to, as a multiple of what it takes packed …"""
RATIO_FREE_BYTES = 32 * 2**20
"""… once it passes this size."""
XML_TAGS = 3_000_000
"""Tags of one XML part or web page: what takes some seconds to read."""
ROWS = 50_000
"""Rows of all tables of a file together."""
GRID_CELLS = 2_000_000
"""Cells of all tables of a file together, empty ones included."""
DEPTH = 200
"""Nesting of XML or HTML elements."""
SPAN = 1_000
"""Columns or rows one merged cell may cover; a larger span is cut to this."""
TEXT_CHARS = 50_000_000
CONVERT_SECONDS = _number("JIHENG_CONVERT_SECONDS", 30)
"""Processor time that LibreOffice may take for one small file; it may be under way twice as long …"""
CONVERT_SECONDS_EACH_MB = 10
"""… this much more for each megabyte of it …"""
CONVERT_TIMES = 4
"""… and never more than so many times the time of a small one."""
CONVERT_MEMORY = _number("JIHENG_CONVERT_MEMORY_MB", 3072) * 2**20
HEAVY_FILES = 3
"""After so many files of one upload that took too long, the others have only a share of the time each."""
HURRIED_SHARE = 4


def convert_seconds(size: int, seconds: int | None = None) -> int:
    """Processor time for converting a file of so many bytes; ``seconds`` is what a small one has."""
    base = CONVERT_SECONDS if seconds is None else seconds
    return min(CONVERT_TIMES * base, base + size * CONVERT_SECONDS_EACH_MB // 2**20)


PAGES = 3_000
PAGE_CHARS = 200_000
PAGE_OBJECTS = 100_000
