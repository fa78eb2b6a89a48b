"""Random damage to real files: what comes out is a document or a sentence for the user, and soon."""

from __future__ import annotations

import copy
import io
import time
import zipfile
from collections.abc import Callable

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from jiheng.model import Document
from jiheng.readers import ReadError, office, read_bytes
from samples import cell, heading, package, paragraph, table

HEAD = "一级指标 二级指标 三级指标 绩效指标描述 指标值 指标值确定依据".split()
PROJECT = [
    ["701003青石县第三小学", "单位：万元"],
    ["项目编码", "13029925P00000000001", "项目名称", "校舍修缮"],
    ["预算规模及资金用途", "预算数", "36.5", "其中：财政资金", "36.5", ""],
    ["资金支出计划（%）", "3月底", "6月底", "10月底", "12月底"],
    ["", "10%", "40%", "80%", "100%"],
    ["绩效目标", "1.完成教学楼屋面修缮"],
    HEAD,
    ["产出指标", "数量指标", "修缮校舍面积", "修缮校舍建筑面积", "≥1200平方米", "修缮方案"],
    ["", "质量指标", "验收合格率", "合格面积占比", "=100%", "验收规范"],
    ["满意度指标", "服务对象满意度指标", "师生满意度", "问卷", "≥95%", "往年问卷"],
]
PART_ONE = [
    "第一部分",
    "部门整体绩效目标",
    "一、总体绩效目标",
    "办好每一所学校。",
    "二、分项绩效目标",
    "（一）校舍",
    "绩效目标：修缮。",
    "绩效指标：面积。",
]


def _docx() -> bytes:
    rows = [[cell(text, 6 // len(row) or 1) for text in row] for row in PROJECT]
    rows[-2][0] = cell("", 1, "continue")
    rows[-3][0] = cell("产出指标", 1, "restart")
    body = "".join(map(paragraph, PART_ONE)) + heading("校舍修缮绩效目标表") + table(rows, 6)
    return package(body)


def _xlsx() -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet()
    for number, row in enumerate([["校舍修缮绩效目标表"], *PROJECT]):
        sheet.write_row(number, 0, row)
    sheet.merge_range("A10:A11", "产出指标")
    book.close()
    return out.getvalue()


def _html() -> bytes:
    rows = "".join(
        f"<tr>{''.join(f'<td colspan={6 // len(row) or 1}>{text}</td>' for text in row)}</tr>\n" for row in PROJECT
    )
    return f"<html><body>{''.join(f'<p>{text}</p>' for text in PART_ONE)}<h2>校舍修缮绩效目标表</h2><table>{rows}</table>".encode()


def _text() -> bytes:
    return "\n".join([*PART_ONE, "校舍修缮绩效目标表", *("\t".join(row) for row in PROJECT)]).encode()


PACKAGES = {"a.docx": _docx(), "a.xlsx": _xlsx()}
FILES = {**PACKAGES, "a.html": _html(), "a.txt": _text()}
SLOW = settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def assert_read_or_refused(data: bytes, name: str) -> None:
    begin = time.process_time()
    try:
        result: Document | ReadError = read_bytes(data, name)
    except ReadError as error:
        result = error
    assert isinstance(result, Document) or str(result).endswith("。")
    assert time.process_time() - begin < 10


@st.composite
def damages(draw: st.DrawFn) -> Callable[[bytes], bytes]:
    """Bytes changed, the end cut off, or a stretch taken out or doubled."""
    places = draw(st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=12))
    kind = draw(st.sampled_from(("bytes", "bytes", "cut", "out", "twice")))
    start, end = sorted(draw(st.tuples(st.floats(0, 1), st.floats(0, 1))))

    def damage(data: bytes) -> bytes:
        begin, stop = int(start * len(data)), int(end * len(data))
        if kind == "cut":
            return data[:stop]
        if kind == "out":
            return data[:begin] + data[stop:]
        if kind == "twice":
            return data[:stop] + data[begin:stop] + data[stop:]
        changed = bytearray(data)
        for place, value in places:
            if changed:
                changed[int(place * len(changed))] = value
        return bytes(changed)

    return damage


@pytest.mark.parametrize("name", PACKAGES | {"a.html": b""})
def test_undamaged_files_are_read(name: str) -> None:
    assert [len(project.indicators) for project in read_bytes(FILES[name], name).projects] == [3]


@pytest.mark.parametrize("name", FILES)
@given(damage=damages())
@SLOW
def test_damaged_bytes(name: str, damage: Callable[[bytes], bytes]) -> None:
    assert_read_or_refused(damage(FILES[name]), name)


def rewritten(data: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    """The package with each part changed, or left out where the change gives ``None``."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.namelist():
            content = change(part, source.read(part))
            if content is not None:
                target.writestr(part, content)
    return out.getvalue()


@pytest.mark.parametrize("name", PACKAGES)
@given(data=st.data())
@SLOW
def test_parts_left_out_or_damaged(name: str, data: st.DataObject) -> None:
    with zipfile.ZipFile(io.BytesIO(PACKAGES[name])) as archive:
        parts = archive.namelist()
    chosen = data.draw(st.sets(st.sampled_from(parts), min_size=1, max_size=3))
    damage = data.draw(st.one_of(st.none(), damages()))
    changed = rewritten(
        PACKAGES[name], lambda part, content: content if part not in chosen else damage and damage(content)
    )
    assert_read_or_refused(changed, name)


VALUES = st.sampled_from(("", "-1", "0", "x", "99999999999", "1e9", "\u2029", "A1:XFD1048576", "restart", "true"))


@pytest.mark.parametrize(
    "name, part",
    [("a.docx", "word/document.xml"), ("a.xlsx", "xl/worksheets/sheet1.xml"), ("a.xlsx", "xl/workbook.xml")],
)
@given(data=st.data())
@SLOW
def test_elements_taken_out_doubled_or_changed(name: str, part: str, data: st.DataObject) -> None:
    def change(found: str, content: bytes) -> bytes:
        if found != part:
            return content
        root = etree.fromstring(content)
        for _ in range(data.draw(st.integers(1, 6))):
            elements = list(root.iterdescendants())
            if elements:
                _mutate(elements[data.draw(st.integers(0, len(elements) - 1))], data)
        return etree.tostring(root)

    assert_read_or_refused(rewritten(PACKAGES[name], change), name)


def _mutate(element: etree._Element, data: st.DataObject) -> None:
    parent = element.getparent()
    assert parent is not None
    kind = data.draw(st.sampled_from(("out", "twice", "away", "attributes", "text")))
    if kind == "out":
        parent.remove(element)
    elif kind == "twice":
        parent.insert(0, copy.deepcopy(element))
    elif kind == "away":
        element.getroottree().getroot().append(element)
    elif kind == "attributes":
        for key in element.attrib:
            element.set(key, data.draw(VALUES))
    else:
        element.text = data.draw(VALUES)


@given(damage=damages())
@SLOW
def test_damaged_xls(compound, damage: Callable[[bytes], bytes]) -> None:
    bof = b"\x09\x08\x10\x00\x00\x06\x05\x00" + b"\0" * 12
    strings = b"\xfc\x00\x17\x00\x02\0\0\0\x02\0\0\0" + b"\x04\0\x01" + "项目名称".encode("utf-16-le") + b"\x01\0\0a"
    about = b"\x85\x00\x0a\x00\x5f\0\0\0\0\0\x01\x01\x68\x88"
    inside = (
        b"\x09\x08\x10\x00\x00\x06\x10\x00"
        + b"\0" * 12
        + b"\xfd\x00\x0a\x00"
        + b"\0" * 10
        + b"\xbd\x00\x12\x00"
        + b"\x01\0" * 9
    )
    stream = (bof + strings + about + b"\x0a\0\0\0" + inside + b"\x0a\0\0\0").ljust(4400, b"\0")
    assert_read_or_refused(compound({"Workbook": damage(stream)}), "a.xls")
    assert_read_or_refused(damage(compound({"Workbook": stream})), "a.xls")


@pytest.mark.skipif(not office.available(), reason="LibreOffice is not installed")
def test_damaged_rtf_in_a_batch() -> None:
    whole = b"{\\rtf1\\ansi\\trowd\\cellx2000\\cellx4000\\intbl a\\cell b\\cell\\row \\par}"
    files = [("a.rtf", whole[:at] + bytes([(at * 37) % 256]) + whole[at + 1 :]) for at in range(6, len(whole), 7)]
    results = office.convert(files, "docx")
    assert len(results) == len(files)
    assert all(isinstance(result, bytes | ReadError) for result in results)
