"""A false alarm costs more than a miss: projects written as they should be raise nothing but hints (``quiet.toml``)."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from jiheng.model import Document
from jiheng.rules.engine import check
from jiheng.rules.finding import Severity

DOCUMENTS = tomllib.loads((Path(__file__).parent / "quiet.toml").read_text("utf-8"))["document"]
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
        about = {k: v for k, v in p.items() if k != "rows"}
        year = str(own["fiscal_year"] - ("结转" in p["name"]))[2:]
        code = f"139925{year}P00031110001X"
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
