"""Background work that somebody asked for, for the day that they leave."""

from __future__ import annotations

from jiheng.web.jobs.models import Job
from jiheng.web.org.holdings import Holding, hold


def declare() -> None:
    """Tell the organisation."""
    hold(Holding(
        "jobs.open", "没有做完的后台任务", lambda: Job.objects.filter(state__in=Job.OPEN), "created_by",
        lambda row: (row.title, ""), "照常做完；做出的文件只有本人能取，接手人需要的请自己再做一次。",
    ))  # fmt: skip
