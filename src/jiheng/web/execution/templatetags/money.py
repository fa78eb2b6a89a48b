"""Amounts and percentages as the platform shows them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template

from jiheng.scoring.numbers import printed, to_cents

register = template.Library()
WAN = Decimal(10000)


@register.filter
def wan(amount: Any) -> str:
    """An amount in 元 as 万元, two decimals and thousands separators; empty for none."""
    return "" if amount is None else printed(Decimal(amount) / WAN)


@register.filter
def yuan(amount: Any) -> str:
    """An amount in 元 to the cent, thousands separators."""
    return "" if amount is None else printed(Decimal(amount))


@register.filter
def percent(number: Any) -> str:
    """33.3 as 33.30%; a dash where there is none."""
    return "—" if number is None else f"{to_cents(Decimal(number)):.2f}%"


@register.filter
def points(number: Any) -> str:
    """Percentage points with their sign: +3.50, −12.25."""
    if number is None:
        return "—"
    value = to_cents(Decimal(number))
    return f"{'−' if value < 0 else '+' if value > 0 else ''}{abs(value):.2f}"
