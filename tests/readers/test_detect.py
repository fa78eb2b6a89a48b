"""The kind of a file comes from its content; the name only tells .wps from .doc and .et from .xls."""

from __future__ import annotations

import json
import struct

import pytest

from jiheng.readers.detect import detect
from jiheng.readers.errors import BrokenFile, EmptyFile, Encrypted, ReadError, UnknownKind
from samples import package, paragraph

RTF = rb"{\rtf1\ansi {\b a} \{ b}"
WORD = struct.pack("<HHHHHH", 0xA5EC, 0x00C1, 0, 0, 0, 0x0000).ljust(6000, b"\0")
WORD_LOCKED = struct.pack("<HHHHHH", 0xA5EC, 0x00C1, 0, 0, 0, 0x0100).ljust(6000, b"\0")
BOF = struct.pack("<HHHHHHII", 0x0809, 16, 0x0600, 5, 0, 0, 0, 0)
BOOK = (BOF + struct.pack("<HH", 0x000A, 0)).ljust(6000, b"\0")
BOOK_LOCKED = (BOF + struct.pack("<HH", 0x002F, 54) + b"\1" * 54).ljust(6000, b"\0")
CONTENT_TYPES = '<Types><Override PartName="/{}" ContentType="application/vnd.{}+xml"/></Types>'


@pytest.mark.parametrize(
    "data, kind",
    [
        (package(paragraph("一")), "docx"),
        (RTF, "rtf"),
        (b"\xef\xbb\xbf " + RTF, "rtf"),
        (b"%PDF-1.7\n", "pdf"),
        (b"\r\n%PDF-1.4\n", "pdf"),
        ("<!DOCTYPE html><p>绩效".encode(), "html"),
        ("<table><tr><td>绩效".encode("gb18030"), "html"),
        ('<html xmlns:o="urn:schemas-microsoft-com:office:office"><body>绩效'.encode("utf-16"), "html"),
        (b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="x"\r\n\r\n--x\r\nContent-Type: text/html\r\n', "html"),
        (b'<?xml version="1.0"?><?mso-application progid="Word.Document"?><w:wordDocument xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml"/>', "doc"),
        ("第一部分\n部门整体绩效目标".encode(), "text"),
        ("第一部分\r\n部门整体绩效目标".encode("gb18030"), "text"),
        ("第一部分".encode("utf-16"), "text"),
        ("部门整体绩效目标".encode() * 50 + b"\xff\x01" + "第二部分".encode(), "text"),
        (("<p>" + "部门整体绩效目标" * 50).encode("gb18030") + b"\xff", "html"),
        (json.dumps({"source": "a", "projects": []}).encode(), "json"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["说明.doc", "表.xlsx", "无后缀"])
def test_content_decides_whatever_the_name(data: bytes, kind: str, name: str) -> None:
    assert detect(data, name) == kind


@pytest.mark.parametrize(
    "type_of_main, kind",
    [
        ("ms-word.document.macroEnabled.main", "docx"),
        ("openxmlformats-officedocument.spreadsheetml.sheet.main", "xlsx"),
        ("ms-excel.sheet.macroEnabled.main", "xlsx"),
    ],
)
def test_packages_whose_main_part_has_another_name(zipped, type_of_main: str, kind: str) -> None:
    data = zipped(
        {"[Content_Types].xml": CONTENT_TYPES.format("other/main.xml", type_of_main), "other/main.xml": "<a/>"}
    )
    assert detect(data) == kind


def test_ole_kinds(compound) -> None:
    word, book = compound({"WordDocument": WORD, "1Table": WORD}), compound({"Workbook": BOOK})
    assert [detect(word, n) for n in ("a.doc", "a.wps", "a.xls")] == ["doc", "wps", "doc"]
    assert [detect(book, n) for n in ("a.xls", "a.et", "a.doc")] == ["xls", "et", "xls"]
    with pytest.raises(UnknownKind, match="演示文稿"):
        detect(compound({"PowerPoint Document": BOOK}))


def test_ods_and_odt(ods, zipped) -> None:
    assert detect(ods("")) == "ods"
    text = {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<a/>"}
    assert detect(zipped(text)) == "odt"
    locked = {**text, "META-INF/manifest.xml": "<m><manifest:encryption-data/></m>"}
    with pytest.raises(Encrypted, match="密码"):
        detect(zipped(locked))
    with pytest.raises(BrokenFile, match="正文"):
        detect(zipped({"mimetype": text["mimetype"]}))


@pytest.mark.parametrize(
    "streams",
    [
        {"EncryptedPackage": WORD, "EncryptionInfo": WORD},
        {"WordDocument": WORD_LOCKED},
        {"Workbook": BOOK_LOCKED},
    ],
)
def test_passwords(compound, streams: dict[str, bytes]) -> None:
    with pytest.raises(Encrypted, match=r"密码保护.*取消密码"):
        detect(compound(streams), "a.docx")


@pytest.mark.parametrize(
    "data, error, words",
    [
        (b"", EmptyFile, "0 字节"),
        (b"\0" * 5000, EmptyFile, "全是空白"),
        (b" \r\n\t ", EmptyFile, "全是空白"),
        (b"\x89PNG\r\n\x1a\n....", UnknownKind, "图片"),
        (b"Rar!\x1a\x07\x00", UnknownKind, "压缩包"),
        (bytes(range(256)) * 20, UnknownKind, "认不出"),
        (b"PK\x03\x04" + b"x" * 100, BrokenFile, "不完整或已损坏"),
        (package(paragraph("一"))[:-40], BrokenFile, "不完整或已损坏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, BrokenFile, "复合文档"),
        (RTF[:-1], BrokenFile, "后面的部分丢失"),
        (b'<?xml version="1.0"?><invoice/>', UnknownKind, "XML 数据"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', UnknownKind, "另存为 .xlsx"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_why(data: bytes, error: type[ReadError], words: str) -> None:
    with pytest.raises(error, match=words):
        detect(data, "绩效文本.docx")


def test_strange_packages_say_what_they_are(zipped) -> None:
    for parts, words in (
        ({"OFD.xml": "<a/>"}, "OFD"),
        ({"ppt/presentation.xml": "<a/>"}, "演示文稿"),
        ({"一.docx": "x"}, "解压"),
        (
            {"[Content_Types].xml": CONTENT_TYPES.format("xl/workbook.bin", "ms-excel.sheet.binary.macroEnabled.main")},
            "xlsb",
        ),
    ):
        with pytest.raises(UnknownKind, match=words):
            detect(zipped(parts))


def test_a_word_file_cut_off_in_its_text(compound) -> None:
    whole = compound({"1Table": b"t" * 600, "WordDocument": WORD})
    # The directory lies behind the text here and would be cut off first: let the stream claim more than there is.
    claimed = whole.replace(struct.pack("<Q", 6000), struct.pack("<Q", 600_000))
    assert detect(whole) == "doc"
    with pytest.raises(BrokenFile, match="后面的部分丢失"):
        detect(claimed)


def test_a_ring_of_sectors_ends(compound) -> None:
    data = bytearray(compound({"WordDocument": WORD}))
    table = len(data) - 512
    data[table : table + 4] = struct.pack("<I", 0)  # sector 0 is followed by itself
    assert detect(bytes(data)) == "doc"
