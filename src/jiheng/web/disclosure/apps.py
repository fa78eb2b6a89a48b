"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class DisclosureConfig(AppConfig):
    """信息公开."""

    name = "jiheng.web.disclosure"
    label = "disclosure"
    verbose_name = "信息公开"
