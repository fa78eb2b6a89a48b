"""The shared corpus, where it is present: every format gives what the gold says."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from jiheng import wire
from jiheng.model import Document
from jiheng.readers import office
from jiheng.readers.batch import Result, read_many

SHARED = Path(__file__).parents[3] / "shared"
KINDS = ("html", "xlsx", "doc", "odt", "rtf")
FILES = sorted(path for kind in KINDS for path in (SHARED / "corpus").glob(f"*.{kind}"))


@pytest.fixture(scope="module")
def results() -> dict[Path, Result]:
    """All files read together, so that LibreOffice starts once."""
    return dict(read_many(FILES))


@pytest.mark.skipif(not FILES, reason="the shared corpus is not here")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_value_in_its_place(path: Path, results: dict[Path, Result]) -> None:
    if path.suffix in (".doc", ".odt", ".rtf") and not office.available():
        pytest.skip("LibreOffice is not installed")
    spec = importlib.util.spec_from_file_location("compare", SHARED / "gold" / "compare.py")
    assert spec is not None
    assert spec.loader is not None
    compare = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(compare)
    gold = json.loads((SHARED / "gold" / f"{path.stem}.json").read_text(encoding="utf-8"))
    document = results[path]
    assert isinstance(document, Document)
    right, wanted, given = compare.in_place(gold, json.loads(wire.to_json(document)))
    assert right == wanted == given
