"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    """绩效自评."""

    name = "jiheng.web.evaluation"
    label = "evaluation"
    verbose_name = "绩效自评"

    def ready(self) -> None:
        """Declare the jobs."""
        from jiheng.web.evaluation.handover import declare
        from jiheng.web.evaluation.services import exporting, start  # noqa: F401

        declare()
