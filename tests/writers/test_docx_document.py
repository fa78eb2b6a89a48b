"""A document written as a new Word file reads back as itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_round_trip import documents

import make_demo
from jiheng.model import Document, Project
from jiheng.readers import read, read_bytes
from jiheng.writers.docx_document import write_document

SHARED = Path(__file__).parents[3] / "shared"
SEEDS = sorted((SHARED / "seeds").glob("*.txt"))


def again(document: Document) -> Document:
    return read_bytes(write_document(document), document.source)


def plain(p: Project) -> Project:
    """Without its heading: that is made of the title, or else of the name."""
    return replace(p, title=None, unit_code=p.unit_code, purpose="".join((p.purpose or "").split()) or None)


@pytest.mark.parametrize("path", sorted(make_demo.DEMO.glob("*.docx")), ids=lambda p: p.stem)
def test_samples(path: Path) -> None:
    document = read(path)
    back = again(document)
    assert [plain(p) for p in back.projects] == [plain(p) for p in document.projects]
    assert back.goals == document.goals
    assert (back.fiscal_year, back.department.name) == (document.fiscal_year, document.department.name)
    assert back.warnings == ()


@pytest.mark.parametrize("layout", ["2023", "2024"])
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_document(layout: str, data: st.DataObject) -> None:
    document = data.draw(documents(layout))
    back = again(document)
    assert [plain(p) for p in back.projects] == [plain(p) for p in document.projects]
    assert back.goals == document.goals


@pytest.mark.skipif(not SEEDS, reason="../shared with the seeds is not here")
@pytest.mark.parametrize("path", SEEDS, ids=lambda p: p.stem[:3])
def test_real_documents(path: Path) -> None:
    document = read(path)
    back = again(document)
    assert len(back.projects) == len(document.projects)
    for ours, theirs in zip(back.projects, document.projects, strict=True):
        assert (ours.name, ours.code, ours.budget, ours.plan.percent) == (
            theirs.name, theirs.code, theirs.budget, theirs.plan.percent,
        )  # fmt: skip
        assert [i.target for i in ours.indicators] == [i.target for i in theirs.indicators]
