"""Hostile and broken input: a clear Chinese sentence, no traceback, time and memory bounded."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from jiheng.readers import office, read_bytes
from jiheng.readers.errors import (
    BrokenFile,
    TooLarge,
)
from samples import cell, heading, package, table

SECONDS = 10
MEGABYTES = 2048
"""What one hostile file may cost; a fresh Python with this package takes some 60 MB."""
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
HEAD = "一级指标 二级指标 三级指标 绩效指标描述 指标值 指标值确定依据".split()
ROW = "产出指标 数量指标 修缮校舍面积 修缮校舍建筑面积 ≥1200平方米 修缮方案".split()
FORM = heading("校舍修缮绩效目标表") + table(
    [
        [cell("项目编码"), cell("13029925P00000000001"), cell("项目名称"), cell("校舍修缮", 3)],
        [cell(text) for text in HEAD],
        [cell(text) for text in ROW],
    ],
    6,
)


@dataclass
class Outcome:
    """What reading a file in a process of its own came to."""

    kind: str
    message: str
    seconds: float
    megabytes: float


SCRIPT = """
import json, re, resource, sys, time
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, ({limit}, {limit}))
from jiheng.readers import ReadError, read
begin = time.process_time()
try:
    document = read(sys.argv[1])
    kind, message = "Document", f"{{len(document.projects)}} {{len(document.warnings)}}"
except ReadError as error:
    kind, message = type(error).__name__, str(error)
# Of this program alone: ru_maxrss starts from the process that started it, which may be a large one.
status = Path("/proc/self/status")
own = re.search(r"VmHWM:\\s+(\\d+) kB", status.read_text()) if status.exists() else None
peak = (int(own[1]) if own else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) / 1024
print(json.dumps([kind, message, time.process_time() - begin, peak]))
"""


def read_apart(data: bytes, path: Path) -> Outcome:
    """Read a file in a process whose memory is limited."""
    path.write_bytes(data)
    script = SCRIPT.format(limit=MEGABYTES * 2**20)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    done = subprocess.run(
        [sys.executable, "-c", script, path], capture_output=True, text=True, timeout=60, env=environment
    )
    assert done.returncode == 0, done.stderr[-2000:]
    outcome = Outcome(*json.loads(done.stdout))
    assert outcome.seconds < SECONDS
    assert outcome.kind == "Document" or outcome.message.endswith("。")
    return outcome


def bomb(megabytes: int, filling: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("word/document.xml", "w") as part:
        part.write(f'<w:document xmlns:w="{W}"><w:body>'.encode())
        for _ in range(megabytes):
            part.write(filling * (2**20 // len(filling)))
        part.write(b"</w:body></w:document>")
    return out.getvalue()


@pytest.mark.parametrize("filling", [b" ", b"<w:p/>", b"<w:tbl/>"])
def test_zip_bombs(tmp_path: Path, filling: bytes) -> None:
    data = bomb(400, filling)
    assert len(data) < 3 * 2**20
    outcome = read_apart(data, tmp_path / "a.docx")
    assert (outcome.kind, outcome.megabytes < 500) == ("TooLarge", True)
    assert "解压后过大" in outcome.message


def test_a_bomb_below_the_ratio_is_bounded_by_its_tags(tmp_path: Path) -> None:
    outcome = read_apart(bomb(31, b"<w:p/>"), tmp_path / "a.docx")
    assert (outcome.kind, outcome.megabytes < 500) == ("TooLarge", True)
    assert "标签" in outcome.message


def test_too_many_parts(refused) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(10_001):
            archive.writestr(f"word/{number}", b"")
    assert isinstance(refused(out.getvalue()), TooLarge)


ENTITIES = '<!ENTITY e0 "0123456789">' + "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
BODY = f'<w:document xmlns:w="{W}"><w:body><w:p><w:r><w:t>&e11;</w:t></w:r></w:p></w:body></w:document>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entity_bombs(encoding: str, refused, with_part) -> None:
    error = refused(with_part("word/document.xml", f"<!DOCTYPE x [{ENTITIES}]>{BODY}".encode(encoding)))
    assert isinstance(error, BrokenFile)


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """The address of a server on this machine, and what it was asked for."""
    paths: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_error(404)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", paths
    server.shutdown()
    server.server_close()


def test_external_entities(asked: tuple[str, list[str]], tmp_path: Path, refused, with_part) -> None:
    address, paths = asked
    secret = tmp_path / "secret"
    secret.write_text("绝密")
    for doctype in (
        f'<!DOCTYPE x [<!ENTITY e11 SYSTEM "{secret.as_uri()}">]>',
        f'<!DOCTYPE x [<!ENTITY e11 SYSTEM "{address}/e">]>',
        f'<!DOCTYPE x SYSTEM "{address}/x.dtd">',
        f'<!DOCTYPE x [<!ENTITY % p SYSTEM "{address}/p"> %p;]>',
    ):
        for encoding in ("utf-8", "utf-16"):
            error = refused(with_part("word/document.xml", (doctype + BODY).encode(encoding)))
            assert isinstance(error, BrokenFile)
            assert "绝密" not in str(error)
    page = f'<!DOCTYPE html [<!ENTITY e SYSTEM "{address}/h">]><link rel=stylesheet href="{address}/c"><img src="{address}/i"><p>&e;'
    refused(page.encode(), "a.html")
    assert paths == []


ROWS = 100_000


def test_a_docx_table_of_100_000_rows(tmp_path: Path) -> None:
    row = "<w:tr>" + "".join(f"<w:tc><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>" for text in ROW) + "</w:tr>"
    data = package(FORM.replace("</w:tbl>", row * ROWS + "</w:tbl>"))
    outcome = read_apart(data, tmp_path / "a.docx")
    assert outcome.kind == "TooLarge"


def test_an_html_table_of_100_000_rows(tmp_path: Path) -> None:
    row = "<tr>" + "".join(f"<td>{text}</td>" for text in ROW)
    outcome = read_apart(f"<table>{row * ROWS}</table>".encode(), tmp_path / "a.html")
    assert outcome.kind == "TooLarge"
    assert "50000 行" in outcome.message


def test_a_sheet_of_100_000_rows(tmp_path: Path, zipped, workbook) -> None:
    row = "<row>" + "".join(f"<c t='str'><v>{text}</v></c>" for text in ROW) + "</row>"
    outcome = read_apart(zipped(workbook(f"<sheetData>{row * ROWS}</sheetData>")), tmp_path / "a.xlsx")
    assert outcome.kind == "TooLarge"
    assert "50000 行" in outcome.message


def test_a_text_of_100_000_rows(tmp_path: Path) -> None:
    outcome = read_apart(("\t".join(ROW) + "\n").encode() * ROWS, tmp_path / "a.txt")
    assert outcome.kind in ("TooLarge", "NotPerformance", "Document")
    assert outcome.megabytes < MEGABYTES


DEEP = 10_000


@pytest.mark.parametrize(
    "xml",
    [
        "<w:tbl><w:tr><w:tc>" * DEEP + "</w:tc></w:tr></w:tbl>" * DEEP,
        "<w:sdt><w:sdtContent>" * DEEP + "</w:sdtContent></w:sdt>" * DEEP,
        "<w:p><w:smartTag>" + "<w:smartTag>" * DEEP + "</w:smartTag>" * DEEP + "</w:smartTag></w:p>",
    ],
)
def test_deep_docx(xml: str, refused) -> None:
    error = refused(package(xml))
    assert isinstance(error, TooLarge)
    assert "嵌套" in str(error)


@pytest.mark.parametrize("levels", [20, 60])
def test_nesting_below_the_limit_does_not_overflow(levels: int) -> None:
    nested = "<w:tbl><w:tr><w:tc><w:p/>" * levels + "</w:tc></w:tr></w:tbl>" * levels
    assert len(read_bytes(package(FORM + nested), "a.docx").projects) == 1
    page = (
        f"<table><tr><td>项目名称<td>校舍修缮<tr><td>{'<td>'.join(HEAD)}<tr><td>{'<td>'.join(ROW)}</table>"
        + "<div><table><tr><td>" * levels
    )
    assert read_bytes(page.encode(), "a.html").projects[0].name == "校舍修缮"


@pytest.mark.parametrize("opening", ["<div>", "<table><tr><td>", "<ul><li>"])
def test_deep_html(opening: str, refused) -> None:
    error = refused(("<!doctype html>" + opening * DEEP).encode(), "a.html")
    assert isinstance(error, TooLarge)
    assert "嵌套" in str(error)


def test_deep_json(refused) -> None:
    assert isinstance(refused(('{"projects": ' + "[" * DEEP).encode(), "a.json"), BrokenFile)


@pytest.mark.skipif(not office.available(), reason="LibreOffice is not installed")
def test_deep_rtf(refused) -> None:
    refused(b"{\\rtf1 " + b"{\\b " * DEEP + b"x" + b"}" * DEEP + b"}", "a.rtf")


@pytest.mark.parametrize("span", ["1000000000", "-5", "99999999999999999999", "x", ""])
def test_absurd_spans_in_docx(span: str) -> None:
    wide = FORM.replace("<w:tcPr></w:tcPr>", f'<w:tcPr><w:gridSpan w:val="{span}"/></w:tcPr>', 2)
    before = wide.replace("<w:tr>", f'<w:tr><w:trPr><w:gridBefore w:val="{span}"/></w:trPr>', 1)
    begin = time.process_time()
    assert len(read_bytes(package(before), "a.docx").projects) == 1
    assert time.process_time() - begin < 10


def test_absurd_spans_in_html(refused) -> None:
    rows = "".join(f"<tr><td>{'<td>'.join(texts)}" for texts in (["项目名称", "校舍修缮"], HEAD, ROW))
    page = f"<table>{rows}<tr><td colspan=1000000000 rowspan=1000000000>注</table>"
    begin = time.process_time()
    assert read_bytes(page.encode(), "a.html").projects[0].name == "校舍修缮"
    assert time.process_time() - begin < 10
    many = "<table>" + ("<tr>" + "<td rowspan=1000 colspan=1000>x" * 40) * 3000 + "</table>"
    assert isinstance(refused(many.encode(), "a.html"), TooLarge)


def test_absurd_spans_in_a_workbook(zipped, workbook) -> None:
    cells = "".join(
        f"<row r='{n}'>{''.join(f'<c t={chr(34)}str{chr(34)}><v>{t}</v></c>' for t in texts)}</row>"
        for n, texts in enumerate((["项目名称", "校舍修缮"], HEAD, ROW), 1)
    )
    inside = f"<sheetData>{cells}<row r='1048576'><c r='XFD1048576'><v>1</v></c></row></sheetData><mergeCells><mergeCell ref='A9:XFD1048576'/></mergeCells>"
    begin = time.process_time()
    document = read_bytes(zipped(workbook(inside)), "a.xlsx")
    assert time.process_time() - begin < 10
    assert document.projects[0].name == "校舍修缮"
