"""Web pages, saved by a browser, by Word or by a budget system, MHTML included: texts as a browser would show them."""

from __future__ import annotations

import codecs
import email
import email.policy
import re
from collections.abc import Callable, Iterator

from lxml import etree
from lxml import html as lxml_html

from jiheng.model import Warning
from jiheng.readers import limits
from jiheng.readers.blocks import Cell, Content, Paragraph, Row, Table
from jiheng.readers.errors import BrokenFile, TooLarge

_SKIPPED = frozenset(
    "script style head title noscript template iframe object svg math audio video rt rp datalist colgroup".split()
)
_BLOCKS = frozenset(
    "address article aside blockquote body center dd details dialog div dl dt fieldset figcaption figure footer form "
    "h1 h2 h3 h4 h5 h6 header hr html legend li main nav ol p pre section summary ul td th tr caption".split()
)
_BREAK = "\u2028"
_CJK = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff“”‘’—…·"
_WRAP = re.compile(rf"(?<=[{_CJK}])[ \t\r\f]*\n[ \t\r\n\f]*(?=[{_CJK}])")
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.IGNORECASE)
_CHARSET = re.compile(rb"<(?:meta|\?xml)[^<>]*?(?:charset|encoding)\s*=\s*+(?:[\"']\s*+)?([\w.:-]+)", re.IGNORECASE)
_MIME = re.compile(rb"\s*[\w-]+:[^\n]*\n")
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


def read_html(data: bytes) -> Content:
    """The paragraphs and tables of a page. A table that only lays out the page is read as what stands in it."""
    page_data = _page_of(data)
    if page_data.count(b"<") > limits.XML_TAGS:
        raise TooLarge(f"网页内容过多（超过 {limits.XML_TAGS // 10_000} 万个标签），不像正常文档，已停止读取。")
    text, warnings = _decode(page_data)
    parser = lxml_html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = lxml_html.document_fromstring(_XML_DECLARATION.sub("", text).replace("\0", ""), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise BrokenFile("网页文件里没有内容，或已损坏。请重新保存网页，或索取 Word 文件。") from error
    if any("depth" in entry.message for entry in parser.error_log):
        raise TooLarge(f"网页的标签嵌套超过 {limits.DEPTH} 层，不像正常文档，已停止读取。")
    page = _Page()
    page.warnings += warnings
    page.read(root)
    return Content("html", page.blocks, page.warnings)


def _page_of(data: bytes) -> bytes:
    """The page itself: a single-file web page (MHTML) holds it as one of several parts."""
    if not _MIME.match(data[:1024]) or b"text/html" not in data:
        return data
    message = email.message_from_bytes(data.lstrip(), policy=email.policy.compat32)
    for part in message.walk():
        if part.get_content_type() == "text/html":
            payload = part.get_payload(decode=True)
            charset = part.get_content_charset()
            if isinstance(payload, bytes):
                return payload if _CHARSET.search(payload[:4096]) else f"<meta charset={charset}>".encode() + payload
    return data


def _decode(data: bytes) -> tuple[str, list[Warning]]:
    """The text in the encoding of the byte order mark, the declaration or, failing these, one that fits."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return data.decode(encoding, "replace").lstrip("\ufeff"), []
    declared = _CHARSET.search(data[:4096])
    name = declared[1].decode("ascii", "replace").lower() if declared else "utf-8"
    for encoding in ("gb18030" if name.startswith(("gb", "x-gbk")) else name, "utf-8", "gb18030"):
        try:
            return data.decode(encoding), []
        except (UnicodeDecodeError, LookupError):
            continue
    message = "网页里有些字节不是正确的文字，已用“\ufffd”代替。请检查原文，或重新保存网页。"
    return data.decode("gb18030" if name.startswith("gb") else "utf-8", "replace"), [Warning(message)]


class _Flow:
    """Text gathered until the block that it stands in ends."""

    def __init__(self, emit: Callable[[str], None]) -> None:
        self._emit = emit
        self._pieces: list[str] = []

    def add(self, text: str) -> None:
        self._pieces.append(text)

    def end(self) -> None:
        if self._pieces:
            text = _collapse("".join(self._pieces))
            self._pieces.clear()
            if text.strip():
                self._emit(text)


class _Page:
    """One pass over the tree; the parser bounds its depth, and thereby this recursion."""

    def __init__(self) -> None:
        self.blocks: list[Paragraph | Table] = []
        self.warnings: list[Warning] = []
        self._lists: list[int] = []  # the next number of each list that the walk is in
        self._paragraphs = self._tables = self._rows = self._cells = 0

    def read(self, root: etree._Element) -> None:
        flow = _Flow(self._paragraph)
        self._walk(root, flow, None)
        flow.end()

    def _paragraph(self, text: str) -> None:
        self.blocks.append(Paragraph(text, self._paragraphs))
        self._paragraphs += 1

    def _walk(self, element: etree._Element, flow: _Flow, nested: list[etree._Element] | None) -> None:
        """Add an element's text to ``flow``. Tables are read at once, or put into ``nested`` where it is given."""
        tag = element.tag
        if tag == "table" and not _hidden(element):
            flow.end()
            if nested is None:
                self._table(element)
            else:
                nested.append(element)
        elif tag == "br":
            flow.add(_BREAK)
        elif tag in ("input", "select"):
            flow.add(_form_value(element))
        elif tag not in _SKIPPED and not _hidden(element):
            self._inside(element, flow, nested)

    def _inside(self, element: etree._Element, flow: _Flow, nested: list[etree._Element] | None) -> None:
        block = element.tag in _BLOCKS
        if block:
            flow.end()
        if element.tag in ("ol", "ul"):
            self._lists.append(_whole(element.get("start"), 1))
        elif element.tag == "li":
            flow.add(self._list_label(element))
        printed = _preformatted if element.tag == "pre" else str
        flow.add(printed(element.text or ""))
        for child in element:
            self._walk(child, flow, nested)
            flow.add(printed(child.tail or ""))
        if block:
            flow.end()
        if element.tag in ("ol", "ul"):
            self._lists.pop()

    def _list_label(self, item: etree._Element) -> str:
        """The number that a browser prints before an item of an ordered list."""
        parent = item.getparent()
        if parent is None or parent.tag != "ol":
            return ""
        number = _whole(item.get("value"), self._lists[-1])
        self._lists[-1] = number + 1
        return f"{_in_style(number, parent.get('type', '1'))}. "

    def _table(self, element: etree._Element) -> None:
        number = self._tables
        self._tables += 1
        for caption in element.iterchildren("caption"):
            caption_flow = _Flow(self._paragraph)
            self._walk(caption, caption_flow, None)
            caption_flow.end()
        nested: list[etree._Element] = []
        rows = list(self._grid(element, nested))
        if _is_layout(rows, bool(nested)):
            flow = _Flow(self._paragraph)
            for row in _own_rows(element):
                self._walk(row, flow, None)
            flow.end()
            return
        if rows:
            self.blocks.append(Table(rows, number))
        for inner in nested:
            self._table(inner)

    def _grid(self, element: etree._Element, nested: list[etree._Element]) -> Iterator[Row]:
        """The rows of a table; cells that reach down into a row from above are added to it as continued ones."""
        hanging: dict[int, tuple[int, int]] = {}
        for number, source in enumerate(_own_rows(element)):
            if _hidden(source):
                continue
            below = {column: (rows - 1, width) for column, (rows, width) in hanging.items() if rows > 1}
            cells: list[Cell] = []
            column = 0
            for index, item in enumerate(source.iterchildren("td", "th")):
                if _hidden(item):
                    continue
                column = _pass_hanging(cells, hanging, column)
                width, height = _span(item, "colspan"), _span(item, "rowspan")
                cells.append(Cell(self._cell_text(item, nested), column, width, index))
                if height > 1:
                    below[column] = (height - 1, width)
                column += width
            rest = sorted(place for place in hanging if place >= column)
            cells += [Cell("", start, hanging[start][1], -1, True) for start in rest]
            hanging = below
            self._count(len(cells))
            yield Row(cells, number)

    def _cell_text(self, item: etree._Element, nested: list[etree._Element]) -> str:
        texts: list[str] = []
        flow = _Flow(texts.append)
        self._inside(item, flow, nested)
        flow.end()
        return "\n".join(texts)

    def _count(self, cells: int) -> None:
        self._rows += 1
        self._cells += cells
        if self._rows > limits.ROWS or self._cells > limits.GRID_CELLS:
            raise TooLarge(f"网页里的表格超过 {limits.ROWS} 行或过大，不像绩效文本，已停止读取。")


def _own_rows(table: etree._Element) -> Iterator[etree._Element]:
    for child in table:
        if child.tag == "tr":
            yield child
        elif child.tag in ("thead", "tbody", "tfoot"):
            yield from child.iterchildren("tr")


def _is_layout(rows: list[Row], holds_tables: bool) -> bool:
    """Whether a table has no grid of its own: one cell, or tables inside and never two texts side by side."""
    if len(rows) == 1 and len(rows[0].cells) == 1:
        return True
    return holds_tables and all(sum(1 for cell in row.cells if cell.text) < 2 for row in rows)


def _pass_hanging(cells: list[Cell], hanging: dict[int, tuple[int, int]], column: int) -> int:
    while column in hanging:
        width = hanging[column][1]
        cells.append(Cell("", column, width, -1, True))
        column += width
    return column


def _span(item: etree._Element, name: str) -> int:
    text = (item.get(name) or "1").strip()
    if not (text.isascii() and text.isdigit()):
        return 1
    if text == "0":  # to the end of the table
        return limits.SPAN if name == "rowspan" else 1
    return min(int(text[:9]), limits.SPAN)


def _hidden(element: etree._Element) -> bool:
    return "hidden" in element.attrib or bool(_HIDDEN.search(element.get("style") or ""))


def _form_value(element: etree._Element) -> str:
    """What a field of a saved form shows."""
    if element.tag == "input":
        return (element.get("value") or "") if element.get("type", "text").lower() in ("text", "number", "date") else ""
    options = list(element.iter("option"))
    chosen = [option for option in options if option.get("selected") is not None] or options[:1]
    return "".join(str(text) for option in chosen for text in option.itertext())


def _in_style(number: int, style: str) -> str:
    if style in ("a", "A") and 1 <= number <= 26:
        letter = chr(ord("a") + number - 1)
    elif style in ("i", "I") and 1 <= number <= 39:
        letter, rest = "", number
        for value, sign in _ROMAN:
            letter += sign * (rest // value)
            rest %= value
    else:
        return str(number)
    return letter.upper() if style.isupper() else letter


def _whole(text: str | None, default: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 7 else default


def _preformatted(text: str) -> str:
    return text.replace("\n", _BREAK).replace(" ", "\u00a0")


def _collapse(text: str) -> str:
    """White space as a browser shows it; a line of the source that ends between two Chinese characters leaves none."""
    text = _BLANKS.sub(" ", _WRAP.sub("", text))
    lines = [line.strip(" ") for line in text.split(_BREAK)]
    return "\n".join(lines).strip("\n").replace("\u00a0", " ")
