"""The committed pages that come from code are what the code makes today."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import docs
from jiheng import wire


def test_no_page_has_drifted() -> None:
    assert docs.drifted() == [], "run `make fix`"


def test_schema_is_published_under_its_version() -> None:
    path = docs.DOCS / "schema" / f"document-{wire.SCHEMA_VERSION}.json"
    assert json.loads(path.read_text(encoding="utf-8")) == wire.schema()


def test_drift_is_seen_and_mended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docs, "DOCS", tmp_path)
    monkeypatch.setattr(docs, "GENERATORS", (lambda: iter([("a/b.md", "新\n")]),))
    assert docs.drifted() == [tmp_path / "a" / "b.md"]
    with pytest.raises(SystemExit, match="make fix"):
        docs.main("--check")
    docs.main()
    assert (tmp_path / "a" / "b.md").read_text(encoding="utf-8") == "新\n"
    docs.main("--check")
