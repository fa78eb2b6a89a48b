"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """数据接口."""

    name = "jiheng.web.api"
    label = "api"
    verbose_name = "数据接口"

    def ready(self) -> None:
        """Tell whose the requests with a token are."""
        from jiheng.web.api.auth import token_behind
        from jiheng.web.api.handover import declare
        from jiheng.web.once.requests import asker

        asker(token_behind)
        declare()
