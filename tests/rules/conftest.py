"""Cases of rules as data: how a case becomes documents, and how fixes are applied to them. See README.md."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import pytest

from jiheng import wire
from jiheng.model import Anchor, Document
from jiheng.policy import load
from jiheng.readers.values import parse_percent, parse_target
from jiheng.rules.engine import check_all
from jiheng.rules.finding import Finding

HERE = Path(__file__).parent
Table = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One case: ``kind`` is bad or good, ``table`` what the file says of it."""

    code: str
    kind: str
    name: str
    table: Table


def all_cases() -> list[Case]:
    """Every case of every file beside this one that is named for a code."""
    cases = []
    for path in sorted((HERE / "cases").glob("*.toml")):
        table = tomllib.loads(path.read_text("utf-8"))
        for kind in ("bad", "good"):
            cases += [Case(path.stem, kind, c["name"], c) for c in table.get(kind, [])]
    return cases


def clean() -> Table:
    """The clean document, as its file says it."""
    return tomllib.loads((HERE / "clean.toml").read_text("utf-8"))


def _project(base: Table, own: Table) -> Table:
    own = copy.deepcopy(own)
    one = own.pop("indicator", None)
    rows = own.pop("indicators", None)
    project = copy.deepcopy(base) | own
    if own.get("name") and "title_in_heading" not in own:
        project["title_in_heading"] = own["name"]
    blank = {
        "level1": "产出指标",
        "level2": "数量指标",
        "description": "按全年统计台账核定",
        "basis": "《青石县水务发展规划》",
    }
    if rows is not None:
        project["indicators"] = [blank | r for r in rows]
    for row in [one] if isinstance(one, dict) else one or []:
        level2 = row.get("level2", "数量指标")
        same = [n for n, i in enumerate(project["indicators"]) if i["level2"] == level2]
        if same:
            project["indicators"][same[0]] = project["indicators"][same[0]] | row
        else:
            project["indicators"].append(blank | row)
    return project


def _document(own: Table) -> Table:
    base = clean()
    document = base | copy.deepcopy(own.get("document", {}))
    if "projects" in own:
        bases = base["projects"]
        document["projects"] = [_project(bases[n % len(bases)], p) for n, p in enumerate(own["projects"])]
    else:
        brief = own.get("project", {}) | {k: own[k] for k in ("indicator", "indicators") if k in own}
        document["projects"] = (
            [_project(base["projects"][0], brief), *base["projects"][1:]] if brief else base["projects"]
        )
    return document


def _anchors(keys: list[str], numbers: Iterator[int]) -> Table:
    return {k: {"table": 0, "row": next(numbers), "column": 0} for k in keys}


def _wired_indicator(row: Table, numbers: Iterator[int]) -> Table:
    row = dict(row)
    if "target" in row:
        t = parse_target(row.pop("target"))
        read = {"value_raw": t.raw, "comparator": t.comparator, "value": t.value, "upper": t.upper, "unit": t.unit}
        row = read | {"kind": t.kind} | row
    row = {k: v if v != "" or k == "value_raw" else None for k, v in row.items()}
    return row | {"anchors": _anchors(["level1", "level2", "name", "description", "target", "basis"], numbers)}


def _wired_project(project: Table, sequence: int, numbers: Iterator[int]) -> Table:
    project = {"sequence": sequence} | project
    plan = project["plan"]
    if isinstance(plan, list):
        plan = {"labels": ["3月底", "6月底", "10月底", "12月底"][: len(plan)], "raw": plan}
    plan = {"percent": [parse_percent(r) for r in plan["raw"]]} | plan
    plan["anchors"] = [{"table": 0, "row": next(numbers), "column": 0} for _ in plan["raw"]]
    project["plan"] = plan
    project["indicators"] = [_wired_indicator(i, numbers) for i in project["indicators"]]
    for key, value in project.items():
        if value == "":
            project[key] = None
    keys = ["title", "name", "code", "unit_name", "budget_total", "budget_fiscal", "budget_other", "purpose", "plan"]
    keys += ["goals", "indicators", *(f"goals.{n}" for n in range(len(project["goals"])))]
    return project | {"anchors": _anchors(keys, numbers)}


def _wired(document: Table) -> Document:
    numbers = count()
    document = dict(document)
    if isinstance(document.get("overall_goal"), list):
        paragraphs = document["overall_goal"]
        anchors = [{"paragraph": next(numbers)} for _ in paragraphs]
        document["overall_goal"] = {"paragraphs": paragraphs, "anchors": anchors}
    for key, fields in (("itemized_goals", ["title", "goal", "indicators_text"]), ("safeguards", ["title", "text"])):
        document[key] = [g | {"anchors": _anchors(fields, numbers)} for g in document.get(key, [])]
    document["projects"] = [_wired_project(p, n + 1, numbers) for n, p in enumerate(document["projects"])]
    document["anchors"] = _anchors(["department", "unit_name", "fiscal_year"], numbers)
    return wire.from_wire(msgspec.convert(document, wire.WireDocument, strict=False))


def build(own: Table) -> list[Document]:
    """The documents that a case speaks of; each cell has an anchor of its own."""
    return [_wired(_document(d)) for d in own.get("documents", [own])]


def findings_of(own: Table, documents: list[Document] | None = None) -> list[list[Finding]]:
    """What the whole checker says of a case's documents, under its ``pack`` where it names one."""
    pack = load(own["pack"]) if "pack" in own else None
    return check_all(documents if documents is not None else build(own), pack)


def _replace(value: Any, anchor: Anchor, old: str, new: str) -> Any:
    """The wire object with the text at ``anchor`` replaced; each object knows its fields' anchors."""
    anchors = getattr(value, "anchors", None) or {}
    if isinstance(anchors, list):
        texts = value.raw if isinstance(value, wire.WirePlan) else value.paragraphs
        for n, a in enumerate(anchors):
            if a == anchor:
                assert texts[n] == old
                texts[n] = new
        if isinstance(value, wire.WirePlan):
            value.percent = [parse_percent(r) for r in value.raw]
        return value
    for key, a in anchors.items():
        if a == anchor:
            _set(value, key, old, new)
    return value


def _set(value: Any, key: str, old: str, new: str) -> None:
    if key.startswith("goals."):
        n = int(key.removeprefix("goals."))
        assert value.goals[n] == old
        value.goals[n] = new
    elif key == "target":
        assert value.value_raw == old
        t = parse_target(new)
        value.value_raw, value.comparator, value.value, value.upper = t.raw, t.comparator, t.value, t.upper
        value.unit, value.kind = t.unit, t.kind
    else:
        key = "title_in_heading" if key == "title" and isinstance(value, wire.WireProject) else key
        assert getattr(value, key) == old
        setattr(value, key, new)


def apply_fixes(document: Document, findings: list[Finding]) -> Document:
    """The document after the edits of these findings' fixes."""
    shape = wire.to_wire(document)
    places: list[Any] = [shape, shape.overall_goal, *shape.itemized_goals, *shape.safeguards]
    for project in shape.projects:
        places += [project, project.plan, *project.indicators]
    for edit in {e for f in findings if f.fix for e in f.fix.edits}:
        for place in places:
            _replace(place, edit.anchor, edit.old, edit.new)
    return wire.from_wire(shape)


@pytest.fixture
def make() -> Callable[[Table], list[Document]]:
    """Builds the documents of a case given in place: ``make({"indicator": {...}})``."""
    return build


@pytest.fixture
def found() -> Callable[..., list[list[Finding]]]:
    """What the whole checker says of a case, or of the documents given with it."""
    return findings_of


@pytest.fixture
def fixed() -> Callable[[Document, list[Finding]], Document]:
    """Applies the fixes of findings to a document."""
    return apply_fixes


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes ``case`` walks all cases; ``bad_case``, ``good_case`` and ``fixed_case`` a part of them."""
    for argument, wanted in {
        "bad_case": lambda c: c.kind == "bad",
        "good_case": lambda c: c.kind == "good",
        "fixed_case": lambda c: "fixed" in c.table,
    }.items():
        if argument in metafunc.fixturenames:
            chosen = [c for c in all_cases() if wanted(c)]
            metafunc.parametrize(argument, chosen, ids=[f"{c.code}-{c.name}" for c in chosen])
