"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class OrgConfig(AppConfig):
    """组织人员."""

    name = "jiheng.web.org"
    label = "org"
    verbose_name = "组织人员"
