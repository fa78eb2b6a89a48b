"""What people type into a cell, to what is stored; what does not fit is refused, never cut off."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from jiheng.readers.values import parse_amount
from jiheng.web.plan.queries.table import amount
from jiheng.web.plan.services.errors import Refused

# Control characters that no form prints and some databases refuse; tabs and line ends stay.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
LONG = 5000
LIMITS = {
    "code": 40, "name": 255, "title": 255, "purpose": LONG, "explanation": LONG, "raw": 30, "label": 30, "text": LONG,
    "level1": 50, "level2": 50, "description": LONG, "target_raw": 500, "basis": LONG,
}  # fmt: skip
INDICATOR_NAME = 500
_LABELS = {
    "code": "项目编码", "name": "名称", "title": "表名", "purpose": "资金用途", "explanation": "说明",
    "raw": "进度", "label": "期次",
    "text": "绩效目标", "level1": "一级指标", "level2": "二级指标", "description": "绩效指标描述",
    "target_raw": "指标值", "basis": "指标值确定依据",
}  # fmt: skip
MOST = Decimal(10) ** 12


def clean(text: str) -> str:
    """The text without what cannot be printed, its line ends alike, nothing blank around it."""
    return _UNPRINTABLE.sub("", str(text).replace("\r\n", "\n").replace("\r", "\n")).strip()


def text_value(field: str, text: str, limit: int = 0) -> str:
    """A text that fits its field. Raises :class:`Refused`."""
    found, most = clean(text), limit or LIMITS[field]
    if len(found) > most:
        raise Refused(f"{_LABELS[field]}最多 {most} 字，现在是 {len(found)} 字，请缩短后再保存。")
    return found


def amount_value(text: str) -> Decimal | None:
    """An amount in 万元; 12 万元 and 3000 元 are understood. Raises :class:`Refused`."""
    found = clean(text)
    if not found:
        return None
    try:
        value = parse_amount(found)
    except ValueError as error:
        raise Refused(f"“{found[:30]}”不是金额。请填以万元为单位的数字，例如 168 或 0.36。") from error
    if value is None:
        return None
    if abs(value) >= MOST or value != round(value, 4):
        raise Refused(f"“{found[:30]}”超出范围：金额以万元为单位，最多 12 位整数、4 位小数。")
    return value


def printed(value: Any) -> str:
    """What stands in a cell, as text."""
    return amount(value) if isinstance(value, Decimal) or value is None else str(value)
