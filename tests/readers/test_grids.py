"""Lists as other systems export them."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

import pytest
import xlsxwriter

from jiheng.readers import ReadError, office
from jiheng.readers.grids import read_grids


def workbook(rows: list[list[Any]], **formats: str) -> bytes:
    out = BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet("明细")
    styles = {int(column): book.add_format({"num_format": code}) for column, code in formats.items()}
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            if isinstance(value, date):
                sheet.write_datetime(r, c, value, styles.get(c))  # type: ignore[arg-type]
            else:
                sheet.write(r, c, value, styles.get(c))
    book.add_worksheet("隐藏").hide()
    book.close()
    return out.getvalue()


def test_numbers_keep_their_cents_and_dates_their_year() -> None:
    data = workbook([["日期", "金额"], [date(2026, 3, 5), 1234.56]], **{"0": 'm"月"d"日"', "1": "#,##0"})
    (sheet,) = read_grids(data, "支付.xlsx")
    assert (sheet.name, sheet.rows) == ("明细", {0: {0: "日期", 1: "金额"}, 1: {0: "2026-03-05", 1: "1234.56"}})


@pytest.mark.parametrize("encoding", ("utf-8", "utf-8-sig", "gb18030", "utf-16"))
@pytest.mark.parametrize("delimiter", (",", "\t", ";", "|"))
def test_text_in_any_encoding_and_with_any_delimiter(encoding: str, delimiter: str) -> None:
    text = (
        delimiter.join(("日期", "摘要", "金额"))
        + "\r\n"
        + delimiter.join(("2026-03-05", '"第一\n期"', "12.50"))
        + "\r\n"
    )
    (sheet,) = read_grids(text.encode(encoding), "支付.csv")
    assert sheet.rows == {0: {0: "日期", 1: "摘要", 2: "金额"}, 1: {0: "2026-03-05", 1: "第一\n期", 2: "12.50"}}


def test_amounts_with_commas_do_not_hide_the_tabs() -> None:
    text = "日期\t金额\t余额\n2026-03-05\t1,234,567.00\t9,999,999.00\n"
    (sheet,) = read_grids(text.encode())
    assert sheet.rows[1] == {0: "2026-03-05", 1: "1,234,567.00", 2: "9,999,999.00"}


def test_a_web_page_named_xls() -> None:
    page = "<html><body><table><tr><td>日期</td><td>金额</td></tr><tr><td>2026-03-05</td><td>5</td></tr></table></body></html>"
    (sheet,) = read_grids(page.encode(), "支付.xls")
    assert sheet.rows[1] == {0: "2026-03-05", 1: "5"}


@pytest.mark.parametrize("data", (b"", b"%PDF-1.7\n", b"\x89PNG\r\n", b'a,"' + b"x" * 200_000))
def test_what_is_no_list_says_so(data: bytes) -> None:
    with pytest.raises(ReadError):
        read_grids(data, "x.csv")


@pytest.fixture(scope="module")
def hiding() -> dict[str, bytes]:
    """A workbook that hides a row, a column and a sheet and holds a long number, as three programs' formats keep it."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet, day = book.add_worksheet("明细"), book.add_format({"num_format": 'm"月"d"日"'})
    sheet.write_row(0, 0, ["日期", "凭证号", "金额"])
    sheet.write_datetime(1, 0, date(2026, 3, 5), day)
    sheet.write_row(1, 1, [12345678901234512345, 1234.567])
    sheet.write_row(2, 0, ["2026-03-06", "12345678901234512345", 999_999_999_999_999])
    sheet.write(3, 1, 42, book.add_format({"num_format": "0000"}))
    sheet.set_row(2, None, None, {"hidden": True})
    sheet.set_column(1, 1, None, None, {"hidden": True})
    old = book.add_worksheet("旧")
    old.write(0, 0, "作废")
    old.hide()
    book.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(office, "_FILTERS", {"xls": "xls:MS Excel 97", "ods": "ods:calc8"})
        made = {kind: office.convert([("a.xlsx", out.getvalue())], kind)[0] for kind in ("xls", "ods")}
    return {"xlsx": out.getvalue()} | {kind: data for kind, data in made.items() if isinstance(data, bytes)}


@pytest.mark.parametrize("kind", ("xlsx", "xls", "ods"))
def test_what_is_hidden_and_what_has_lost_digits_is_marked(hiding: dict[str, bytes], kind: str) -> None:
    sheet, old = read_grids(hiding[kind], f"明细.{kind}")
    assert (sheet.hidden_rows, sheet.hidden_columns, sheet.long_numbers) == ({2}, {1}, {(1, 1)})
    assert (sheet.hidden, old.hidden, old.rows) == (False, True, {0: {0: "作废"}})
    # numbers with all their digits and days with their year, whatever their formats print
    assert (sheet.rows[1][0], sheet.rows[1][2]) == ("2026-03-05", "1234.567")
    assert sheet.rows[2] == {0: "2026-03-06", 1: "12345678901234512345", 2: "999999999999999"}
    assert sheet.rows[3] == {1: "0042"}, "a code keeps the zeros in front that its format prints"
