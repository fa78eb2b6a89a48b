"""The app as Django knows it."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_save


class MonitoringConfig(AppConfig):
    """绩效运行监控."""

    name = "jiheng.web.monitoring"
    label = "monitoring"
    verbose_name = "绩效运行监控"

    def ready(self) -> None:
        """Know what is done in the background and from time to time, in the worker as in the server; have open forms
        follow what is approved.
        """
        from jiheng.web.monitoring.handover import declare
        from jiheng.web.monitoring.services import opening as _opening  # noqa: F401
        from jiheng.web.monitoring.services import reporting as _reporting  # noqa: F401
        from jiheng.web.monitoring.services import rounds as _rounds  # noqa: F401
        from jiheng.web.plan.models import Version

        # After the money: it follows the same approval, and was asked first.
        post_save.connect(_approved, sender=Version, dispatch_uid="monitoring.approved")
        declare()


def _approved(instance: Any, **_: Any) -> None:
    """The plan stage knows nothing of monitoring: what it decides is followed here, in its own transaction."""
    from jiheng.web.monitoring.services.following import follow_approval

    follow_approval(instance.project_id)
