"""Small PDFs for tests: text at places and ruling lines, with the CJK font that every viewer knows, nothing embedded."""

from __future__ import annotations

SIZE = 10.0


class PdfWriter:
    """Pages of text and lines; coordinates from the top left of A4, in points."""

    def __init__(self) -> None:
        self.pages: list[list[str]] = []

    def page(self) -> None:
        """Begin a page."""
        self.pages.append([])

    def text(self, x: float, y: float, text: str) -> None:
        """Text whose base line is at ``y``; every character is as wide as high."""
        codes = text.encode("utf-16-be").hex().upper()
        self.pages[-1].append(f"BT /F1 {SIZE} Tf 1 0 0 1 {x} {842 - y} Tm <{codes}> Tj ET")

    def line(self, x0: float, y0: float, x1: float, y1: float) -> None:
        """A ruling line."""
        self.pages[-1].append(f"0.5 w {x0} {842 - y0} m {x1} {842 - y1} l S")

    def bar(self, x0: float, y0: float, x1: float, y1: float) -> None:
        """A filled rectangle: how Word draws lines."""
        self.pages[-1].append(f"{x0} {842 - y1} {x1 - x0} {y1 - y0} re f")

    def picture(self) -> None:
        """A page-filling picture of one grey pixel."""
        self.pages[-1].append("q 500 0 0 700 40 60 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x80 EI Q")

    def table(
        self, xs: list[float], ys: list[float], rows: list[list[str]], merged: frozenset[tuple[int, int]] = frozenset()
    ) -> None:
        """A ruled table; a cell text is broken into lines by ``\\n``. ``merged`` names (row, column) without a line above."""
        for x in xs:
            self.line(x, ys[0], x, ys[-1])
        for r, y in enumerate(ys):
            for c in range(len(xs) - 1):
                if (r, c) not in merged:
                    self.line(xs[c], y, xs[c + 1], y)
        for r, row in enumerate(rows):
            for c, cell in enumerate(row):
                for n, part in enumerate(cell.split("\n")):
                    self.text(xs[c] + 4, ys[r] + 11 + n * 12, part)

    def to_bytes(self) -> bytes:
        """The file."""
        font = "<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UTF16-H/DescendantFonts[4 0 R]>>"
        descendant = (
            "<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>"
            "/DW 1000/FontDescriptor 5 0 R>>"
        )
        descriptor = (
            "<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]/ItalicAngle 0/Ascent 880"
            "/Descent -120/CapHeight 880/StemV 93>>"
        )
        kids = " ".join(f"{6 + 2 * n} 0 R" for n in range(len(self.pages)))
        objects = [
            "<</Type/Catalog/Pages 2 0 R>>",
            f"<</Type/Pages/Kids[{kids}]/Count {len(self.pages)}>>",
            font,
            descendant,
            descriptor,
        ]
        for n, page in enumerate(self.pages):
            stream = "\n".join(page)
            resources = "/Resources<</Font<</F1 3 0 R>>>>"
            objects.append(f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]{resources}/Contents {7 + 2 * n} 0 R>>")
            objects.append(f"<</Length {len(stream)}>>\nstream\n{stream}\nendstream")
        out, offsets = b"%PDF-1.5\n", []
        for n, body in enumerate(objects, 1):
            offsets.append(len(out))
            out += f"{n} 0 obj\n{body}\nendobj\n".encode("latin-1")
        xref = len(out)
        out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode() + b"".join(
            f"{o:010d} 00000 n \n".encode() for o in offsets
        )
        return out + f"trailer<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{xref}\n%%EOF".encode()
