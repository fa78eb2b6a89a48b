"""Every rule against its cases in ``cases/<CODE>.toml``; README.md tells their form."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from jiheng import wire
from jiheng.rules.finding import Finding, Severity
from jiheng.rules.registry import all_rules

CASES = Path(__file__).parent / "cases"


def _merged(base, over):
    if isinstance(base, dict) and isinstance(over, dict):
        return base | {k: _merged(base.get(k), v) for k, v in over.items()}
    return over


def _fits(finding: Finding, wanted: dict) -> bool:
    return (
        finding.project == wanted.get("project", finding.project)
        and finding.indicator == wanted.get("indicator", finding.indicator)
        and finding.field == wanted.get("field", finding.field)
        and finding.severity == Severity[wanted.get("severity", finding.severity.name).upper()]
        and all(word in finding.message + finding.advice for word in wanted.get("says", []))
    )


def _expected(table: dict) -> list[dict]:
    entries = table.get("expect", [{}])
    entries = entries if isinstance(entries, list) else [entries]
    return [{"field": e} if isinstance(e, str) else e for e in entries]


def _of(code: str, found: list[list[Finding]]) -> list[tuple[int, Finding]]:
    return [(n, f) for n, findings in enumerate(found) for f in findings if f.code == code]


def test_bad_is_found(bad_case, found):
    hits = _of(bad_case.code, found(bad_case.table))
    told = "\n".join(f"{n} {f.project} {f.indicator} {f.field} {f.severity.name}: {f.message}" for n, f in hits)
    expected = _expected(bad_case.table)
    assert len(hits) == len(expected), told or "no finding"
    left = list(hits)
    for wanted in expected:
        fitting = [h for h in left if h[0] == wanted.get("document", h[0]) and _fits(h[1], wanted)]
        assert fitting, f"{wanted} is not among\n{told}"
        left.remove(fitting[0])


def test_bad_says_what_to_do(bad_case, found):
    for _, finding in _of(bad_case.code, found(bad_case.table)):
        assert finding.message.endswith("。")
        assert finding.advice.endswith("。")
        assert finding.anchor is not None


def test_good_is_silent(good_case, found):
    hits = _of(good_case.code, found(good_case.table))
    assert hits == [], hits[0][1].message


def test_fix_leaves_what_the_case_states(fixed_case, make, found, fixed):
    own = fixed_case.table
    before = make(own)
    after = [
        fixed(d, [f for f in findings if f.code == fixed_case.code])
        for d, findings in zip(before, found(own, before), strict=True)
    ]
    assert _of(fixed_case.code, found(own, after)) == []
    stated = make(_merged(own, own["fixed"]))
    assert [wire.to_json(d) for d in after] == [wire.to_json(d) for d in stated]


def test_the_clean_document_has_no_finding(found):
    assert [f"{f.code} {f.project} {f.indicator}: {f.message}" for f in found({})[0]] == []


@pytest.mark.parametrize("code", list(all_rules()))
def test_each_rule_has_its_cases(code):
    cases = tomllib.loads((CASES / f"{code}.toml").read_text("utf-8"))
    assert len(cases.get("bad", [])) >= 3
    assert len(cases.get("good", [])) >= 3
    assert all_rules()[code].fixable == any("fixed" in c for c in cases["bad"])


def test_each_file_is_named_for_a_rule():
    assert {p.stem for p in CASES.glob("*.toml")} <= set(all_rules())
