"""Findings in the original Word file: comments on the right cells, fixes as tracked changes to accept or reject."""

from __future__ import annotations

import io
import itertools
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

import make_demo
from jiheng.fixing import fix
from jiheng.marking import marked
from jiheng.model import Anchor, Document
from jiheng.readers import office, read_bytes
from jiheng.readers.docx import read_docx
from jiheng.rules.engine import check
from jiheng.rules.finding import Edit, Finding, Fix, Severity
from jiheng.writers.docx_changes import with_changes
from jiheng.writers.docx_comments import with_comments
from jiheng.writers.docx_document import write_document
from jiheng.writers.docx_file import TBL, TC, TR, P, T, W
from samples import package, paragraph

SHARED = Path(__file__).parents[3] / "shared"
DOCUMENTS = [*sorted(make_demo.DEMO.glob("*.docx")), *sorted((SHARED / "corpus").glob("*.docx"))]
WHEN = datetime(2026, 1, 2, tzinfo=UTC)


def root_of(data: bytes, part: str = "word/document.xml") -> etree._Element:
    return etree.fromstring(zipfile.ZipFile(io.BytesIO(data)).read(part))


def cell_of(element: etree._Element, root: etree._Element) -> tuple[int, int, int] | None:
    """(table, row, cell) in which an element stands, counted on the file as stored."""
    tc = next(element.iterancestors(TC), None)
    if tc is None:
        return None
    tr, tbl = next(tc.iterancestors(TR)), next(tc.iterancestors(TBL))
    rows = [r for r in tbl.iter(TR) if next(r.iterancestors(TBL)) is tbl]
    cells = [c for c in tr.iter(TC) if next(c.iterancestors(TR)) is tr]
    return list(root.iter(TBL)).index(tbl), rows.index(tr), cells.index(tc)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.stem[:12])
def test_every_comment_stands_on_its_cell(path: Path) -> None:
    data = path.read_bytes()
    document = read_bytes(data, path.name)
    findings = check(document)
    copy = with_comments(data, findings, WHEN)
    root, comments = root_of(copy), root_of(copy, "word/comments.xml")
    starts = {e.get(W + "id"): e for e in root.iter(W + "commentRangeStart")}
    ends = {e.get(W + "id"): e for e in root.iter(W + "commentRangeEnd")}
    assert len(comments) == len(findings) == len(starts) == len(ends)
    assert len({c.get(W + "id") for c in comments}) == len(comments)
    for comment, f in zip(comments, findings, strict=True):
        text = "".join(t.text or "" for t in comment.iter(T))
        assert f.code in text
        assert f.message in text
        assert comment.get(W + "author") == "绩衡"
        at = f.anchor
        assert at is not None
        wanted = None if at.table is None else (at.table, at.row, at.column)
        assert cell_of(starts[comment.get(W + "id")], root) == wanted
        assert cell_of(ends[comment.get(W + "id")], root) == wanted
    assert read_bytes(copy, path.name) == document


def test_other_parts_stay_byte_for_byte_and_earlier_comments_survive() -> None:
    path = DOCUMENTS[0]
    once = with_comments(path.read_bytes(), check(read_bytes(path.read_bytes(), "a"))[:2], WHEN)
    twice = with_comments(once, check(read_bytes(once, "a")), WHEN)
    assert len(root_of(twice, "word/comments.xml")) == 2 + len(check(read_bytes(once, "a")))
    old, new = (zipfile.ZipFile(io.BytesIO(d)) for d in (once, twice))
    changed = {n for n in old.namelist() if old.read(n) != new.read(n)}
    assert changed == {"word/document.xml", "word/comments.xml"}
    assert new.testzip() is None


def test_comment_comes_after_the_paragraph_properties() -> None:
    data = package(paragraph("一、总体绩效目标", '<w:pPr><w:jc w:val="center"/></w:pPr>'))
    finding = Finding("C014", Severity.ERROR, 0, None, "goals", "缺分项绩效目标", anchor=Anchor(paragraph=0))
    p = next(root_of(with_comments(data, [finding], WHEN)).iter(P))
    assert [etree.QName(c).localname for c in p] == ["pPr", "commentRangeStart", "r", "commentRangeEnd", "r"]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.stem[:12])
def test_accepted_fixes_leave_nothing_they_claimed_to_solve(path: Path) -> None:
    data = path.read_bytes()
    before = check(read_bytes(data, path.name))
    changed, solved, left = fix(data, path.name, check, WHEN)
    fixable = {(f.code, f.project, f.row, f.field) for f in before if f.fix}
    assert {(f.code, f.project, f.row, f.field) for f in solved} >= fixable
    assert not [f for f in left if f.fix]
    assert {(f.code, f.project, f.row) for f in left}.isdisjoint({(f.code, f.project, f.row) for f in before if f.fix})
    assert visible(rejected(changed)) == visible(data)


def rejected(data: bytes) -> bytes:
    """The document with every tracked change rejected."""
    root = root_of(data)
    for inserted in list(root.iter(W + "ins")):
        parent = inserted.getparent()
        assert parent is not None
        parent.remove(inserted)
    for deleted in list(root.iter(W + "del")):
        parent = deleted.getparent()
        assert parent is not None
        for text in deleted.iter(W + "delText"):
            text.tag = T
        for run in list(deleted):
            deleted.addprevious(run)
        parent.remove(deleted)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, etree.tostring(root) if name == "word/document.xml" else old.read(name))
    return out.getvalue()


def visible(data: bytes) -> list[str]:
    return ["".join(t.text or "" for t in p.iter(T)) for p in root_of(data).iter(P)]


def test_formatting_of_the_changed_run_is_kept() -> None:
    run = '<w:r><w:rPr><w:b/><w:sz w:val="30"/></w:rPr><w:t>≤95%</w:t></w:r>'
    changed = replaced(f"<w:p>{run}</w:p>", "≤95%", "≥95%")
    for kind in ("ins", "del"):
        (change,) = root_of(changed).iter(W + kind)
        properties = change.find(f"{W}r/{W}rPr")
        assert properties is not None
        assert [etree.QName(c).localname for c in properties] == ["b", "sz"]
    assert "".join(t.text or "" for t in next(root_of(changed).iter(W + "del")).iter(W + "delText")) == "≤"


def replaced(body: str, old: str, new: str) -> bytes:
    edit = Edit(Anchor(paragraph=0), old, new)
    finding = Finding("V301", Severity.ERROR, 1, None, "target", "x", fix=Fix("x", (edit,)))
    changed, done = with_changes(package(body), [finding], WHEN)
    assert done == [finding]
    return changed


def test_an_edit_that_no_longer_fits_is_left_out() -> None:
    edit = Edit(Anchor(paragraph=0), "别的文字", "新文字")
    finding = Finding("V301", Severity.ERROR, 1, None, "target", "x", fix=Fix("x", (edit,)))
    data, done = with_changes(package(paragraph("原来的文字")), [finding], WHEN)
    assert done == []
    assert visible(data) == ["原来的文字"]


TEXTS = st.text(alphabet="≤≥=＞95%万元 个次、abc<&", min_size=0, max_size=12)


@settings(max_examples=200, deadline=None)
@given(old=TEXTS, new=TEXTS, cuts=st.lists(st.integers(0, 12), max_size=4))
def test_accepted_is_the_new_text_and_rejected_the_old(old: str, new: str, cuts: list[int]) -> None:
    edges = [0, *sorted({c for c in cuts if c < len(old)}), len(old)]
    escape = str.maketrans({"<": "&lt;", "&": "&amp;"})
    runs = [old[a:b].translate(escape) for a, b in itertools.pairwise(edges)]
    body = "<w:p>" + "".join(f'<w:r><w:t xml:space="preserve">{r}</w:t></w:r>' for r in runs) + "</w:p>"
    changed = replaced(body, old, new)
    assert read_docx(changed).blocks[0].text == new  # type: ignore[union-attr]
    assert visible(rejected(changed)) == [old]


def test_a_cell_of_several_paragraphs_becomes_one() -> None:
    body = f"<w:tbl><w:tr><w:tc>{paragraph('')}{paragraph('≤100%')}</w:tc></w:tr></w:tbl>"
    edit = Edit(Anchor(0, 0, 0), "\n≤100%", "=100%")
    finding = Finding("V304", Severity.INFO, 1, None, "target", "x", fix=Fix("x", (edit,)))
    changed, done = with_changes(package(body), [finding], WHEN)
    assert done == [finding]
    cell = read_docx(changed).blocks[0].rows[0].cells[0]  # type: ignore[union-attr]
    assert cell.text == "=100%"


@pytest.mark.parametrize("kind", ["json", "text"])
def test_other_formats_are_marked_in_a_new_word_file(kind: str) -> None:
    from jiheng import wire

    document = read_bytes(DOCUMENTS[0].read_bytes(), "a.docx")
    data = wire.to_json(document)
    copy = marked(data, "a.json", kind, document, check)
    found = check(read_bytes(write_document(document), "a.docx"))
    assert len(root_of(copy, "word/comments.xml")) == len(found) > 0


def both(path: Path) -> list[tuple[str, bytes]]:
    data = path.read_bytes()

    def again(document: Document) -> list[Finding]:
        return check(document)

    document = read_bytes(data, path.name)
    return [
        (f"{path.stem}.批注.docx", marked(data, path.name, "docx", document, again)),
        (f"{path.stem}.修订.docx", marked(data, path.name, "docx", document, again, fixes=True)),
    ]


@pytest.mark.skipif(not office.available(), reason="LibreOffice is not installed: it cannot open the copies")
def test_marked_and_fixed_copies_open_in_libreoffice() -> None:
    files = [pair for path in DOCUMENTS for pair in both(path)]
    printed = office.convert(files, "pdf")
    for (name, _), result in zip(files, printed, strict=True):
        assert isinstance(result, bytes), (name, result)
        assert result.startswith(b"%PDF")
        assert len(result) > 5000, name
