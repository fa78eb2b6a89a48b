"""How much of a file is read before it is refused; far above any real document, far below what hurts a machine."""

from __future__ import annotations

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
CONVERT_SECONDS = 120
"""What LibreOffice may take for one batch …"""
CONVERT_SECONDS_EACH = 10
"""… and for each file of it on top."""
PAGES = 3_000
PAGE_CHARS = 200_000
PAGE_OBJECTS = 100_000
