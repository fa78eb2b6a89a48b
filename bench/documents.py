"""The documents that are measured: made by ``../shared/corpus/make_load.py`` where it is there, else from ``demo/``."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
SHARED = HERE.parent.parent / "shared"
DEMO = HERE.parent / "demo"
_RUN = (
    '<w:rPr><w:rFonts w:ascii="宋体" w:hAnsi="宋体" w:eastAsia="宋体" w:hint="eastAsia"/><w:kern w:val="0"/>'
    '<w:color w:val="000000"/><w:sz w:val="21"/><w:szCs w:val="21"/><w:lang w:val="en-US" w:eastAsia="zh-CN"/></w:rPr>'
)
_PARAGRAPH = (
    '<w:pPr><w:widowControl/><w:spacing w:line="240" w:lineRule="auto"/><w:jc w:val="left"/>'
    '<w:rPr><w:rFonts w:eastAsia="宋体" w:hint="eastAsia"/><w:sz w:val="21"/></w:rPr></w:pPr>'
)
_CELL = '<w:tcW w:w="1417" w:type="dxa"/><w:noWrap w:val="0"/><w:vAlign w:val="center"/></w:tcPr>'


def load(count: int, folder: Path) -> list[Path]:
    """``count`` documents in ``folder``."""
    maker = SHARED / "corpus" / "make_load.py"
    if maker.is_file():
        subprocess.run([sys.executable, str(maker), str(count), str(folder)], check=True)
    else:
        folder.mkdir(parents=True, exist_ok=True)
        samples = [p.read_bytes() for p in sorted(DEMO.glob("*.docx"))]
        for n in range(count):
            (folder / f"{n:06d}.docx").write_bytes(samples[n % len(samples)])
    return sorted(folder.glob("*.docx"))


def with_word_markup(data: bytes) -> bytes:
    """The same document with the run, paragraph and cell properties that Word and WPS write everywhere."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            part = old.read(info)
            if info.filename == "word/document.xml":
                xml = re.sub(r"<w:rPr>.*?</w:rPr>|<w:pPr>.*?</w:pPr>", "", part.decode("utf-8"))
                xml = xml.replace("<w:tcPr/>", "<w:tcPr></w:tcPr>").replace("</w:tcPr>", _CELL)
                xml = xml.replace("<w:p>", f'<w:p w:rsidR="00A77B3E" w:rsidRDefault="00A77B3E">{_PARAGRAPH}')
                part = xml.replace("<w:r>", f"<w:r>{_RUN}").encode()
            new.writestr(info, part)
    return out.getvalue()


def corpus(suffix: str) -> list[Path]:
    """The real documents of one format, where they are there."""
    return sorted((SHARED / "corpus").glob(f"*.{suffix}"))
