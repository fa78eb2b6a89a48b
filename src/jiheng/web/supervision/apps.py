"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    """审计监督."""

    name = "jiheng.web.supervision"
    label = "supervision"
    verbose_name = "审计监督"

    def ready(self) -> None:
        """Tell the organisation what of this app stands in people's names."""
        from jiheng.web.supervision.handover import declare

        declare()
