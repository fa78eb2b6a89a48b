"""Broken, empty, locked and foreign files: a clear Chinese sentence, no traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from jiheng.readers import read, read_bytes
from jiheng.readers.errors import BrokenFile, EmptyFile, Encrypted, NoAccess, NotPerformance, UnknownKind
from samples import cell, package, paragraph, table


def test_the_good_document_is_read(good) -> None:
    assert read_bytes(good, "a.docx").projects[0].indicators[0].name == "修缮校舍面积"


@pytest.mark.parametrize("name", ["空.docx", "空.pdf", "空.txt", "空"])
def test_empty_files(name: str, refused) -> None:
    assert isinstance(refused(b"", name), EmptyFile)
    assert isinstance(refused(b"\0" * 4096, name), EmptyFile)


@pytest.mark.parametrize("name", ["a.doc", "a.xlsx", "a.pdf", "a.txt", "a.html", "a.json", "a"])
def test_wrong_extensions_do_not_matter(name: str, good) -> None:
    document = read_bytes(good, name)
    assert (document.format, len(document.projects)) == ("docx", 1)


def test_an_image_named_docx(refused) -> None:
    assert isinstance(refused(b"\x89PNG\r\n\x1a\n" + b"\0" * 100), UnknownKind)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_truncated_zips(share: float, refused, good) -> None:
    error = refused(good[: int(len(good) * share)])
    assert isinstance(error, BrokenFile)
    assert "不完整或已损坏" in str(error)


def test_passwords(compound, refused) -> None:
    encrypted = compound({"EncryptionInfo": b"\x04\0\x04\0" + b"x" * 5000, "EncryptedPackage": b"x" * 5000})
    error = refused(encrypted)
    assert isinstance(error, Encrypted)
    assert "密码" in str(error)


def password_pdf() -> bytes:
    """A PDF whose pages open only with a password (standard security handler, revision 2)."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
        b"<</Filter/Standard/V 1/R 2/P -44/O<" + b"41" * 32 + b">/U<" + b"42" * 32 + b">>>",
    ]
    out = b"%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer<</Size 5/Root 1 0 R/Encrypt 4 0 R/ID[<00><00>]>>\n"
    return out + trailer + b"startxref\n%d\n%%%%EOF\n" % start


def test_password_pdf(refused) -> None:
    error = refused(password_pdf(), "a.pdf")
    assert isinstance(error, Encrypted)
    assert "密码" in str(error)


@pytest.mark.parametrize("data", [b"%PDF-1.7\n", b"%PDF-1.4\n" + b"x" * 5000, password_pdf()[:200]])
def test_broken_pdf(data: bytes, refused) -> None:
    assert isinstance(refused(data, "a.pdf"), BrokenFile)


@pytest.mark.parametrize("part", ["[Content_Types].xml", "_rels/.rels"])
def test_a_docx_without_its_directory_is_read_all_the_same(part: str, with_part) -> None:
    assert len(read_bytes(with_part(part, None), "a.docx").projects) == 1


@pytest.mark.parametrize("content", [None, b"", b"<a/>", b"\xff\xfe"])
def test_a_docx_without_its_text(content: bytes | None, refused, with_part) -> None:
    assert isinstance(refused(with_part("word/document.xml", content)), BrokenFile)


@pytest.mark.parametrize("part", ["xl/_rels/workbook.xml.rels", "xl/sheet1.xml", "xl/workbook.xml"])
def test_a_workbook_without_parts(zipped, part: str, refused, workbook) -> None:
    parts = workbook("<sheetData/>") | {"[Content_Types].xml": "<Types/>"}
    del parts[part]
    assert isinstance(refused(zipped(parts), "a.xlsx"), BrokenFile | NotPerformance)


@pytest.mark.parametrize(
    "data, name",
    [
        (package(paragraph("关于召开春季运动会的通知") + table([[cell("姓名"), cell("项目")]], 2)), "通知.docx"),
        ("关于召开春季运动会的通知\n请各单位参加。".encode(), "通知.txt"),
        ("<html><body><p>关于召开春季运动会的通知".encode(), "通知.html"),
    ],
)
def test_not_a_performance_document(data: bytes, name: str, refused) -> None:
    error = refused(data, name)
    assert isinstance(error, NotPerformance)
    assert "绩效" in str(error)


def test_a_folder_and_a_missing_file(tmp_path: Path, assert_sentence) -> None:
    for path, words in ((tmp_path, "文件夹"), (tmp_path / "没有.docx", "找不到")):
        with pytest.raises(NoAccess, match=words) as caught:
            read(path)
        assert_sentence(str(caught.value))


AS_NOBODY = """
import os, sys
from jiheng.readers import ReadError, read
import jiheng.readers.docx
if os.geteuid() == 0:
    os.seteuid(65534)
for path in sys.argv[1:]:
    try:
        read(path)
        print("read")
    except ReadError as error:
        print(type(error).__name__, error)
"""


@pytest.mark.skipif(os.name != "posix", reason="needs the rights of POSIX")
def test_files_and_folders_without_rights(tmp_path: Path, good) -> None:
    locked, folder = tmp_path / "锁.docx", tmp_path / "夹"
    locked.write_bytes(good)
    folder.mkdir()
    (folder / "内.docx").write_bytes(good)
    locked.chmod(0)
    folder.chmod(0)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    command = [sys.executable, "-c", AS_NOBODY, locked, folder / "内.docx", folder]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment)
    folder.chmod(0o700)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == 3
    assert all(line.startswith("NoAccess ") for line in lines)
    assert "权限" in lines[0]
