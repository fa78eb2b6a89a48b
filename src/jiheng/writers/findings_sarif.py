"""Findings as SARIF 2.1.0, which editors and code hosts show beside a file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from jiheng import __version__
from jiheng.rules.finding import Finding, Severity
from jiheng.rules.registry import Rule, all_rules, page_parts
from jiheng.writers.findings_json import Checked
from jiheng.writers.place import place

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def _rule(rule: Rule) -> dict[str, Any]:
    text = page_parts(rule.page).get("说明", rule.name)
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.name},
        "fullDescription": {"text": text},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _result(source: str, f: Finding) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": source}}
    result: dict[str, Any] = {
        "ruleId": f.code,
        "level": _LEVELS[f.severity],
        "message": {"text": f"{f.message} {f.advice}".strip()},
        "locations": [
            {"physicalLocation": physical, "logicalLocations": [{"fullyQualifiedName": place(f.anchor) or source}]}
        ],
    }
    if f.silenced is not None:
        result["suppressions"] = [{"kind": "external", "justification": f.silenced}]
    return result


def as_sarif(checked: Iterable[Checked]) -> bytes:
    """One run over all documents."""
    results = [_result(d.source, f) for d, found in checked for f in found]
    driver = {"name": "jiheng", "version": __version__, "rules": [_rule(r) for r in all_rules().values()]}
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}],
    }
    return msgspec.json.format(msgspec.json.encode(log), indent=1) + b"\n"
