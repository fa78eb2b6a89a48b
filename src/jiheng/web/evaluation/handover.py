"""What of this stage stands in somebody's name, for the day that they leave: it goes on without them."""

from __future__ import annotations

from jiheng.web.evaluation.models import SelfEvaluation
from jiheng.web.monitoring.models import RecordState
from jiheng.web.org.holdings import Holding, hold


def declare() -> None:
    """Tell the organisation."""
    hold(Holding(
        "evaluation.drafts", "最后由其填写的自评表草稿",
        lambda: SelfEvaluation.objects.filter(state=RecordState.DRAFT).select_related("project"), "filled_by",
        lambda row: (str(row.project), f"/evaluation/{row.pk}/"), "归单位，本单位的其他经办可继续填写。",
    ))  # fmt: skip
