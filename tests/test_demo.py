"""The sample documents: made from their sources, and read into just the model that is committed beside."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest

import make_demo
from jiheng import wire
from jiheng.readers import read
from samples import write_sample

SOURCES = sorted((make_demo.DEMO / "source").glob("*.toml"))
SNAPSHOTS = Path(__file__).parent / "snapshots" / "model"


def test_there_are_samples_in_every_layout() -> None:
    assert {tomllib.loads(p.read_text("utf-8"))["layout"] for p in SOURCES} == {
        "2020",
        "2023",
        "2024",
        "2025",
        "central",
    }


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: p.stem)
def test_sample_is_what_its_source_says(path: Path) -> None:
    source = tomllib.loads(path.read_text("utf-8"))
    written = make_demo.DEMO / source["file"]
    assert written.read_bytes() == write_sample(make_demo.document(source), source["layout"])
    document = read(written)
    assert document.projects == make_demo.document(source).projects
    assert document.goals == make_demo.document(source).goals
    assert document.fiscal_year == source["fiscal_year"]
    assert document.warnings == ()


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: p.stem)
def test_model_of_sample_is_as_committed(path: Path) -> None:
    """``JIHENG_UPDATE_SNAPSHOTS=1`` writes them anew; read the diff."""
    source = tomllib.loads(path.read_text("utf-8"))
    snapshot = SNAPSHOTS / f"{path.stem}.json"
    got = wire.to_json(read(make_demo.DEMO / source["file"]), indent=1) + b"\n"
    if os.environ.get("JIHENG_UPDATE_SNAPSHOTS"):
        snapshot.parent.mkdir(parents=True, exist_ok=True)
        snapshot.write_bytes(got)
    assert snapshot.read_bytes() == got
    assert wire.from_json(got) == read(make_demo.DEMO / source["file"])
