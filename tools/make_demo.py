"""Write the documents of ``demo/`` from their sources: ``python tools/make_demo.py``."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from jiheng.codes import check_character
from jiheng.model import Budget, Department, Document, Goals, Indicator, ItemizedGoal, Project, Safeguard, SpendingPlan
from jiheng.readers.values import parse_percent, parse_target
from samples import NUMBERS, write_sample

DEMO = Path(__file__).parent.parent / "demo"
_MONTHS = ("3月底", "6月底", "10月底", "12月底")
_QUARTERS = ("第一季度", "第二季度", "第三季度", "第四季度")


def _budget(amounts: list[str] | None) -> Budget:
    return Budget(*(Decimal(a) if a else None for a in amounts or ("", "", "")))


def _code(p: dict[str, Any], year: int) -> str | None:
    if "number" not in p:
        return p.get("code")
    stem = f"130298{p.get('year', year % 100):02d}P{p['number']:011d}"
    return stem + check_character(stem)


def _indicator(line: str) -> Indicator:
    level1, level2, name, description, value, basis, *midterm = line.split("|")
    later = parse_target(midterm[0]) if midterm else None
    return Indicator(level1, level2, name, description or None, parse_target(value), basis or None, later)


def _project(n: int, p: dict[str, Any], source: dict[str, Any]) -> Project:
    raw = tuple(p.get("plan", ()))
    labels = _QUARTERS if source["layout"] == "2024" else _MONTHS
    return Project(
        sequence=n,
        name=p["name"],
        title=p.get("title", p["name"]) if source["layout"] != "central" else None,
        code=_code(p, source["fiscal_year"]),
        unit_code=source.get("unit_code"),
        unit_name=p.get("unit_name") or source.get("unit_name"),
        budget=_budget(p["budget"]),
        purpose=p.get("purpose"),
        plan=SpendingPlan(labels, raw, tuple(parse_percent(r) for r in raw)) if raw else SpendingPlan(),
        goals=tuple(p["goals"]),
        indicators=tuple(_indicator(line) for line in p["indicators"].strip().split("\n")),
        supervisor=p.get("supervisor"),
        attribute=p.get("attribute"),
        period=p.get("period"),
        midterm=_budget(p.get("midterm")),
        midterm_goals=tuple(p.get("midterm_goals", ())),
    )


def _safeguard(n: int, text: str, layout: str) -> Safeguard:
    title, _, rest = text.partition("，" if layout == "2020" else "。")
    return Safeguard(NUMBERS[n], title, rest)


def document(source: dict[str, Any]) -> Document:
    """The document that a source describes."""
    goals = Goals(
        overall=tuple(source.get("overall", ())),
        itemized=tuple(
            ItemizedGoal(NUMBERS[n], g["title"], g["goal"], g.get("indicators"))
            for n, g in enumerate(source.get("itemized", ()))
        ),
        safeguards=tuple(_safeguard(n, text, source["layout"]) for n, text in enumerate(source.get("safeguards", ()))),
    )
    department = Department(source["department"], source.get("unit_code"), source.get("unit_name"))
    projects = tuple(_project(n, p, source) for n, p in enumerate(source["projects"], 1))
    return Document(source["file"], "docx", department, source["fiscal_year"], goals=goals, projects=projects)


def main() -> None:
    """Write every document."""
    for path in sorted((DEMO / "source").glob("*.toml")):
        source = tomllib.loads(path.read_text("utf-8"))
        (DEMO / source["file"]).write_bytes(write_sample(document(source), source["layout"]))
        print(source["file"])


if __name__ == "__main__":
    main()
