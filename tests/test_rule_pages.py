"""The handbook has a page for every rule, as its docstring says today, and the terminal shows the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from jiheng.cli import app
from jiheng.rules.catalogue import FAMILIES, by_family, find, index, page, pages
from jiheng.rules.registry import all_rules

DOCS = Path(__file__).resolve().parent.parent / "docs" / "rules"


@pytest.mark.parametrize("name, text", list(pages()), ids=[name for name, _ in pages()])
def test_committed_page_is_as_the_code_says(name, text):
    assert (DOCS / name).read_text("utf-8") == text, "run `make fix`"


def test_no_page_is_left_of_a_rule_that_is_gone():
    assert {p.name for p in DOCS.glob("*.md")} == {name for name, _ in pages()}


def test_every_rule_is_of_a_family():
    assert sum(len(rules) for rules in by_family().values()) == len(all_rules())
    assert list(by_family()) == list(FAMILIES)


def test_page_says_what_why_and_shows_examples():
    text = page("p201")
    assert text.startswith("# P201 支出计划不是累计数\n")
    assert "级别：错误　范围：单个项目　依据：财预〔2015〕88号　可代改" in text
    for heading in ("## 依据", "## 反例", "## 正例"):
        assert heading in text
    assert "同一处报告本条时，不再报告 P202、P203" in page("P204")


def test_index_links_every_page():
    text = index()
    assert all(f"[{code}]({code}.md)" in text for code in all_rules())


def test_unknown_code_names_its_family():
    with pytest.raises(KeyError, match="P201"):
        find("P999")


def _run(*args):
    return CliRunner(env={"COLUMNS": "120"}).invoke(app, list(args))


def test_command_rule_prints_the_page():
    result = _run("rule", "c012")
    assert result.exit_code == 0
    assert result.stdout == page("C012")


def test_command_rule_refuses_an_unknown_code_in_chinese():
    result = _run("rule", "P999")
    assert result.exit_code == 2
    assert "没有编号为 P999 的规则" in result.stderr


def test_command_rules_lists_the_catalogue():
    result = _run("rules")
    assert result.exit_code == 0
    assert all(code in result.stdout for code in all_rules())


def test_command_rules_lists_one_family():
    result = _run("rules", "p")
    assert "P201" in result.stdout
    assert "C001" not in result.stdout
    assert _run("rules", "Z").exit_code == 2
