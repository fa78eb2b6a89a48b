"""Random damage to real files: what comes out is a document or a sentence for the user, and soon."""

from __future__ import annotations

import copy
import io
import time
import zipfile
from collections.abc import Callable

import pytest
from hostile_files import rewritten
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from small_files import FILES, PACKAGES, xls_stream

from jiheng.model import Document
from jiheng.readers import ReadError, office, read_bytes

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
    stream = xls_stream()
    assert_read_or_refused(compound({"Workbook": damage(stream)}), "a.xls")
    assert_read_or_refused(damage(compound({"Workbook": stream})), "a.xls")


@pytest.mark.skipif(not office.available(), reason="LibreOffice is not installed")
def test_damaged_rtf_in_a_batch() -> None:
    whole = b"{\\rtf1\\ansi\\trowd\\cellx2000\\cellx4000\\intbl a\\cell b\\cell\\row \\par}"
    files = [("a.rtf", whole[:at] + bytes([(at * 37) % 256]) + whole[at + 1 :]) for at in range(6, len(whole), 7)]
    results = office.convert(files, "docx")
    assert len(results) == len(files)
    assert all(isinstance(result, bytes | ReadError) for result in results)
