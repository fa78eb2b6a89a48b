"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """后台任务."""

    name = "jiheng.web.jobs"
    label = "jobs"
    verbose_name = "后台任务"

    def ready(self) -> None:
        """Know every kind of work, in the worker as in the server."""
        from jiheng.web.disclosure import services as _publishing  # noqa: F401
        from jiheng.web.plan.importing import uploads as _reading  # noqa: F401
