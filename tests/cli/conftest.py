"""A small document of our own, as the JSON that ``jiheng read --json`` writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest


def _indicator(level1: str, level2: str, name: str, raw: str, value: float, row: int) -> dict[str, Any]:
    return {
        "level1": level1, "level2": level2, "name": name, "description": f"{name}的描述", "value_raw": raw,
        "comparator": ">=", "value": value, "unit": "%", "kind": "quantitative", "basis": "年度养护计划",
        "anchors": {"name": {"table": 0, "row": row, "column": 2}},
    }  # fmt: skip


SAMPLE: dict[str, Any] = {
    "source": "青禾县公园管理中心.docx",
    "format": "docx",
    "department": "青禾县公园管理中心",
    "unit_code": "310001",
    "unit_name": "青禾县公园管理中心",
    "fiscal_year": 2026,
    "overall_goal": {"paragraphs": ["让县城居民出门十分钟就有一处整洁安全的公园。"]},
    "itemized_goals": [
        {"number": "一", "title": "绿地养护", "goal": "完成 32 处绿地养护", "indicators_text": "完好率"}
    ],
    "safeguards": [{"number": "一", "title": "按月巡查", "text": "发现问题三日内整改。"}],
    "projects": [
        {
            "sequence": 1,
            "name": "公园绿地养护",
            "budget_total": 1234.5,
            "budget_fiscal": 1234.5,
            "plan": {"labels": ["6月底", "12月底"], "raw": ["50%", "100%"], "percent": [50, 100]},
            "goals": ["完成全年养护", "市民满意"],
            "indicators": [
                _indicator("产出指标", "质量指标", "绿地完好率", "≥95%", 95, 8),
                _indicator("产出指标", "质量指标", "病虫害防治率", "≥90%", 90, 9),
                _indicator("满意度指标", "服务对象满意度指标", "市民满意度", "≥90%", 90, 10),
            ],
        },
        {"sequence": 2, "name": "=1+1", "budget_total": 3, "indicators": []},
    ],
}
WARNING = {"message": "这一行没有放进任何栏目", "anchor": {"table": 0, "row": 11, "column": 0}, "text": "备注"}


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """A document that reads without a warning."""
    path = tmp_path / "公园.json"
    path.write_text(json.dumps(SAMPLE), encoding="utf-8")
    return path


@pytest.fixture
def doubtful(tmp_path: Path) -> Path:
    """A document that reads with a warning."""
    path = tmp_path / "存疑.json"
    path.write_text(json.dumps({**SAMPLE, "warnings": [WARNING]}), encoding="utf-8")
    return path
