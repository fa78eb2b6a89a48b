"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class ResultsConfig(AppConfig):
    """整改与责任."""

    name = "jiheng.web.results"
    label = "results"
    verbose_name = "整改与责任"
