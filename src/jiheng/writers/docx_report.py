"""A report as a new .docx in the official layout: headings, paragraphs, ruled tables with captions, charts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jiheng.writers.docx_chart import BarChart, chart_part, drawing
from jiheng.writers.docx_forms import shares
from jiheng.writers.docx_markup import Box, Line, paragraph, run, table, text
from jiheng.writers.docx_package import TEXT_WIDTH, package


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: 一、… is level 1, （一）… level 2."""

    words: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of text."""

    words: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: its caption, heads, rows, how wide the columns are to each other, which columns are numbers."""

    caption: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    weights: Sequence[int]
    numbers: frozenset[int] = frozenset()


Block = Heading | Paragraph | Grid | BarChart


def write_report(title: str, subtitle: str, blocks: Sequence[Block], sign: Sequence[str] = ()) -> bytes:
    """The report as a .docx; ``sign`` are the lines at its end, who and when."""
    body, charts = [text(title, "Title")], [b for b in blocks if isinstance(b, BarChart)]
    if subtitle:
        body.append(text(subtitle, "Subtitle"))
    number = 0
    for block in blocks:
        if isinstance(block, BarChart):
            number += 1
            body.append(drawing(block, number))
        else:
            body.append(_block(block))
    body += [text("", "BodyText") if sign else "", *(text(line, "FormRight") for line in sign), text("", "Gap")]
    return package("".join(body), title, extras=[chart_part(c, n) for n, c in enumerate(charts, 1)])


def _block(block: Heading | Paragraph | Grid) -> str:
    if isinstance(block, Heading):
        return text(block.words, f"Heading{block.level + 1}")
    return text(block.words, "BodyText") if isinstance(block, Paragraph) else _grid(block)


def _grid(grid: Grid) -> str:
    widths = shares(TEXT_WIDTH, grid.weights)
    heads = Line([Box(h, w, "FormLabel") for h, w in zip(grid.heads, widths, strict=True)], head=True)
    lines = [
        Line([
            Box(cell, w, "FormRight" if n in grid.numbers else "FormText")
            for n, (cell, w) in enumerate(zip(row, widths, strict=True))
        ])
        for row in grid.rows
    ]  # fmt: skip
    return paragraph(run(grid.caption), "FormLabel", "<w:keepNext/>") + table([heads, *lines]) + text("", "Gap")
