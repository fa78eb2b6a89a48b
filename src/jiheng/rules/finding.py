"""What a rule says of a place in a document."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from jiheng.model import Anchor, Project


class Severity(IntEnum):
    """E error (must be put right), W warning (explain or put right), I hint; comparable."""

    INFO = 1
    WARNING = 2
    ERROR = 3


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the whole text of the cell or paragraph at ``anchor``, which is ``old``, by ``new``."""

    anchor: Anchor
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A certain correction: all edits together, and a sentence that says what they do."""

    title: str
    edits: tuple[Edit, ...]


def correction(title: str, *edits: tuple[Anchor | None, str | None, str]) -> Fix | None:
    """The fix made of these edits (anchor, what stands there, what should), or ``None``: a fix whose place is unknown
    cannot be applied, so it is none."""
    known = tuple(Edit(anchor, old, new) for anchor, old, new in edits if anchor is not None and old is not None)
    return Fix(title, known) if known and len(known) == len(edits) else None


@dataclass(frozen=True, slots=True)
class Hit:
    """What a rule function yields; the engine makes the :class:`Finding` of it.

    ``field`` names a field of the model (target, plan, goals.0, code …), and with it the anchor. ``message`` says what
    is wrong with the content named, ``advice`` what to do. ``words`` are the words that led to it.
    ``severity`` differs from the rule's only where the catalogue says E/W.
    """

    field: str
    message: str
    advice: str = ""
    fix: Fix | None = None
    words: tuple[str, ...] = ()
    severity: Severity | None = None
    anchor: Anchor | None = None
    content: str = ""
    """What stands there, where the field alone does not tell (part one); else the engine reads it from the field."""
    row: int | None = None
    """The indicator that a rule of a whole project speaks of, by its place from 0."""
    project: Project | None = None
    """The project that a rule of a whole document speaks of; ``None`` for part one or the document itself."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A defect at its place. ``project`` is the sequence number, 0 for part one or the whole document; ``indicator``
    is its name as printed, ``row`` its place among the project's indicators from 0, both ``None`` where the finding
    is of no indicator. ``content`` is what stands in the cell. ``silenced`` is the reason it was silenced for."""

    code: str
    severity: Severity
    project: int
    indicator: str | None
    field: str
    message: str
    advice: str = ""
    content: str = ""
    anchor: Anchor | None = None
    fix: Fix | None = None
    words: tuple[str, ...] = ()
    row: int | None = None
    silenced: str | None = None
