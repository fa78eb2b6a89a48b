"""Small things that every page shares: how money is written, and that no two apps' files go by one name."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal
from pathlib import Path

from django.contrib.staticfiles.finders import get_finders
from django.template import Context, Template

import jiheng.web
from jiheng.web.org.permissions import PERMISSIONS

BROKEN = re.compile(r"<p(?:\s[^>]*)?>(?:(?!</p>).)*?<(?:form|div|table|ul|ol|details|p|h\d)\b", re.DOTALL)
"""A paragraph ends where a block begins, whatever the template says, and what follows loses its place and its look."""


def test_money_is_grouped_by_threes_and_years_are_not() -> None:
    page = Template('{% load humanize %}{{ money|floatformat:"2g" }} {{ count|intcomma }} {{ year }}')
    shown = page.render(Context({"money": Decimal("1234567.5"), "count": 98765, "year": 2026}))
    assert shown == "1,234,567.50 98,765 2026"


def test_no_static_file_hides_another() -> None:
    """Two org.css once did: the pages of logging in were shown without their own."""
    names = Counter(path for finder in get_finders() for path, _ in finder.list([]))
    assert [name for name, times in names.items() if times > 1] == []


def test_no_paragraph_holds_a_block() -> None:
    """The button that removes a procurement once stood apart from the others."""
    assert BROKEN.search("<p>甲<form></form></p>")
    templates = Path(jiheng.web.__path__[0]).rglob("templates/**/*.html")
    texts = {path.name: path.read_text("utf-8") for path in templates}
    assert len(texts) > 50
    assert [name for name, text in texts.items() if BROKEN.search(text)] == []


def test_templates_ask_for_permissions_that_there_are() -> None:
    """Of one that there is not, a template would say nothing, and show nothing."""
    asked = set()
    for path in Path(jiheng.web.__path__[0]).rglob("templates/**/*.html"):
        asked |= set(re.findall(r"\bmay\.(\w+)", path.read_text("utf-8")))
    assert "plan_view" in asked and asked <= {name.replace(".", "_") for name in PERMISSIONS}
