"""Numbers as a Chinese Excel prints them."""

from __future__ import annotations

from datetime import datetime

import pytest

from jiheng.readers.number_format import BUILT_IN, GENERAL, print_moment, print_number

ACCOUNTING = '_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * "-"??_ ;_ @_ '


@pytest.mark.parametrize(
    "value, code, printed",
    [
        ("25.0", GENERAL, "25"),
        ("0.30000000000000004", GENERAL, "0.3"),
        ("1E-7", GENERAL, "0.0000001"),
        ("120000", GENERAL, "120000"),
        (0.1 + 0.2, GENERAL, "0.3"),
        ("0.25", "0%", "25%"),
        ("0.255", "0.0%", "25.5%"),
        ("0.9", '"≥"0%', "≥90%"),
        ("5", '≥0"次"', "≥5次"),
        ("3", '0 "万元"', "3 万元"),
        ("82", "0.00", "82.00"),
        ("0.5", "0.##", "0.5"),
        ("3", "0.##", "3"),
        ("2.675", "0.00", "2.68"),
        ("1234567.891", "#,##0.00", "1,234,567.89"),
        ("12000", "0,", "12"),
        ("12.5", "[$￥-804]#,##0.00", "￥12.50"),
        ("-3", "0.00;[Red](0.00)", "(3.00)"),
        ("0", ACCOUNTING, "0.00"),
        ("-12.5", ACCOUNTING, "-12.50"),
        ("3", "@", "3"),
        ("1.5", "# ?/?", "1.5"),
        ("12345", "0.00E+00", "12345"),
        ("1234", "0;;", "1234"),
        ("45657", 'yyyy"年"m"月"d"日"', "2024年12月31日"),
        ("45657", '[$-804]yyyy"年"m"月"d"日";@', "2024年12月31日"),
        ("45657", BUILT_IN[14], "2024/12/31"),
        ("45657", BUILT_IN[57], "2024年12月"),
        ("45657.5", "yyyy-mm-dd hh:mm:ss", "2024-12-31 12:00:00"),
        ("45657.75", "h:mm AM/PM", "6:00 下午"),
        ("-1", "yyyy-mm-dd", "-1"),
        ("1e300", "0", "1e300"),
        ("nan", "0", "nan"),
        ("文字", "0%", "文字"),
    ],
)
def test_print_number(value: str | float, code: str, printed: str) -> None:
    assert print_number(value, code) == printed


def test_the_other_calendar() -> None:
    assert print_number("44195", "yyyy/m/d", date1904=True) == "2024/12/31"


def test_weekdays_and_minutes() -> None:
    assert print_moment(datetime(2025, 3, 4, 5, 6, 7), "yy.mm.dd dddd h:mm:ss") == "25.03.04 星期二 5:06:07"  # noqa: DTZ001
