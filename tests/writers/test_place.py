from __future__ import annotations

import pytest

from jiheng.model import Anchor
from jiheng.writers.place import place


@pytest.mark.parametrize(
    "anchor,words",
    (
        (None, ""),
        (Anchor(table=1, row=4, column=2), "第 2 张表第 5 行第 3 格"),
        (Anchor(table=1, row=4, column=2, paragraph=0), "第 2 张表第 5 行第 3 格"),
        (Anchor(table=0, sheet="汇总", row=4, column=2), "工作表“汇总”第 5 行第 3 列"),
        (Anchor(page=2, table=0, row=0, column=0), "第 3 页第 1 张表第 1 行第 1 格"),
        (Anchor(paragraph=6), "第 7 段"),
    ),
)
def test_place_counts_as_people_do(anchor: Anchor | None, words: str) -> None:
    assert place(anchor) == words
