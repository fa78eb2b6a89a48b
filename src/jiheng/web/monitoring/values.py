"""What people type into a monitoring form, to what is stored; what does not fit is refused, never cut off."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from jiheng.model import Target
from jiheng.readers.values import parse_amount, plain
from jiheng.web.monitoring.models import IndicatorReport
from jiheng.web.plan.services.errors import Refused
from jiheng.web.plan.services.values import clean

CENT = Decimal("0.01")
WAN = Decimal(10000)
MOST = Decimal(10) ** 14
_NUMBER = r"\d{1,3}(?:,\d{3}){1,6}(?:\.\d+)?|\d+(?:\.\d+)?"
_FRACTION = re.compile(rf"(?<!\d)(?P<a>{_NUMBER})/(?P<b>{_NUMBER})")
_BARE = re.compile(rf"-?(?:{_NUMBER})")
TEXTS = {
    "actual_raw": (500, "执行情况"), "forecast_raw": (500, "全年预计"), "reason_text": (2000, "原因说明"),
    "measures": (2000, "改进措施"), "note": (1000, "备注"), "progress_text": (5000, "总体目标完成情况"),
}  # fmt: skip
"""Field → how long it may be, and what it is called."""


@dataclass(frozen=True, slots=True)
class Reported:
    """A reported value as it is stored. ``numerator`` and ``denominator`` are those of a percentage that names them."""

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


def reported(typed: str, target: Target, field: str = "actual_raw") -> Reported:
    """A value as it is printed: a bare number gets the unit of its target; 760/800 of a rate becomes 95%（760/800）.

    Raises :class:`Refused` for a denominator of 0 or a number beyond reason.
    """
    found = text_of(field, typed)
    bare = plain(found)
    if target.unit == "%" and (match := _FRACTION.search(bare)):
        a, b = (_decimal(match[name]) for name in "ab")
        if b == 0:
            raise Refused(f"“{found[:30]}”的分母是 0。请填成“合格数/总数”，例如 760/800。")
        percent = (a * 100 / b).quantize(CENT, ROUND_HALF_UP)
        return Reported(f"{percent.normalize():f}%（{a.normalize():f}/{b.normalize():f}）", a, b)
    if _BARE.fullmatch(bare):
        _decimal(bare)
        return Reported(f"{bare}{target.unit or ''}" if target.value is not None else found)
    return Reported(found)


def _decimal(text: str) -> Decimal:
    try:
        value = Decimal(text.replace(",", ""))
    except InvalidOperation as error:  # pragma: no cover - the pattern lets numbers through only
        raise Refused(f"“{text[:30]}”不是数。") from error
    if abs(value) >= MOST or value != round(value, 6):
        raise Refused(f"“{text[:30]}”超出范围：最多 14 位整数、6 位小数。")
    return value


def amount(typed: str) -> Decimal | None:
    """An amount typed in 万元 (12.5, 12.5万元, 125000元), in 元. Raises :class:`Refused`."""
    found = clean(typed)
    if not found:
        return None
    try:
        value = parse_amount(found)
    except ValueError as error:
        raise Refused(f"“{found[:30]}”不是金额。请填以万元为单位的数字，例如 168 或 0.36。") from error
    if value is None:
        return None
    yuan = value * WAN
    if yuan < 0 or yuan >= MOST or yuan != yuan.quantize(CENT):
        raise Refused(f"“{found[:30]}”超出范围：金额以万元为单位，不能是负数，最多到分。")
    return yuan.quantize(CENT)


def in_wan(yuan: Decimal | None) -> str:
    """元 as 万元 to be typed over: at least two decimals, as many as it takes."""
    if yuan is None:
        return ""
    short = (yuan / WAN).normalize()
    exponent = short.as_tuple().exponent
    return f"{short.quantize(CENT) if isinstance(exponent, int) and exponent >= -2 else short:f}"


REASONS = dict(IndicatorReport.Reason.choices)
LIKELIHOODS = dict(IndicatorReport.Likelihood.choices)


def reasons(typed: str) -> list[str]:
    """Kinds of deviation reasons, named by label or key, in the order of the form. Raises :class:`Refused`."""
    wanted = [w for w in re.split(r"[、，,;；/\s]+", clean(typed)) if w]
    by_label = {label: key for key, label in REASONS.items()} | {label[:2]: key for key, label in REASONS.items()}
    keys = {w if w in REASONS else by_label.get(w.removesuffix("保障") if w not in by_label else w, w) for w in wanted}
    for key in keys - REASONS.keys():
        raise Refused(f"没有“{key[:20]}”这种偏差原因。可填：{'、'.join(REASONS.values())}，可填多个，用顿号隔开。")
    return [key for key in REASONS if key in keys]


def likelihood(typed: str) -> str:
    """How likely the target is to be met, by label or key; "" for nothing. Raises :class:`Refused`."""
    found = clean(typed)
    key = found if found in LIKELIHOODS else {label: k for k, label in LIKELIHOODS.items()}.get(found, found)
    if key and key not in LIKELIHOODS:
        raise Refused(f"“{found[:20]}”不是完成可能性。可填：{'、'.join(LIKELIHOODS.values())}。")
    return key
