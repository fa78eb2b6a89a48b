"""Zip packages and their XML: parts by name, limits while inflating, no DTD."""

from __future__ import annotations

import io
import time
import zipfile

import pytest

from jiheng.readers import limits
from jiheng.readers.errors import BrokenFile, Encrypted, TooLarge
from jiheng.readers.package import open_package, parse_xml

RELATIONS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
RELATION = '<Relationship Id="{}" Type="http://x/relationships/{}" Target="{}"/>'


def relations(*items: tuple[str, str, str]) -> str:
    return RELATIONS.format("".join(RELATION.format(*item) for item in items))


def test_parts_are_found_whatever_the_case_of_their_names(zipped) -> None:
    package = open_package(zipped({"Word\\Document.XML": b"a", "/b/../c": b"b"}))
    assert package.read("word/document.xml") == b"a"
    assert package.read("no") is None
    assert "WORD/document.xml" in package


def test_main_part_and_what_it_refers_to(zipped) -> None:
    package = open_package(
        zipped(
            {
                "_rels/.rels": relations(("r1", "officeDocument", "/text/Main.xml")),
                "text/main.xml": b"<a/>",
                "text/_rels/Main.xml.rels": relations(
                    ("r1", "numbering", "../lists/n%20o.xml"),
                    ("r2", "worksheet", "s1.xml"),
                    ("r3", "worksheet", "s2.xml"),
                ),
                "lists/n o.xml": b"<n/>",
            }
        )
    )
    main = package.main_part("word/document.xml")
    assert main == "text/Main.xml"
    numbering = package.related(main, "numbering")
    assert numbering is not None and package.read(numbering) == b"<n/>"
    assert package.related(main, "styles") is None
    assert package.targets(main, "worksheet") == {"r2": "text/s1.xml", "r3": "text/s2.xml"}


def test_main_part_from_the_content_types_or_the_default(zipped) -> None:
    override = '<Types><Override PartName="/a/b.xml" ContentType="application/x.document.main+xml"/></Types>'
    assert open_package(zipped({"[Content_Types].xml": override, "a/b.xml": "<a/>"})).main_part("c") == "a/b.xml"
    assert open_package(zipped({"x": "<a/>"})).main_part("c") == "c"


def test_links_to_the_outside_are_no_parts(zipped) -> None:
    external = relations(("r1", "image", "http://192.0.2.1/a.png")).replace("/></", ' TargetMode="External"/></')
    package = open_package(zipped({"_rels/a.xml.rels": external, "a.xml": "<a/>"}))
    assert package.related("a.xml", "image") is None


def test_too_many_entries(monkeypatch: pytest.MonkeyPatch, zipped) -> None:
    monkeypatch.setattr(limits, "PACKAGE_ENTRIES", 20)
    assert len(open_package(zipped({str(n): b"" for n in range(20)})).names()) == 20
    with pytest.raises(TooLarge, match="超过 20 个"):
        open_package(zipped({str(n): b"" for n in range(21)}))


def test_bytes_are_counted_while_inflating(monkeypatch: pytest.MonkeyPatch, zipped) -> None:
    monkeypatch.setattr(limits, "RATIO_FREE_BYTES", 2**20)
    monkeypatch.setattr(limits, "UNPACKED_BYTES", 3 * 2**20)
    data = zipped({"first": b"", "bomb": b"0" * (4 * 2**20), "fine": bytes(range(256)) * 4096})
    package = open_package(data)
    with pytest.raises(TooLarge, match=r"bomb 超过 \d+ MB"):
        package.read("bomb")
    package = open_package(data)
    assert all(len(package.read("fine") or b"") == 2**20 for _ in range(3))
    with pytest.raises(TooLarge, match="解压后过大"):
        package.read("fine")


def test_a_size_that_lies_does_not_help(zipped) -> None:
    data = zipped({"first": b"", "bomb": b"0" * 100_000})
    lying = data.replace((100_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    with pytest.raises(BrokenFile, match="无法解压"):
        open_package(lying).read("bomb")


def test_encrypted_entries() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", b"secret")
    data = bytearray(out.getvalue())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(Encrypted, match="密码"):
        open_package(bytes(data)).read("word/document.xml")


def test_damaged_bytes_of_a_part(zipped) -> None:
    data = bytearray(zipped({"first": b"", "a.xml": b"<a>" + bytes(range(64, 90)) * 50 + b"</a>"}))
    at = data.index(b"a.xml") + 8
    data[at : at + 6] = b"\xff\x00\xff\x00\xff\x00"
    with pytest.raises(BrokenFile, match=r"a\.xml 无法解压"):
        open_package(bytes(data)).read("a.xml")


BOMB = (
    '<?xml version="1.0"?>\n<!-- c --><!DOCTYPE a [<!ENTITY e0 "0123456789">'
    + "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    + "]><a>&e9;</a>"
)
EXTERNAL = '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize(
    "xml", [BOMB, EXTERNAL, "<!DOCTYPE a SYSTEM 'http://192.0.2.1/a.dtd'><a/>", " \n<!DOCTYPE a><a/>"]
)
def test_document_types_are_refused(xml: str, encoding: str) -> None:
    with pytest.raises(BrokenFile, match=r"DOCTYPE.*恶意.*拒绝") as caught:
        parse_xml(xml.encode(encoding), "word/document.xml")
    assert "root:" not in str(caught.value)


@pytest.mark.parametrize("xml", [BOMB, EXTERNAL, "<!DOCTYPE a><a/>"])
def test_document_types_are_refused_in_other_encodings(xml: str) -> None:
    begin = time.process_time()
    with pytest.raises(BrokenFile):
        parse_xml(xml.encode("utf-16"), "word/document.xml")
    assert time.process_time() - begin < 10


def test_words_about_document_types_are_no_document_type() -> None:
    assert parse_xml(b"<a><![CDATA[<!DOCTYPE html>]]></a>", "a").text == "<!DOCTYPE html>"


@pytest.mark.parametrize(
    "xml, error, words",
    [
        (b"<a>" * 10_000, TooLarge, "嵌套过深"),
        (b"<a>" + b"x" * 11_000_000 + b"</a>", TooLarge, "超出上限"),
        (b"<a>\n<b></a>", BrokenFile, "第 2 行"),
        (b"", BrokenFile, "不是正确的 XML"),
        (b"\xff\xfe\x00", BrokenFile, "不是正确的 XML"),
        (b'<?xml version="1.0" encoding="none-such"?><a/>', BrokenFile, "不是正确的 XML"),
    ],
)
def test_xml_that_is_no_good(xml: bytes, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        parse_xml(xml, "word/document.xml")


def test_too_many_tags(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "XML_TAGS", 1000)
    assert len(parse_xml(b"<a>" + b"<b/>" * 998 + b"</a>", "a")) == 998
    with pytest.raises(TooLarge, match="标签"):
        parse_xml(b"<a>" + b"<b/>" * 1001 + b"</a>", "a")


def test_comments_and_instructions_are_not_elements() -> None:
    assert [child.tag for child in parse_xml(b"<a><!-- x --><?y z?><b/></a>", "a")] == ["b"]
