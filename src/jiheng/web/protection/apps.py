"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class ProtectionConfig(AppConfig):
    """安全防护."""

    name = "jiheng.web.protection"
    label = "protection"
    verbose_name = "安全防护"

    def ready(self) -> None:
        """Register what ``manage check --deploy`` asks beyond Django's own questions."""
        from jiheng.web.protection import checks as _checks  # noqa: F401
