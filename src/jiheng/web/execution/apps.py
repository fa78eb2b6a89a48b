"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class ExecutionConfig(AppConfig):
    """预算执行."""

    name = "jiheng.web.execution"
    label = "execution"
    verbose_name = "预算执行"
