"""Corrections as Word tracked changes, which the author accepts or rejects one by one."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from lxml import etree

from jiheng.rules.finding import Edit, Finding
from jiheng.writers.docx_comments import AUTHOR
from jiheng.writers.docx_file import PROPERTIES, P, R, T, W, WordFile

RUN_PROPERTIES = W + "rPr"
DELETED, INSERTED, DELETED_TEXT = W + "del", W + "ins", W + "delText"
_PIECES = {W + "tab": "\t", W + "br": "\n", W + "cr": "\n", W + "noBreakHyphen": "-"}
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


def with_changes(data: bytes, findings: Iterable[Finding], when: datetime | None = None) -> tuple[bytes, list[Finding]]:
    """A copy of a .docx with the findings' fixes as tracked changes, and the findings whose fixes went in.

    A place is changed once a pass, so that no two fixes disagree; an edit whose place no longer reads as it expects
    is left out. Raises ``ValueError`` where the file cannot be changed in place (ISO strict).
    """
    file = WordFile(data)
    author = _Author((when or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ"), _last_id(file.root))
    done: list[Finding] = []
    touched: set[object] = set()
    for finding in findings:
        if finding.fix is None or finding.silenced is not None:
            continue
        edits = finding.fix.edits
        places = {e.anchor for e in edits}
        if places & touched or not all(_applies(file, e) for e in edits):
            continue
        for edit in edits:
            _replace(file.paragraphs(edit.anchor), edit.new, author)
        touched |= places
        done.append(finding)
    return file.to_bytes(), done


@dataclass(slots=True)
class _Author:
    """Signs changes; ids are unique in the document."""

    date: str
    last: int

    def sign(self, tag: str) -> etree._Element:
        self.last += 1
        change = etree.Element(tag)
        change.set(W + "id", str(self.last))
        change.set(W + "author", AUTHOR)
        change.set(W + "date", self.date)
        return change


@dataclass(slots=True)
class _Atom:
    """A character of a paragraph as it reads with all changes accepted: its run, and the piece of the run it is in."""

    text: str
    run: etree._Element
    piece: etree._Element
    at: int


def _last_id(root: etree._Element) -> int:
    ids = [e.get(W + "id", "") for e in root.iter(DELETED, INSERTED, W + "moveFrom", W + "moveTo", W + "rPrChange")]
    return max((int(i) for i in ids if i.lstrip("-").isdigit()), default=0)


def _atoms(p: etree._Element) -> list[_Atom]:
    found = []
    for run in p.iter(R):
        above = {a.tag for a in run.iterancestors()}
        if DELETED in above or W + "moveFrom" in above or (W + "txbxContent" in above and p not in run.iterancestors()):
            continue
        for piece in run:
            if piece.tag == T:
                found += [_Atom(c, run, piece, n) for n, c in enumerate(piece.text or "")]
            elif piece.tag in _PIECES:
                found.append(_Atom(_PIECES[piece.tag], run, piece, 0))
    return found


def _text(paragraphs: list[etree._Element]) -> str:
    return "\n".join("".join(a.text for a in _atoms(p)) for p in paragraphs)


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _applies(file: WordFile, edit: Edit) -> bool:
    paragraphs = file.paragraphs(edit.anchor)
    return bool(paragraphs) and _squeezed(_text(paragraphs)) == _squeezed(edit.old)


def _replace(paragraphs: list[etree._Element], new: str, author: _Author) -> None:
    """Delete and insert only what differs, in the paragraph where it stands; line breaks that go are marks deleted."""
    old = _text(paragraphs)
    if old == new:
        return
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    gone, inserted = (start, len(old) - end), new[start : len(new) - end]
    position, placed = 0, False
    for p in paragraphs:
        atoms = _atoms(p)
        first, last = max(gone[0] - position, 0), min(gone[1] - position, len(atoms))
        if not placed and (gone[0] <= position + len(atoms)):
            _insert(p, atoms, min(first, len(atoms)), inserted, author)
            placed = True
            atoms = [a for a in _atoms(p) if not _is_own(a.run, author)] if inserted else atoms
        if first < last:
            _delete(atoms[first:last], author)
        position += len(atoms) + 1
        if gone[0] < position <= gone[1] and p is not paragraphs[-1]:
            _delete_mark(p, author)


def _is_own(run: etree._Element, author: _Author) -> bool:
    """Whether a run was inserted by the change being made: the newest insertion."""
    parent = run.getparent()
    return parent is not None and parent.tag == INSERTED and parent.get(W + "id") == str(author.last)


def _like(run: etree._Element | None) -> etree._Element:
    """An empty run that looks like this one."""
    fresh = etree.Element(R)
    properties = None if run is None else run.find(RUN_PROPERTIES)
    if properties is not None:
        fresh.append(copy.deepcopy(properties))
    return fresh


def _insert(p: etree._Element, atoms: list[_Atom], at: int, text: str, author: _Author) -> None:
    if not text:
        return
    neighbour = atoms[at] if at < len(atoms) else atoms[-1] if atoms else None
    run = _like(neighbour.run if neighbour else None)
    for n, line in enumerate(text.split("\n")):
        if n:
            etree.SubElement(run, W + "br")
        piece = etree.SubElement(run, T)
        piece.set(_SPACE, "preserve")
        piece.text = line
    change = author.sign(INSERTED)
    change.append(run)
    if neighbour is None:
        properties = p.find(PROPERTIES)
        p.insert(0 if properties is None else p.index(properties) + 1, change)
    elif at < len(atoms):
        _outermost(_split(neighbour)).addprevious(change)
    else:
        _outermost(neighbour.run).addnext(change)


def _outermost(run: etree._Element) -> etree._Element:
    """The run, or the insertion around it: insertions do not nest."""
    parent = run.getparent()
    return parent if parent is not None and parent.tag == INSERTED else run


def _split(atom: _Atom) -> etree._Element:
    """Cut the atom's run before the atom, and give the run that now begins with it."""
    run, piece = atom.run, atom.piece
    pieces = [c for c in run if c.tag != RUN_PROPERTIES]
    if piece is pieces[0] and atom.at == 0:
        return run
    fresh = _like(run)
    if atom.at:
        tail = etree.SubElement(fresh, T)
        tail.set(_SPACE, "preserve")
        tail.text, piece.text = (piece.text or "")[atom.at :], (piece.text or "")[: atom.at]
        piece.set(_SPACE, "preserve")
        pieces = pieces[pieces.index(piece) + 1 :]
    else:
        pieces = pieces[pieces.index(piece) :]
    for moved in pieces:
        fresh.append(moved)
    parent = run.getparent()
    if parent is not None and parent.tag == INSERTED:  # keep the two halves in insertions of their own
        half = etree.Element(INSERTED, {str(k): str(v) for k, v in parent.attrib.items()})
        half.append(fresh)
        parent.addnext(half)
    else:
        run.addnext(fresh)
    return fresh


def _delete(atoms: list[_Atom], author: _Author) -> None:
    """Mark consecutive characters as deleted; what we inserted ourselves is simply taken out again."""
    paragraph = next(a for a in atoms[0].run.iterancestors(P))
    count, begin = (
        len(atoms),
        next(
            n
            for n, a in enumerate(_atoms(paragraph))
            if a.run is atoms[0].run and a.piece is atoms[0].piece and a.at == atoms[0].at
        ),
    )
    _split(_atoms(paragraph)[begin])
    everything = _atoms(paragraph)
    if begin + count < len(everything):
        _split(everything[begin + count])
    for run in dict.fromkeys(a.run for a in _atoms(paragraph)[begin : begin + count]):
        parent = run.getparent()
        assert parent is not None
        if parent.tag == INSERTED and parent.get(W + "author") == AUTHOR:
            grand = parent.getparent()
            assert grand is not None
            grand.remove(parent)
            continue
        change = author.sign(DELETED)
        run.addprevious(change)
        change.append(run)
        for piece in run.iter(T):
            piece.tag = DELETED_TEXT
            piece.set(_SPACE, "preserve")


def _delete_mark(p: etree._Element, author: _Author) -> None:
    properties = p.find(PROPERTIES)
    if properties is None:
        properties = etree.Element(PROPERTIES)
        p.insert(0, properties)
    marks = properties.find(RUN_PROPERTIES)
    if marks is None:
        marks = etree.SubElement(properties, RUN_PROPERTIES)
        change = properties.find(W + "pPrChange")
        if change is not None:
            change.addprevious(marks)
    if marks.find(DELETED) is None:
        marks.insert(0, author.sign(DELETED))
