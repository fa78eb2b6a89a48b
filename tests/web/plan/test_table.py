"""The target table as a grid: cells merged as printed, marks where findings stand, the same for versions."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.template.loader import render_to_string

from jiheng import model, wire

pytestmark = pytest.mark.django_db


def project() -> model.Project:
    rows = (
        ("产出指标", "数量指标", "植树数量", "≥800株"),
        ("产出指标", "数量指标", "补种数量", "≥50株"),
        ("满意度指标", "数量指标", "<b>居民</b>满意度", "≥90%"),
    )
    indicators = tuple(model.Indicator(a, b, c, None, model.Target(raw=d), "园林规划") for a, b, c, d in rows)
    plan = model.SpendingPlan(("3月底", "6月底", "10月底", "12月底"), ("10", "40", "80", "100"), (None,) * 4)
    return model.Project(
        1, "道路绿化补植", code="X1", plan=plan, goals=("补植行道树。", "提高绿化率。"), indicators=indicators
    )


def test_equal_neighbours_are_one_cell_and_keep_within_their_category(db: None) -> None:
    from jiheng.web.plan.queries import table_of

    table = table_of(project())
    cells = table.cells()
    assert cells["indicator:0:level1"].rows == 2
    assert cells["indicator:1:level2"] is cells["indicator:0:level2"]
    assert cells["indicator:2:level2"] is not cells["indicator:0:level2"]
    # Every line of the grid is six columns wide, cells that hang down from above included.
    hanging = [0] * 99
    for n, row in enumerate(table.rows):
        assert sum(c.columns for c in row.cells) + hanging[n] == 6, row
        for cell in row.cells:
            for below in range(n + 1, n + cell.rows):
                hanging[below] += cell.columns


def test_a_version_shows_as_the_project_it_froze_and_texts_are_escaped() -> None:
    from jiheng.web.plan.queries import table_of

    content: dict[str, Any] = json.loads(wire.to_json(model.Document("", "", projects=(project(),))))["projects"][0]
    assert table_of(content) == table_of(project())
    finding = {"code": "V301", "severity": "error", "cell": "indicator:2:target_raw", "message": "方向相反"}
    page = render_to_string("plan/_table.html", {"table": table_of(content, [finding])})
    assert "&lt;b&gt;居民" in page
    assert 'title="V301 方向相反"' in page
    assert "tabindex" not in page
    assert page.count('class="mark e"') == 1
