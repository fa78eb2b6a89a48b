"""Web pages: white space, encodings, spans, nested and layout tables, forms, lists, what is hidden."""

from __future__ import annotations

import base64

import pytest

from jiheng.readers import limits
from jiheng.readers.blocks import Content, Paragraph, Table
from jiheng.readers.errors import BrokenFile, TooLarge
from jiheng.readers.html import read_html


def page(body: str) -> Content:
    return read_html(body.encode())


def paragraphs(body: str) -> list[str]:
    return [block.text for block in page(body).blocks if isinstance(block, Paragraph)]


def grid(body: str) -> list[list[tuple[str, int, int, int, bool]]]:
    table = next(block for block in page(body).blocks if isinstance(block, Table))
    return [[(c.text, c.column, c.width, c.number, c.continued) for c in row.cells] for row in table.rows]


@pytest.mark.parametrize(
    "body, texts",
    [
        ("<p>河岸\n\t\t绿化</p>", ["河岸绿化"]),
        ("<p><font>河岸</font>\n\t<font>绿化</font></p>", ["河岸绿化"]),
        ("<p>河岸 绿化</p>", ["河岸 绿化"]),
        ("<p>plan\n\t for  year</p>", ["plan for year"]),
        ("<p>&nbsp;&nbsp;一、&nbsp;目标 </p>", ["  一、 目标"]),
        ("<p>一<br>二</p>三<div>四</div>五", ["一\n二", "三", "四", "五"]),
        ("<h2>第一部分</h2><p> </p><p>&nbsp;</p><p>目标", ["第一部分", "目标"]),
        ("<pre>一  二\n 三</pre>", ["一  二\n 三"]),
        ("<ol><li>甲<li>乙</ol><ul><li>丙</ul>", ["1. 甲", "2. 乙", "丙"]),
        ('<ol start=3 type=a><li>甲<ol><li>子</ol><li>乙<li value=9>丙</ol>', ["c. 甲", "1. 子", "d. 乙", "i. 丙"]),
        ("<p>a</p><!-- b --><script>c</script><style>d</style><p hidden>e</p><p style='DISPLAY: none'>f</p><o:p>g</o:p>", ["a", "g"]),
        ("<title>标题</title><p>正文", ["正文"]),
    ],
)  # fmt: skip
def test_texts_as_a_browser_shows_them(body: str, texts: list[str]) -> None:
    assert paragraphs(body) == texts


def test_paragraphs_are_counted() -> None:
    assert [b.number for b in page("<p>一<table><tr><td>x<td>y</table><p>二").blocks] == [0, 0, 1]


def test_spans_and_what_hangs_down_from_above() -> None:
    body = "<table><tr><td rowspan=2>A<td colspan=2>B<tr><td>C<td><br><tr><td rowspan=0>D<td rowspan=3 colspan=2>E<tr><tr></table>"
    assert grid(body) == [
        [("A", 0, 1, 0, False), ("B", 1, 2, 1, False)],
        [("", 0, 1, -1, True), ("C", 1, 1, 0, False), ("", 2, 1, 1, False)],
        [("D", 0, 1, 0, False), ("E", 1, 2, 1, False)],
        [("", 0, 1, -1, True), ("", 1, 2, -1, True)],
        [("", 0, 1, -1, True), ("", 1, 2, -1, True)],
    ]


def test_a_wide_cell_over_one_that_hangs_down() -> None:
    body = "<table><tr><td>a<td rowspan=3>b<tr><td colspan=2>c<tr><td>d</table>"
    assert [row[-1][0:2] for row in grid(body)] == [("b", 1), ("c", 0), ("", 1)]


def test_paragraphs_of_a_cell_are_lines() -> None:
    assert grid("<table><tr><td><p>1.一\n二</p><p>2.三</p><td>x</table>")[0][0][0] == "1.一二\n2.三"


def test_heads_bodies_captions_and_hidden_cells() -> None:
    body = "<table><caption>校舍修缮绩效目标表</caption><thead><tr><th>a<th>b</thead><tbody><tr><td style='display:none'>x<td>c<td>d</table>"
    assert paragraphs(body) == ["校舍修缮绩效目标表"]
    assert [[cell[0] for cell in row] for row in grid(body)] == [["a", "b"], ["c", "d"]]


def test_nested_tables_follow_the_one_they_stand_in() -> None:
    blocks = page(
        "<table><tr><td>a<td>b<table><tr><td>c<td>d</table><tr><td>e<td>f</table><table><tr><td>g<td>h</table>"
    ).blocks
    found = [(block.number, block.rows[0].cells[0].text) for block in blocks if isinstance(block, Table)]
    assert found == [(0, "a"), (1, "c"), (2, "g")]


def test_tables_that_only_lay_out_the_page() -> None:
    body = "<table><tr><td><h1>第一部分</h1><table><tr><td>a<td>b</table><p>尾</table>"
    blocks = page(body).blocks
    assert [block.text if isinstance(block, Paragraph) else block.number for block in blocks] == ["第一部分", 1, "尾"]


def test_saved_forms_show_what_was_filled_in() -> None:
    body = "<table><tr><td><input value='36.5'><input type=hidden value=x><td><select><option>否<option selected>是</select><td><textarea>用于 修缮</textarea></table>"
    assert [cell[0] for cell in grid(body)[0]] == ["36.5", "是", "用于 修缮"]


@pytest.mark.parametrize(
    "data",
    [
        "<meta charset=gb2312><p>绩效目标镕".encode("gb18030"),
        '<meta http-equiv="Content-Type" content="text/html; charset=gbk"><p>绩效目标镕'.encode("gb18030"),
        "<p>绩效目标镕".encode("gb18030"),
        "<meta charset=gb2312><p>绩效目标镕".encode(),
        "<p>绩效目标镕".encode("utf-16"),
        "<p>绩效目标镕".encode("utf-8-sig"),
        '<?xml version="1.0" encoding="utf-8"?><html><p>绩效目标镕'.encode(),
        "<meta charset=none-such><p>绩效目标镕".encode(),
        b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html; charset=gb2312\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.b64encode("<html><p>绩效目标镕".encode("gb18030")) + b"\r\n--b--\r\n",
    ],
)  # fmt: skip
def test_encodings(data: bytes) -> None:
    content = read_html(data)
    assert [block.text for block in content.blocks if isinstance(block, Paragraph)] == ["绩效目标镕"]
    assert content.warnings == []


def test_bytes_that_are_no_text_are_said() -> None:
    content = read_html("<meta charset=utf-8><p>绩效".encode() + b"\xff\xff<p>" + "目标".encode())
    assert [warning.message for warning in content.warnings] == [
        "网页里有些字节不是正确的文字，已用“\ufffd”代替。请检查原文，或重新保存网页。"
    ]


def test_absurd_spans_are_cut() -> None:
    (row,) = grid("<table><tr><td colspan=99999999>a<td rowspan=99999999 colspan=-3>b</table>")
    assert row == [("a", 0, limits.SPAN, 0, False), ("b", limits.SPAN, 1, 1, False)]


def test_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ROWS", 5)
    monkeypatch.setattr(limits, "GRID_CELLS", 20)
    assert len(grid("<table>" + "<tr><td>a<td>b" * 5)) == 5
    with pytest.raises(TooLarge, match="超过 5 行"):
        page("<table>" + "<tr><td>a<td>b" * 6)
    with pytest.raises(TooLarge):
        page("<table><tr>" + "<td>a" * 21)
    monkeypatch.setattr(limits, "XML_TAGS", 50)
    with pytest.raises(TooLarge, match="标签"):
        page("<p>" * 51)


@pytest.mark.parametrize("tag", ["<div>", "<table><tr><td>", "<font>", "<ul><li>"])
def test_depth_is_bounded(tag: str) -> None:
    with pytest.raises(TooLarge, match="嵌套"):
        page(tag * 10_000 + "x")


def test_nothing_in_a_page() -> None:
    with pytest.raises(BrokenFile, match="没有内容"):
        page("<!-- -->")
