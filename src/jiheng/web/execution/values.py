"""What people and finance systems write for an amount, a day or a fund source, to what is stored.

Each raises :class:`Wrong` with a Chinese sentence that says what is wrong with the text and what to write.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal

from jiheng.readers.values import plain

CENT = Decimal("0.01")
MOST = Decimal(10) ** 11
"""元; far above any project of a district, and every sum of such amounts is exact in every database."""
_AMOUNT = re.compile(
    r"(?P<sign>[-+]?)[¥￥]?(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d*)?|\.\d+)(?P<unit>万元|元)?"
)
_FACTORS = {"元": Decimal(1), "万元": Decimal(10000)}
_DAYS = (
    re.compile(r"(?P<y>\d{4})[-/.年](?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})日?"),
    re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})"),
)
_TIME = re.compile(r"[T ]?\d{1,2}[:时]\d{1,2}([:分]\d{1,2}(\.\d+)?秒?)?$")
_SERIALS = range(36526, 73051)
"""The days of the years 2000 to 2099 as Excel numbers them."""


class Wrong(ValueError):
    """The text is not what it should be; ``str()`` says so in Chinese."""


def amount(text: str, unit: str = "元") -> Decimal:
    """An amount in 元, of a text that prints it in ``unit`` or names its own; (100) is −100, as accountants write."""
    clean = plain(text).replace("−", "-").replace("－", "-")
    if clean.startswith("(") and clean.endswith(")"):
        clean = f"-{clean[1:-1]}"
    match = _AMOUNT.fullmatch(clean)
    if match is None:
        raise Wrong("不是金额。请填数字，例如 12800.50。" if clean else "金额是空的。请填写金额。")
    number = Decimal(match["number"].replace(",", "")) * _FACTORS[match["unit"] or unit]
    if number >= MOST:
        raise Wrong("金额超过 1000 亿元。请检查金额单位是不是选错了。")
    if number != round(number, 2):
        raise Wrong("金额精确到了分以下。请填到分为止。")
    return (-number if match["sign"] == "-" else number).quantize(CENT)


def day(text: str) -> date:
    """A day, in any of the usual writings or as Excel numbers days."""
    clean = _TIME.sub("", text.strip())
    clean = plain(clean)
    if not clean:
        raise Wrong("日期是空的。请填写日期，例如 2026-03-15。")
    if clean.isascii() and clean.isdigit() and len(clean) == 5 and int(clean) in _SERIALS:
        return date(1899, 12, 30) + timedelta(days=int(clean))
    for pattern in _DAYS:
        if match := pattern.fullmatch(clean):
            try:
                return datetime(int(match["y"]), int(match["m"]), int(match["d"])).date()  # noqa: DTZ001
            except ValueError as error:
                raise Wrong("没有这一天。请检查年、月、日。") from error
    raise Wrong("不是日期。请填年月日，例如 2026-03-15。")


def in_wan(amount: Decimal) -> str:
    """An amount in 元 as 万元, with thousands separators and no zeros at its end: 12,800.5 元 is 1.28005."""
    text = f"{amount / 10000:,.6f}"
    return text.rstrip("0").rstrip(".")
