"""The words that forms use for their boxes (``labels.toml``), ready to look up."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Labels:
    """Printed label → key, a dictionary each kind of place. Look up labels in plain form (no blanks, half-width)."""

    head: dict[str, str]
    within_budget: dict[str, str]
    blocks: dict[str, str]
    columns: dict[str, str]
    sections: dict[str, str]
    title_suffixes: tuple[str, ...]
    furniture: frozenset[str]
    generic_titles: frozenset[str]
    levels: frozenset[str]


def _by_label(table: dict[str, list[str]]) -> dict[str, str]:
    return {label: key for key, labels in table.items() for label in labels}


@cache
def labels() -> Labels:
    """The labels of all regions and years together: they do not contradict each other."""
    raw = tomllib.loads((resources.files("jiheng.policy") / "labels.toml").read_text("utf-8"))
    return Labels(
        head=_by_label(raw["head"]),
        within_budget=_by_label(raw["within_budget"]),
        blocks=_by_label(raw["blocks"]),
        columns=_by_label(raw["columns"]),
        sections=_by_label(raw["sections"]),
        title_suffixes=tuple(sorted(raw["title"]["suffixes"], key=len, reverse=True)),
        furniture=frozenset(raw["title"]["furniture"]),
        levels=frozenset(raw["levels"]["names"]),
        generic_titles=frozenset(raw["title"]["generic"]),
    )


_BRACKETS = re.compile(r"\([^()]*(?:\)|$)")


def bare(label: str) -> str:
    """A plain text as a label: what stands in brackets goes ("资金支出计划(累计进度%)"), a leading 其中 and colons."""
    return _BRACKETS.sub("", label).removeprefix("其中").strip(":")
