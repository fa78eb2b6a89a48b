"""Units of values: how many of one make another, so that 300千米 can stand against a target of 公里."""

from __future__ import annotations

from decimal import Decimal

_SCALES = {"亿": Decimal(10) ** 8, "万": Decimal(10) ** 4, "千": Decimal(10) ** 3, "百": Decimal(10) ** 2}
_SAME = {"人": {"名", "位"}, "个": {"项", "处", "件"}, "天": {"日"}, "个月": {"月"}, "工作日": {"个工作日"}}
_MADE_OF = {
    "公里": ("米", Decimal(1000)), "千米": ("米", Decimal(1000)), "吨": ("千克", Decimal(1000)),
    "千克": ("千克", Decimal(1)), "公斤": ("千克", Decimal(1)), "公顷": ("平方米", Decimal(10000)),
    "平方公里": ("平方米", Decimal(10) ** 6), "平方千米": ("平方米", Decimal(10) ** 6), "‰": ("%", Decimal("0.1")),
}  # fmt: skip
"""Unit → what it is made of, and how many of those."""
_WHOLE = ("百分点", "千克", "千米", "千瓦")
"""Units that begin like a scale, and are none."""
_ABOUT = "余多"
"""500余人 are counted in 人."""


def converted(number: Decimal, unit: str, wanted: str) -> Decimal | None:
    """``number`` of ``unit`` in the unit that is wanted; ``None`` where the one is not made of the other.

    A bare number is in the wanted unit; one with a scale alone (98万) counts what the wanted unit counts.
    """
    if not unit:
        return number
    stem, scale = _scaled(wanted)
    other, factor = _scaled(unit.lstrip(_ABOUT))
    if other and not _same(stem, other):
        return None
    return number * factor / scale


def _scaled(unit: str) -> tuple[str, Decimal]:
    """万人 is 人 ten thousand times, 万公里 is 米 ten million times."""
    factor = Decimal(1)
    for word, times in _SCALES.items():
        if unit.startswith(word) and not unit.startswith(_WHOLE):
            unit, factor = unit[1:], times
            break
    stem, times = _MADE_OF.get(unit, (unit, Decimal(1)))
    return stem, factor * times


def _same(unit: str, other: str) -> bool:
    return unit == other or other in _SAME.get(unit, ()) or unit in _SAME.get(other, ())


def is_money(unit: str) -> bool:
    """Whether it counts money as such, not money for one of something (元/人)."""
    return _scaled(unit)[0] == "元"


def in_yuan(number: Decimal, unit: str) -> Decimal:
    """So much money in 元."""
    return number * _scaled(unit)[1]
