"""Differences between two tables, cell by cell."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

import make_demo
from jiheng.model import Indicator, Project
from jiheng.readers import read
from jiheng.readers.values import parse_target
from jiheng.web.plan.differences import differences

WATER = read(make_demo.DEMO / "青岚县水利局2023年绩效文本.docx").projects[0]


def test_nothing_differs_from_itself() -> None:
    assert differences(WATER, WATER) == []


def test_a_changed_value_is_one_change_where_its_row_now_stands() -> None:
    rows = list(WATER.indicators)
    changed = replace(rows[0], target=parse_target("=18公里"))
    after = replace(WATER, indicators=(rows[1], changed, *rows[2:]))
    (change,) = differences(WATER, after)
    assert (change.before_key, change.after_key) == ("indicator:0:target_raw", "indicator:1:target_raw")
    assert (change.before, change.after, change.kind) == ("=15公里", "=18公里", "changed")


def test_rows_that_come_and_go() -> None:
    new = Indicator("产出指标", "数量指标", "拆除违建", None, parse_target("≥3处"))
    after = replace(WATER, indicators=(*WATER.indicators[1:], new), goals=WATER.goals[:1])
    kinds = {(c.kind, c.label) for c in differences(WATER, after)}
    assert ("removed", "绩效目标第2条") in kinds
    texts = " ".join(c.before + c.after for c in differences(WATER, after))
    assert "拆除违建" in texts


PROJECTS = [p for path in sorted(make_demo.DEMO.glob("*.docx")) for p in read(path).projects]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(PROJECTS), st.sampled_from(PROJECTS))
def test_every_differing_value_is_told_and_no_other(a: Project, b: Project) -> None:
    found = differences(a, b)
    assert all(c.before != c.after for c in found)
    assert all(c.before_key or c.after_key for c in found)
    named = {c.after_key for c in found if c.after_key}
    assert ("name" in named) == (a.name != b.name)
    assert ("purpose" in named) == ((a.purpose or "") != (b.purpose or ""))
    assert {k for k in named if k.startswith("goal:")} == {
        f"goal:{n}" for n, goal in enumerate(b.goals) if n >= len(a.goals) or a.goals[n] != goal
    }
    assert (not found) == (differences(b, a) == [])
