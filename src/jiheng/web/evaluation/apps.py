"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    """绩效自评."""

    name = "jiheng.web.evaluation"
    label = "evaluation"
    verbose_name = "绩效自评"
