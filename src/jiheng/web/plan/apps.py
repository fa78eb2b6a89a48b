"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class PlanConfig(AppConfig):
    """绩效目标."""

    name = "jiheng.web.plan"
    label = "plan"
    verbose_name = "绩效目标"

    def ready(self) -> None:
        """Know the work done in the background, in the worker as in the server."""
        from jiheng.web.plan import units as _units  # noqa: F401
        from jiheng.web.plan.handover import declare
        from jiheng.web.plan.importing import bulk as _importing  # noqa: F401
        from jiheng.web.plan.importing import uploads as _reading  # noqa: F401

        declare()
