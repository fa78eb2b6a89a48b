"""What may stand in a person's name: each stage declares here what it keeps, for the day that somebody leaves.

The organisation knows no stage; what is declared here is listed, counted and handed over by one page for all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

Move = Callable[[Any, Sequence[Any], Any, Any], object]
"""``move(who decides, rows, who leaves, successor)`` within the transaction of the whole handover.

Raises :class:`~jiheng.web.org.services.places.Wrong` where the successor cannot take one of them.
"""


@dataclass(frozen=True, slots=True)
class Holding:
    """A kind of thing that stands in somebody's name while it is not finished."""

    key: str
    label: str
    rows: Callable[[], QuerySet[Any]]
    """All that is not finished, whoever's it is."""
    person: str
    """The path from a row to the person."""
    show: Callable[[Any], tuple[str, str]]
    """A row in words, and the address of its page, or ""."""
    note: str
    """What becomes of it, for whoever reads the page."""
    move: Move | None = None
    """``None`` for what goes on without its person, and keeps the name as history."""
    unit: str = ""
    """The path from a row to its unit, where who answers for the unit must see what nobody does any more."""

    def of(self, someone: Any) -> QuerySet[Any]:
        """What stands in the name of this person."""
        return self.rows().filter(**{self.person: someone}).distinct()


_holdings: dict[str, Holding] = {}


def hold(holding: Holding) -> None:
    """Declare a kind; apps do so when they are ready."""
    _holdings[holding.key] = holding


def holdings() -> list[Holding]:
    """All kinds: first those that a successor takes over, in the order of the year."""
    return sorted(_holdings.values(), key=lambda h: (h.move is None, not h.unit))


def movable() -> list[Holding]:
    """The kinds that a successor takes over."""
    return [h for h in _holdings.values() if h.move is not None]
