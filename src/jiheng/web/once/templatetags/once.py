"""``{% csrf_token %}`` of every form brings its one-time key along, so that no form can be written without one."""

from __future__ import annotations

import secrets
from typing import Any

from django import template
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html

from jiheng.web.once.answers import FIELD

register = template.Library()


@register.simple_tag
def once() -> str:
    """A hidden field with a fresh key; the browser must not put an old one back into it by itself."""
    key = secrets.token_urlsafe(16)
    return format_html('<input type="hidden" name="{}" value="{}" autocomplete="off">', FIELD, key)


class FormTokensNode(CsrfTokenNode):
    """Django's token, and the key of the form where somebody is logged in whose submissions are kept."""

    def render(self, context: Any) -> str:
        """Both hidden fields."""
        user = context.get("user")
        mine = once() if user is not None and user.is_authenticated else ""
        return super().render(context) + mine


@register.tag
def csrf_token(parser: Any, token: Any) -> FormTokensNode:
    """In place of Django's own tag of this name (see ``builtins`` in the settings)."""
    return FormTokensNode()
