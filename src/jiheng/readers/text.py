"""Plain text in the shape in which word processors save tables: a tab before each cell, an empty line after each row.

Empty lines also stand inside cells; rows torn apart by them are joined by the width of the indicator table's head.
Markdown pipe tables are read too.
"""

from __future__ import annotations

import csv
import re

from jiheng.readers import limits
from jiheng.readers.blocks import Cell, Content, Paragraph, Row, Table
from jiheng.readers.errors import EmptyFile, TooLarge, UnknownKind
from jiheng.readers.texts import block_key, column_key, head_key, is_contents_line

_BOOKMARK = re.compile(r"\[bookmark: [^\[\]\n]*\]")
_RULE = re.compile(r"\s*+(?:\|\s*+)?:?-{2,}+:?\s*+(?:\|\s*+:?-{2,}+:?\s*+)*+(?:\|\s*+)?")
_HEADING = re.compile(r"^#{1,6}\s+")


def decode(data: bytes) -> str:
    """The text of a file in UTF-8, UTF-16 or GB 18030. Raises :class:`UnknownKind` where it is none of these."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnknownKind(
        "这不是可识别的文本文件（不是 UTF-8 或 GB18030 编码）。请另存为 UTF-8 文本，或直接上传 Word、Excel 文件。"
    )


def read_text(data: bytes) -> Content:
    """The blocks of a text file."""
    text = _BOOKMARK.sub("", decode(data).replace("\r\n", "\n").replace("\r", "\n"))
    if not text.strip():
        raise EmptyFile("文件是空的，没有可读的内容。请确认上传了正确的文件。")
    return Content("text", _Lines(text.split("\n")).blocks())


class _Lines:
    """Walks the lines; a table is open while lines begin with a tab."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.out: list[Paragraph | Table] = []
        self.tables = self.rows = 0

    def blocks(self) -> list[Paragraph | Table]:
        n = 0
        while n < len(self.lines):
            line = self.lines[n]
            if self._is_pasted(n):
                n = self._pasted(n)
            elif line.startswith("\t"):
                n = self._tabbed(n)
            elif line.lstrip().startswith("|") and line.count("|") > 2:
                n = self._piped(n)
            else:
                self.out.append(Paragraph(_HEADING.sub("", line), n))
                n += 1
        return self.out

    def _add(self, rows: list[list[str]], numbers: list[int]) -> None:
        self.rows += len(rows)
        if self.rows > limits.ROWS:
            raise TooLarge(f"文件里的表格超过 {limits.ROWS} 行，不像绩效文本。请确认选对了文件，或拆分后再上传。")
        table = Table(
            [Row([Cell(t, c, 1, c) for c, t in enumerate(r)], n) for r, n in zip(rows, numbers, strict=True)],
            self.tables,
        )
        self.tables += 1
        self.out.append(table)

    def _tabbed(self, start: int) -> int:
        rows: list[list[str]] = [[]]
        n = start
        while n < len(self.lines):
            line = self.lines[n]
            if line.startswith("\t"):
                rows[-1].append(line[1:].strip(" ").rstrip("\t"))
            elif line.strip():
                if not rows[-1] and not self._resumes(n):
                    break
                if not rows[-1]:
                    rows.pop()
                rows[-1][-1] += "\n" + line
            elif rows[-1]:
                rows.append([])
            n += 1
        while not rows[-1]:
            rows.pop()
        joined = _join_torn(rows)
        self._add(joined, list(range(len(joined))))
        return n

    def _resumes(self, n: int) -> bool:
        """Whether a line without a tab after an empty line still belongs to a cell: the form goes on after it."""
        for line in self.lines[n : n + 30]:
            if line.startswith("\t"):
                label = line.strip()
                return block_key(label) is not None and head_key(label) is None
        return False

    def _is_pasted(self, n: int) -> bool:
        """Whether rows copied from a worksheet begin here: two lines with all cells of a row in each."""
        two = [line.strip("\t") if line.startswith("\t") else line for line in self.lines[n : n + 2]]
        return len(two) == 2 and all("\t" in line and not is_contents_line(line) for line in two)

    def _pasted(self, start: int) -> int:
        n = start
        quotes = 0  # a cell of several lines stands between quotes
        while n < len(self.lines) and ("\t" in self.lines[n] or quotes % 2):
            quotes += self.lines[n].count('"')
            n += 1
        try:
            rows = list(csv.reader(self.lines[start:n], delimiter="\t"))
        except csv.Error:
            rows = [line.split("\t") for line in self.lines[start:n]]
        self._add([[text.strip() for text in row] for row in rows], list(range(len(rows))))
        return n

    def _piped(self, start: int) -> int:
        rows, numbers = [], []
        n = start
        while n < len(self.lines) and self.lines[n].lstrip().startswith("|"):
            if not _RULE.fullmatch(self.lines[n]):
                cells = re.split(r"(?<!\\)\|", self.lines[n].strip().removeprefix("|").removesuffix("|"))
                rows.append([re.sub(r"<br\s*/?>", "\n", c).replace("\\|", "|").strip() for c in cells])
                numbers.append(n - start)
            n += 1
        self._add(rows, numbers)
        return n


def _join_torn(rows: list[list[str]]) -> list[list[str]]:
    """Rows of the indicator table that an empty line inside a cell tore apart, whole again."""
    joined: list[list[str]] = []
    width = 0
    for row in rows:
        if sum(column_key(text) is not None for text in row) >= 3:
            width = len(row)
        elif head_key(row[0]) is not None or (block_key(row[0]) is not None and row[0]):
            width = 0
        last = joined[-1] if joined else []
        if width and 0 < len(last) < width and len(last) + len(row) <= width:
            last += row
        else:
            joined.append(row)
    return joined
