"""The blocks of a file to a :class:`Document`: where part one ends, who speaks, for which year."""

from __future__ import annotations

import re
from collections import Counter

from jiheng.model import Anchor, Department, Document, Project, Warning
from jiheng.readers.blocks import Content, Paragraph, Table
from jiheng.readers.errors import NotPerformance
from jiheng.readers.indicator_grid import is_head
from jiheng.readers.outline import read_outline
from jiheng.readers.tables import TablesReader
from jiheng.readers.texts import (
    HEADING_NUMBER,
    IMPRINT,
    block_key,
    fields_in,
    flat,
    head_key,
    is_contents_line,
    is_furniture,
    title_suffix,
    without_suffix,
)  # fmt: skip
from jiheng.readers.values import plain

_PART_TWO = re.compile(r"(?:第二部分.*|(?:部门)?预算项目绩效目标)")
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?=年)")
_TITLE_WORDS = ("预算", "绩效", "部门")


def interpret(content: Content, source: str) -> Document:
    """What the blocks of a file say.

    Raises :class:`NotPerformance` where there is nothing of a performance document in them.
    """
    before, after = _parts(content.blocks)
    goals, cover, warnings = read_outline([b for b in before if isinstance(b, Paragraph)])
    reader = TablesReader()
    for block in before:
        if isinstance(block, Table):
            reader.table(block)
    for block in after:
        if isinstance(block, Table):
            reader.table(block)
        else:
            reader.paragraph(block)
    projects = reader.finish()
    if not projects and not (goals.overall or goals.itemized):
        raise NotPerformance(
            "文件里没有找到绩效目标表，也没有部门绩效目标。请确认选对了文件：绩效文本应有“总体绩效目标”，或带有“项目名称”“三级指标”“指标值”的表格。"
        )
    department, where, stray = _department(projects, cover, reader.imprint)
    year, year_at = (reader.printed_year, None) if reader.printed_year else _fiscal_year(projects, cover, goals.overall)
    anchors = {
        k: a for k, a in (("department", where), ("unit_name", where), ("fiscal_year", year_at)) if a is not None
    }
    return Document(
        source=source,
        format=content.format,
        department=department,
        fiscal_year=year,
        printed_unit=reader.printed_unit,
        goals=goals,
        projects=tuple(projects),
        warnings=(*content.warnings, *stray, *warnings, *reader.warnings),
        anchors=anchors,
    )


def _is_form(table: Table) -> bool:
    """Whether a table is (part of) a 绩效目标表."""
    for row in table.rows[:12]:
        if any(
            head_key(c.text) in ("name", "code") or block_key(c.text) == "plan" for c in row.cells if c.text
        ) or is_head(row):
            return True
    return False


def _parts(blocks: list[Paragraph | Table]) -> tuple[list[Paragraph | Table], list[Paragraph | Table]]:
    """Part one and part two: two begins at its heading, or at the heading of the first form."""
    first_form = next((n for n, b in enumerate(blocks) if isinstance(b, Table) and _is_form(b)), len(blocks))
    start = first_form
    for n in range(first_form - 1, -1, -1):
        block = blocks[n]
        if isinstance(block, Table):
            if any(c.text.strip() for row in block.rows for c in row.cells):
                break
            continue  # only the frame around the form
        text = plain(block.text)
        if not text:
            continue
        if _PART_TWO.fullmatch(HEADING_NUMBER.sub("", text, count=1)) and not is_contents_line(block.text):
            start = n
            break
        if (
            (_is_field(block) and n == _last_filled(blocks, start))
            or (
                n == _last_filled(blocks, start)
                and (title_suffix(block.text) or (start < first_form and _could_head(block, blocks, n)))
            )
            or (start == first_form and len(text) <= 60 and text[-1] not in "。；;，")
        ):
            start = n
        else:
            break
    return blocks[:start], blocks[start:]


def _last_filled(blocks: list[Paragraph | Table], end: int) -> int:
    return next(
        (n for n in range(end - 1, -1, -1) if not (isinstance(b := blocks[n], Paragraph) and not b.text.strip())), -1
    )


def _could_head(block: Paragraph, blocks: list[Paragraph | Table], n: int) -> bool:
    """The first line of a heading that is broken over two lines."""
    follower = blocks[n + 1]
    if isinstance(follower, Paragraph) and not follower.text.strip():  # what comes after is 绩效目标表 and no more
        follower = next((b for b in blocks[n + 1 :] if not isinstance(b, Paragraph) or b.text.strip()), follower)
        if not isinstance(follower, Paragraph) or without_suffix(follower.text) is not None:
            return False
    return (
        isinstance(follower, Paragraph)
        and bool(follower.text.strip())
        and len(block.text) < 60
        and block.text.strip()[-1] not in "。；;，"
    )


def _is_field(block: Paragraph) -> bool:
    """Whether a paragraph is a part of the form that follows: 项目名称：…"""
    label = re.split("[:：]", block.text, maxsplit=1)
    return bool(fields_in(block.text)) or (len(label) > 1 and block_key(label[0]) == "goals")


def _department(
    projects: list[Project], cover: list[Paragraph], named: str | None
) -> tuple[Department, Anchor | None, list[Warning]]:
    """Who the document speaks for: the unit of the forms, or the imprint of the cover; what else the cover says."""
    imprint: Anchor | None = None
    at: Anchor | None = None
    stray: list[Warning] = []
    for p in cover:
        text = plain(p.text)
        anchor = Anchor(paragraph=p.number, sheet=p.sheet, page=p.page)
        if named is None and (match := IMPRINT.fullmatch(text)):
            named, imprint = match[1] or match[2], anchor
        elif not (is_furniture(p.text) or _is_title(text)):
            stray.append(Warning("封面或正文前的这段文字不知属于哪一部分", anchor, p.text.strip()))
    units = Counter((p.unit_code, p.unit_name) for p in projects if p.unit_name)
    code, name = units.most_common(1)[0][0] if units else (None, None)
    if name is not None and named is None:
        at = next(p.anchors.get("unit_name") for p in projects if p.unit_name == name)
    supervisors = Counter(p.supervisor for p in projects if p.supervisor)
    stated = named or (supervisors.most_common(1)[0][0] if supervisors else None)
    own = name.removesuffix("本级").removesuffix("(本级)").removesuffix("（本级）") if name else None
    return Department(own or _without_code(stated), code, name or named), at or imprint, stray


def _without_code(name: str | None) -> str | None:
    return (flat(re.sub(r"^\d{3,}[-—]?|[-—]?\d{3,}$", "", name)) if name else None) or None


def _is_title(text: str) -> bool:
    return (len(text) <= 60 and any(word in text for word in _TITLE_WORDS)) or (
        _YEAR.match(text) is not None and len(text) <= 12
    )


def _fiscal_year(
    projects: list[Project], cover: list[Paragraph], overall: tuple[str, ...]
) -> tuple[int | None, Anchor | None]:
    """The budget year: printed on the cover, or else what most codes, then names, goals and texts say."""
    for p in cover:
        if (match := _YEAR.search(plain(p.text))) and _is_title(plain(p.text)):
            return int(match[1]), Anchor(paragraph=p.number, sheet=p.sheet, page=p.page)
    codes = Counter(2000 + int(p.code[6:8]) for p in projects if p.code and len(p.code) == 21 and p.code[6:8].isdigit())
    if codes:
        return max(codes, key=lambda year: (codes[year], year)), None
    texts = [t for p in projects for t in (p.title, p.name, p.purpose, *p.goals) if t]
    texts += [t for p in projects for i in p.indicators for t in (i.name, i.target.raw) if t]
    years = Counter(int(y) for t in (*texts, *overall) for y in _YEAR.findall(t))
    return (max(years, key=lambda year: (years[year], year)), None) if years else (None, None)
