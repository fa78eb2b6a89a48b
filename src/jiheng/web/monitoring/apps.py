"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    """绩效运行监控."""

    name = "jiheng.web.monitoring"
    label = "monitoring"
    verbose_name = "绩效运行监控"

    def ready(self) -> None:
        """Know what is done in the background and from time to time, in the worker as in the server."""
        from jiheng.web.monitoring.services import opening as _opening  # noqa: F401
        from jiheng.web.monitoring.services import reporting as _reporting  # noqa: F401
        from jiheng.web.monitoring.services import rounds as _rounds  # noqa: F401
