"""LibreOffice in batches: order, bad files among good ones, crashes, time limits, no network, no macros."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from jiheng.readers import limits, office
from jiheng.readers.blocks import Paragraph, Table
from jiheng.readers.docx import read_docx
from jiheng.readers.errors import BrokenFile, ConverterMissing, ReadError, TooLarge, TooSlow

needs_office = pytest.mark.skipif(not office.available(), reason="LibreOffice is not installed")


def rtf(text: str) -> bytes:
    coded = "".join(char if char.isascii() else f"\\u{ord(char)}?" for char in text)
    return f"{{\\rtf1\\ansi {coded}\\par}}".encode()


def texts(result: bytes | ReadError) -> list[str]:
    assert isinstance(result, bytes), result
    return [block.text for block in read_docx(result).blocks if isinstance(block, Paragraph) and block.text]


@needs_office
def test_a_batch_keeps_its_order_and_survives_bad_files() -> None:
    bad = rtf("坏")[:-1]
    nested = b"{\\rtf1 " + b"{" * 10_000 + b"x" + b"}" * 10_000 + b"}"
    made = office.convert(
        [("一.rtf", rtf("第一个")), ("二.rtf", bad), ("../三 ;&.doc", rtf("第三个")), ("四.rtf", nested)], "docx"
    )
    assert texts(made[0]) == ["第一个"]
    assert isinstance(made[1], BrokenFile)
    assert texts(made[2]) == ["第三个"]
    assert isinstance(made[3], bytes | ReadError)


@needs_office
def test_tables_and_the_old_xml_format() -> None:
    table = rb"{\rtf1\ansi\trowd\cellx2000\cellx4000\intbl a\cell b\cell\row}"
    namespace = "http://schemas.microsoft.com/office/word/2003/wordml"
    word = f'<?xml version="1.0" encoding="UTF-8"?><?mso-application progid="Word.Document"?><w:wordDocument xmlns:w="{namespace}"><w:body><w:p><w:r><w:t>旧格式</w:t></w:r></w:p></w:body></w:wordDocument>'
    made = office.convert([("a.rtf", table), ("b.doc", word.encode())], "docx")
    assert isinstance(made[0], bytes)
    rows = next(block for block in read_docx(made[0]).blocks if isinstance(block, Table)).rows
    assert [cell.text for cell in rows[0].cells] == ["a", "b"]
    assert texts(made[1]) == ["旧格式"]


@pytest.fixture
def asked() -> Iterator[tuple[int, list[str]]]:
    """A server on this machine, and what it was asked for."""
    paths: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_error(404)

        do_HEAD = do_OPTIONS = do_PROPFIND = do_GET  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port, paths
    server.shutdown()
    server.server_close()


@needs_office
def test_documents_reach_neither_the_network_nor_other_files(asked, zipped, tmp_path: Path) -> None:
    port, paths = asked
    secret = tmp_path / "secret.txt"
    secret.write_text("不该出现的内容")
    odf = "urn:oasis:names:tc:opendocument:xmlns:"
    names = f'xmlns:office="{odf}office:1.0" xmlns:text="{odf}text:1.0" xmlns:draw="{odf}drawing:1.0" xmlns:xlink="http://www.w3.org/1999/xlink"'
    content = (
        f'<office:document-content {names} office:version="1.2"><office:body><office:text><text:p>正文<draw:frame text:anchor-type="as-char">'
        f'<draw:image xlink:href="http://127.0.0.1:{port}/a.png" xlink:type="simple" xlink:show="embed" xlink:actuate="onLoad"/></draw:frame></text:p>'
        f'<text:section text:name="s"><text:section-source xlink:href="{secret.as_uri()}"/><text:p>旧</text:p></text:section>'
        "</office:text></office:body></office:document-content>"
    )
    mimetype = "application/vnd.oasis.opendocument.text"
    manifest = f'<m:manifest xmlns:m="{odf}manifest:1.0"><m:file-entry m:full-path="/" m:media-type="{mimetype}"/><m:file-entry m:full-path="content.xml" m:media-type="text/xml"/></m:manifest>'
    data = zipped({"mimetype": mimetype, "content.xml": content, "META-INF/manifest.xml": manifest})
    made = office.convert([("a.odt", data)], "docx")
    assert "正文" in "".join(texts(made[0]))
    assert "不该出现" not in "".join(texts(made[0]))
    assert paths == []


@needs_office
def test_bombs_do_not_reach_libreoffice(monkeypatch: pytest.MonkeyPatch, zipped) -> None:
    mimetype = "application/vnd.oasis.opendocument.text"
    bomb = zipped({"mimetype": mimetype, "content.xml": '<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>'})
    deep = zipped({"mimetype": mimetype, "content.xml": "<a>" * 10_000 + "</a>" * 10_000})
    monkeypatch.setattr(office._Batch, "_run", lambda *_: pytest.fail("started"))
    made = office.convert([("a.odt", bomb), ("b.odt", deep)], "docx")
    assert [type(one) for one in made] == [BrokenFile, TooLarge]


@needs_office
def test_several_at_once() -> None:
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda n: office.convert([("a.rtf", rtf(f"第{n}个"))], "docx"), range(2)))
    assert [texts(one[0]) for one in made] == [["第0个"], ["第1个"]]


POISON = {
    "大图.rtf": b"{\\rtf1{\\*\\shppict{\\pict\\picwgoal2000000000\\pichgoal2000000000\\wmetafile8\\bin2000000000 x}}}",
    "深表.rtf": b"{\\rtf1\\ansi\\intbl\\itap2000000000 a\\cell\\row}",
}
"""Documents of less than 100 bytes that kept LibreOffice busy until it was stopped after 130 seconds, or ate all memory."""


@needs_office
def test_tiny_documents_that_hang_libreoffice_are_stopped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    made = office.convert([*POISON.items(), ("好.rtf", rtf("第三个"))], "docx", seconds=4)
    for result in made[:2]:
        assert isinstance(result, ReadError), result
    assert texts(made[2]) == ["第三个"]
    assert not list(tmp_path.iterdir())
    assert not [name for name in _commands() if str(tmp_path) in name]


def _commands() -> list[str]:
    """The command lines of all processes."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            found.append(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    return found


def test_the_time_of_a_conversion_grows_with_the_file_and_is_bounded() -> None:
    small, large, huge = (limits.convert_seconds(size) for size in (100, 5 * 2**20, 2**30))
    assert small == limits.CONVERT_SECONDS < large < huge == limits.CONVERT_TIMES * limits.CONVERT_SECONDS


def test_missing_libreoffice_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(office, "_USUAL_PLACES", ())
    assert not office.available()
    (result,) = office.convert([("a.rtf", rtf("一"))], "docx")
    assert isinstance(result, ConverterMissing)
    assert "apt install libreoffice" in str(result) and "另存为 .docx" in str(result)


STAND_IN = """#!{sh}
while [ "$1" != --outdir ]; do shift; done
out=$2; shift 2; mkdir -p "$out"; echo start >> {log}
for file; do
  name=${{file##*/}}
  read -r text < "$file"
  case $text in *crash*) exit 77;; *hang*) {sleep} 300;; *silent*) ;; *) echo made > "$out/${{name%.*}}.docx";; esac
done
"""


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program in the place of LibreOffice that fails on command; the file returned has a line for each start."""
    log = tmp_path / "starts"
    program = tmp_path / "soffice"
    program.write_text(STAND_IN.format(sh=shutil.which("sh"), log=log, sleep=shutil.which("sleep")))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return log


@pytest.mark.skipif(os.name != "posix", reason="needs a shell")
def test_a_crash_loses_only_the_file_that_made_it(stand_in: Path) -> None:
    names = ["fine", "crash", "fine", "silent", "fine"]
    made = office.convert([(name, rtf(name)) for name in names], "docx")
    assert [type(one) for one in made] == [bytes, ConverterMissing, bytes, BrokenFile, bytes]
    assert "异常退出" in str(made[1])
    assert len(stand_in.read_text().split()) == 3  # all five, the guilty one alone, the three behind it


@pytest.mark.skipif(os.name != "posix", reason="needs a shell")
def test_a_broken_installation_is_not_tried_for_ever(stand_in: Path) -> None:
    made = office.convert([("crash", rtf("crash"))] * 60, "docx")
    assert all(isinstance(one, ConverterMissing) for one in made)
    assert len(stand_in.read_text().split()) <= 20


@pytest.mark.skipif(os.name != "posix", reason="needs a shell")
def test_a_hanging_conversion_is_stopped_with_all_it_started(stand_in: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CONVERT_SECONDS", 1)
    made = office.convert([("a", rtf("hang")), ("b", rtf("fine"))], "docx")
    assert isinstance(made[0], TooSlow) and "“a”" in str(made[0]) and "已停止" in str(made[0])
    assert isinstance(made[1], bytes)
