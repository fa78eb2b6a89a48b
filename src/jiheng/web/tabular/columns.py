"""Which column of a list is what: headings compared with the names that a stage knows."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from jiheng.readers.values import plain

_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
_UNIT = re.compile(r"(亿|千万|百万|十万|万|千|百)?元")
_UNIT_ABOVE = re.compile(r"单位[:：]?(?:人民币)?(亿|千万|百万|十万|万|千|百)?元")
UNITS = {"yuan": "元", "wan": "万元"}
"""The units of amounts that a list may be in."""


@dataclass(frozen=True, slots=True)
class Field:
    """Something that a column may hold, and how it is headed.

    ``spreads``: a cell merged over several rows says the same of each of them (a project, and never an amount).
    """

    name: str
    label: str
    names: tuple[str, ...]
    never: tuple[str, ...] = ()
    spreads: bool = True

    def fit(self, heading: str) -> int:
        """How well a heading (already bare) fits: 0 not at all, more the better."""
        if heading in self.names:
            return 1000 - self.names.index(heading)
        if not heading or any(word in heading for word in self.never):
            return 0
        # The longer the name that the heading contains, the surer: 项目名称 before 项目.
        return max((10 * len(name) for name in self.names if len(name) > 1 and name in heading), default=0)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The fields of a kind of list. Of each tuple in ``needed`` one field must be there, or there is no row;
    ``amount`` is the field whose heading may say 元 or 万元."""

    fields: tuple[Field, ...]
    needed: tuple[tuple[str, ...], ...]
    amount: str = ""

    def label(self, name: str) -> str:
        """What pages call a field."""
        return next(f.label for f in self.fields if f.name == name)

    def match(self, headings: Mapping[int, str], groups: Mapping[int, str] | None = None) -> dict[str, int]:
        """Field → column of the headings that fit best; a column is one field, a field one column.

        ``groups`` are the upper headings of a head of two rows: what stands under the same one as the amount goes
        before what stands elsewhere (收入 and 支出 both have a 日期).
        """
        found = self._match(headings, {})
        group = (groups or {}).get(found.get(self.amount, -1), "")
        return self._match(headings, {c: 5 for c, text in (groups or {}).items() if text == group}) if group else found

    def _match(self, headings: Mapping[int, str], more: Mapping[int, int]) -> dict[str, int]:
        fits = []
        for n, field in enumerate(self.fields):
            for column, text in headings.items():
                if points := field.fit(bare(text)):
                    fits.append((points + more.get(column, 0), -column, n, field.name))
        found: dict[str, int] = {}
        for _, column, _, name in sorted(fits, reverse=True):
            if name not in found and -column not in found.values():
                found[name] = -column
        return found

    def missing(self, mapping: Mapping[str, int]) -> list[str]:
        """What must still be matched, by the names that pages show."""
        lacking = [names for names in self.needed if not any(name in mapping for name in names)]
        labels = [[self.label(name) for name in names] for names in lacking]
        return [first + "".join(f"（或{other}）" for other in rest) for first, *rest in labels]


def bare(heading: str) -> str:
    """A heading as it is compared: half-width, without blanks and brackets."""
    return _BRACKETS.sub("", plain(heading)).rstrip(":*").lstrip("*")


def amount_unit(heading: str, above: str) -> str:
    """The unit of the amounts that their heading, or else what stands above the head, names: ``yuan``, ``wan``, the
    unit itself (千元) where it is another one, "" where none is named."""
    match = _UNIT.search(plain(heading)) or _UNIT_ABOVE.search(plain(above))
    if match is None:
        return ""
    return {"": "yuan", "万": "wan"}.get(match[1] or "", f"{match[1]}元")


def digest(headings: Mapping[int, str]) -> str:
    """What tells one head from another: its cells and where they stand."""
    text = "\x1f".join(f"{column}\x1e{plain(heading)}" for column, heading in sorted(headings.items()))
    return hashlib.sha256(text.encode()).hexdigest()
