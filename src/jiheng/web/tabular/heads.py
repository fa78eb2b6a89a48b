"""The head of a list: one row of headings, or two where the upper ones group the lower ones (支出 | 日期、金额)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from jiheng.readers.sheets import Sheet
from jiheng.readers.values import plain
from jiheng.web.tabular.columns import Vocabulary, bare

LOOKED_AT = 30
"""Rows from the top in which the head is looked for."""
_WIDEST = 200
"""Columns over which one upper heading is carried."""
_VALUE = re.compile(r"[-+¥￥(]?\d[\d,.:/年月日%)\-]*[万千]?元?")


@dataclass(frozen=True, slots=True)
class Head:
    """The rows (from 0) that hold the headings, the headings by column, and the upper ones of two rows."""

    first: int
    last: int
    texts: dict[int, str]
    groups: dict[int, str] = field(default_factory=dict)

    def shown(self, hidden: set[int]) -> dict[int, str]:
        """The headings of columns that are not hidden."""
        return {column: text for column, text in self.texts.items() if column not in hidden}


def head_at(sheet: Sheet, first: int, last: int) -> Head:
    """The head that these rows make, whatever stands in them."""
    if last > first:
        return _of_two(sheet, first)
    return Head(first, first, {c: text.strip() for c, text in sheet.rows.get(first, {}).items()})


def find_head(sheet: Sheet, vocabulary: Vocabulary) -> Head | None:
    """The head that fits best; ``None`` where no row has at least two headings that are known (or the only one)."""
    best: tuple[int, Head] | None = None
    for head in _candidates(sheet):
        known = vocabulary.match(head.texts, head.groups)
        if len(known) < min(2, len(vocabulary.fields)):
            continue
        # Titles such as 支付明细（金额单位：元） hold one name at most; of two rows the upper one is the head.
        points = len(known) + 2 * (not vocabulary.missing(known)) - _doubled(head, known)
        if best is None or points > best[0]:
            best = points, head
    return best[1] if best else None


def _candidates(sheet: Sheet) -> Iterator[Head]:
    for row in sorted(sheet.rows)[:LOOKED_AT]:
        yield head_at(sheet, row, row)
        two = _of_two(sheet, row)
        if len(set(two.groups.values()) | (sheet.rows[row].keys() - two.groups.keys())) > 1 and _heads(sheet, row + 1):
            yield two


def _heads(sheet: Sheet, row: int) -> bool:
    """Whether a row may belong to a head: entries have numbers and days in them."""
    cells = sheet.rows.get(row, {})
    return bool(cells) and not any(_VALUE.fullmatch(plain(text)) for text in cells.values())


def _doubled(head: Head, known: Mapping[str, int]) -> int:
    """How many fields could as well be another column: 日期, 金额, 日期, 金额 without what stands above them."""
    times = Counter(bare(text) for text in head.texts.values())
    return sum(times[bare(head.texts[column])] > 1 for column in known.values())


def _of_two(sheet: Sheet, row: int) -> Head:
    upper, lower = sheet.rows.get(row, {}), sheet.rows.get(row + 1, {})
    groups = _groups(sheet, row, upper, lower)
    texts = {}
    for column in sorted(upper.keys() | lower.keys()):
        pieces = (groups.get(column) or upper.get(column, ""), lower.get(column, ""))
        texts[column] = " ".join(piece.strip() for piece in pieces if piece.strip())
    return Head(row, row + 1, texts, groups)


def _groups(sheet: Sheet, row: int, upper: Mapping[int, str], lower: Mapping[int, str]) -> dict[int, str]:
    """The upper heading of each column that has a lower one: as cells are merged, or as blanks follow it."""
    wide = [(left, right) for top, left, bottom, right in sheet.merges if top <= row == bottom and right > left]
    if wide:
        spans = {c: upper.get(left, "") for left, right in wide for c in range(left, min(right, left + _WIDEST) + 1)}
        return {c: spans.get(c) or upper.get(c, "") for c in lower if spans.get(c) or upper.get(c)}
    groups: dict[int, str] = {}
    above = ""
    for column in range(min(max(lower, default=-1), _WIDEST) + 1):
        above = upper.get(column, above if column in lower else "")
        if column in lower and above:
            groups[column] = above
    return groups
