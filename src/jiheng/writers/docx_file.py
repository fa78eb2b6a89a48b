"""A Word file opened to be written into: its places found by anchor, its other parts kept byte for byte."""

from __future__ import annotations

import io
import posixpath
import zipfile

from lxml import etree

from jiheng.model import Anchor

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
P, R, T, TC, TR, TBL = W + "p", W + "r", W + "t", W + "tc", W + "tr", W + "tbl"
PROPERTIES = W + "pPr"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
"""For parts of files that came from elsewhere."""
_STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"


class WordFile:
    """The parts of a .docx. Change :attr:`root` in place, :meth:`put` others, then take :meth:`to_bytes`.

    Raises ``ValueError`` for a document in the strict namespace of ISO 29500, which cannot be marked in place.
    """

    def __init__(self, data: bytes) -> None:
        self._archive = zipfile.ZipFile(io.BytesIO(data))
        self._changed: dict[str, bytes] = {}
        self.main = self._main_part()
        self.root = etree.fromstring(self._archive.read(self.main), PARSER)
        if self.root.tag.startswith("{" + _STRICT):
            raise ValueError("strict")
        self._tables = list(self.root.iter(TBL))
        self._paragraphs = [p for p in self.root.iter(P) if next(p.iterancestors(TBL), None) is None]
        self._rows: dict[int, list[etree._Element]] = {}

    def _main_part(self) -> str:
        rels = etree.fromstring(self._archive.read("_rels/.rels"), PARSER)
        for relation in rels:
            if (relation.get("Type") or "").endswith("/officeDocument"):
                return (relation.get("Target") or "").lstrip("/")
        return "word/document.xml"

    def cell(self, anchor: Anchor) -> etree._Element | None:
        """The cell that an anchor in a table points at."""
        if anchor.table is None or anchor.table >= len(self._tables):
            return None
        rows = self._rows.get(anchor.table)
        if rows is None:
            table = self._tables[anchor.table]
            rows = [tr for tr in table.iter(TR) if next(tr.iterancestors(TBL)) is table]
            self._rows[anchor.table] = rows
        if anchor.row is None or anchor.row >= len(rows):
            return None
        cells = [tc for tc in rows[anchor.row].iter(TC) if next(tc.iterancestors(TR)) is rows[anchor.row]]
        return cells[anchor.column] if anchor.column is not None and anchor.column < len(cells) else None

    def paragraphs(self, anchor: Anchor | None) -> list[etree._Element]:
        """The paragraphs at an anchor: all of a cell, or the one it names. Empty where it points nowhere."""
        if anchor is None:
            return []
        if anchor.table is None:
            at = anchor.paragraph
            return [self._paragraphs[at]] if at is not None and at < len(self._paragraphs) else []
        tc = self.cell(anchor)
        if tc is None:
            return []
        own = [p for p in tc.iter(P) if next(p.iterancestors(TC)) is tc]
        if anchor.paragraph is None:
            return own
        return own[anchor.paragraph : anchor.paragraph + 1]

    def first_paragraph(self) -> list[etree._Element]:
        """Where remarks on the whole document go."""
        return self._paragraphs[:1] or list(self.root.iter(P))[:1]

    def read(self, name: str) -> bytes | None:
        """A part as it now is, ``None`` where there is none."""
        if name in self._changed:
            return self._changed[name]
        return self._archive.read(name) if name in self._archive.namelist() else None

    def put(self, name: str, content: bytes) -> None:
        """Write a part anew."""
        self._changed[name] = content

    def related(self, kind: str) -> str | None:
        """The name of the part that the document refers to by a relationship of this kind, such as ``comments``."""
        raw = self.read(self._rels_name())
        for relation in etree.fromstring(raw, PARSER) if raw else ():
            if (relation.get("Type") or "").endswith("/" + kind):
                target = relation.get("Target") or ""
                folder = posixpath.dirname(self.main)
                return posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
        return None

    def _rels_name(self) -> str:
        folder, name = posixpath.split(self.main)
        return posixpath.join(folder, "_rels", name + ".rels")

    def relate(self, kind: str, name: str, content_type: str) -> None:
        """Add a part to the package: its relationship from the document, and its content type."""
        raw = self.read(self._rels_name())
        rels = (
            etree.fromstring(raw, PARSER)
            if raw
            else etree.Element(f"{{{_RELATIONS}}}Relationships", nsmap={None: _RELATIONS})  # type: ignore[dict-item]
        )
        taken = {r.get("Id") for r in rels}
        fresh = next(f"rIdJ{n}" for n in range(1, len(taken) + 2) if f"rIdJ{n}" not in taken)
        relation = etree.SubElement(rels, f"{{{_RELATIONS}}}Relationship")
        relation.set("Id", fresh)
        relation.set("Type", f"{_OFFICE}/{kind}")
        relation.set("Target", posixpath.relpath(name, posixpath.dirname(self.main) or "."))
        self.put(self._rels_name(), _serialized(rels))
        types = etree.fromstring(self._archive.read("[Content_Types].xml"), PARSER)
        override = etree.SubElement(types, f"{{{_TYPES}}}Override")
        override.set("PartName", "/" + name)
        override.set("ContentType", content_type)
        self.put("[Content_Types].xml", _serialized(types))

    def to_bytes(self) -> bytes:
        """The file with what was changed; untouched parts are copied as they were."""
        self.put(self.main, _serialized(self.root))
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
            for info in self._archive.infolist():
                content = self._changed.pop(info.filename, None)
                new.writestr(info, self._archive.read(info) if content is None else content, zipfile.ZIP_DEFLATED)
            for name, content in self._changed.items():
                new.writestr(name, content)
        return out.getvalue()


def _serialized(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
