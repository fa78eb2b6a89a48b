"""Printed values to typed ones: target values, amounts, percentages."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from jiheng.model import Comparator, Target

_SIGNS: dict[str, Comparator] = {
    "≥": ">=", "≧": ">=", "⩾": ">=", ">=": ">=", "=>": ">=", "≤": "<=", "≦": "<=", "⩽": "<=", "<=": "<=", "=<": "<=",
    ">": ">", "<": "<", "=": "=", "==": "=",
    "大于等于": ">=", "大于或等于": ">=", "不少于": ">=", "不低于": ">=", "不小于": ">=", "至少": ">=",
    "小于等于": "<=", "小于或等于": "<=", "不超过": "<=", "不高于": "<=", "不大于": "<=", "不多于": "<=", "至多": "<=",
    "不超": "<=", "控制在": "<=", "大于": ">", "超过": ">", "高于": ">", "多于": ">", "小于": "<", "低于": "<",
    "少于": "<", "等于": "=",
}  # fmt: skip
_AFTER: dict[str, Comparator] = {
    "及以上": ">=", "或以上": ">=", "含以上": ">=", "以上": ">=", "及以下": "<=", "以下": "<=", "以内": "<=",
    "之内": "<=", "内": "<=",
}  # fmt: skip
_SIGN = "|".join(re.escape(s) for s in sorted(_SIGNS, key=len, reverse=True))
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+"
_TARGET = re.compile(
    rf"(?:达到|达|约|共计|共|合计|为)?(?P<sign>{_SIGN})?(?:达到)?(?:每(?:(?!每)[^\d\W]){{1,3}}?)*"
    rf"(?P<number>{_NUMBER})(?P<middle>%|[^\d\W]{{0,4}}?)(?:[-~—–至到]+(?P<upper>{_NUMBER}))?(?P<rest>.*)"
)
_AFTER_WORD = re.compile(rf"(?:\(含\))?(?P<word>{'|'.join(_AFTER)})$")
_DATE = re.compile(
    r"(?:19|20)\d\d年|\d{4}[-/.]\d{1,2}(?:[-/.]\d{1,2})?$|\d{1,2}月(?:份|底|末|初|上旬|中旬|下旬|\d{1,2}[日号]|前|之前|以前)"
    r"|\d{1,2}[日号](?:前|之前|以前)|\d{1,2}底前"
)
# words that are no unit: a name or a clause that stands after the number
_NOT_A_UNIT = re.compile(
    r"[率度]$|比例|比重|满意|工作(?!日)|资金|完成|落实|发放|到位|准确|及时|覆盖|达标|合格|^以[上下内]|的|，|。|、|;"
)
_LONGEST_UNIT = 8


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Half-width, without any white space: the form in which texts are compared."""
    if text.isascii():
        return "".join(text.split())
    return "".join(unicodedata.normalize("NFKC", text).split())


def decimal(text: str) -> Decimal:
    """The number that ``text`` prints, thousands separators allowed."""
    return Decimal(text.replace(",", ""))


def is_sign(text: str) -> bool:
    """Whether this prints a comparator and nothing else: ≥, 大于等于."""
    return plain(text) in _SIGNS


def begins_with_sign(text: str) -> bool:
    """Whether a printed value brings its comparator along."""
    return plain(text).startswith(tuple(_SIGNS))


def _unit(rest: str) -> str | None:
    rest = rest.strip("；;。.，,()").removesuffix("左右")
    if not rest:
        return None
    if rest[0] in "%‰":
        return rest[0]
    if rest.startswith("个百分点"):
        return "个百分点"
    if len(rest) > _LONGEST_UNIT or _NOT_A_UNIT.search(rest):
        return None
    return rest


@lru_cache(maxsize=4096)
def parse_target(raw: str) -> Target:
    """The target value that a cell prints.

    Signs and words give the comparator (以上 is ``>=``), a bare number is ``=``; the unit is the text after the number
    unless it is a clause; dates and words are qualitative. ``raw`` is kept as printed.
    """
    text = plain(raw)
    if not text:
        return Target(raw="")
    if _DATE.search(text):
        return Target(raw, kind="qualitative")
    match = _TARGET.fullmatch(text)
    if match is None:
        return Target(raw, kind="qualitative")
    sign, rest = match["sign"], match["middle"] + match["rest"]
    upper = match["upper"]
    if upper:
        rest = match["rest"] or match["middle"]
    elif match["sign"] is None and _is_sentence(rest):
        return Target(raw, kind="qualitative")
    comparator: Comparator = _SIGNS[sign] if sign else "="
    if after := _AFTER_WORD.search(rest):
        rest = rest[: after.start()]
        comparator = comparator if sign else _AFTER[after["word"]]
    return Target(
        raw, comparator, decimal(match["number"]), _unit(rest), "quantitative", decimal(upper) if upper else None
    )


_NEGATIVE = re.compile(r"(?:-|−|负)(?=\.?\d)")


def parse_reported(raw: str) -> Target:
    """What a unit reports of a target: read alike, but it may be below nothing (增长率 -3%)."""
    text = plain(raw)
    found = parse_target(text[1:] if _NEGATIVE.match(text) else raw)
    if found.raw == raw or found.value is None:
        return parse_target(raw)
    return replace(found, raw=raw, value=-found.value)


def _is_sentence(rest: str) -> bool:
    """A number that merely begins a sentence ("3个村的道路全部完成硬化") is no target value."""
    return len(rest) > _LONGEST_UNIT and rest[0] not in "%‰" and "/" not in rest


_EMPTY_AMOUNTS = frozenset(("", "-", "--", "—", "——", "/", "无", "元", "万元"))
_AMOUNT = re.compile(rf"(?P<number>-?(?:{_NUMBER}))(?P<unit>亿元|万元|万|元)?")
_IN_WAN = {"亿元": Decimal(10000), "万元": Decimal(1), "万": Decimal(1), "元": Decimal("0.0001")}


def parse_amount(text: str, unit: str = "万元") -> Decimal | None:
    """The amount that a cell prints, in 万元; ``unit`` is that of a bare number. ``None`` for an empty cell.

    Raises ``ValueError`` where something else than an amount stands there.
    """
    clean = plain(text)
    if clean in _EMPTY_AMOUNTS:
        return None
    match = _AMOUNT.fullmatch(clean)
    if match is None:
        raise ValueError(text)
    factor = _IN_WAN.get(match["unit"] or unit, Decimal(1))
    return _in_wan(decimal(match["number"]), factor)


def is_amount(text: str) -> bool:
    """Whether this prints an amount of money and nothing else."""
    return _AMOUNT.fullmatch(plain(text)) is not None


def _in_wan(number: Decimal, factor: Decimal) -> Decimal:
    """``number`` times ``factor`` without the trailing zeros that multiplying adds; untouched for a factor of one."""
    return number if factor == 1 else Decimal(f"{(number * factor).normalize():f}")


_PERCENT = re.compile(rf"(-?(?:{_NUMBER}))%?")


@lru_cache(maxsize=4096)
def parse_percent(text: str) -> Decimal | None:
    """The percentage that a cell prints (25 for ``25%``), ``None`` for an empty cell or for words."""
    match = _PERCENT.fullmatch(plain(text))
    return decimal(match[1]) if match else None


_STATED = rf"(?:为|共计|共|是|:)?({_NUMBER})(亿元|万元|元|万)"
_BUDGET = {
    "total": re.compile(rf"(?:预算(?:数|总额|资金|金额|规模|安排)?|资金总额){_STATED}"),
    "fiscal": re.compile(rf"(?:财政拨款|财政资金|本级资金){_STATED}"),
    "other": re.compile(rf"(?:其他资金|自筹资金){_STATED}"),
}


def budgets_in(sentence: str) -> dict[str, Decimal]:
    """The amounts in 万元 that a purpose states ("预算数100万元。其中：财政资金100万元。"), by total, fiscal, other."""
    text = plain(sentence)
    found = {}
    for part, pattern in _BUDGET.items():
        if match := pattern.search(text):
            found[part] = _in_wan(decimal(match[1]), _IN_WAN[match[2]])
    return found
