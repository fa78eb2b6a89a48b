"""Word documents (.docx, .docm): the paragraphs and tables of the package's main part, walked with lxml.

Tracked changes are read as accepted. Numbers that Word generates (一、 1.) are part of the text, as they are printed.
How things are counted for anchors, on the tree as stored: tables are all ``w:tbl`` in document order, rows all ``w:tr``
of a table, cells all ``w:tc`` of a row, body paragraphs all ``w:p`` outside tables, those in text boxes included.
"""

from __future__ import annotations

from lxml import etree

from jiheng.model import Warning
from jiheng.readers import limits
from jiheng.readers.blocks import Cell, Content, Paragraph, Row, Table
from jiheng.readers.docx_numbering import Numbering
from jiheng.readers.errors import BrokenFile, TooLarge
from jiheng.readers.package import open_package, parse_xml

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
P, T, TR, TC, TBL = W + "p", W + "t", W + "tr", W + "tc", W + "tbl"
SPAN, MERGE, BEFORE = W + "gridSpan", W + "vMerge", W + "gridBefore"
TAB, BREAK, RETURN, HYPHEN, SYMBOL, PROPERTIES = (
    W + "tab",
    W + "br",
    W + "cr",
    W + "noBreakHyphen",
    W + "sym",
    W + "pPr",
)
VAL = W + "val"
BOX, DELETED, MOVED = W + "txbxContent", W + "del", W + "moveFrom"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
MATH_T = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
CELL_PARTS = (TC, T, SPAN, MERGE, BEFORE)
RUN_PARTS = (TAB, BREAK, RETURN, HYPHEN, SYMBOL, MATH_T)
WRAPPERS = frozenset((W + "sdt", W + "customXml", W + "ins", W + "moveTo"))
WORDLESS = frozenset((PROPERTIES, BOX, FALLBACK, *(W + name for name in ("rPr", "drawing", "pict", "rt"))))
PLACEHOLDER = f"{W}sdtPr/{W}showingPlcHdr"
UNUSUAL = (DELETED, MOVED, BOX, *WRAPPERS, *RUN_PARTS)
# containers that the walk goes through as if they were not there
TRANSPARENT = frozenset(
    W + name
    for name in (
        "body",
        "sdt",
        "sdtContent",
        "customXml",
        "smartTag",
        "ins",
        "moveTo",
        "hyperlink",
        "r",
        "pict",
        "object",
    )
)
_SYMBOLS = {"F0B3": "≥", "F0A3": "≤", "F0B4": "×", "F0B1": "±", "F0B8": "÷"}
_CHECKBOXES = {"F0FE": "☑", "F052": "☑", "F0A8": "□", "F0A3": "□", "F06F": "□"}


class _Special:
    """What in this file needs more than the plain walk; one look at C speed, so that most files pay nothing."""

    __slots__ = ("boxes", "deleted", "runs", "wrapped")

    def __init__(self, root: etree._Element) -> None:
        found = {e.tag for e in root.iter(UNUSUAL)}
        self.deleted = bool(found & {DELETED, MOVED})
        self.boxes = BOX in found
        self.wrapped = bool(found & WRAPPERS)
        self.runs = bool(found & set(RUN_PARTS))

    def any(self) -> bool:
        """Whether there is anything unusual at all."""
        return self.deleted or self.boxes or self.wrapped or self.runs


def read_docx(data: bytes) -> Content:
    """The blocks of a Word package. Raises :class:`ReadError` in its kinds for what is no such package."""
    package = open_package(data)
    part = package.main_part("word/document.xml")
    xml = package.read(part)
    if xml is None:
        raise BrokenFile("Word 文件缺少正文部分（word/document.xml），文件已损坏。请用 Word 打开后另存，再重新上传。")
    root = parse_xml(xml, part)
    if not root.tag.endswith("}document"):
        raise BrokenFile("这个 Word 文件的正文不是文档内容，文件已损坏。请用 Word 打开后另存，再重新上传。")
    if root.tag != W + "document":  # ISO strict: the same names in another namespace
        root = _transitional(xml, part)
    return _Walk(root, _Special(root), Numbering.of(package, part, root)).content()


def _transitional(xml: bytes, part: str) -> etree._Element:
    """A document in the ISO strict namespace, put into the one that Word usually writes."""
    xml = xml.replace(b"http://purl.oclc.org/ooxml/wordprocessingml/main", W[1:-1].encode())
    xml = xml.replace(b"http://purl.oclc.org/ooxml/officeDocument/math", MATH_T[1:-2].encode())
    root = parse_xml(xml, part)
    if root.tag != W + "document":
        raise BrokenFile("这个 Word 文件的正文不是文档内容，文件已损坏。请用 Word 打开后另存，再重新上传。")
    return root


class _Walk:
    """One pass over the body."""

    def __init__(self, root: etree._Element, special: _Special, numbering: Numbering | None) -> None:
        self.root, self.special, self.numbering = root, special, numbering
        self.blocks: list[Paragraph | Table] = []
        self.warnings: list[Warning] = []
        self.paragraphs = self.tables = self.rows = 0
        self.joined = ""  # text of a paragraph whose mark was deleted: it runs on into the next
        if special.deleted:
            etree.strip_elements(root, MOVED, with_tail=False)
            self._drop_deleted_runs()

    def _drop_deleted_runs(self) -> None:
        for deleted in list(self.root.iter(DELETED)):
            parent = deleted.getparent()
            if parent is not None and parent.tag != W + "rPr" and parent.tag != W + "trPr":
                parent.remove(deleted)

    def content(self) -> Content:
        body = self.root.find(W + "body")
        if body is not None:
            self._children(body)
        return Content("docx", self.blocks, self.warnings)

    def _children(self, parent: etree._Element) -> None:
        for child in parent:
            tag = child.tag
            if tag == P:
                self._paragraph(child)
            elif tag == TBL:
                self._table(child)
            elif tag in TRANSPARENT:
                self._children(child)

    def _paragraph(self, p: etree._Element) -> None:
        number = self.paragraphs
        self.paragraphs += 1
        text = self.joined + self._text(p)
        self.joined = ""
        if self.special.deleted and _mark_deleted(p):
            self.joined = text
        else:
            self.blocks.append(Paragraph(text, number))
        if self.special.boxes:
            self._boxes(p)

    def _boxes(self, host: etree._Element) -> None:
        """The blocks of the text boxes anchored in a paragraph; the copy for old readers is counted, not read."""
        for box in host.iter(BOX):
            if next(box.iterancestors(BOX), None) is not None:
                continue
            if next(box.iterancestors(FALLBACK), None) is not None:
                self._count(box)
            else:
                self._children(box)

    def _count(self, skipped: etree._Element) -> None:
        self.tables += sum(1 for _ in skipped.iter(TBL))
        self.paragraphs += sum(1 for p in skipped.iter(P) if next(p.iterancestors(TBL), None) is None)

    def _text(self, p: etree._Element) -> str:
        if self.special.boxes or self.special.runs or self.special.wrapped:
            text = "".join(_run_text(p))
        else:
            text = _plain_text(p)
        if self.numbering is not None:
            return self.numbering.label(p) + text
        return text

    def _table(self, tbl: etree._Element) -> None:
        """One table; those nested in its cells follow it as tables of their own."""
        number = self.tables
        self.tables += 1
        nested: list[etree._Element] = []
        inner = next(tbl.iterdescendants(TBL), None) is not None
        plain = not inner and self.numbering is None and not self.special.any()
        table = Table([], number)
        for place, tr in enumerate(tbl.iterchildren(TR) if plain else _own(tbl, TR, TBL)):
            self.rows += 1
            if not plain and _row_deleted(tr):
                continue
            table.rows.append(Row(_plain_cells(tr) if plain else self._cells(tr, nested), place))
        if self.rows > limits.ROWS:
            raise TooLarge(f"文件里的表格超过 {limits.ROWS} 行，不像绩效文本。请确认选对了文件，或拆分后再上传。")
        self.blocks.append(table)
        for one in nested:
            self._table(one)

    def _cells(self, tr: etree._Element, nested: list[etree._Element]) -> list[Cell]:
        cells = []
        column = _grid_before(tr)
        for number, tc in enumerate(_own(tr, TC, TR)):
            width, continued = _span(tc)
            text = "" if continued else self._cell_text(tc)
            cells.append(Cell(text, column, width, number, continued))
            nested += list(_own(tc, TBL, TC))
            column += width
        return cells

    def _cell_text(self, tc: etree._Element) -> str:
        texts: list[str] = []
        run_on = False
        for p in _own(tc, P, TBL):
            text = self._text(p)
            if self.special.boxes:
                text += "\n".join(self._text(q) for box in p.iter(BOX) if not _in_fallback(box) for q in box.iter(P))
            if run_on:
                texts[-1] += text
            else:
                texts.append(text)
            run_on = self.special.deleted and _mark_deleted(p)
        return "\n".join(texts)


def _plain_cells(tr: etree._Element) -> list[Cell]:
    """The cells of a row without anything special in them, in one flat pass.

    Text is looked at before the tag, which is dear to ask for: only ``w:t`` holds more than white space.
    """
    cells: list[Cell] = []
    column, taking = 0, False
    cell: Cell | None = None
    for e in tr.iter(CELL_PARTS):
        text = e.text
        if text and not text.isspace():
            if taking and cell is not None:
                cell.text += text
            continue
        tag = e.tag
        if tag == TC:
            if cell is not None:
                column += cell.width
            taking = len(e) <= 2  # no more than tcPr and one paragraph
            whole = "" if taking else "\n".join(_plain_text(p) for p in e.iterchildren(P))
            cell = Cell(whole, column, 1, len(cells))
            cells.append(cell)
        elif cell is None:
            column = _whole(e.get(VAL)) if tag == BEFORE else column
        elif tag == SPAN:
            cell.width = _whole(e.get(VAL))
        elif tag == MERGE:
            if e.get(VAL) != "restart":
                cell.text, cell.continued, taking = "", True, False
        elif text and taking:
            cell.text += text
    return cells


def _plain_text(p: etree._Element) -> str:
    return "".join([t.text or "" for t in p.iter(T)])


def _own(parent: etree._Element, wanted: str, stop: str) -> list[etree._Element]:
    """The ``wanted`` elements of ``parent`` itself, through content controls and the like; not those in a ``stop``."""
    found = []
    for child in parent:
        tag = child.tag
        if tag == wanted:
            found.append(child)
        elif tag != stop and tag in TRANSPARENT:
            found += _own(child, wanted, stop)
    return found


def _whole(text: str | None) -> int:
    """A span as a number, within bounds: files lie."""
    try:
        return max(1, min(int(text or 1), limits.SPAN))
    except ValueError:
        return 1


def _span(tc: etree._Element) -> tuple[int, bool]:
    properties = tc.find(W + "tcPr")
    if properties is None:
        return 1, False
    span, merge = properties.find(SPAN), properties.find(MERGE)
    return _whole(span.get(VAL)) if span is not None else 1, merge is not None and merge.get(VAL) != "restart"


def _grid_before(tr: etree._Element) -> int:
    properties = tr.find(W + "trPr")
    before = None if properties is None else properties.find(BEFORE)
    return 0 if before is None else _whole(before.get(VAL))


def _row_deleted(tr: etree._Element) -> bool:
    properties = tr.find(W + "trPr")
    return properties is not None and properties.find(DELETED) is not None


def _mark_deleted(p: etree._Element) -> bool:
    return p.find(f"{PROPERTIES}/{W}rPr/{DELETED}") is not None


def _in_fallback(e: etree._Element) -> bool:
    return next(e.iterancestors(FALLBACK), None) is not None


def _run_text(p: etree._Element) -> list[str]:
    """The text of a paragraph with its tabs, breaks and symbols, without that of text boxes and of placeholders."""
    found: list[str] = []
    for child in p:
        tag = child.tag
        if tag in (T, MATH_T):
            found.append(child.text or "")
        elif tag == TAB:
            found.append("\t")
        elif tag in (BREAK, RETURN):
            found.append("\n" if child.get(W + "type") in (None, "textWrapping") else "")
        elif tag == HYPHEN:
            found.append("-")
        elif tag == SYMBOL:
            found.append(_symbol(child))
        elif len(child) and tag not in WORDLESS and not (tag == W + "sdt" and child.find(PLACEHOLDER) is not None):
            found += _run_text(child)
    return found


def _symbol(e: etree._Element) -> str:
    code = (e.get(W + "char") or "").upper()
    if "WINGDINGS" in (e.get(W + "font") or "").upper():
        return _CHECKBOXES.get(code, "")
    return _SYMBOLS.get(code, "")
