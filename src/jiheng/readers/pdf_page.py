"""What is on a page of a PDF: characters and ruling lines, by pdfium. Coordinates run from the top left, in points."""

from __future__ import annotations

import ctypes
import itertools
from dataclasses import dataclass, field
from typing import Any

import pypdfium2.raw as pdfium

from jiheng.readers import limits
from jiheng.readers.errors import TooLarge

THIN = 3.0
"""A filled or stroked shape no thicker than this is a ruling line."""
_SHORTEST = 4.0
_HYPHENS = frozenset((0x02, 0xAD, 0xFFFE))


@dataclass(slots=True)
class Char:
    """A character, the box of its font around it, and the base line it stands on: fonts differ in their boxes."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    base: float


@dataclass(slots=True)
class Rule:
    """A ruling line: at ``at`` across, from ``start`` to ``end`` along."""

    at: float
    start: float
    end: float


@dataclass(slots=True)
class Page:
    """One page: what is printed on it, and whether it holds pictures."""

    number: int
    width: float
    height: float
    chars: list[Char] = field(default_factory=list)
    across: list[Rule] = field(default_factory=list)
    down: list[Rule] = field(default_factory=list)
    pictures: int = 0


class _Turn:
    """Page space (y upwards, before rotation) to what is seen (y downwards, rotated)."""

    def __init__(self, page: Any) -> None:
        self.quarter = pdfium.FPDFPage_GetRotation(page)
        self.width, self.height = pdfium.FPDF_GetPageWidthF(page), pdfium.FPDF_GetPageHeightF(page)

    def box(self, left: float, bottom: float, right: float, top: float) -> tuple[float, float, float, float]:
        """(x0, top, x1, bottom) as seen."""
        if self.quarter == 0:
            return left, self.height - top, right, self.height - bottom
        if self.quarter == 1:
            return bottom, left, top, right
        if self.quarter == 2:
            return self.width - right, bottom, self.width - left, top
        return self.width - top, self.height - right, self.width - bottom, self.height - left


def read_page(handle: Any, number: int) -> Page:
    """Everything of one page that reading needs."""
    turn = _Turn(handle)
    page = Page(number, turn.width, turn.height)
    _chars(handle, page, turn)
    _objects(handle, page, turn)
    return page


def _chars(handle: Any, page: Page, turn: _Turn) -> None:
    text = pdfium.FPDFText_LoadPage(handle)
    if not text:
        return
    try:
        count = pdfium.FPDFText_CountChars(text)
        if count > limits.PAGE_CHARS:
            raise TooLarge(f"第 {page.number + 1} 页的文字超过 {limits.PAGE_CHARS} 个，不像正常文档，已停止读取。")
        rect = pdfium.FS_RECTF()
        unicode, loose, generated = (
            pdfium.FPDFText_GetUnicode,
            pdfium.FPDFText_GetLooseCharBox,
            pdfium.FPDFText_IsGenerated,
        )
        origin, x, y = pdfium.FPDFText_GetCharOrigin, ctypes.c_double(), ctypes.c_double()
        for n in range(count):
            code = unicode(text, n)
            if (code < 32 and code not in _HYPHENS) or generated(text, n) == 1 or not loose(text, n, rect):
                continue
            letter = "-" if code in _HYPHENS else chr(code)
            x0, top, x1, bottom = turn.box(rect.left, rect.bottom, rect.right, rect.top)
            origin(text, n, x, y)
            page.chars.append(Char(letter, x0, x1, top, bottom, turn.box(x.value, y.value, x.value, y.value)[1]))
    finally:
        pdfium.FPDFText_ClosePage(text)


def _objects(handle: Any, page: Page, turn: _Turn) -> None:
    for n in range(min(pdfium.FPDFPage_CountObjects(handle), limits.PAGE_OBJECTS)):
        _object(pdfium.FPDFPage_GetObject(handle, n), page, turn, None, 0)


def _object(item: Any, page: Page, turn: _Turn, outer: pdfium.FS_MATRIX | None, depth: int) -> None:
    kind = pdfium.FPDFPageObj_GetType(item)
    if kind == pdfium.FPDF_PAGEOBJ_PATH:
        _path(item, page, turn, outer)
    elif kind == pdfium.FPDF_PAGEOBJ_IMAGE:
        page.pictures += 1
    elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < 5:
        matrix = pdfium.FS_MATRIX()
        pdfium.FPDFPageObj_GetMatrix(item, matrix)
        within = matrix if outer is None else _times(matrix, outer)
        for n in range(min(pdfium.FPDFFormObj_CountObjects(item), limits.PAGE_OBJECTS)):
            _object(pdfium.FPDFFormObj_GetObject(item, n), page, turn, within, depth + 1)


def _times(a: pdfium.FS_MATRIX, b: pdfium.FS_MATRIX) -> pdfium.FS_MATRIX:
    return pdfium.FS_MATRIX(
        a.a * b.a + a.b * b.c, a.a * b.b + a.b * b.d, a.c * b.a + a.d * b.c, a.c * b.b + a.d * b.d,
        a.e * b.a + a.f * b.c + b.e, a.e * b.b + a.f * b.d + b.f,
    )  # fmt: skip


def _path(item: Any, page: Page, turn: _Turn, outer: pdfium.FS_MATRIX | None) -> None:
    if outer is None:
        left, bottom, right, top = (ctypes.c_float() for _ in range(4))
        if not pdfium.FPDFPageObj_GetBounds(item, left, bottom, right, top):
            return
        box = turn.box(left.value, bottom.value, right.value, top.value)
        if box[2] - box[0] <= THIN or box[3] - box[1] <= THIN:
            _add(page, *box)
            return
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(item, fill, stroke)
    for points in _outlines(item, outer):
        if stroke.value:
            for a, b in itertools.pairwise(points):
                box = turn.box(min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1]))
                if box[2] - box[0] <= 1 or box[3] - box[1] <= 1:
                    _add(page, *box)
        elif fill.value and points:
            xs, ys = [p[0] for p in points], [p[1] for p in points]
            box = turn.box(min(xs), min(ys), max(xs), max(ys))
            if box[2] - box[0] <= THIN or box[3] - box[1] <= THIN:
                _add(page, *box)


def _outlines(item: Any, outer: pdfium.FS_MATRIX | None) -> list[list[tuple[float, float]]]:
    """The outlines of a path as lists of points on the page; a closed one ends where it began."""
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFPageObj_GetMatrix(item, matrix)
    if outer is not None:
        matrix = _times(matrix, outer)
    found: list[list[tuple[float, float]]] = []
    x, y = ctypes.c_float(), ctypes.c_float()
    for n in range(min(pdfium.FPDFPath_CountSegments(item), limits.PAGE_OBJECTS)):
        segment = pdfium.FPDFPath_GetPathSegment(item, n)
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        point = (matrix.a * x.value + matrix.c * y.value + matrix.e, matrix.b * x.value + matrix.d * y.value + matrix.f)
        if pdfium.FPDFPathSegment_GetType(segment) == pdfium.FPDF_SEGMENT_MOVETO or not found:
            found.append([])
        found[-1].append(point)
        if pdfium.FPDFPathSegment_GetClose(segment):
            found[-1].append(found[-1][0])
    return found


def _add(page: Page, x0: float, top: float, x1: float, bottom: float) -> None:
    width, height = x1 - x0, bottom - top
    if width >= height and width >= _SHORTEST:
        page.across.append(Rule((top + bottom) / 2, x0, x1))
    elif height > width and height >= _SHORTEST:
        page.down.append(Rule((x0 + x1) / 2, top, bottom))
