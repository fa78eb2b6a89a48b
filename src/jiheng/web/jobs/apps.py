"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """后台任务."""

    name = "jiheng.web.jobs"
    label = "jobs"
    verbose_name = "后台任务"

    def ready(self) -> None:
        """What stands below knows of no ticks: its sweeping is declared here."""
        from jiheng.web.jobs.handover import declare
        from jiheng.web.jobs.ticks import tick
        from jiheng.web.once.answers import sweep

        tick("once.sweep")(sweep)
        declare()
