"""Workbooks: what is a paragraph and what a table, merged cells, printed forms, all kinds alike, limits."""

from __future__ import annotations

import io
import struct
import time
from collections.abc import Callable

import pytest
import xlsxwriter

from jiheng.readers import limits, read_bytes
from jiheng.readers.blocks import Content, Paragraph, Table
from jiheng.readers.errors import BrokenFile, TooLarge
from jiheng.readers.spreadsheet import read_spreadsheet

Book = xlsxwriter.Workbook


def xlsx(fill: Callable[[Book], None]) -> bytes:
    out = io.BytesIO()
    book = Book(out, {"in_memory": True})
    fill(book)
    book.close()
    return out.getvalue()


def sheet_xml(inside: str, strings: str = "") -> dict[str, str]:
    """The parts of a workbook of one sheet."""
    names = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    relation = '<Relationship Id="{0}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{1}" Target="{2}"/>'
    rels = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
    return {
        "_rels/.rels": rels.format(relation.format("r1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook {names}><sheets><sheet name="表" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": rels.format(relation.format("r1", "worksheet", "worksheets/sheet1.xml") + relation.format("r2", "sharedStrings", "sharedStrings.xml")),
        "xl/worksheets/sheet1.xml": f"<worksheet {names}>{inside}</worksheet>",
        "xl/sharedStrings.xml": f"<sst {names}>{strings}</sst>",
    }  # fmt: skip


def cells(content: Content) -> list[list[tuple[str, int, int, bool]]]:
    table = next(block for block in content.blocks if isinstance(block, Table))
    return [[(cell.text, cell.column, cell.width, cell.continued) for cell in row.cells] for row in table.rows]


def outline(content: Content) -> list[str | tuple[int, list[int]]]:
    """Paragraphs as their text, tables as their number and the rows they take."""
    return [
        block.text if isinstance(block, Paragraph) else (block.number, [row.number for row in block.rows])
        for block in content.blocks
    ]


def put(book: Book, name: str, rows: list[list[str] | None]) -> None:
    sheet = book.add_worksheet(name)
    for number, row in enumerate(rows):
        for column, text in enumerate(row or []):
            if text:
                sheet.write_string(number, column, text)


def test_paragraphs_first_then_a_sheet_a_project() -> None:
    def fill(book: Book) -> None:
        put(book, "整体", [["第一部分"], ["一、总体绩效目标"], None, ["做好本年工作。"]])
        put(
            book,
            "项目",
            [["校舍修缮绩效目标表"], ["项目编码", "1"], ["", "用途"], ["备注"], None, ["一级指标", "二级指标"]],
        )

    content = read_spreadsheet(xlsx(fill), "xlsx")
    assert outline(content) == [
        "第一部分",
        "一、总体绩效目标",
        "做好本年工作。",
        "校舍修缮绩效目标表",
        (1, [1, 2, 3, 4, 5]),
    ]
    assert [block.sheet for block in content.blocks] == ["整体", "整体", "整体", "项目", "项目"]


def test_all_projects_on_one_sheet() -> None:
    rows = [
        ["甲绩效目标表"],
        ["项目编码", "1"],
        ["一级指标", "二级指标"],
        ["乙绩效目标表"],
        ["项目编码", "2"],
        None,
        ["丙项目"],
        ["项目编码", "3"],
    ]
    content = read_spreadsheet(xlsx(lambda book: put(book, "全部", rows)), "xlsx")
    assert outline(content) == ["甲绩效目标表", (0, [1, 2]), "乙绩效目标表", (0, [4]), "丙项目", (0, [7])]


def test_merged_cells() -> None:
    def fill(book: Book) -> None:
        sheet = book.add_worksheet()
        sheet.merge_range("A1:A3", "产出")
        sheet.merge_range("B1:C1", "数量")
        sheet.write("C2", "五")
        sheet.merge_range("B3:C3", "质量")

    assert cells(read_spreadsheet(xlsx(fill), "xlsx")) == [
        [("产出", 0, 1, False), ("数量", 1, 2, False)],
        [("", 0, 1, True), ("", 1, 1, False), ("五", 2, 1, False)],
        [("", 0, 1, True), ("质量", 1, 2, False)],
    ]


def test_a_row_and_a_cell_know_their_place_in_the_sheet() -> None:
    def fill(book: Book) -> None:
        sheet = book.add_worksheet()
        sheet.write_row("C5", ["项目编码", "1"])

    (table,) = read_spreadsheet(xlsx(fill), "xlsx").blocks
    assert isinstance(table, Table)
    assert table.rows[0].number == 4
    # The empty columns before the table are no part of it, but count for the place in the sheet.
    assert [(cell.text, cell.column, cell.number) for cell in table.rows[0].cells] == [("项目编码", 0, 2), ("1", 1, 3)]


def test_numbers_as_printed() -> None:
    def fill(book: Book) -> None:
        sheet = book.add_worksheet()
        formats = [None, "0%", "0.00", "#,##0.00", 'yyyy"年"m"月"d"日"', '"≥"0"个"']
        for column, (value, code) in enumerate(zip([25.0, 0.25, 82, 1234.5, 45657, 5], formats, strict=True)):
            sheet.write_number(0, column, value, book.add_format({"num_format": code}) if code else None)
        sheet.write_boolean(0, 6, True)
        sheet.write_formula(0, 7, "=0.1+0.2", None, 0.1 + 0.2)

    texts = [cell[0] for cell in cells(read_spreadsheet(xlsx(fill), "xlsx"))[0]]
    assert texts == ["25", "25%", "82.00", "1,234.50", "2024年12月31日", "≥5个", "TRUE", "0.3"]


def test_strings_in_all_their_forms(zipped) -> None:
    strings = "<si><t>整</t></si><si><r><t>分</t></r><r><t xml:space='preserve'> 段</t></r><rPh sb='0' eb='1'><t>fen</t></rPh></si>"
    row = "<row><c t='s'><v>0</v></c><c t='s'><v>1</v></c><c t='s'><v>99</v></c><c t='inlineStr'><is><t>内_x000A_联</t></is></c><c t='str'><v>式</v></c><c t='e'><v>#REF!</v></c><c><f>10个</f></c></row>"
    content = read_spreadsheet(zipped(sheet_xml(f"<sheetData>{row}</sheetData>", strings)), "xlsx")
    assert [cell[0] for cell in cells(content)[0]] == ["整", "分 段", "", "内\n联", "式", "#REF!", "=10个"]


def test_hidden_sheets_are_named() -> None:
    def fill(book: Book) -> None:
        put(book, "甲", [["a", "b"]])
        put(book, "旧", [["c", "d"]])
        book.get_worksheet_by_name("旧").hide()

    content = read_spreadsheet(xlsx(fill), "xlsx")
    assert len(content.blocks) == 1
    assert [warning.message for warning in content.warnings] == [
        "工作表“旧”是隐藏的，没有读取。需要读取时请先取消隐藏。"
    ]


def test_ods(ods) -> None:
    table = (
        '<table:table table:name="表"><table:table-row><table:table-cell table:number-columns-spanned="2"><text:p>一<text:s text:c="2"/>二</text:p><text:p>三</text:p></table:table-cell>'
        '<table:covered-table-cell/><table:table-cell><text:p>25%</text:p><office:annotation><text:p>批注</text:p></office:annotation></table:table-cell></table:table-row>'
        '<table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="3"><text:p>x</text:p></table:table-cell></table:table-row>'
        '<table:table-row table:number-rows-repeated="1048573"><table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table>'
        '<table:table table:name="藏" table:style-name="h"><table:table-row><table:table-cell><text:p>y</text:p></table:table-cell></table:table-row></table:table>'
    )  # fmt: skip
    style = '<style:style style:name="h"><style:table-properties table:display="false"/></style:style>'
    content = read_spreadsheet(ods(table, style), "ods")
    assert cells(content) == [
        [("一  二\n三", 0, 2, False), ("25%", 2, 1, False)],
        *[[("x", column, 1, False) for column in range(3)]] * 2,
    ]
    assert "隐藏" in content.warnings[0].message


def record(number: int, data: bytes) -> bytes:
    return struct.pack("<HH", number, len(data)) + data


def xls(compound, *sheet: bytes, shares: bytes = b"") -> bytes:
    """A BIFF8 workbook of one sheet; its styles are General, 0% and a date."""
    bof = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    code = '"≥"0%'
    formats = record(0x041E, struct.pack("<HHB", 164, len(code), 1) + code.encode("utf-16-le"))
    styles = b"".join(record(0x00E0, struct.pack("<HH", 0, number).ljust(20, b"\0")) for number in (0, 9, 164, 31))
    name = "表".encode("utf-16-le")
    length = len(bof + formats + styles + shares) + 4 + 8 + len(name) + 4
    about = record(0x0085, struct.pack("<IBBBB", length, 0, 0, 1, 1) + name)
    inside = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0)) + b"".join(sheet) + record(0x000A, b"")
    return compound(
        {"Workbook": (bof + formats + styles + shares + about + record(0x000A, b"") + inside).ljust(5000, b"\0")}
    )


def number(row: int, column: int, style: int, value: float) -> bytes:
    return record(0x0203, struct.pack("<HHHd", row, column, style, value))


def test_xls_prints_by_its_formats(compound) -> None:
    label = record(0x0204, struct.pack("<HHHHB", 0, 0, 0, 2, 1) + "进度".encode("utf-16-le"))
    several = record(0x00BD, struct.pack("<HHHIHIH", 1, 0, 0, 25 << 2 | 2, 1, 1 << 2 | 2, 1))
    merged = record(0x00E5, struct.pack("<HHHHH", 1, 0, 0, 0, 0))
    data = xls(
        compound,
        label,
        number(0, 1, 1, 0.25),
        number(0, 2, 2, 0.9),
        number(0, 3, 0, 0.1 + 0.2),
        number(0, 4, 3, 45657),
        several,
        merged,
    )
    first, second = cells(read_spreadsheet(data, "xls"))
    assert [cell[0] for cell in first] == ["进度", "25%", "≥90%", "0.3", "2024年12月31日"]
    assert [cell[0] for cell in second][:2] == ["25", "100%"]


def test_xls_texts_that_run_over_a_record(compound) -> None:
    long = "甲" * 30
    table = struct.pack("<II", 3, 3) + struct.pack("<HB", 3, 0) + b"abc"
    table += struct.pack("<HBHI", 30, 1 | 4 | 8, 1, 6) + long.encode("utf-16-le")[:20]
    more = b"\x01" + long.encode("utf-16-le")[20:] + b"\0" * 4 + b"x" * 3
    rest = b"x" * 3 + struct.pack("<HB", 2, 0) + b"ok"
    strings = record(0x00FC, table) + record(0x003C, more) + record(0x003C, rest)
    shared = b"".join(record(0x00FD, struct.pack("<HHHI", 0, n, 0, n)) for n in range(4))
    assert [cell[0] for cell in cells(read_spreadsheet(xls(compound, shared, shares=strings), "xls"))[0]] == [
        "abc",
        long,
        "ok",
    ]


def test_xls_formulas_and_charts_inside_a_sheet(compound) -> None:
    text = record(0x0006, struct.pack("<HHH", 0, 0, 0) + b"\0\0\0\0\0\0\xff\xff" + b"\0" * 8) + record(
        0x0207, struct.pack("<HB", 1, 1) + "字".encode("utf-16-le")
    )
    truth = record(0x0006, struct.pack("<HHH", 0, 1, 0) + b"\1\0\1\0\0\0\xff\xff" + b"\0" * 8)
    wrong = record(0x0006, struct.pack("<HHH", 0, 2, 0) + b"\2\0\x07\0\0\0\xff\xff" + b"\0" * 8)
    value = record(0x0006, struct.pack("<HHHd", 0, 3, 1, 0.5) + b"\0" * 8)
    chart = record(0x0809, struct.pack("<HH", 0x0600, 0x0020)) + number(0, 4, 0, 7) + record(0x000A, b"")
    row = cells(read_spreadsheet(xls(compound, text, truth, wrong, chart, value), "xls"))[0]
    assert [cell[0] for cell in row] == ["字", "TRUE", "#DIV/0!", "50%"]


def test_xls_cells_in_far_corners_cost_nothing(compound) -> None:
    begin = time.process_time()
    content = read_spreadsheet(xls(compound, number(0, 0, 0, 1), number(0, 1, 0, 2), number(65535, 60000, 0, 3)), "xls")
    assert time.process_time() - begin < 10
    assert [warning.text for warning in content.warnings] == ["3"]


def test_xls_that_claims_billions_of_texts(compound) -> None:
    strings = record(0x00FC, struct.pack("<II", 2**32 - 1, 2**32 - 1) + struct.pack("<HB", 1, 0) + b"a")
    shared = record(0x00FD, struct.pack("<HHHI", 0, 0, 0, 0)) + number(0, 1, 0, 2)
    assert cells(read_spreadsheet(xls(compound, shared, shares=strings), "xls"))[0][0][0] == "a"


def test_xls_without_sheets(compound) -> None:
    with pytest.raises(BrokenFile, match="另存为"):
        read_spreadsheet(compound({"Workbook": b"\0" * 5000}), "xls")


def test_far_corners_and_absurd_merges_cost_nothing(zipped) -> None:
    row = "<row r='{0}'><c r='{1}{0}' t='str'><v>{2}</v></c><c r='B{0}' t='str'><v>b</v></c></row>"
    inside = f"<sheetData>{row.format(1, 'A', 'a')}{row.format(1048576, 'XFD', 'z')}</sheetData><mergeCells><mergeCell ref='A1:A1048576'/><mergeCell ref='B1:XFD1048576'/></mergeCells>"
    begin = time.process_time()
    content = read_spreadsheet(zipped(sheet_xml(inside)), "xlsx")
    assert time.process_time() - begin < 10
    assert cells(content)[0] == [("a", 0, 1, False), ("b", 1, limits.SPAN - 1, False)]
    assert [(warning.text, warning.anchor and warning.anchor.row) for warning in content.warnings] == [("z", 1048575)]


def test_too_many_rows_and_cells(monkeypatch: pytest.MonkeyPatch, zipped, ods) -> None:
    monkeypatch.setattr(limits, "ROWS", 10)
    rows = [["a", "b"]] * 11
    with pytest.raises(TooLarge, match="超过 10 行"):
        read_spreadsheet(xlsx(lambda book: put(book, "表", rows)), "xlsx")
    with pytest.raises(TooLarge, match="超过 10 行"):
        read_spreadsheet(
            ods(
                '<table:table table:name="表"><table:table-row table:number-rows-repeated="11"><table:table-cell><text:p>x</text:p></table:table-cell></table:table-row></table:table>'
            ),
            "ods",
        )
    monkeypatch.setattr(limits, "GRID_CELLS", 30)
    with pytest.raises(TooLarge, match="单元格"):
        read_spreadsheet(xlsx(lambda book: put(book, "表", [["a", *[""] * 8, "b"]] * 4)), "xlsx")
    with pytest.raises(TooLarge, match="合并单元格过多"):
        read_spreadsheet(
            zipped(sheet_xml("<sheetData/><mergeCells>" + "<mergeCell ref='A1:B1'/>" * 31 + "</mergeCells>")), "xlsx"
        )


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml"])
def test_missing_parts(zipped, part: str) -> None:
    parts = sheet_xml("<sheetData/>")
    del parts[part]
    with pytest.raises(BrokenFile, match=f"缺少 {part}"):
        read_spreadsheet(zipped(parts), "xlsx")


FORM = [
    ["校舍修缮绩效目标表"],
    ["701003青石县第三小学", "", "", "", "单位：万元"],
    ["项目编码", "13029925P00000000001", "", "项目名称", "校舍修缮"],
    ["预算规模及资金用途", "预算数", "36.50", "其中：财政资金", "36.50"],
    ["", "用于教学楼屋面修缮"],
    ["资金支出计划（%）", "3月底", "6月底", "10月底", "12月底"],
    ["", "10%", "40%", "80%", "100%"],
    ["绩效目标", "1.完成教学楼屋面修缮"],
    ["一级指标", "二级指标", "三级指标", "绩效指标描述", "指标值", "指标值确定依据"],
    ["产出指标", "数量指标", "修缮校舍面积", "修缮校舍建筑面积", "≥1200平方米", "修缮方案"],
    ["", "质量指标", "验收合格率", "合格面积占比", "=100%", "验收规范"],
]


def test_a_form_without_merged_cells_becomes_a_project() -> None:
    document = read_bytes(xlsx(lambda book: put(book, "校舍", FORM)), "a.xlsx")
    (project,) = document.projects
    assert (project.title, project.name, project.unit_name) == ("校舍修缮", "校舍修缮", "青石县第三小学")
    assert [str(percent) for percent in project.plan.percent] == ["10", "40", "80", "100"]
    assert [(i.level1, i.level2, i.name, i.target.raw) for i in project.indicators] == [
        ("产出指标", "数量指标", "修缮校舍面积", "≥1200平方米"),
        ("产出指标", "质量指标", "验收合格率", "=100%"),
    ]
    anchor = project.indicators[1].anchors["name"]
    assert (anchor.table, anchor.row, anchor.column, anchor.sheet) == (0, 10, 2, "校舍")


def test_cells_repeated_in_ods_are_counted_not_made(zipped) -> None:
    """Less than 1 KB that says a text in each of very many cells; wide rows are cut like any other."""
    wide = read_spreadsheet(_repeated(zipped, rows=3, columns=16_384), "ods")
    assert [len(row.cells) for row in wide.blocks[0].rows] == [limits.SPAN] * 3
    assert len(wide.warnings) == 1
    with pytest.raises(TooLarge, match="万个单元格"):
        read_spreadsheet(_repeated(zipped, rows=49_000, columns=1_000), "ods")


def _repeated(zipped, rows: int, columns: int) -> bytes:
    odf = "urn:oasis:names:tc:opendocument:xmlns:"
    names = f'xmlns:office="{odf}office:1.0" xmlns:table="{odf}table:1.0" xmlns:text="{odf}text:1.0"'
    cell = f'<table:table-cell table:number-columns-repeated="{columns}"><text:p>x</text:p></table:table-cell>'
    table = f'<table:table table:name="a"><table:table-row table:number-rows-repeated="{rows}">{cell}</table:table-row></table:table>'
    body = f"<office:body><office:spreadsheet>{table}</office:spreadsheet></office:body>"
    return zipped({
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "content.xml": f"<office:document-content {names}>{body}</office:document-content>",
    })  # fmt: skip
