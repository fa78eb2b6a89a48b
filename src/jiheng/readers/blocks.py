"""What every format reader delivers: the file's paragraphs and tables in reading order, nothing interpreted yet.

A reader of one format is a function ``(data: bytes) -> Content``. It keeps texts as printed (inner blanks included, the
paragraphs of a cell joined by line feeds) and says where each stood; :mod:`jiheng.readers.interpret` makes the
:class:`~jiheng.model.Document` of it. These classes are mutable and cheap because a large file makes many of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from jiheng.model import Warning


@dataclass(slots=True)
class Paragraph:
    """A paragraph of the body. ``number`` counts all body paragraphs from 0, empty ones included."""

    text: str
    number: int
    page: int | None = None
    sheet: str | None = None


@dataclass(slots=True)
class Cell:
    """A cell of a grid.

    ``column`` is the grid column where it begins, ``width`` the grid columns it covers. ``number`` is its place in its
    row as stored (see :class:`jiheng.model.Anchor`). ``continued`` marks the part of a vertical merge below its first
    row: its text is empty. In formats that store no cell there (HTML), the reader adds it with number -1.
    """

    text: str
    column: int
    width: int
    number: int
    continued: bool = False


@dataclass(slots=True)
class Row:
    """A row of a grid; ``number`` is its place in its table as stored, ``page`` set where the format has pages."""

    cells: list[Cell]
    number: int
    page: int | None = None


@dataclass(slots=True)
class Table:
    """A grid of cells. ``number`` counts all tables of the file from 0, nested ones included, in document order."""

    rows: list[Row]
    number: int
    sheet: str | None = None


@dataclass(slots=True)
class Content:
    """A whole file: its blocks in reading order, and what the format reader could not read."""

    format: str
    blocks: list[Paragraph | Table]
    warnings: list[Warning] = field(default_factory=list)
