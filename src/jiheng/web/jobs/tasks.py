"""The one task of the queue: perform a job."""

from __future__ import annotations

from django_tasks import task

from jiheng.web.jobs import services


@task()
def run(pk: int) -> None:
    """Perform the job with this key."""
    services.perform(pk)
