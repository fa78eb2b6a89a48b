"""PDF with ruled tables: pages to blocks, tables that run over pages joined, page furniture left out."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

import pypdfium2 as pdfium

from jiheng.readers import limits
from jiheng.readers.blocks import Content, Paragraph, Table
from jiheng.readers.errors import BrokenFile, EmptyFile, Encrypted, Scanned, TooLarge
from jiheng.readers.pdf_grid import grids_of
from jiheng.readers.pdf_lines import Line, glue, is_full, lines_of
from jiheng.readers.pdf_page import Char, Page, read_page
from jiheng.readers.pdf_tables import PADDING, PageTable, RunningTable
from jiheng.readers.texts import BEGINS
from jiheng.readers.values import plain

_MARGIN = 0.09
"""Part of the page's height, at top and bottom, where running heads and page numbers stand."""
_PAGE_NUMBER = re.compile(r"[-—–·\s]*(?:第?\d{1,4}页?(?:[/共]\s*\d{1,4}(?:\s*页)?)?|[ivx]{1,5})[-—–·\s]*")


@dataclass(slots=True)
class _PageContent:
    page: Page
    lines: list[Line] = field(default_factory=list)
    tables: list[PageTable] = field(default_factory=list)


def read_pdf(data: bytes) -> Content:
    """The blocks of a PDF. Raises :class:`Scanned` for pictures of pages, :class:`Encrypted` for a password."""
    pages = [_content(page) for page in _pages(data)]
    if not any(p.page.chars for p in pages):
        if any(p.page.pictures for p in pages):
            raise Scanned(
                "这个 PDF 是扫描件（只有图片，没有文字），无法读取。请上传 Word、Excel 原件，或由系统导出的 PDF。"
            )
        raise EmptyFile("这个 PDF 里没有任何文字。请确认选对了文件。")
    _drop_furniture(pages)
    return Content("pdf", _Blocks(pages).blocks())


def _pages(data: bytes) -> list[Page]:
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if pdfium.raw.FPDF_GetLastError() == pdfium.raw.FPDF_ERR_PASSWORD or "password" in str(error).lower():
            raise Encrypted("这个 PDF 有密码保护，无法读取。请用打开密码解密，另存为无密码的文件后再上传。") from error
        raise BrokenFile("PDF 文件已损坏或不完整，打不开。请重新导出或重新下载后再上传。") from error
    try:
        count = len(document)
        if count > limits.PAGES:
            raise TooLarge(f"PDF 有 {count} 页，超过 {limits.PAGES} 页的上限。请拆分后再上传。")
        found = []
        for number in range(count):
            try:
                page = document[number]
            except pdfium.PdfiumError as error:
                raise BrokenFile(f"PDF 的第 {number + 1} 页已损坏，读不出来。请重新导出后再上传。") from error
            found.append(read_page(page.raw, number))
            page.close()
        return found
    finally:
        document.close()


def _content(page: Page) -> _PageContent:
    """Characters to the cells that cover them; the others are lines of the body."""
    grids = grids_of(page)
    outside: list[Char] = []
    for char in page.chars:
        x, y = (char.x0 + char.x1) / 2, (char.top + char.bottom) / 2
        box = next((b for g in grids if g.ys[0] <= y <= g.ys[-1] and (b := g.box_at(x, y)) is not None), None)
        (outside if box is None else box.chars).append(char)
    tables = [PageTable.of(grid, page) for grid in grids if any(b.chars for b in grid.boxes)]
    return _PageContent(page, lines_of(outside, gaps=True), tables)


def _drop_furniture(pages: list[_PageContent]) -> None:
    """Leave out page numbers, and lines that most pages repeat at their top or bottom."""

    def in_margin(p: _PageContent, line: Line) -> bool:
        return line.bottom < p.page.height * _MARGIN or line.top > p.page.height * (1 - _MARGIN)

    seen = Counter(re.sub(r"\d+", "#", plain(line.text)) for p in pages for line in p.lines if in_margin(p, line))
    for p in pages:
        p.lines = [
            line
            for line in p.lines
            if not in_margin(p, line)
            or not (
                _PAGE_NUMBER.fullmatch(plain(line.text))
                or (len(pages) > 2 and seen[re.sub(r"\d+", "#", plain(line.text))] > len(pages) / 2)
            )
        ]


class _Blocks:
    """Puts the pages one after the other: paragraphs and tables in reading order."""

    def __init__(self, pages: list[_PageContent]) -> None:
        self.pages = pages
        self.out: list[Paragraph | Table] = []
        self.running: RunningTable | None = None
        self.before: tuple[Line, int] | None = None
        self.paragraphs = self.tables = self.rows = 0
        # Tables are as wide as the text; short headings alone would all seem to be full lines.
        ends = [(line.x0, line.x1) for p in pages for line in p.lines]
        ends += [(table.xs[0] + PADDING, table.xs[-1] - PADDING) for p in pages for table in p.tables]
        self.left = min((x0 for x0, _ in ends), default=0.0)
        self.right = max((x1 for _, x1 in ends), default=0.0)

    def blocks(self) -> list[Paragraph | Table]:
        for p in self.pages:
            items: list[tuple[float, Line | PageTable]] = [(line.top, line) for line in p.lines]
            items += [(table.top, table) for table in p.tables]
            for n, (_, item) in enumerate(sorted(items, key=lambda pair: pair[0])):
                if isinstance(item, PageTable):
                    self._table(item, first=n == 0)
                else:
                    self._line(item, p.page.number)
        self._end_table()
        return self.out

    def _line(self, line: Line, page: int) -> None:
        self._end_table()
        before = self.before
        self.before = (line, page)
        last = self.out[-1] if self.out else None
        if before is not None and isinstance(last, Paragraph) and self._runs_on(before, line, page):
            last.text = glue(last.text, line.text.lstrip())
            return
        self.out.append(Paragraph(line.text.strip(), self.paragraphs, page))
        self.paragraphs += 1

    def _runs_on(self, before: tuple[Line, int], line: Line, page: int) -> bool:
        """Whether a line goes on with the paragraph of the line before: that one was full, and no space parts them."""
        last, last_page = before
        em = line.height
        if BEGINS.match(line.text):
            return False
        if not is_full(last, line, self.right) or (
            line.x0 > self.left + 0.7 * em and abs(line.x0 - last.x0) > 0.7 * em
        ):
            wide = last.x1 - last.x0 > 0.75 * (self.right - self.left)
            if not (wide and abs((line.x0 + line.x1) - (last.x0 + last.x1)) < 2 * em):  # a centred heading may go on
                return False
        return page != last_page or line.top - last.bottom < 0.9 * em

    def _table(self, table: PageTable, first: bool) -> None:
        self.before = None
        if self.running is not None and first and self.running.goes_on_in(table):
            self.running.take(table)
            return
        self._end_table()
        self.running = RunningTable(table)

    def _end_table(self) -> None:
        if self.running is None:
            return
        table = self.running.table(self.tables)
        self.tables += 1
        self.rows += len(table.rows)
        if self.rows > limits.ROWS:
            raise TooLarge(f"文件里的表格超过 {limits.ROWS} 行，不像绩效文本。请确认选对了文件，或拆分后再上传。")
        self.out.append(table)
        self.running = None
