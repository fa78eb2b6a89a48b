"""Characters to lines and lines to text: where a line was merely full, it runs on; elsewhere a new paragraph begins."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from jiheng.readers.pdf_page import Char
from jiheng.readers.texts import BEGINS

_NOT_FIRST = frozenset("，。、；：？！）》」』”’％%)]},.;:?!·～")
_GAP = 2.0
"""Width of a gap inside a line, in heights of its characters, that parts two texts."""
_SLACK = 0.35
"""Part of a character's width by which a full line may end short of the margin, beyond what the next word needs."""


@dataclass(slots=True)
class Line:
    """A printed line; ``first`` is the width that its first word needs, so that the line before it can be judged."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    first: float

    @property
    def height(self) -> float:
        """Height of the line's characters."""
        return self.bottom - self.top


def lines_of(chars: list[Char], gaps: bool = False) -> list[Line]:
    """Characters as printed lines, from the top; characters on one base line, or nearly, stand in one line.

    With ``gaps`` a wide gap inside a line becomes a tab: text that stands apart, such as the page number of a contents.
    """
    lines: list[list[Char]] = []
    for char in sorted(chars, key=lambda c: c.base):
        if lines and char.base - lines[-1][0].base <= 0.4 * min(_height(char), _height(lines[-1][0])):
            lines[-1].append(char)
        else:
            lines.append([char])
    return [line for group in lines if (line := _line(sorted(group, key=lambda c: c.x0), gaps)) is not None]


def _height(char: Char) -> float:
    return char.bottom - char.top


def _line(chars: list[Char], gaps: bool) -> Line | None:
    while chars and chars[-1].text.isspace():
        chars.pop()
    printed = [c for c in chars if not c.text.isspace()]
    if not printed:
        return None
    text = _with_gaps(chars) if gaps else "".join(c.text for c in chars)
    top, bottom = min(c.top for c in printed), max(c.bottom for c in printed)
    return Line(text, printed[0].x0, printed[-1].x1, top, bottom, _first_word(printed))


def _with_gaps(chars: list[Char]) -> str:
    text = chars[0].text
    for before, char in itertools.pairwise(chars):
        text += "\t" * (char.x0 - before.x1 > _GAP * _height(char)) + char.text
    return text


def _first_word(chars: list[Char]) -> float:
    """The width that cannot be broken at the start of a line: a Latin word, or a character and the stops after it."""
    end = 1
    if chars[0].text.isascii() and chars[0].text.isalnum():
        while end < len(chars) and chars[end].text.isascii() and not chars[end].text.isspace():
            end += 1
    while end < len(chars) and chars[end].text in _NOT_FIRST:
        end += 1
    return chars[end - 1].x1 - chars[0].x0


def is_full(line: Line, following: Line, right: float) -> bool:
    """Whether ``line`` ends because the next word did not fit before ``right``."""
    em = max(line.height, following.height)
    return right - line.x1 < min(following.first, right - line.x0) + _SLACK * em


def glue(before: str, after: str) -> str:
    """Two parts of one paragraph joined: with a blank only between Latin words."""
    if re.search(r"[a-z]$", before) and re.match(r"[A-Za-z]", after):
        return f"{before} {after}"
    return before + after


def text_of(lines: list[Line], right: float) -> str:
    """The text of a cell whose lines may reach ``right``."""
    if not lines:
        return ""
    text = lines[0].text
    for before, line in itertools.pairwise(lines):
        if is_full(before, line, right) and not BEGINS.match(line.text):
            text = glue(text, line.text.lstrip())
        else:
            text += "\n" + line.text
    return text
