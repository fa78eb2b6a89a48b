"""What every list in a workbook shares: how it is printed, and how high its rows are."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil
from typing import Any

A4 = 9
LINE = 14
"""Height of a line, in points."""
MOST_LINES = 20
"""A row stays within a screen, however much somebody wrote."""


def width_of(text: str) -> int:
    """In characters as columns are measured: Chinese ones are two wide."""
    return sum(2 if ord(c) > 0xFF else 1 for c in text)


def lines_of(text: str, width: float) -> int:
    """How many lines a text takes in a column of this width."""
    return sum(max(1, ceil(width_of(part) / (width - 1))) for part in text.split("\n"))


def height_of(texts: Iterable[tuple[str, float]], most: int = MOST_LINES) -> float:
    """Points that a row of wrapped texts (text, width of its column) needs, up to so many lines.

    LibreOffice and WPS do not work it out themselves on opening.
    """
    lines = max((lines_of(text, width) for text, width in texts), default=1)
    return LINE * min(lines, most) + 3


def print_on_a4(sheet: Any, heads: int = 1) -> None:
    """On its side, as wide as the page, with so many first rows again on every page."""
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.set_margins(left=0.3, right=0.3, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    if heads:
        sheet.repeat_rows(0, heads - 1)
    sheet.set_footer("&C第 &P 页 共 &N 页")
