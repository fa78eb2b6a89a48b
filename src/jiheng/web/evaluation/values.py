"""What people type into a self-evaluation form, to what is stored; what does not fit is refused, never cut off."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from jiheng.model import Target
from jiheng.policy import Pack
from jiheng.readers.values import plain
from jiheng.scoring.numbers import percent_of
from jiheng.scoring.numbers import plain as printed
from jiheng.scoring.self_evaluation import band_of
from jiheng.web.plan.services.errors import Refused
from jiheng.web.plan.services.values import clean

TEXTS = {
    "actual_raw": (500, "实际完成值"), "given_reason": (2000, "调整理由"),
    "deviation": (2000, "偏差原因分析及改进措施"),
    "goals_actual": (5000, "年度总体目标实际完成情况"), "honesty_explanation": (2000, "对核查问题的说明"),
}  # fmt: skip
"""Field → how long it may be, and what it is called."""
_NUMBER = r"\d{1,3}(?:,\d{3}){1,6}(?:\.\d+)?|\d+(?:\.\d+)?"
_FRACTION = re.compile(rf"(?<!\d)(?P<a>{_NUMBER})/(?P<b>{_NUMBER})")
_BARE = re.compile(rf"-?(?:{_NUMBER})")
_POINTS = re.compile(r"\d{1,3}(?:\.\d{1,2})?")
_BAND = re.compile(r"(?P<name>[^\d%]*?)(?P<share>\d{1,3}(?:\.\d{1,2})?)?%?")
MOST = Decimal(10) ** 14


@dataclass(frozen=True, slots=True)
class Actual:
    """A value as it is stored; a percentage that names its numerator and denominator keeps them."""

    raw: str
    numerator: Decimal | None = None
    denominator: Decimal | None = None


def text_of(field: str, typed: str) -> str:
    """A text that fits its field. Raises :class:`Refused`."""
    found = clean(typed)
    most, label = TEXTS[field]
    if len(found) > most:
        raise Refused(f"{label}最多 {most} 字，现在是 {len(found)} 字，请缩短后再保存。")
    return found


def actual(typed: str, target: Target) -> Actual:
    """A value as it is printed: a bare number gets the unit of its target; 760/800 of a rate becomes 95%（760/800）.

    Raises :class:`Refused` for a denominator of 0 or a number beyond reason.
    """
    found = text_of("actual_raw", typed)
    bare = plain(found)
    if target.unit == "%" and (match := _FRACTION.search(bare)):
        above, below = (_number(match[name]) for name in "ab")
        if not below:
            raise Refused(f"“{found[:30]}”的分母是 0。请填成“合格数/总数”，例如 760/800。")
        share = percent_of(above, below) or Decimal(0)
        return Actual(f"{printed(share)}%（{printed(above)}/{printed(below)}）", above, below)
    if _BARE.fullmatch(bare):
        _number(bare)
        return Actual(f"{bare}{target.unit or ''}" if target.value is not None else found)
    return Actual(found)


def _number(text: str) -> Decimal:
    value = Decimal(text.replace(",", ""))
    if abs(value) >= MOST or value != round(value, 6):
        raise Refused(f"“{text[:30]}”超出范围：最多 14 位整数、6 位小数。")
    return value


def points(typed: str, label: str) -> Decimal | None:
    """Points as typed; empty is ``None``. Raises :class:`Refused`."""
    found = plain(clean(typed)).removesuffix("分")
    if not found:
        return None
    if not _POINTS.fullmatch(found) or Decimal(found) > 100:
        raise Refused(f"“{found[:20]}”不是{label}。请填 0 到 100 之间的数，最多两位小数。")
    return Decimal(found)


def band(typed: str, pack: Pack) -> tuple[str, Decimal | None]:
    """How far a qualitative target was attained: 达成, 达成 90%. Raises :class:`Refused`."""
    found = plain(clean(typed))
    if not found:
        return "", None
    match = _BAND.fullmatch(found)
    try:
        chosen = band_of(match["name"] if match else found, pack)
    except ValueError as error:
        raise Refused(str(error)) from error
    share = Decimal(match["share"]) if match and match["share"] else None
    if share is not None and not chosen.least <= share <= chosen.most:
        between = f"{printed(chosen.least)}% 到 {printed(chosen.most)}%"
        raise Refused(f"“{chosen.name}”的达成百分比在 {between} 之间，填了 {printed(share)}%。")
    return chosen.name, share


def band_text(name: str, share: Decimal | None) -> str:
    """The same as it is typed."""
    return f"{name} {printed(share)}%" if name and share is not None else name


def band_choices(pack: Pack) -> list[str]:
    """What the list of a qualitative row offers: each band with its usual percent, then in steps of ten."""
    found = []
    for b in pack.self_evaluation.bands:
        found.append(b.name)
        steps = [Decimal(n) for n in range(100, -1, -10) if b.least <= n <= b.most and n != b.usual]
        found += [band_text(b.name, n) for n in steps]
    return found
