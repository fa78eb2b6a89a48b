"""What kind of file this is, told from its content: people rename files, and systems write web pages named .doc."""

from __future__ import annotations

import codecs
import re
import struct
from pathlib import PurePath

from jiheng.readers.errors import BrokenFile, EmptyFile, Encrypted, UnknownKind
from jiheng.readers.ole import MAGIC, Compound
from jiheng.readers.package import Package, open_package

_HEAD = 64 * 1024
_SUPPORTED = "可读的格式：docx、doc、wps、odt、rtf、xlsx、xls、et、ods、pdf、html、txt、md 和绩衡自己的 json。"
_BY_MAIN_NAME = {b"word/document.xml": "docx", b"xl/workbook.xml": "xlsx"}
_BY_MAIN_TYPE = {
    b"wordprocessingml.document.main+xml": "docx",
    b"wordprocessingml.template.main+xml": "docx",
    b"ms-word.document.macroenabled.main+xml": "docx",
    b"ms-word.template.macroenabledtemplate.main+xml": "docx",
    b"spreadsheetml.sheet.main+xml": "xlsx",
    b"spreadsheetml.template.main+xml": "xlsx",
    b"ms-excel.sheet.macroenabled.main+xml": "xlsx",
    b"ms-excel.template.macroenabled.main+xml": "xlsx",
}
_BY_MIMETYPE = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.text-template": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
    b"application/vnd.oasis.opendocument.spreadsheet-template": "ods",
}
_STRANGERS = (
    ((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*"), "图片", "请索取可编辑的文件，或先做文字识别。"),
    ((b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ"), "压缩包", "请解压后读取里面的文件。"),
    ((b"MZ", b"\x7fELF"), "程序", "请确认没有选错文件。"),
)
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|table|meta|title|div|p|h[1-6])[\s>/]", re.IGNORECASE)
_MHTML = re.compile(rb"(?:[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*?(?:MIME-Version|Content-Type):", re.IGNORECASE)
_WORD_XML = (b"schemas.microsoft.com/office/word/2003/wordml", b"schemas.microsoft.com/office/2006/xmlPackage")
_SHEET_XML = b"urn:schemas-microsoft-com:office:spreadsheet"
_RTF_ESCAPED = re.compile(rb"\\[\\{}]")
_WRONG_SHARE = 100
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def detect(data: bytes, name: str = "") -> str:
    """The kind of a file: docx, xlsx, odt, ods, doc, wps, xls, et, rtf, pdf, html, text or json.

    The name only decides between .doc and .wps, .xls and .et, whose contents are alike.
    """
    if not data:
        raise EmptyFile("文件是空的（0 字节）。请检查是否保存或下载成功，重新获取后再试。")
    if data.startswith(b"PK"):
        return _zip_kind(data)
    if data.startswith(MAGIC):
        return _ole_kind(Compound(data), name)
    head = data[:_HEAD]
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if not data.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        raise EmptyFile("文件里没有任何内容（全是空白）。请检查是否保存或下载成功，重新获取后再试。")
    for magics, what, advice in _STRANGERS:
        if head.startswith(magics):
            raise UnknownKind(f"这是{what}，不是绩效文本。{advice}{_SUPPORTED}")
    return _text_kind(data, head)


def _zip_kind(data: bytes) -> str:
    directory = data[_directory_start(data) :]
    found = {kind for name, kind in _BY_MAIN_NAME.items() if name in directory}
    # The names in the directory of the package mostly settle it, without opening it twice.
    if len(found) == 1 and not data.startswith(b"mimetype", 30):
        return found.pop()
    package = open_package(data)
    mimetype = package.read("mimetype")
    if mimetype is not None:
        return _odf_kind(package, mimetype.strip())
    types = (package.read("[Content_Types].xml") or b"").lower()
    for mark, kind in _BY_MAIN_TYPE.items():
        if mark in types:
            return kind
    if len(found) == 1:
        return found.pop()
    raise _strange_package(package, types)


def _directory_start(data: bytes) -> int:
    """Where the central directory of a zip file begins, as the file says."""
    end = data.rfind(b"PK\x05\x06", max(0, len(data) - 66_000))
    if end < 0 or end + 20 > len(data):
        return len(data)
    size: int = struct.unpack_from("<I", data, end + 12)[0]
    return max(0, end - size)


def _odf_kind(package: Package, mimetype: bytes) -> str:
    kind = _BY_MIMETYPE.get(mimetype)
    if kind is None:
        raise UnknownKind(f"这种文件（{mimetype[:80].decode('ascii', 'replace')}）不能读取。{_SUPPORTED}")
    if b"encryption-data" in (package.read("META-INF/manifest.xml") or b""):
        raise _encrypted()
    if "content.xml" not in package:
        raise BrokenFile("文件已损坏：缺少正文（content.xml）。请向提供者重新索取后再试。")
    return kind


def _strange_package(package: Package, types: bytes) -> BrokenFile | UnknownKind:
    names = package.names()
    if "ofd.xml" in names:
        return UnknownKind(f"这是 OFD 版式文件，暂不能读取。请转换为 PDF，或索取 Word 文件。{_SUPPORTED}")
    if b"presentationml" in types or any(name.startswith("ppt/") for name in names):
        return UnknownKind(f"这是演示文稿，不是绩效文本。请确认没有选错文件。{_SUPPORTED}")
    if b"sheet.binary" in types:
        return UnknownKind("这是 Excel 二进制工作簿（.xlsb）。请用 Excel 或 WPS 打开，另存为 .xlsx 后再试。")
    if types or any(name.startswith(("word/", "xl/")) for name in names):
        return BrokenFile("文件已损坏：缺少正文部分。请向提供者重新索取，或用 Word、WPS 打开后另存一份再试。")
    return UnknownKind(f"这是压缩包，不是绩效文本。请解压后读取里面的文件。{_SUPPORTED}")


def _ole_kind(compound: Compound, name: str) -> str:
    suffix = PurePath(name).suffix.lower()
    if "EncryptedPackage" in compound or "EncryptionInfo" in compound:
        raise _encrypted()
    if "WordDocument" in compound:
        if _doc_encrypted(compound.head("WordDocument", 32)):
            raise _encrypted()
        _check_whole(compound, "WordDocument")
        return "wps" if suffix == ".wps" else "doc"
    for stream in ("Workbook", "Book"):
        if stream in compound:
            if _xls_encrypted(compound.head(stream, 8192)):
                raise _encrypted()
            _check_whole(compound, stream)
            return "et" if suffix == ".et" else "xls"
    if "MatOST" in compound or "CONTENTS" in compound:
        return "wps"
    if "PowerPoint Document" in compound:
        raise UnknownKind(f"这是演示文稿，不是绩效文本。请确认没有选错文件。{_SUPPORTED}")
    raise UnknownKind(
        f"这是一种 Office 复合文档，但里面没有文字或表格；也可能是文件不完整。请检查后重新获取。{_SUPPORTED}"
    )


def _check_whole(compound: Compound, stream: str) -> None:
    if not compound.whole(stream):
        raise _cut_off()


def _doc_encrypted(fib: bytes) -> bool:
    return len(fib) >= 12 and bool(struct.unpack_from("<H", fib, 10)[0] & 0x0100)


def _xls_encrypted(stream: bytes) -> bool:
    """Whether a FILEPASS record stands among the first records."""
    position = 0
    while position + 4 <= len(stream):
        record, length = struct.unpack_from("<HH", stream, position)
        if record == 0x002F:
            return True
        position += 4 + length
    return False


def _text_kind(data: bytes, head: bytes) -> str:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"{\\rtf"):
        if _rtf_cut_off(data):
            raise _cut_off()
        return "rtf"
    readable = _readable(head)
    if readable is None:
        raise UnknownKind(f"认不出这是什么文件：既不是文档，也不是文字。{_SUPPORTED}")
    start = readable.lstrip("\ufeff \t\r\n").encode()
    if start.startswith(b"{") and b'"projects"' in data:
        return "json"
    if _MHTML.match(start) and b"text/html" in data:
        return "html"
    if start.startswith(b"<"):
        return _markup_kind(start)
    return "html" if _HTML.search(start[:1024]) else "text"


def _rtf_cut_off(data: bytes) -> bool:
    """Whether groups stay open at the end; LibreOffice would quietly give what came before."""
    if data.rstrip(b"\0 \t\r\n").endswith(b"}"):
        return False
    bare = _RTF_ESCAPED.sub(b"", data)
    return bare.count(b"{") > bare.count(b"}")


def _markup_kind(start: bytes) -> str:
    if any(mark in start for mark in _WORD_XML) or b"opendocument.text" in start:
        return "doc"
    if _SHEET_XML in start and b"<Workbook" in start:
        raise UnknownKind("这是 Excel 2003 的 XML 表格。请用 Excel 或 WPS 打开，另存为 .xlsx 后再试。")
    if _HTML.search(start):
        return "html"
    if start.startswith(b"<?xml"):
        raise UnknownKind(f"这是 XML 数据，但不是认识的文档。{_SUPPORTED}")
    return "text"


def _readable(head: bytes) -> str | None:
    """The text of the first bytes, ``None`` where they are none."""
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if head.startswith(mark):
            return head[2 : len(head) // 2 * 2].decode(encoding, "replace")
    # A few wrong bytes do not make a text something else; in what is no text, they are everywhere.
    tolerated = len(head) // _WRONG_SHARE
    if len(_CONTROLS.findall(head)) > tolerated:
        return None
    texts = [codecs.getincrementaldecoder(encoding)("replace").decode(head) for encoding in ("utf-8", "gb18030")]
    best = min(texts, key=lambda text: text.count("\ufffd"))
    return best if best.count("\ufffd") <= tolerated else None


def _cut_off() -> BrokenFile:
    return BrokenFile("文件不完整，后面的部分丢失了，可能没有下载完或传输中断。请重新获取这个文件。")


def _encrypted() -> Encrypted:
    return Encrypted("文件有密码保护，无法读取。请用 Word、WPS 打开，取消密码后另存一份再试。")
