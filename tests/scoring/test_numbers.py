from __future__ import annotations

from decimal import Decimal

import pytest

from jiheng.scoring.numbers import printed


@pytest.mark.parametrize("number, said", (
    ("1988.385", "1,988.39"), ("0.005", "0.01"), ("0.015", "0.02"), ("-1988.385", "-1,988.39"), ("0", "0.00"),
    ("12345678.9", "12,345,678.90"),
))  # fmt: skip
def test_numbers_are_printed_half_up_as_pages_print_them(number: str, said: str) -> None:
    """Django's floatformat rounds so: the same number reads alike on every page and paper."""
    from django.template.defaultfilters import floatformat

    assert printed(Decimal(number)) == said
    assert floatformat(Decimal(number), 2) == said.replace(",", "")
