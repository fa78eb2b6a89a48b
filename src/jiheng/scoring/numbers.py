"""Percentages and points: rounded once, half up, to the cent; and printed as people write them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
HUNDRED = Decimal(100)


def to_cents(number: Decimal) -> Decimal:
    """Rounded half up to two places."""
    return number.quantize(CENT, ROUND_HALF_UP)


def percent_of(part: Decimal, whole: Decimal) -> Decimal | None:
    """``part`` as a percentage of ``whole``, to two places (95 for 95%); ``None`` of nothing."""
    return to_cents(part * HUNDRED / whole) if whole else None


def plain(number: Decimal) -> str:
    """12.50 as 12.5, 90.00 as 90: for sentences."""
    return f"{number.normalize():f}" if number else "0"


def shared_out(points: Decimal, parts: int) -> list[Decimal]:
    """``points`` in equal parts to the cent, together exactly ``points``: the first parts take the odd cents."""
    if parts <= 0:
        return []
    cents = int(points / CENT)
    share, odd = divmod(cents, parts)
    return [(share + (1 if n < odd else 0)) * CENT for n in range(parts)]


def printed(number: Decimal) -> str:
    """1988.385 as 1,988.39: half up like everything else, so that a number reads alike on every page and paper.

    Left to itself, formatting rounds half to even.
    """
    return f"{to_cents(number):,.2f}"
