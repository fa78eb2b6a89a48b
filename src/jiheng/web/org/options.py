"""Units as the options of a list to choose from: made here and not in templates, for a district has hundreds."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString

from jiheng.web.org.models import Unit

_SELECTED = SafeString(" selected")


def unit_options(units: QuerySet[Unit], chosen: Any) -> list[SafeString]:
    """An option for each of these units; the one whose key is ``chosen``, as it stands in an address, is selected."""
    return [
        format_html('<option value="{}"{}>{} {}</option>', pk, _SELECTED if str(pk) == chosen else "", code, name)
        for pk, code, name in units.order_by("code").values_list("pk", "code", "name")
    ]
