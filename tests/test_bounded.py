"""Checks within limits say the same as those without, and end."""

from __future__ import annotations

from dataclasses import replace

import pytest

import make_demo
from jiheng import policy
from jiheng.bounded import LONG_TEXT, SHORT_TEXT, check_live, check_within, is_small, reason_not_to_check
from jiheng.model import Document
from jiheng.readers import limits, read
from jiheng.readers.bounded import BoundedReader
from jiheng.rules.engine import check

PACK = "hebei-2023"


@pytest.fixture(scope="module")
def document() -> Document:
    return read(make_demo.DEMO / "青岚县水利局2023年绩效文本.docx")


def many(document: Document, text: str = "") -> Document:
    """What takes seconds to check: thousands of projects, the first with this purpose."""
    project = document.projects[0]
    rest = [replace(project, sequence=n) for n in range(2, 6_000)]
    return replace(document, projects=(replace(project, purpose=text or project.purpose), *rest))


def test_a_check_elsewhere_finds_the_same(document: Document) -> None:
    found = check(document, policy.load(PACK))
    assert found
    assert check_within(60, document, PACK) == found
    assert check_live(document, PACK) == found
    assert check_live(document, PACK, ignore=("V",)) == [f for f in found if not f.code.startswith("V")]


def test_only_small_documents_are_checked_on_the_spot(document: Document) -> None:
    project = replace(document.projects[0], purpose="修" * SHORT_TEXT)
    small = replace(document, projects=(project,), goals=replace(document.goals, overall=()))
    assert is_small(small)
    assert not is_small(replace(small, projects=(replace(project, purpose="修" * (SHORT_TEXT + 1)),)))
    assert not is_small(many(small))


def test_a_check_that_takes_too_long_ends(document: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LIVE_SECONDS", 1)
    assert check_live(many(document), PACK) is None


def test_only_what_could_hold_up_the_others_is_tried_alone(document: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CHECK_SECONDS", 1)
    with BoundedReader() as reader:
        assert reason_not_to_check(reader, many(document), PACK) == ""
        why = reason_not_to_check(reader, many(document, "修" * (LONG_TEXT + 1)), PACK)
    assert why.startswith(f"检查“{document.source}”用了 1 秒处理器时间仍未完成，已停止")
