"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class OnceConfig(AppConfig):
    """一次性表单."""

    name = "jiheng.web.once"
    label = "once"
    verbose_name = "一次性表单"
