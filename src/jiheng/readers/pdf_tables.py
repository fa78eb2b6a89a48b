"""Tables that run over pages: their pieces joined, repeated heads dropped, rows that a page break cut made whole."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

from jiheng.policy.labels import labels
from jiheng.readers.blocks import Cell, Row, Table
from jiheng.readers.pdf_grid import SNAP, Grid
from jiheng.readers.pdf_lines import Line, glue, is_full, lines_of, text_of
from jiheng.readers.pdf_page import Page
from jiheng.readers.texts import is_known
from jiheng.readers.values import plain

PADDING = 5.4
"""Space between a cell's text and its line, in points: what word processors set."""


@dataclass(slots=True)
class PageCell:
    """A cell with its place on the page; ``lines`` are empty in the lower rows of a vertical merge."""

    x0: float
    x1: float
    lines: list[Line] = field(default_factory=list)
    text: str = ""
    continued: bool = False

    @property
    def right(self) -> float:
        """How far the text may reach."""
        return self.x1 - min(PADDING, (self.x1 - self.x0) / 8)


@dataclass(slots=True)
class PageRow:
    """A row on its page."""

    cells: list[PageCell]
    page: int

    def shape(self) -> tuple[tuple[int, int], ...]:
        """Where its cells begin and end, coarsely enough to compare pages."""
        return tuple((round(c.x0 / SNAP / 2), round(c.x1 / SNAP / 2)) for c in self.cells)

    def words(self) -> tuple[str, ...]:
        """The texts of its cells, to tell a repeated head."""
        return tuple(plain(c.text) for c in self.cells)


@dataclass(slots=True)
class PageTable:
    """The piece of a table that stands on one page."""

    top: float
    xs: list[float]
    rows: list[PageRow]

    @classmethod
    def of(cls, grid: Grid, page: Page) -> PageTable:
        """The grid's cells with their characters as text."""
        for box in grid.boxes:
            box.chars.sort(key=lambda c: c.x0)
        lines = [lines_of(box.chars) for box in grid.boxes]
        rows = []
        for row in range(len(grid.ys) - 1):
            cells = []
            for place in dict.fromkeys(grid.of[row]):
                box = grid.boxes[place]
                cell = PageCell(grid.xs[box.left], grid.xs[box.right])
                cell.continued = row > box.top
                if not cell.continued:
                    cell.lines = lines[place]
                    cell.text = text_of(cell.lines, cell.right)
                cells.append(cell)
            rows.append(PageRow(cells, page.number))
        return cls(grid.ys[0], grid.xs, rows)


class RunningTable:
    """A table while it goes on from page to page."""

    def __init__(self, first: PageTable) -> None:
        self.xs = list(first.xs)
        self.rows = list(first.rows)

    def goes_on_in(self, piece: PageTable) -> bool:
        """Whether the piece at the top of the next page has the same edges; its inner lines are those of its rows.

        The last rows may be narrower than the table.
        """
        ends = [self.xs[-1]] + [c.x1 for c in self.rows[-1].cells if c.lines]
        return abs(piece.xs[0] - self.xs[0]) <= 2 * SNAP and any(abs(piece.xs[-1] - x) <= 2 * SNAP for x in ends)

    def take(self, piece: PageTable) -> None:
        """Add the piece of the next page."""
        self.xs = _union(self.xs, piece.xs)
        rows = piece.rows
        if len(rows) > 1 and self._repeats(rows[0]):
            rows = rows[1:]
        if self.rows and rows and _is_cut(self.rows[-1], rows[0]):
            for before, after in zip(self.rows[-1].cells, rows[0].cells, strict=False):
                _join(before, after)
            rows = rows[1:]
        elif self.rows and rows:
            _mend_labels(self.rows, rows[0])
        self.rows += rows

    def _repeats(self, row: PageRow) -> bool:
        words = row.words()
        return any(words) and any(words == other.words() and row.shape() == other.shape() for other in self.rows)

    def table(self, number: int) -> Table:
        """The whole as a block."""
        return Table([self._row(row, n) for n, row in enumerate(self.rows)], number)

    def _row(self, row: PageRow, number: int) -> Row:
        cells = []
        for n, cell in enumerate(row.cells):
            start, end = self._column(cell.x0), self._column(cell.x1)
            cells.append(Cell("" if cell.continued else cell.text, start, max(1, end - start), n, cell.continued))
        return Row(cells, number, row.page)

    def _column(self, x: float) -> int:
        return bisect_right(self.xs, x + 2 * SNAP) - 1


def _union(own: list[float], more: list[float]) -> list[float]:
    return sorted(own + [x for x in more if min(abs(x - o) for o in own) > 2 * SNAP])


def _is_cut(before: PageRow, after: PageRow) -> bool:
    """Whether a page break cut one row in two.

    Either every text below goes on with a full line above, or texts below stand only beneath texts above while some
    cell that a row of its own would fill (not one of the two leading categories, which may be merged) is empty below.
    """
    if not _same_shape(before, after):
        return False
    pairs = [(a, b) for a, b in zip(before.cells, after.cells, strict=False) if b.lines]
    if not pairs or any(not a.lines or _both_levels(a, b) for a, b in pairs):
        return False
    if all(is_full(a.lines[-1], b.lines[0], a.right) for a, b in pairs):
        return True
    beside = list(zip(before.cells, after.cells, strict=False))[2 if len(before.cells) > 4 else 0 :]
    return any(a.lines and not b.lines for a, b in beside)


def _same_shape(a: PageRow, b: PageRow) -> bool:
    """Whether two rows are divided alike; one may have empty cells beyond the other's last."""
    shapes = a.shape(), b.shape()
    common = min(len(shape) for shape in shapes)
    return shapes[0][:common] == shapes[1][:common] and not any(c.lines for c in a.cells[common:] + b.cells[common:])


def _both_levels(above: PageCell, below: PageCell) -> bool:
    """Two categories, one over the other: two rows."""
    levels = labels().levels
    return plain(below.text) in levels and plain(above.text) in levels


def _mend_labels(rows: list[PageRow], below: PageRow) -> None:
    """A label beside several rows that the page break tore apart, whole again above."""
    for b in below.cells[:2]:
        a = _begun_above(rows, b)
        if a is not None and a.lines and b.lines and is_known(a.text + b.text) and not is_known(b.text):
            _join(a, b)
            b.text, b.lines, b.continued = "", [], True


def _begun_above(rows: list[PageRow], cell: PageCell) -> PageCell | None:
    """The cell over this one, from the row where it begins."""
    for row in reversed(rows):
        same = (c for c in row.cells[:2] if abs(c.x0 - cell.x0) <= 2 * SNAP and abs(c.x1 - cell.x1) <= 2 * SNAP)
        found = next(same, None)
        if found is None or not found.continued:
            return found
    return None


def _join(before: PageCell, after: PageCell) -> None:
    if not after.lines:
        return
    full = bool(before.lines) and is_full(before.lines[-1], after.lines[0], before.right)
    before.text = (
        glue(before.text, after.text.lstrip()) if full else "\n".join(t for t in (before.text, after.text) if t)
    )
    before.lines = before.lines + after.lines
