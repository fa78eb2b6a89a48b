"""A plan that is shifted against its labels, where the reader tells of a number that stands under none of them."""

from __future__ import annotations

import pytest

from jiheng.model import Anchor, Document, Project, SpendingPlan, Warning
from jiheng.readers.values import parse_percent
from jiheng.rules.engine import check

LABELS = ("3月底", "6月底", "10月底", "12月底")


def _document(raw: tuple[str, ...], stray: str | None, row: int = 5) -> Document:
    anchors = tuple(Anchor(table=0, row=5, column=n + 1) for n in range(4))
    plan = SpendingPlan(LABELS, raw, tuple(parse_percent(r) for r in raw), anchors)
    told = () if stray is None else (Warning("数字不在任何一期的列下", Anchor(table=0, row=row, column=0), stray),)
    return Document("表.docx", "docx", fiscal_year=2025, projects=(Project(1, "甲", plan=plan),), warnings=told)


def _edits(document: Document) -> dict[int | None, tuple[str, str]]:
    (found,) = check(document, select=["P", "C012"])
    assert found.code == "P204"
    assert found.fix is not None
    return {e.anchor.column: (e.old, e.new) for e in found.fix.edits}


def test_the_stray_number_is_cleared_with_the_row_put_right():
    edits = _edits(_document(("50", "75", "100", "25"), "25"))
    assert edits == {0: ("25", ""), 1: ("50", "25"), 2: ("75", "50"), 3: ("100", "75"), 4: ("25", "100")}


def test_the_stray_number_is_the_first_period_where_the_last_is_empty():
    document = _document(("40%", "60%", "100%", ""), "20%")
    edits = _edits(document)
    assert edits == {0: ("20%", ""), 1: ("40%", "20%"), 2: ("60%", "40%"), 3: ("100%", "60%"), 4: ("", "100%")}
    assert "标签列下的 20%" in check(document, select=["P204"])[0].message


@pytest.mark.parametrize(
    "raw, stray, row",
    [
        (("40%", "60%", "100%", ""), None, 5),
        (("40%", "60%", "100%", ""), "20%", 6),
        (("40%", "60%", "100%", ""), "50%", 5),
        (("40%", "60%", "90%", ""), "20%", 5),
        (("40%", "", "100%", ""), "20%", 5),
        (("40%", "60%", "100%", ""), "备注", 5),
    ],
)
def test_else_a_missing_period_is_missing(raw, stray, row):
    assert [f.code for f in check(_document(raw, stray, row), select=["P", "C012"])] == ["C012"]
