"""What the tests of the readers share: files that no library here writes."""

from __future__ import annotations

import io
import re
import time
import zipfile
from collections.abc import Callable

import pytest
from compound import compound_of

from jiheng.readers import ReadError, read_bytes
from samples import cell, heading, package, table


def zip_of(parts: dict[str, str | bytes]) -> bytes:
    """A zip package of these parts, the first one stored."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (name, data) in enumerate(parts.items()):
            archive.writestr(name, data, zipfile.ZIP_DEFLATED if number else zipfile.ZIP_STORED)
    return out.getvalue()


_ODF = "urn:oasis:names:tc:opendocument:xmlns:"


def ods_of(table: str, styles: str = "") -> bytes:
    """An .ods with this inside of its tables."""
    names = "".join(f' xmlns:{name}="{_ODF}{name}:1.0"' for name in ("office", "table", "text", "style"))
    content = (
        f"<office:document-content{names}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{table}</office:spreadsheet></office:body></office:document-content>"
    )
    mimetype = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = f'<manifest:manifest xmlns:manifest="{_ODF}manifest:1.0"/>'
    return zip_of({"mimetype": mimetype, "content.xml": content, "META-INF/manifest.xml": manifest})


@pytest.fixture(scope="session")
def compound() -> Callable[[dict[str, bytes]], bytes]:
    return compound_of


@pytest.fixture(scope="session")
def zipped() -> Callable[[dict[str, str | bytes]], bytes]:
    return zip_of


@pytest.fixture(scope="session")
def ods() -> Callable[..., bytes]:
    return ods_of


def good_docx() -> bytes:
    """A document of one project."""
    head = "一级指标 二级指标 三级指标 绩效指标描述 指标值 指标值确定依据".split()
    row = "产出指标 数量指标 修缮校舍面积 修缮校舍建筑面积 ≥1200平方米 修缮方案".split()
    first = [cell("项目编码"), cell("13029925P00000000001"), cell("项目名称"), cell("校舍修缮", 3)]
    rows = [first, [cell(text) for text in head], [cell(text) for text in row]]
    return package(heading("校舍修缮绩效目标表") + table(rows, 6))


def refuse(data: bytes, name: str = "绩效文本.docx") -> ReadError:
    """The error that these bytes are refused with, a sentence for the user, soon."""
    begin = time.process_time()
    with pytest.raises(ReadError) as caught:
        read_bytes(data, name)
    assert time.process_time() - begin < 10
    is_sentence(str(caught.value))
    return caught.value


def is_sentence(message: str) -> None:
    assert re.search("[\u4e00-\u9fff]{4}", message), message
    assert message.endswith("。")
    assert not re.search(r"Traceback|Error\b|Exception|/tmp|site-packages", message), message


def replace_part(name: str, data: bytes | None) -> bytes:
    """The good document with one part replaced or left out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good_docx())) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.namelist():
            content = data if part == name else source.read(part)
            if content is not None:
                target.writestr(part, content)
    return out.getvalue()


def workbook_of(inside: str) -> dict[str, str]:
    """The parts of a workbook of one sheet."""
    names = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    relation = '<Relationships><Relationship Id="r1" Type="x/worksheet" Target="sheet1.xml"/></Relationships>'
    return {
        "xl/workbook.xml": f'<workbook {names}><sheets><sheet name="表" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relation,
        "xl/sheet1.xml": f"<worksheet {names}>{inside}</worksheet>",
    }


@pytest.fixture(scope="session")
def good() -> bytes:
    return good_docx()


@pytest.fixture(scope="session")
def refused() -> Callable[..., ReadError]:
    return refuse


@pytest.fixture(scope="session")
def assert_sentence() -> Callable[[str], None]:
    return is_sentence


@pytest.fixture(scope="session")
def with_part() -> Callable[[str, bytes | None], bytes]:
    return replace_part


@pytest.fixture(scope="session")
def workbook() -> Callable[[str], dict[str, str]]:
    return workbook_of
