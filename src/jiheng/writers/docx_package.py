"""The parts around the text of a new Word file: styles, fonts, footer, properties; and the package of them all.

Type is set as official documents are: headings in 小标宋 and 黑体, text in 仿宋, tables in 宋体. A font that is not
installed has the ones named after it in its place.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_NAMESPACES = f'xmlns:w="{_W}" xmlns:r="{_R}"'
TEXT_WIDTH = 9412
"""Between the margins of the page, in twentieths of a point, as all sizes here."""
LANDSCAPE_WIDTH = 14344
"""The same on a page that lies on its side."""

_FONTS = (
    ("方正小标宋简体", "方正小标宋_GBK;小标宋;华文中宋;宋体;SimSun", "roman"),
    ("黑体", "SimHei;Noto Sans CJK SC;方正黑体_GBK", "swiss"),
    ("楷体", "楷体_GB2312;KaiTi;方正楷体_GBK", "script"),
    ("仿宋", "仿宋_GB2312;FangSong;方正仿宋_GBK", "roman"),
    ("宋体", "SimSun;Noto Serif CJK SC;方正书宋_GBK", "roman"),
)


def _looks(font: str, size: int, more: str = "") -> str:
    """Run properties; ``size`` is in half points."""
    return (
        f'<w:rPr><w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="{font}" '
        f'w:cs="Times New Roman"/>{more}<w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr>'
    )


def _style(name: str, label: str, paragraph: str, run: str, based: str = "Normal") -> str:
    return (
        f'<w:style w:type="paragraph" w:styleId="{name}"><w:name w:val="{label}"/><w:basedOn w:val="{based}"/>'
        f"<w:qFormat/><w:pPr>{paragraph}</w:pPr>{run}</w:style>"
    )


def _borders() -> str:
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    return "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>' for side in sides)


def _spacing(line: int, before: int = 0, after: int = 0) -> str:
    return f'<w:spacing w:before="{before}" w:after="{after}" w:line="{line}" w:lineRule="exact"/>'


_TWO_CHARACTERS = '<w:ind w:firstLineChars="200" w:firstLine="640"/>'
_CENTER = '<w:jc w:val="center"/>'
_TABLE_STYLES = (
    '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:tblPr>'
    '<w:tblInd w:w="0" w:type="dxa"/></w:tblPr></w:style>'
    '<w:style w:type="table" w:styleId="Form"><w:name w:val="Form"/><w:basedOn w:val="TableNormal"/><w:tblPr>'
    f'<w:tblBorders>{_borders()}</w:tblBorders><w:tblCellMar><w:left w:w="70" w:type="dxa"/>'
    '<w:right w:w="70" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>'
)
_STYLES = "".join(
    (
        f"{_HEAD}<w:styles {_NAMESPACES}><w:docDefaults><w:rPrDefault>",
        _looks("仿宋", 32, "").replace("</w:rPr>", '<w:lang w:val="en-US" w:eastAsia="zh-CN"/></w:rPr>'),
        "</w:rPrDefault><w:pPrDefault/></w:docDefaults>",
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/></w:style>',
        _style("BodyText", "Body Text", _spacing(560) + _TWO_CHARACTERS + '<w:jc w:val="both"/>', ""),
        _style("Title", "Title", _spacing(700, 0, 400) + _CENTER, _looks("方正小标宋简体", 44)),
        _style(
            "Subtitle", "Subtitle", _spacing(560, 0, 200) + _CENTER, _looks("楷体", 32)
        ),
        _style(
            "Heading1", "heading 1",
            "<w:keepNext/><w:keepLines/>" + _spacing(640, 200, 300) + _CENTER + '<w:outlineLvl w:val="0"/>',
            _looks("方正小标宋简体", 36),
        ),
        _style(
            "Heading2", "heading 2",
            "<w:keepNext/><w:keepLines/>" + _spacing(560) + _TWO_CHARACTERS + '<w:outlineLvl w:val="1"/>',
            _looks("黑体", 32),
        ),
        _style(
            "Heading3", "heading 3",
            "<w:keepNext/><w:keepLines/>" + _spacing(560) + _TWO_CHARACTERS + '<w:outlineLvl w:val="2"/>',
            _looks("楷体", 32, "<w:b/>"),
        ),
        _style("FormText", "Form Text", '<w:spacing w:before="30" w:after="30"/>', _looks("宋体", 21)),
        _style("FormCenter", "Form Center", _CENTER, "", "FormText"),
        _style("FormRight", "Form Right", '<w:jc w:val="right"/>', "", "FormText"),
        _style("FormLabel", "Form Label", _CENTER, _looks("黑体", 21), "FormText"),
        _style("Gap", "Gap", _spacing(20), _looks("宋体", 2)),
        _style("Footer", "footer", _CENTER, _looks("宋体", 28)),
        _TABLE_STYLES,
        "</w:styles>",
    )
)  # fmt: skip
_FONT_TABLE = "".join(
    (
        f"{_HEAD}<w:fonts {_NAMESPACES}>",
        *(
            f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/><w:family w:val="{family}"/>'
            '<w:pitch w:val="variable"/></w:font>'
            for name, other, family in _FONTS
        ),
        "</w:fonts>",
    )
)
_SETTINGS = (
    f'{_HEAD}<w:settings {_NAMESPACES}><w:zoom w:percent="100"/>'
    '<w:characterSpacingControl w:val="compressPunctuation"/><w:compat><w:compatSetting w:name="compatibilityMode" '
    'w:uri="http://schemas.microsoft.com/office/word" '
    'w:val="15"/></w:compat></w:settings>'
)
_FOOTER = (
    f'{_HEAD}<w:ftr {_NAMESPACES}><w:p><w:pPr><w:pStyle w:val="Footer"/></w:pPr><w:r><w:t xml:space="preserve">— </w:t>'
    '</w:r><w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple>'
    '<w:r><w:t xml:space="preserve"> —</w:t></w:r></w:p></w:ftr>'
)


def _section(landscape: bool) -> str:
    size = (
        '<w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/>' if landscape else '<w:pgSz w:w="11906" w:h="16838"/>'
    )
    return (
        f'<w:sectPr><w:footerReference w:type="default" r:id="rId4"/>{size}<w:pgMar w:top="1531" w:right="1247" '
        'w:bottom="1531" w:left="1247" w:header="851" w:footer="964" w:gutter="0"/></w:sectPr>'
    )


_PARTS = (
    ("/word/document.xml", f"{_TYPE}.document.main+xml"),
    ("/word/styles.xml", f"{_TYPE}.styles+xml"),
    ("/word/fontTable.xml", f"{_TYPE}.fontTable+xml"),
    ("/word/settings.xml", f"{_TYPE}.settings+xml"),
    ("/word/footer1.xml", f"{_TYPE}.footer+xml"),
    ("/docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml"),
)
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FIRST_EXTRA = 5
"""The number of the relation of the first part beyond those that every file has: rId5."""


@dataclass(frozen=True, slots=True)
class Extra:
    """A further part that the text refers to, as ``rId5`` and on in order: its name below ``word/``, its content type,
    the kind of its relation; and the parts that belong to it, by name below ``word/``."""

    name: str
    content: str
    content_type: str
    relation: str
    own: Mapping[str, str | bytes] = field(default_factory=dict)


def _content_types(extras: Sequence[Extra]) -> str:
    parts = (*_PARTS, *((f"/word/{e.name}", e.content_type) for e in extras))
    return (
        f'{_HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        + (f'<Default Extension="xlsx" ContentType="{_WORKBOOK}"/>' if extras else "")
        + "".join(f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in parts)
        + "</Types>"
    )


def _relations(*pairs: tuple[str, str]) -> str:
    each = "".join(
        f'<Relationship Id="rId{n}" Type="{kind}" Target="{target}"/>' for n, (kind, target) in enumerate(pairs, 1)
    )
    return f'{_HEAD}<Relationships xmlns="{_RELS}">{each}</Relationships>'


def _properties(title: str) -> str:
    return (
        f'{_HEAD}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{escape(title)}</dc:title>'
        "<dc:creator>绩衡</dc:creator></cp:coreProperties>"
    )


def package(body: str, title: str, landscape: bool = False, extras: Sequence[Extra] = ()) -> bytes:
    """The .docx whose text is this XML; the same text gives the same bytes."""
    text = body + _section(landscape)
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": _content_types(extras),
        "_rels/.rels": _relations(
            (f"{_R}/officeDocument", "word/document.xml"), (f"{_RELS}/metadata/core-properties", "docProps/core.xml")
        ),
        "word/document.xml": f"{_HEAD}<w:document {_NAMESPACES}><w:body>{text}</w:body></w:document>",
        "word/_rels/document.xml.rels": _relations(
            (f"{_R}/styles", "styles.xml"), (f"{_R}/fontTable", "fontTable.xml"), (f"{_R}/settings", "settings.xml"),
            (f"{_R}/footer", "footer1.xml"), *((e.relation, e.name) for e in extras),
        ),
        "word/styles.xml": _STYLES,
        "word/fontTable.xml": _FONT_TABLE,
        "word/settings.xml": _SETTINGS,
        "word/footer1.xml": _FOOTER,
        "docProps/core.xml": _properties(title),
    }  # fmt: skip
    for extra in extras:
        parts[f"word/{extra.name}"] = extra.content
        parts |= {f"word/{name}": content for name, content in extra.own.items()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2025, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
