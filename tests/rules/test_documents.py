"""Whole documents: findings of the samples as committed, and of the annotated real ones where they are there."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

import make_demo
from jiheng.readers import read
from jiheng.rules.engine import check
from jiheng.writers.place import place

SNAPSHOTS = Path(__file__).parent.parent / "snapshots" / "findings"
SHARED = Path(__file__).parents[3] / "shared"
SAMPLES = sorted(make_demo.DEMO.glob("*.docx"))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.stem)
def test_findings_of_sample_are_as_committed(path: Path) -> None:
    """``JIHENG_UPDATE_SNAPSHOTS=1`` writes them anew; read the diff."""
    lines = [
        f"{f.severity.name} {f.code} #{f.project} {f.indicator or ''} [{place(f.anchor)}] {f.message}"
        for f in check(read(path))
    ]
    snapshot = SNAPSHOTS / f"{path.stem}.txt"
    got = "\n".join(lines) + "\n"
    if os.environ.get("JIHENG_UPDATE_SNAPSHOTS"):
        snapshot.parent.mkdir(parents=True, exist_ok=True)
        snapshot.write_text(got, "utf-8")
    assert snapshot.read_text("utf-8") == got


def key(x: dict[str, Any]) -> tuple[str, int, str]:
    return x["code"], x["project"] or 0, re.sub(r"\s", "", x["indicator"] or "")


@pytest.mark.skipif(not (SHARED / "gold").is_dir(), reason="../shared with the annotated documents is not here")
@pytest.mark.parametrize("suffix", ["txt", "docx", "xlsx", "html", "pdf"])
@pytest.mark.parametrize("seed", ["000", "001", "003"])
def test_annotated_documents(seed: str, suffix: str) -> None:
    """Recall 1 and precision at least 0.98 on the listed codes, as ``compare_defects.py`` counts them."""
    folder = SHARED / ("seeds" if suffix == "txt" else "corpus")
    path = next(folder.glob(f"{seed}*.{suffix}"))
    gold = json.loads(next((SHARED / "gold").glob(f"defects_{seed}*.json")).read_text("utf-8"))
    found = [{"code": f.code, "project": f.project, "indicator": f.indicator} for f in check(read(path))]
    wanted, soft = {key(x) for x in gold["defects"]}, {key(x) for x in gold["soft"]}
    given = {key(x) for x in found if x["code"] in gold["codes"]} - (soft - wanted)
    given -= {k for k in given - wanted if k[0] in gold["recall_only"]}
    assert wanted - given == set()
    assert len(wanted & given) / len(given) >= 0.98


def test_every_finding_of_the_samples_has_its_place() -> None:
    found = [f for path in SAMPLES for f in check(read(path))]
    assert len(found) > 20
    assert all(f.anchor is not None and f.message and f.advice for f in found)
