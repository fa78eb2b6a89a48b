"""The app as Django knows it."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_save


class ExecutionConfig(AppConfig):
    """预算执行."""

    name = "jiheng.web.execution"
    label = "execution"
    verbose_name = "预算执行"

    def ready(self) -> None:
        """Keep the sums of a project right when its plan is approved, or the approval revoked; tell reviewers of the
        year before.

        Know the work done in the background, in the worker as in the server.
        """
        from jiheng.web.execution import kept as _kept  # noqa: F401
        from jiheng.web.execution.handover import declare
        from jiheng.web.execution.importing import applying as _applying  # noqa: F401
        from jiheng.web.execution.queries.last_year import last_execution
        from jiheng.web.plan.models import Transition, Version
        from jiheng.web.plan.review.signals import shown_to_reviewers

        shown_to_reviewers.connect(last_execution, dispatch_uid="execution.last_year")
        post_save.connect(_approved, sender=Version, dispatch_uid="execution.approved")
        post_save.connect(_revoked, sender=Transition, dispatch_uid="execution.revoked")
        declare()


def _approved(instance: Any, **_: Any) -> None:
    """The plan stage knows nothing of money: what it decides is followed here, in its own transaction."""
    from jiheng.web.execution.services.totals import refresh_totals

    refresh_totals([instance.project_id])


def _revoked(instance: Any, **_: Any) -> None:
    from jiheng.web.execution.services.totals import refresh_totals

    if instance.name == "revoke":
        refresh_totals([instance.project_id])
