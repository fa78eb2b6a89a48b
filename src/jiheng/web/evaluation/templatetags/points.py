"""How points and amounts are printed."""

from __future__ import annotations

from decimal import Decimal

from django import template

from jiheng.scoring.numbers import plain, printed

register = template.Library()


@register.filter
def points(value: Decimal | None) -> str:
    """8.50 as 8.5, 10.00 as 10; nothing for nothing."""
    return "" if value is None or value == "" else plain(Decimal(value))


@register.filter
def wan(value: Decimal | None) -> str:
    """元 as 万元 with two decimals and thousands separators."""
    return "" if value is None or value == "" else printed(Decimal(value) / 10000)
