"""Hostile files without end, each from its number: real documents damaged, and what no program would ever write."""

from __future__ import annotations

import copy
import io
import re
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random
from typing import NamedTuple

from compound import compound_of
from lxml import etree
from small_files import FILES, HEAD, PACKAGES, PROJECT, pdf, xls_stream

from jiheng import wire
from jiheng.readers import read

DEMO = Path(__file__).parents[2] / "demo"
LONG = 60_000
"""Characters of a text that is far too long."""
RUNS = (
    " ", "\u3000", "1", "9", "、", "（", "(", "[", "《", "一", "十", "项目", "其中", "每", "1,", "1、", " \n", "=", "1+", "((1+", "目标",
    "绩效目标：", "\0", "a", "<", "&", "年", "2025年", "数量", "。", "1.", "≥", "-", "万元", "1万元。", "3月底", "不",
)  # fmt: skip
NUMBERS = ("99999999999", "-5", "1e9", "9" * 5000, "0", "", "x", "A1:XFD1048576", "1048577", "𝟗", "٣", "\u2029", "NaN")


class Hostile(NamedTuple):
    """A file and what was done to it."""

    name: str
    data: bytes
    how: str


@cache
def seeds() -> dict[str, bytes]:
    """What is damaged, by name: the documents of ``demo/``, one of them as JSON, and a small one in each format."""
    demos = {path.name: path.read_bytes() for path in sorted(DEMO.glob("*.docx"))}
    as_json = wire.to_json(read(next(iter(sorted(DEMO.glob("*.docx"))))))
    small = {name: rewritten(data, lambda _, part: part) if name in PACKAGES else data for name, data in FILES.items()}
    return {
        **demos, **small, "a.json": as_json, "a.pdf": pdf(), "a.xls": compound_of({"Workbook": xls_stream()}),
    }  # fmt: skip


def hostile(number: int, seed: int = 0) -> Hostile:
    """The file of this number; the same each time."""
    random = Random(f"{seed} {number}")
    name = random.choice(list(seeds()))
    data = seeds()[name]
    kind = name.rpartition(".")[2]
    ways: list[Callable[[bytes, Random], bytes]] = [_bytes, _cut, _out, _twice]
    if kind in ("docx", "xlsx"):
        ways = [_parts, _parts, _tree, _tree, _tree, _texts, _texts, _texts, _attributes, _attributes, *ways[:2]]
    elif kind in ("html", "txt", "json"):
        ways += [_long_line, _long_line, _long_line, _many_lines, _numbers, _numbers, _opened]
    elif kind == "pdf":
        ways += [_pdf_text, _pdf_text, _pdf_references, _pdf_references]
    way = random.choice(ways)
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        data = way(data, random)
    return Hostile(name, data, way.__name__.strip("_"))


def a_run(random: Random) -> str:
    """One thing said far too often."""
    unit = random.choice(RUNS)
    return unit * (random.choice((300, 3000, LONG)) // len(unit))


# Any file


def _bytes(data: bytes, random: Random) -> bytes:
    changed = bytearray(data)
    for _ in range(random.randint(1, 12)):
        if changed:
            changed[random.randrange(len(changed))] = random.randrange(256)
    return bytes(changed)


def _cut(data: bytes, random: Random) -> bytes:
    return data[: random.randrange(len(data) + 1)]


def _stretch(data: bytes, random: Random) -> tuple[int, int]:
    begin = random.randrange(len(data) + 1)
    return begin, min(len(data), begin + random.choice((1, 16, 512, 20_000)))


def _out(data: bytes, random: Random) -> bytes:
    begin, end = _stretch(data, random)
    return data[:begin] + data[end:]


def _twice(data: bytes, random: Random) -> bytes:
    begin, end = _stretch(data, random)
    return data[:end] + data[begin:end] * random.choice((1, 2, 50)) + data[end:]


# Packages


def rewritten(data: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    """The package with each part changed, or left out where the change gives ``None``."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.namelist():
            content = change(part, source.read(part))
            if content is not None:
                target.writestr(zipfile.ZipInfo(part), content, zipfile.ZIP_DEFLATED)  # its date is always the same
    return out.getvalue()


def _names(data: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.namelist()


def _parts(data: bytes, random: Random) -> bytes:
    """A part left out, damaged, or taken for another."""
    if not zipfile.is_zipfile(io.BytesIO(data)):
        return data
    names = _names(data)
    chosen, how = random.choice(names), random.choice(("out", "bytes", "cut", "twice", "other", "links"))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        other = archive.read(random.choice(names))

    def change(name: str, content: bytes) -> bytes | None:
        if how == "links":
            targets = (b"../../../etc/passwd", b"document.xml", b"http://127.0.0.1:1/x", b"")
            swapped = b'Target="' + random.choice(targets) + b'"'
            return re.sub(rb'Target="[^"]*"', swapped, content) if name.endswith(".rels") else content
        if name != chosen:
            return content
        ways = {"bytes": _bytes, "cut": _cut, "twice": _twice}
        return None if how == "out" else other if how == "other" else ways[how](content, random)

    return rewritten(data, change)


def _in_trees(data: bytes, random: Random, change: Callable[[etree._Element, Random], None]) -> bytes:
    main = [
        n
        for n in _names(data)
        if re.search(r"document\.xml$|sheet\d\.xml$|numbering\.xml$|styles\.xml$|Strings\.xml$", n)
    ]
    chosen = random.choice(main)

    def changed(name: str, content: bytes) -> bytes:
        if name != chosen:
            return content
        root = etree.fromstring(content, etree.XMLParser(huge_tree=True))
        for _ in range(random.randint(1, 5)):
            elements = list(root.iterdescendants())
            if elements:
                change(random.choice(elements), random)
        return etree.tostring(root)

    return rewritten(data, changed)


def _tree(data: bytes, random: Random) -> bytes:
    return _in_trees(data, random, _moved)


def _moved(element: etree._Element, random: Random) -> None:
    parent = element.getparent()
    assert parent is not None
    how = random.choice(("out", "twice", "away", "many", "deep", "deep rows", "unwrapped"))
    few = sum(1 for _ in element.iter()) < 60
    if how == "out":
        parent.remove(element)
    elif how == "away":
        element.getroottree().getroot().append(element)
    elif how == "many" and few:
        for _ in range(random.choice((20, 500))):
            parent.insert(0, copy.deepcopy(element))
    elif how.startswith("deep") and few:
        whole = copy.deepcopy(element)
        for _ in range(random.choice((20, 90, 180, 400))):
            inner = copy.deepcopy(whole) if how == "deep rows" else etree.Element(element.tag)
            element.append(inner)
            element = inner
    elif how == "unwrapped":
        for child in list(element):
            parent.append(child)
    else:
        parent.insert(0, copy.deepcopy(element))


def _attributes(data: bytes, random: Random) -> bytes:
    return _in_trees(data, random, _attributed)


def _attributed(element: etree._Element, random: Random) -> None:
    same = list(element.getroottree().getroot().iter(element.tag))
    value = random.choice(NUMBERS).replace("\u2029", " ")
    for each in random.choice((same, [element])):
        for key in each.attrib:
            each.set(key, value)


def _texts(data: bytes, random: Random) -> bytes:
    return _in_trees(data, random, _said)


def _said(element: etree._Element, random: Random) -> None:
    texts = [e for e in element.getroottree().getroot().iter() if (e.text or "").strip()] or [element]
    run = (random.choice(NUMBERS) if random.random() < 0.3 else a_run(random)).replace("\0", "�")
    for each in random.choice((texts[:400], [random.choice(texts)], [random.choice(texts)])):
        piece = run[: 3_000_000 // len(texts)] if len(texts) > 1 else run
        each.text = random.choice((piece, (each.text or "") + piece, piece + (each.text or "")))


# Texts, pages and JSON


def _decoded(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _long_line(data: bytes, random: Random) -> bytes:
    text = _decoded(data)
    at = random.randrange(len(text) + 1)
    return (text[:at] + a_run(random) + text[at:]).encode()


def _many_lines(data: bytes, random: Random) -> bytes:
    lines = _decoded(data).splitlines(keepends=True) or [""]
    at = random.randrange(len(lines))
    return "".join(lines[:at] + [lines[at][:2000]] * random.choice((50, 3000)) + lines[at:]).encode()


def _numbers(data: bytes, random: Random) -> bytes:
    """Some numbers, or all, are absurd."""
    value, share = random.choice(NUMBERS), random.choice((0.02, 0.3, 1))
    return re.sub(r"\d+", lambda m: value if random.random() < share else m[0], _decoded(data)).encode()


def _opened(data: bytes, random: Random) -> bytes:
    text = _decoded(data)
    at = random.randrange(len(text) + 1)
    opening = random.choice(
        (
            "<table><tr><td>", "<div>", "<td colspan=1000 rowspan=1000>", "[", '{"projects":[', "|---|\n", "\t", "|", "<ul><li>",
            "<!--", "<table border=1 " + "a='1' " * 20 + ">", "&#x110000;", "# ", "- ", "```\n", '"', "\\",
        )
    )  # fmt: skip
    return (text[:at] + opening * random.choice((1, 40, 3000)) + text[at:]).encode()


# PDF


def _pdf_text(data: bytes, random: Random) -> bytes:
    rows = [list(row) for row in PROJECT]
    for _ in range(random.randint(1, 3)):
        row = random.choice(rows)
        row[random.randrange(len(row))] = a_run(random).replace("\0", "")[: random.choice((300, 3000))]
    if random.random() < 0.3:
        rows += [HEAD] * random.choice((50, 500))
    return pdf(rows)


def _pdf_references(data: bytes, random: Random) -> bytes:
    """Objects that lead to themselves or nowhere, and lengths that are wrong."""
    how = random.choice(
        (rb"\d+ 0 R", rb"/Length \d+", rb"/Count \d+", rb"/Kids\[[^\]]*\]", rb"\d{10} 00000", rb"/MediaBox\[[^\]]*\]")
    )
    new = {
        rb"\d+ 0 R": lambda: b"%d 0 R" % random.randint(0, 9),
        rb"/Length \d+": lambda: b"/Length %d" % random.choice((0, 1, 10**9, 2**31)),
        rb"/Count \d+": lambda: b"/Count %d" % random.choice((-1, 0, 10**6, 2**31)),
        rb"/Kids\[[^\]]*\]": lambda: b"/Kids[" + b"2 0 R " * random.choice((1, 5, 2000)) + b"]",
        rb"\d{10} 00000": lambda: b"%010d 00000" % random.randrange(10**6),
        rb"/MediaBox\[[^\]]*\]": lambda: b"/MediaBox[0 0 %d 1e38]" % random.choice((0, -5, 10**9)),
    }[how]
    return re.sub(how, lambda m: new() if random.random() < 0.5 else m[0], data)
