"""Small things that every page shares: how money is written, and that no two apps' files go by one name."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from django.contrib.staticfiles.finders import get_finders
from django.template import Context, Template


def test_money_is_grouped_by_threes_and_years_are_not() -> None:
    page = Template('{% load humanize %}{{ money|floatformat:"2g" }} {{ count|intcomma }} {{ year }}')
    shown = page.render(Context({"money": Decimal("1234567.5"), "count": 98765, "year": 2026}))
    assert shown == "1,234,567.50 98,765 2026"


def test_no_static_file_hides_another() -> None:
    """Two org.css once did: the pages of logging in were shown without their own."""
    names = Counter(path for finder in get_finders() for path, _ in finder.list([]))
    assert [name for name, times in names.items() if times > 1] == []
