"""Tables of worked examples, in TOML beside the tests."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any


def examples(name: str, table: str = "case") -> list[dict[str, Any]]:
    """The examples of a table, each with the calculation it follows from in ``why``."""
    path = Path(__file__).parent / "examples" / f"{name}.toml"
    found: list[dict[str, Any]] = tomllib.loads(path.read_text("utf-8"))[table]
    return found
