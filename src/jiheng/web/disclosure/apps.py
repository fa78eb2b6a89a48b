"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class DisclosureConfig(AppConfig):
    """信息公开."""

    name = "jiheng.web.disclosure"
    label = "disclosure"
    verbose_name = "信息公开"

    def ready(self) -> None:
        """Know the work done in the background, in the worker as in the server."""
        from jiheng.web.disclosure import services as _publishing  # noqa: F401
