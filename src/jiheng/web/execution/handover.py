"""What of this stage stands in somebody's name, for the day that they leave: it goes on without them."""

from __future__ import annotations

from jiheng.web.execution.models import ImportBatch
from jiheng.web.org.holdings import Holding, hold


def declare() -> None:
    """Tell the organisation."""
    waiting = (ImportBatch.State.WAITING, ImportBatch.State.READ)
    hold(Holding(
        "execution.batches", "没有入账的执行数据", lambda: ImportBatch.objects.filter(state__in=waiting), "by",
        lambda row: (row.name, f"/execution/imports/{row.pk}/"), "能导入的人可在导入页继续办理。",
    ))  # fmt: skip
