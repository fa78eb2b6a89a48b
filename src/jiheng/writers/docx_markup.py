"""WordprocessingML for new documents: paragraphs, and ruled tables whose rows are divided as they need."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal
from xml.sax.saxutils import escape

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 cannot hold."""
_BREAKS = re.compile(r"[\t\n\r]")
_PIECES = {"\t": "<w:tab/>", "\n": "<w:br/>", "\r": ""}

Merge = Literal["", "restart", "continue"]


def run(text: str, properties: str = "") -> str:
    """A run of text; line breaks and tabs in it are those of Word."""
    looks = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    clean = escape(_FORBIDDEN.sub("", text))
    if not _BREAKS.search(clean):
        return f'<w:r>{looks}<w:t xml:space="preserve">{clean}</w:t></w:r>' if clean else ""
    parts = re.split(r"([\t\n\r])", clean)
    pieces = [_PIECES.get(part, f'<w:t xml:space="preserve">{part}</w:t>') for part in parts if part]
    return f"<w:r>{looks}{''.join(pieces)}</w:r>"


def paragraph(content: str, style: str = "", properties: str = "") -> str:
    """A paragraph of runs. ``properties`` must stand in the order that the schema asks for."""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    inside = f"<w:pPr>{named}{properties}</w:pPr>" if named or properties else ""
    return f"<w:p>{inside}{content}</w:p>"


def text(words: str, style: str = "") -> str:
    """A paragraph of one text."""
    return paragraph(run(words), style)


@dataclass(frozen=True, slots=True)
class Box:
    """A cell before it knows its grid: its text, its width in twentieths of a point, its style, its vertical merge."""

    text: str
    width: int
    style: str = "FormText"
    merge: Merge = ""

    def continued(self) -> Box:
        """The part of a merged cell below its first row."""
        return replace(self, text="", merge="continue")


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table; a ``head`` is repeated where the table goes on on a new page."""

    boxes: Sequence[Box]
    head: bool = False
    height: int = 420


def table(lines: Sequence[Line], keep: bool = False) -> str:
    """A table of fixed widths. Rows may be divided differently: the grid has every edge that any row has.

    ``keep`` keeps it on one page together with what follows, where a page can hold that.
    """
    edges = sorted({edge for line in lines for edge in _edges(line)} | {0})
    places = {edge: n for n, edge in enumerate(edges)}
    grid = "".join(f'<w:gridCol w:w="{b - a}"/>' for a, b in pairwise(edges))
    rows = "".join(_row(line, places, keep) for line in lines)
    return (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="Form"/><w:tblW w:w="{edges[-1]}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>'
    )


def _edges(line: Line) -> list[int]:
    found, at = [], 0
    for box in line.boxes:
        at += box.width
        found.append(at)
    return found


def _row(line: Line, places: dict[int, int], keep: bool) -> str:
    head = "<w:tblHeader/>" if line.head else ""
    cells, at = [], 0
    for box in line.boxes:
        cells.append(_cell(box, places[at + box.width] - places[at], keep or line.head))
        at += box.width
    return f'<w:tr><w:trPr><w:cantSplit/><w:trHeight w:val="{line.height}"/>{head}</w:trPr>{"".join(cells)}</w:tr>'


def _cell(box: Box, span: int, keep: bool) -> str:
    properties = f'<w:tcW w:w="{box.width}" w:type="dxa"/>'
    if span > 1:
        properties += f'<w:gridSpan w:val="{span}"/>'
    if box.merge:
        properties += '<w:vMerge w:val="restart"/>' if box.merge == "restart" else "<w:vMerge/>"
    keeping = "<w:keepNext/>" if keep else ""
    inside = "".join(paragraph(run(part), box.style, keeping) for part in box.text.split("\n"))
    return f'<w:tc><w:tcPr>{properties}<w:vAlign w:val="center"/></w:tcPr>{inside}</w:tc>'
