"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    """绩效运行监控."""

    name = "jiheng.web.monitoring"
    label = "monitoring"
    verbose_name = "绩效运行监控"
