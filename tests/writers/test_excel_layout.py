"""What lists in workbooks share."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest
import xlsxwriter

from jiheng.writers.excel_layout import LINE, height_of, lines_of, print_on_a4, width_of


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [("", 10, 1), ("指标", 5, 1), ("指标值", 5, 2), ("96.05%（340/354）", 18, 1), ("一\n二\n", 10, 3)],
)
def test_how_many_lines_a_text_takes(text: str, width: float, lines: int) -> None:
    assert lines_of(text, width) == lines


def test_chinese_is_two_wide() -> None:
    assert width_of("≥95%绩效") == 9  # ≥ is as wide as a Chinese character in Chinese fonts


def test_a_row_is_as_high_as_its_highest_cell_within_bounds() -> None:
    assert height_of([]) == LINE + 3
    assert height_of([("一", 10), ("一二三四五六七八九十", 11)]) == 2 * LINE + 3
    assert height_of([("字" * 5000, 10)], most=6) == 6 * LINE + 3


@pytest.mark.parametrize(("heads", "title"), [(2, "$1:$2"), (0, "")])
def test_the_sheet_lies_on_its_side_and_repeats_its_heads(heads: int, title: str) -> None:
    out = BytesIO()
    with xlsxwriter.Workbook(out) as book:
        print_on_a4(book.add_worksheet("表"), heads)
    with zipfile.ZipFile(out) as package:
        sheet, whole = (package.read(f"xl/{n}.xml").decode() for n in ("worksheets/sheet1", "workbook"))
    assert 'paperSize="9"' in sheet
    assert 'orientation="landscape"' in sheet
    assert 'fitToHeight="0"' in sheet
    assert ("Print_Titles" in whole) is bool(title)
    assert title in whole
