"""Why a change was not made, in words for the one who asked."""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    """The change cannot be made; nothing was changed."""


class Stale(Refused):
    """Someone else changed the same cells since they were seen. ``conflicts`` says what stands there now, and whose
    it is: ``{"cell", "value", "by", "at"}``."""

    def __init__(self, message: str, conflicts: list[dict[str, Any]], revision: int) -> None:
        super().__init__(message)
        self.conflicts, self.revision = conflicts, revision
