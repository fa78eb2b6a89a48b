"""An entry of the trail is shown in the words of the forms, whatever it keeps."""

from __future__ import annotations

from typing import Any

import pytest

from jiheng.web.supervision.wording import in_words, kind_words


@pytest.mark.parametrize(
    "kind, kept, shown",
    [
        ("plan.project", {"purpose": "甲"}, {"资金用途": "甲"}),
        ("plan.project", {"indicator:7:target_raw": "≥9个"}, {"指标（编号 7）：指标值": "≥9个"}),
        ("plan.project", {"indicator:7": {"basis": "乙"}}, {"指标（编号 7）": {"指标值确定依据": "乙"}}),
        ("plan.project", {"state": "finance_review", "reason": ""}, {"状态": "财政审核", "理由": ""}),
        ("org.unit", {"valid_to": 2026, "moved": 3}, {"截止年度": 2026, "随之转移": 3}),
        ("gone.model", {"name": "丙", "unheard_of": 1}, {"名称": "丙", "unheard_of": 1}),
        ("", ["丁"], ["丁"]),
    ],
)
def test_keys_and_choices_in_chinese(kind: str, kept: Any, shown: Any) -> None:
    assert in_words(kind, kept) == shown


def test_kinds() -> None:
    assert kind_words("plan.project") and not kind_words("plan.project").isascii()
    assert kind_words("gone.model") == kind_words("") == ""
