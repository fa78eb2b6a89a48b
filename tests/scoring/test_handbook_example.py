"""Every number of the handbook's worked example, calculated anew from the inputs that the page itself prints."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from jiheng.policy import load
from jiheng.readers.values import parse_target
from jiheng.scoring.comparison import Reported
from jiheng.scoring.execution import Execution, plan_points, planned_at, time_gone
from jiheng.scoring.monitoring import Judgement, grows_through_year, indicator_light, money_light, results_light
from jiheng.scoring.numbers import plain
from jiheng.scoring.self_evaluation import (
    Adjusted,
    Score,
    execution_score,
    indicator_score,
    indicator_weights,
    total_of,
)

PAGE = (Path(__file__).parents[2] / "docs" / "scoring.md").read_text("utf-8")
PACK = load("central-2015")
LIGHTS = {"green": "绿", "yellow": "黄", "red": "红", "grey": "灰"}
LIKELY = {"确定能": "certain", "有可能": "possible", "完全不可能": "impossible", "": ""}
INITIAL, ADDED = Decimal(1000000), (date(2026, 8, 1), Decimal(50000))


def _table(head: str) -> list[list[str]]:
    """The rows of the table whose first column has this heading."""
    lines = PAGE.splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith(f"| {head} |"))
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def _reported(text: str) -> Reported:
    if found := re.fullmatch(r"(\d+)/(\d+)", text):
        return Reported(None, Decimal(found[1]), Decimal(found[2]))
    return Reported(parse_target(text))


def _money(on: date) -> tuple[Decimal, Decimal]:
    """Budget and payments up to a day, in 元."""
    paid = sum((Decimal(a) for d, a in _table("支付日期") if date.fromisoformat(d) <= on), Decimal(0))
    return INITIAL + (ADDED[1] if ADDED[0] <= on else 0), paid


@pytest.mark.parametrize("row", _table("截止日"), ids=lambda row: row[0])
def test_money(row: list[str]) -> None:
    day, budget, paid, planned, light, reason = row
    on = date.fromisoformat(day)
    plan = _table("节点")
    points = plan_points([p[0] for p in plan], [Decimal(p[1]) for p in plan], 2026)
    share = planned_at(points, on)
    assert share is not None
    assert _money(on) == (Decimal(budget), Decimal(paid))
    assert plain(share) == planned
    found = money_light(Decimal(paid), Decimal(budget), share, PACK)
    assert (LIGHTS[found.light], found.reason) == (light, reason)


def _judged(row: list[str]) -> Judgement:
    level2, _, target, actual, likelihood, *_ = row
    wanted = parse_target(target)
    return indicator_light(
        wanted, _reported(actual), 2026, time_gone(date(2026, 6, 30), 2026), PACK, LIKELY[likelihood],
        grows_through_year(level2, wanted),
    )  # fmt: skip


@pytest.mark.parametrize("row", _table("二级指标"), ids=lambda row: row[1])
def test_lights(row: list[str]) -> None:
    found = _judged(row)
    assert [LIGHTS[found.light], found.reason] == row[5:]


def test_the_light_of_all() -> None:
    found = results_light([_judged(row) for row in _table("二级指标")])
    assert f"{LIGHTS[found.light]}，“{found.reason}”" in PAGE


def _scores() -> list[Score]:
    first, *rows = _table("一级指标")
    budget, paid = _money(date(2026, 12, 31))
    scores = [execution_score(Execution(INITIAL, budget, paid), Decimal(first[4]))]
    weights = indicator_weights([r[0] for r in rows], PACK)
    for row, weight in zip(rows, weights, strict=True):
        scores.append(indicator_score(parse_target(row[2]), _reported(row[3]), weight, 2026, PACK))
    return scores


def test_points() -> None:
    for row, score in zip(_table("一级指标"), _scores(), strict=True):
        assert score.points is not None
        assert row[4:] == [plain(score.weight), plain(score.points), score.explanation]


def test_totals() -> None:
    scores = _scores()
    total = total_of(scores, PACK)
    assert f"合计 {total.points} 分，等级：{total.grade}。" in PAGE
    lowered = [*scores[:5], Adjusted(scores[5], Decimal(25), "受益人数的统计口径偏宽"), *scores[6:]]
    changed = total_of(lowered, PACK)
    assert f"调为 25 分并写明理由，合计变为 {changed.points} 分，等级：{changed.grade}" in PAGE
