"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class ResultsConfig(AppConfig):
    """结果应用."""

    name = "jiheng.web.results"
    label = "results"
    verbose_name = "结果应用"

    def ready(self) -> None:
        """Listen to what earlier stages find."""
        from jiheng.web.results import receivers as _listening  # noqa: F401
        from jiheng.web.results.handover import declare
        from jiheng.web.results.services import reminders as _reminders  # noqa: F401

        declare()
