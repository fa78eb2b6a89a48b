"""Which column of a list is what: the header row found by itself, headings compared with known names."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from jiheng.readers.sheets import Sheet
from jiheng.readers.values import plain

LOOKED_AT = 30
"""Rows from the top in which the headings are looked for."""
REQUIRED = ("on", "amount")
"""Without these there is no entry; and the project needs its code or its name."""
_BRACKETS = re.compile(r"\([^)]{0,100}\)|\[[^\]]{0,100}\]|【[^】]{0,100}】")
_WAN = re.compile(r"万元")


@dataclass(frozen=True, slots=True)
class Field:
    """Something that a column may hold, and how it is headed."""

    name: str
    label: str
    names: tuple[str, ...]
    never: tuple[str, ...] = ()

    def fit(self, heading: str) -> int:
        """How well a heading (already bare) fits: 0 not at all, more the better."""
        if heading in self.names:
            return 1000 - self.names.index(heading)
        if not heading or any(word in heading for word in self.never):
            return 0
        # The longer the name that the heading contains, the surer: 项目名称 before 项目.
        return max((10 * len(name) for name in self.names if len(name) > 1 and name in heading), default=0)


@cache
def _table() -> dict[str, dict[str, dict[str, list[str]]]]:
    text = (resources.files("jiheng.web.execution.importing") / "columns.toml").read_text("utf-8")
    return tomllib.loads(text)


@cache
def fields() -> tuple[Field, ...]:
    """All of them, in the order in which pages show them."""
    return tuple(
        Field(name, str(f["label"]), tuple(f["names"]), tuple(f.get("never", ())))
        for name, f in _table()["field"].items()
    )


def label(name: str) -> str:
    """What pages call a field."""
    return next(f.label for f in fields() if f.name == name)


def bare(heading: str) -> str:
    """A heading as it is compared: half-width, without blanks and brackets."""
    return _BRACKETS.sub("", plain(heading)).rstrip(":*")


def match(headings: Mapping[int, str]) -> dict[str, int]:
    """Field → column of the headings that fit best; a column is one field, a field one column."""
    fits = [
        (f.fit(bare(text)), -column, n, f.name) for n, f in enumerate(fields()) for column, text in headings.items()
    ]
    found: dict[str, int] = {}
    for points, column, _, name in sorted(fits, reverse=True):
        if points and name not in found and -column not in found.values():
            found[name] = -column
    return found


def missing(mapping: Mapping[str, int]) -> list[str]:
    """What must still be matched, by the names that pages show."""
    lacking = [label(name) for name in REQUIRED if name not in mapping]
    if "code" not in mapping and "project" not in mapping:
        lacking.insert(0, "项目代码（或项目名称）")
    return lacking


def find_header(sheet: Sheet) -> int | None:
    """The row (from 0) whose cells are headings; ``None`` where no row has at least two that are known."""
    best: tuple[int, int] | None = None
    for row in sorted(sheet.rows)[:LOOKED_AT]:
        known = match(sheet.rows[row])
        # Titles such as 支付明细（金额单位：元） hold one name at most; of two rows the upper one is the header.
        points = len(known) + 2 * (not missing(known))
        if len(known) >= 2 and (best is None or points > best[0]):
            best = points, row
    return best[1] if best else None


def amount_unit(sheet: Sheet, header: int, mapping: Mapping[str, int]) -> str:
    """``wan`` where the heading of the amounts, or what stands above the header, says 万元; else ``yuan``."""
    heading = sheet.rows.get(header, {}).get(mapping.get("amount", -1), "")
    if "元" in heading:
        return "wan" if _WAN.search(plain(heading)) else "yuan"
    above = "".join("".join(cells.values()) for row, cells in sheet.rows.items() if row < header)
    return "wan" if re.search(r"单位[:：]?(人民币)?万元", plain(above)) else "yuan"


def digest(headings: Mapping[int, str]) -> str:
    """What tells one header from another: its cells and where they stand."""
    text = "\x1f".join(f"{column}\x1e{plain(heading)}" for column, heading in sorted(headings.items()))
    return hashlib.sha256(text.encode()).hexdigest()


def source_of(text: str) -> str | None:
    """The fund source that a cell names; ``None`` where no known word stands in it."""
    clean = plain(text)
    return next((s for s, words in _table()["source"].items() if any(w in clean for w in words)), None)


def is_sum(cells: Mapping[int, str]) -> bool:
    """Whether a row adds up those above it."""
    first = bare(cells[min(cells)]) if cells else ""
    return first in _table()["sums"]["names"]
