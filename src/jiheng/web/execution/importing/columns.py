"""What the columns of a list of the finance system may be, and how fund sources are written in it."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

from jiheng.readers.values import plain
from jiheng.web.tabular.columns import Field, Vocabulary


@cache
def _table() -> dict[str, dict[str, dict[str, list[str]]]]:
    text = (resources.files("jiheng.web.execution.importing") / "columns.toml").read_text("utf-8")
    return tomllib.loads(text)


@cache
def vocabulary() -> Vocabulary:
    """The fields in the order in which pages show them; without project, day and amount there is no entry."""
    fields = tuple(
        Field(name, str(f["label"]), tuple(f["names"]), tuple(f.get("never", ())), name != "amount")
        for name, f in _table()["field"].items()
    )
    return Vocabulary(fields, (("code", "project"), ("on",), ("amount",)), "amount")


def source_of(text: str) -> str | None:
    """The fund source that a cell names; ``None`` where no known word stands in it."""
    clean = plain(text)
    return next((s for s, words in _table()["source"].items() if any(w in clean for w in words)), None)
