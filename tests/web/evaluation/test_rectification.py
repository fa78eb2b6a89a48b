"""What an accepted self-evaluation leaves to be put right is born in the register, once."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.django_db


def test_a_bad_score_becomes_an_item_of_the_register(filled: Any) -> None:
    from jiheng.web.evaluation.models import SelfEvaluation
    from jiheng.web.evaluation.signals import finding_made
    from jiheng.web.results.models import Rectification

    for _ in range(2):
        finding_made.send(
            SelfEvaluation, evaluation=filled, kind="score", title="自评 55 分，等级为差", description="数量不足。"
        )
    item = Rectification.objects.get()
    assert (item.source, item.severity, item.project_id) == ("evaluation", "serious", filled.project_id)
    assert item.title == "道路绿化补植：自评 55 分，等级为差" and item.origin == filled
    finding_made.send(
        SelfEvaluation, evaluation=filled, kind="honesty", title="自评数据存疑", description="没有佐证资料。"
    )
    assert Rectification.objects.count() == 2
