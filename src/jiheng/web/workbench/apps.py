"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class WorkbenchConfig(AppConfig):
    """工作台."""

    name = "jiheng.web.workbench"
    label = "workbench"
    verbose_name = "工作台"
