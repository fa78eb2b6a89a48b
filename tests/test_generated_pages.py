"""The committed pages that come from code are what the code makes today."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import docs
from jiheng import wire
from jiheng.readers import read


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


def faults(value: Any, schema: dict[str, Any], whole: dict[str, Any], at: str = "$") -> list[str]:
    """Where a value breaks a schema: as much of JSON Schema as ours uses."""
    if "$ref" in schema:
        schema = whole["$defs"][schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        tried = [faults(value, one, whole, at) for one in schema["anyOf"]]
        return [] if any(not t for t in tried) else tried[0]
    kinds = {"object": dict, "array": list, "string": str, "number": (int, float), "integer": int, "null": type(None)}
    if "type" in schema and (isinstance(value, bool) or not isinstance(value, kinds[schema["type"]])):
        return [f"{at}: {value!r} is no {schema['type']}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{at}: {value!r} is none of {schema['enum']}"]
    found = [f"{at}: {key} is missing" for key in schema.get("required", ()) if key not in value]
    if isinstance(value, dict):
        inner = schema.get("properties", {})
        for key, part in value.items():
            found += faults(part, inner.get(key) or schema.get("additionalProperties") or {}, whole, f"{at}.{key}")
    if isinstance(value, list):
        for n, part in enumerate(value):
            found += faults(part, schema.get("items") or {}, whole, f"{at}[{n}]")
    return found


@pytest.mark.parametrize("path", sorted(docs.DOCS.parent.joinpath("demo").glob("*.docx")), ids=lambda p: p.stem[-14:])
def test_json_of_the_samples_is_valid_by_the_published_schema(path: Path) -> None:
    published = json.loads((docs.DOCS / "schema" / f"document-{wire.SCHEMA_VERSION}.json").read_text(encoding="utf-8"))
    written = json.loads(wire.to_json(read(path)))
    assert faults(written, published, published) == []
    assert faults({**written, "fiscal_year": "2025", "projects": [{}]}, published, published) != []
