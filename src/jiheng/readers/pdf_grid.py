"""Ruling lines to grids: which cells a page's lines enclose, merged ones included."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

from jiheng.readers.pdf_page import Char, Page, Rule

SNAP = 2.5
"""Lines closer than this are one line drawn twice."""
_REACH = 3.0
"""How far a line may end short of another and still touch it."""
_OPEN = 6.0
"""How far the sides of a table must go on beyond its last line to be those of another row."""


@dataclass(slots=True)
class Box:
    """A cell: columns ``left`` to ``right`` and rows ``top`` to ``bottom`` of its grid, ends excluded."""

    left: int
    right: int
    top: int
    bottom: int
    chars: list[Char] = field(default_factory=list)


@dataclass(slots=True)
class Grid:
    """A ruled table on one page: the places of its lines, and which cell each elementary field belongs to."""

    xs: list[float]
    ys: list[float]
    boxes: list[Box]
    of: list[list[int]]
    """``of[row][column]`` is the place of the field's cell in ``boxes``."""

    def box_at(self, x: float, y: float) -> Box | None:
        """The cell that covers a point."""
        column, row = bisect_right(self.xs, x) - 1, bisect_right(self.ys, y) - 1
        if not (0 <= column < len(self.xs) - 1 and 0 <= row < len(self.ys) - 1):
            return None
        return self.boxes[self.of[row][column]]


def grids_of(page: Page) -> list[Grid]:
    """The ruled tables of a page, from the top."""
    found = []
    for across, down in _groups(_whole(page.across), _whole(page.down)):
        xs, ys = _places([r.at for r in down]), _places([r.at for r in across])
        if len(xs) >= 2 and ys:
            ys = _with_open_ends(ys, down)
        if len(xs) >= 2 and len(ys) >= 2:
            found.append(_grid(xs, ys, across, down))
    return sorted(found, key=lambda g: g.ys[0])


def _whole(rules: list[Rule]) -> list[Rule]:
    """Lines that were drawn in pieces, a piece for each cell, as one."""
    found: list[Rule] = []
    row: list[Rule] = []
    for rule in sorted(rules, key=lambda r: r.at):
        if row and rule.at - row[-1].at > SNAP:
            found += _joined(row)
            row = []
        row.append(rule)
    return found + _joined(row)


def _joined(row: list[Rule]) -> list[Rule]:
    pieces = sorted(row, key=lambda r: r.start)
    found: list[Rule] = []
    for piece in pieces:
        if found and piece.start <= found[-1].end + _REACH:
            found[-1].end = max(found[-1].end, piece.end)
        else:
            found.append(Rule(piece.at, piece.start, piece.end))
    return found


def _with_open_ends(ys: list[float], down: list[Rule]) -> list[float]:
    """The rows of a table with those that a page break cut open: no line is drawn there, but their sides go on."""
    top, bottom = min(r.start for r in down), max(r.end for r in down)
    above = [top] if ys[0] - top > _OPEN else []
    below = [bottom] if bottom - ys[-1] > _OPEN else []
    return above + ys + below


def _places(values: list[float]) -> list[float]:
    """Where lines stand: values closer than :data:`SNAP` are one, at their mean."""
    groups: list[list[float]] = []
    for value in sorted(values):
        if groups and value - groups[-1][-1] <= SNAP:
            groups[-1].append(value)
        else:
            groups.append([value])
    return [sum(g) / len(g) for g in groups]


def _groups(across: list[Rule], down: list[Rule]) -> list[tuple[list[Rule], list[Rule]]]:
    """Lines that touch, directly or by others: each group may be a table."""
    parent = list(range(len(across) + len(down)))

    def root(n: int) -> int:
        while parent[n] != n:
            parent[n] = parent[parent[n]]
            n = parent[n]
        return n

    order = sorted(range(len(across)), key=lambda n: across[n].at)
    heights = [across[n].at for n in order]
    for m, v in enumerate(down):
        first, last = bisect_right(heights, v.start - _REACH), bisect_right(heights, v.end + _REACH)
        for n in order[first:last]:
            if across[n].start - _REACH <= v.at <= across[n].end + _REACH:
                parent[root(n)] = root(len(across) + m)
    groups: dict[int, tuple[list[Rule], list[Rule]]] = {}
    for n, rule in enumerate(across + down):
        groups.setdefault(root(n), ([], []))[n >= len(across)].append(rule)
    return list(groups.values())


def _drawn(places: list[float], along: list[float], rules: list[Rule]) -> list[list[bool]]:
    """``[k][m]``: whether line ``k`` is drawn between the crossing lines ``m`` and ``m + 1``."""
    drawn = [[False] * (len(along) - 1) for _ in places]
    for rule in rules:
        k = min(range(len(places)), key=lambda n: abs(places[n] - rule.at))
        for m in range(len(along) - 1):
            middle = (along[m] + along[m + 1]) / 2
            if rule.start - _REACH <= middle <= rule.end + _REACH:
                drawn[k][m] = True
    return drawn


def _grid(xs: list[float], ys: list[float], across: list[Rule], down: list[Rule]) -> Grid:
    """Join the fields between which no line is drawn; a cell is the rectangle around the fields so joined."""
    columns, rows = len(xs) - 1, len(ys) - 1
    right_of, below = _drawn(xs, ys, down), _drawn(ys, xs, across)
    of = [[-1] * columns for _ in range(rows)]
    boxes: list[Box] = []
    for row in range(rows):
        for column in range(columns):
            if of[row][column] >= 0:
                continue
            right = column + 1
            while right < columns and not right_of[right][row] and of[row][right] < 0:
                right += 1
            bottom = row + 1
            while bottom < rows and not any(below[bottom][c] for c in range(column, right)):
                bottom += 1
            for r in range(row, bottom):
                for c in range(column, right):
                    if of[r][c] < 0:
                        of[r][c] = len(boxes)
            boxes.append(Box(column, right, row, bottom))
    return Grid(xs, ys, boxes, of)
