"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class PlanConfig(AppConfig):
    """绩效目标."""

    name = "jiheng.web.plan"
    label = "plan"
    verbose_name = "绩效目标"
