"""A false alarm costs more than a miss: projects written as they should be raise nothing but hints (``quiet.toml``, ``quiet_districts.toml``)."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from jiheng import codes
from jiheng.model import Document
from jiheng.rules.engine import check
from jiheng.rules.finding import Severity


def _documents(file: str) -> list[dict]:
    return tomllib.loads((Path(__file__).parent / file).read_text("utf-8"))["document"]


DOCUMENTS, WHOLE = _documents("quiet.toml"), _documents("quiet_districts.toml")
COLUMNS = ("level1", "level2", "name", "description", "target", "basis")


@pytest.fixture
def document(request, make) -> Document:
    own = {k: v for k, v in request.param.items() if k not in ("project", "department")}
    named = {
        "department": request.param["department"],
        "unit_name": request.param["department"],
        "source": "绩效文本.docx",
    }
    projects = []
    for p in request.param["project"]:
        rows = [dict(zip(COLUMNS, row, strict=True)) for row in p["rows"]]
        about = {k: v for k, v in p.items() if k not in ("rows", "budget")}
        if "budget" in p:
            about |= {"budget_total": p["budget"], "budget_fiscal": p["budget"], "budget_other": ""}
        year = str(own["fiscal_year"] - ("结转" in p["name"]))[2:]
        code = f"139925{year}P0003111000{len(projects)}0"
        code = code[:-1] + codes.check_character(code)
        projects.append({"code": code, "unit_name": named["unit_name"], **about, "indicators": rows})
    return make({"document": {"itemized_goals": [], **own, **named}, "projects": projects})[0]


@pytest.mark.parametrize("document", DOCUMENTS, ids=[d["department"] for d in DOCUMENTS], indirect=True)
def test_nothing_but_hints(document):
    found = check(document, select=["M", "R", "X"])
    assert [f"{f.code} {f.project} {f.indicator}: {f.message}" for f in found if f.severity > Severity.INFO] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=[d["department"] for d in DOCUMENTS], indirect=True)
def test_hints_are_few(document):
    found = check(document, select=["M", "R", "X"])
    assert [f"{f.code} {f.project}: {f.message}" for f in found] == []


@pytest.mark.parametrize("document", WHOLE, ids=[d["department"] for d in WHOLE], indirect=True)
def test_no_rule_marks_a_table_that_is_right(document):
    # Part one is only an overall goal: C014 says so of every one of these documents.
    found = check(document, ignore=["C014"])
    assert [f"{f.code} {f.project} {f.indicator}: {f.message}" for f in found] == []
