"""Findings as JSON: ``{"documents": [{"source", "findings": [...]}]}``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

import msgspec

from jiheng.model import Document
from jiheng.rules.finding import Finding, Fix
from jiheng.writers.place import place

Checked = tuple[Document, Sequence[Finding]]


def _fix(fix: Fix | None) -> dict[str, Any] | None:
    if fix is None:
        return None
    return {"title": fix.title, "edits": [asdict(edit) for edit in fix.edits]}


def finding_as_data(f: Finding) -> dict[str, Any]:
    """One finding; ``project`` is the sequence number, 0 for part one."""
    return {
        "code": f.code, "severity": f.severity.name.lower(), "project": f.project, "indicator": f.indicator,
        "row": f.row, "field": f.field, "message": f.message, "advice": f.advice, "content": f.content,
        "place": place(f.anchor), "anchor": asdict(f.anchor) if f.anchor else None, "fix": _fix(f.fix),
        "words": list(f.words), "silenced": f.silenced,
    }  # fmt: skip


def as_json(checked: Iterable[Checked]) -> bytes:
    """All documents with their findings, indented."""
    documents = [{"source": d.source, "findings": [finding_as_data(f) for f in found]} for d, found in checked]
    return msgspec.json.format(msgspec.json.encode({"documents": documents}), indent=1) + b"\n"
