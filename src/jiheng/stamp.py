"""What a sheet handed out to be filled in carries in a hidden cell, so that it is known when it comes back."""

from __future__ import annotations

PREFIX = "绩衡填报:"
"""A cell that begins so is a stamp and no content."""
FURNITURE = f"{PREFIX}-"
"""The stamp of a sheet that is no form: instructions, lists."""


def stamp(key: str) -> str:
    """The stamp that carries a key."""
    return f"{PREFIX}{key}"


def key_of(text: str) -> str | None:
    """The key of a stamp, ``""`` for furniture, ``None`` where the text is no stamp."""
    if not text.startswith(PREFIX):
        return None
    return "" if text.strip() == FURNITURE else text.removeprefix(PREFIX).strip()
