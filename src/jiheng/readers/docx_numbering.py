"""The numbers that Word generates for numbered paragraphs (w:numPr), as they are printed: 一、 （一） 1. ①"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from jiheng.readers.package import Package, parse_xml

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
VAL = W + "val"
_DIGITS = "零一二三四五六七八九"
_CHINESE = frozenset(
    "chineseCounting chineseCountingThousand taiwaneseCounting taiwaneseCountingThousand japaneseCounting "
    "ideographDigital ideographEnclosedCircle".split()
)
_CIRCLES = frozenset(("decimalEnclosedCircle", "decimalEnclosedCircleChinese"))


@dataclass(slots=True)
class _Level:
    format: str
    text: str
    start: int


def chinese(n: int) -> str:
    """A number from 1 to 99 as Chinese counting (十二, 三十); others in digits."""
    if not 0 < n < 100:
        return str(n)
    tens, ones = divmod(n, 10)
    head = "" if tens == 0 else "十" if tens == 1 else _DIGITS[tens] + "十"
    return head + (_DIGITS[ones] if ones else "")


def _roman(n: int) -> str:
    parts = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
    out = ""
    for value, letters in parts:
        while n >= value:
            out += letters
            n -= value
    return out


def printed(n: int, number_format: str) -> str:
    """The number ``n`` in one of Word's number formats."""
    if number_format in _CHINESE:
        return chinese(n)
    if number_format in _CIRCLES and 1 <= n <= 20:
        return chr(0x2460 + n - 1)
    if number_format in ("lowerLetter", "upperLetter") and 1 <= n <= 26:
        return chr((97 if number_format == "lowerLetter" else 65) + n - 1)
    if number_format in ("lowerRoman", "upperRoman") and 1 <= n < 50:
        return _roman(n) if number_format == "lowerRoman" else _roman(n).upper()
    return str(n)


class Numbering:
    """The numbered lists of one package, counting along as its paragraphs are read in order."""

    def __init__(
        self, levels: dict[str, dict[int, _Level]], abstract: dict[str, str], styles: dict[str, tuple[str, int]]
    ) -> None:
        self._levels, self._abstract, self._styles = levels, abstract, styles
        self._counts: dict[str, dict[int, int]] = {}

    @classmethod
    def of(cls, package: Package, part: str, root: etree._Element) -> Numbering | None:
        """The numbering of the package, ``None`` where no paragraph can be numbered."""
        raw = _part(package, part, "numbering")
        if raw is None:
            return None
        used = {e.get(VAL) for e in root.iter(W + "pStyle")}
        styles = _numbered_styles(_part(package, part, "styles"), used)
        if not styles and next(root.iter(W + "numPr"), None) is None:
            return None
        numbering = parse_xml(raw, "word/numbering.xml")
        levels = {a.get(W + "abstractNumId", ""): _levels(a) for a in numbering.iter(W + "abstractNum")}
        abstract = {}
        for num in numbering.iter(W + "num"):
            reference = num.find(W + "abstractNumId")
            if reference is not None:
                abstract[num.get(W + "numId", "")] = reference.get(VAL, "")
        return cls(levels, abstract, styles)

    def label(self, p: etree._Element) -> str:
        """What Word prints before this paragraph; counts it."""
        properties = p.find(W + "pPr")
        if properties is None:
            return ""
        number, depth = self._number(properties)
        list_id = self._abstract.get(number)
        levels = self._levels.get(list_id or "", {})
        if list_id is None or depth not in levels:
            return ""
        counts = self._counts.setdefault(list_id, {})
        counts[depth] = counts.get(depth, levels[depth].start - 1) + 1
        for deeper in [d for d in counts if d > depth]:
            del counts[deeper]
        if levels[depth].format in ("bullet", "none"):
            return ""

        def number_at(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            level = levels.get(at)
            return "" if level is None else printed(counts.get(at, level.start), level.format)

        return re.sub(r"%([1-9])", number_at, levels[depth].text)

    def _number(self, properties: etree._Element) -> tuple[str, int]:
        numbered = properties.find(W + "numPr")
        style = properties.find(W + "pStyle")
        of_style = self._styles.get(style.get(VAL, ""), ("", 0)) if style is not None else ("", 0)
        if numbered is None:
            return of_style
        number, depth = numbered.find(W + "numId"), numbered.find(W + "ilvl")
        return (
            of_style[0] if number is None else number.get(VAL, ""),
            of_style[1] if depth is None else _whole(depth.get(VAL)),
        )


def _part(package: Package, main: str, kind: str) -> bytes | None:
    name = package.related(main, kind)
    return None if name is None else package.read(name)


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 0


def _levels(abstract: etree._Element) -> dict[int, _Level]:
    found = {}
    for level in abstract.iter(W + "lvl"):
        values = {child.tag: child.get(VAL, "") for child in level}
        found[_whole(level.get(W + "ilvl"))] = _Level(
            values.get(W + "numFmt", "decimal"), values.get(W + "lvlText", ""), _whole(values.get(W + "start", "1"))
        )
    return found


def _numbered_styles(raw: bytes | None, used: set[str | None]) -> dict[str, tuple[str, int]]:
    """The paragraph styles in use that carry a number: style → (numId, level). Based-on styles inherit."""
    if raw is None or not used or b"w:numPr" not in raw:
        return {}
    parents: dict[str, str] = {}
    own: dict[str, tuple[str, int]] = {}
    for part in raw.split(b"</w:style>"):
        block = part[max(part.rfind(b"<w:style "), 0) :]
        if b'w:type="paragraph"' not in block.partition(b">")[0]:
            continue
        name = _attribute(rb"w:styleId=\"([^\"]*)\"", block)
        parents[name] = _attribute(rb"<w:basedOn w:val=\"([^\"]*)\"", block)
        if b"<w:numPr" in block:
            own[name] = (
                _attribute(rb"<w:numId w:val=\"([^\"]*)\"", block),
                _whole(_attribute(rb"<w:ilvl w:val=\"([^\"]*)\"", block)),
            )
    found = {}
    for style in used:
        name, steps = style or "", 0
        while name and name not in own and steps < 20:
            name, steps = parents.get(name, ""), steps + 1
        if style and name in own:
            found[style] = own[name]
    return found


def _attribute(pattern: bytes, block: bytes) -> str:
    match = re.search(pattern, block)
    return match[1].decode("utf-8", "replace") if match else ""
