"""What people and finance systems write for amounts and days."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from jiheng.web.execution.values import Wrong, amount, day


@pytest.mark.parametrize("text, unit, wanted", (
    ("12800.5", "元", "12800.50"), ("12,800.50", "元", "12800.50"), ("￥1,000", "元", "1000"), (" 3 000 ", "元", "3000"),
    ("1.28", "万元", "12800"), ("1.28万元", "元", "12800"), ("500元", "万元", "500"), ("-20.10", "元", "-20.10"),
    ("（20.10）", "元", "-20.10"), ("１２", "元", "12"), ("0.000001", "万元", "0.01"), (".5", "元", "0.50"), ("7.", "元", "7"),
))  # fmt: skip
def test_amounts(text: str, unit: str, wanted: str) -> None:
    assert amount(text, unit) == Decimal(wanted)


@pytest.mark.parametrize("text, unit, said", (
    ("", "元", "是空的"), ("很多", "元", "不是金额"), ("12.345", "元", "分以下"), ("0.0000001", "万元", "分以下"),
    ("1,28", "元", "不是金额"), ("12 3abc", "元", "不是金额"), ("99999999999999", "元", "超过"), ("1e5", "元", "不是金额"),
))  # fmt: skip
def test_what_is_no_amount(text: str, unit: str, said: str) -> None:
    with pytest.raises(Wrong, match=said):
        amount(text, unit)


@pytest.mark.parametrize("text", (
    "2026-03-05", "2026/3/5", "2026.3.5", "20260305", "2026年3月5日", "2026-03-05 10:22:11", "2026-03-05T10:22", "46086",
    "２０２６-3-5", "2026/3/5 9:05",
))  # fmt: skip
def test_days(text: str) -> None:
    assert day(text) == date(2026, 3, 5)


@pytest.mark.parametrize("text, said", (
    ("", "是空的"), ("3月5日", "不是日期"), ("2026-02-30", "没有这一天"), ("昨天", "不是日期"), ("12", "不是日期"),
    ("2026-13-01", "没有这一天"), ("03/05/2026", "不是日期"),
))  # fmt: skip
def test_what_is_no_day(text: str, said: str) -> None:
    with pytest.raises(Wrong, match=said):
        day(text)
