"""Amounts of money and sums in Chinese sentences: "A需88.3万元", "400*187/人=7.48万元". Pure: it judges nothing.

Texts are taken in plain form (half-width, without blanks); positions count in that form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_IN_WAN = {
    "亿元": Decimal(10000), "亿": Decimal(10000), "万元": Decimal(1), "万": Decimal(1), "千元": Decimal("0.1"),
    "元": Decimal("0.0001"),
}  # fmt: skip
# "15万" is money only where no thing is counted: 15万人, 2万户, 1万平方米.
_AMOUNT = re.compile(
    rf"(?<![\d.,])(?P<number>{_NUMBER})(?P<unit>亿元|万元|千元|元|亿(?=[。,;，；、)]|$)|万(?=[。,;，；、/)]|$))(?P<per>[/每]?)"
)


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum of money in a text: ``value`` in 万元, as ``text`` prints it, between ``start`` and ``end``.

    ``is_unit_price`` says that it is for one of something: 元/人, 每人每月300元, or part of a calculation.
    """

    value: Decimal
    text: str
    start: int
    end: int
    is_unit_price: bool = False


_EACH_BEFORE = re.compile(
    r"(?:每[^\d,。;、]{1,8}|人均|户均|生均|平均|单价|(?:标准|最高|最低|上限|限额)[^\d,。;、]{0,4})$"
)
_REACH = 14


def amounts_in(text: str) -> list[Amount]:
    """The sums of money in a plain text, in order. Numbers without a money unit are none."""
    return [
        Amount(
            Decimal(m["number"].replace(",", "")) * _IN_WAN[m["unit"]],
            m["number"] + m["unit"],
            m.start(),
            m.end("unit"),
            bool(m["per"]) or _is_of_one(text, m.start(), m.end("unit")),
        )
        for m in _AMOUNT.finditer(text)
    ]


def _is_of_one(text: str, start: int, end: int) -> bool:
    before = text[max(0, start - _REACH) : start]
    return (
        bool(_EACH_BEFORE.search(before))
        or text[start - 1 : start] in tuple("*×x+-")
        or text[end : end + 1] in (tuple("*×x+-"))
    )


@dataclass(frozen=True, slots=True)
class Equation:
    """A calculation that a text states: ``text`` as printed, ``computed`` what its left side makes, ``stated`` what it
    claims, both in the unit that ``unit`` names (元 for money, else the unit printed), ``step`` the last digit that the
    claim prints. ``has_units`` says whether the left side names a money unit itself."""

    text: str
    computed: Decimal
    stated: Decimal
    step: Decimal
    unit: str
    has_units: bool

    @property
    def is_right(self) -> bool:
        """Whether the claim agrees with the calculation, rounded or cut at its last digit."""
        return abs(self.computed - self.stated) < self.step


_SIGNS = str.maketrans(
    {"×": "*", "x": "*", "X": "*", "✖": "*", "✕": "*", "·": "*", "÷": "/", "＊": "*", "【": "(", "】": ")"}
)
# One clause: the text between punctuation marks. A point between digits belongs to the number.
_CLAUSE = re.compile(r"[^,，。;；、:：\n]+")
_TOKEN = re.compile(
    rf"(?P<number>{_NUMBER})(?P<percent>%)?(?P<unit>[^\d+*/()=%-]*(?:/[^\d+*/()=%-]+)*)|(?P<sign>[+*/()])"
)
_FACTORS = (("亿", Decimal(10**8)), ("万", Decimal(10**4)), ("千元", Decimal(1000)))


class _Unsure(Exception):
    """Something stands there that is no plain calculation."""


@dataclass(slots=True)
class _Side:
    """One side of an equals sign as tokens: numbers in full (元, 人 …) and signs."""

    tokens: list[Decimal | str]
    has_money: bool
    unit: str
    step: Decimal


def equations_in(text: str) -> list[Equation]:
    """The calculations that a plain text states, where every part is a plain number. Anything else is left out."""
    return list(_equations(text.translate(_SIGNS)))


def _equations(text: str) -> Iterator[Equation]:
    for clause in _CLAUSE.findall(_without_separators(text)):
        left, *rights = clause.split("=")
        for right in rights:
            try:
                equation = _equation(left, right)
            except (_Unsure, ZeroDivisionError):
                break
            if equation is not None:
                yield equation


def _without_separators(text: str) -> str:
    """Without the commas in 12,000: they would end the clause."""
    return re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", text)


def _equation(left: str, right: str) -> Equation | None:
    sum_ = _side(left)
    claim = _side(right)
    if len(claim.tokens) != 1 or sum(isinstance(t, Decimal) for t in sum_.tokens) < 2:
        return None
    stated = claim.tokens[0]
    if not isinstance(stated, Decimal):
        return None
    computed = _evaluate(sum_.tokens)
    if sum_.has_money and not claim.has_money and claim.unit:
        raise _Unsure
    unit = "元" if claim.has_money or sum_.has_money else claim.unit
    return Equation(f"{left}={right}", computed, stated, claim.step, unit, sum_.has_money)


def _side(text: str) -> _Side:
    tokens: list[Decimal | str] = []
    has_money, unit, step, at = False, "", Decimal(1), 0
    while at < len(text):
        m = _TOKEN.match(text, at)
        if m is None:
            # Words before a number name it ("会议费10万元"); anywhere else they are beyond us.
            words = re.match(r"[^\d+*/()=%-]+", text[at:])
            if words is None or (tokens and tokens[-1] not in tuple("+*/(")):
                raise _Unsure
            if re.search(r"[每均各年月第]", words[0]):
                raise _Unsure
            at += words.end()
            continue
        at = m.end()
        if m["sign"]:
            tokens.append(m["sign"])
            continue
        if tokens and tokens[-1] not in tuple("+*/("):
            raise _Unsure
        number, unit = _number(m)
        has_money = has_money or "元" in unit
        step = _step(m["number"]) * _factor(unit)
        tokens.append(number)
    return _Side(tokens, has_money, unit, step)


def _number(m: re.Match[str]) -> tuple[Decimal, str]:
    unit = m["unit"]
    if unit.startswith("年") and len(m["number"]) == 4:
        raise _Unsure
    number = Decimal(m["number"]) * _factor(unit)
    return (number / 100 if m["percent"] else number), unit


def _factor(unit: str) -> Decimal:
    return next((f for word, f in _FACTORS if unit.startswith(word)), Decimal(1))


def _step(number: str) -> Decimal:
    return Decimal(1).scaleb(-len(number.partition(".")[2]))


def _evaluate(tokens: list[Decimal | str]) -> Decimal:
    value, rest = _sum(tokens)
    if rest:
        raise _Unsure
    return value


def _sum(tokens: list[Decimal | str]) -> tuple[Decimal, list[Decimal | str]]:
    value, rest = _product(tokens)
    while rest and rest[0] == "+":
        more, rest = _product(rest[1:])
        value += more
    return value, rest


def _product(tokens: list[Decimal | str]) -> tuple[Decimal, list[Decimal | str]]:
    value, rest = _part(tokens)
    while rest and rest[0] in ("*", "/"):
        sign = rest[0]
        factor, rest = _part(rest[1:])
        value = value * factor if sign == "*" else value / factor
    return value, rest


def _part(tokens: list[Decimal | str]) -> tuple[Decimal, list[Decimal | str]]:
    if not tokens:
        raise _Unsure
    first, rest = tokens[0], tokens[1:]
    if isinstance(first, Decimal):
        return first, rest
    if first != "(":
        raise _Unsure
    value, rest = _sum(rest)
    if not rest or rest[0] != ")":
        raise _Unsure
    # "（187人+120人）人" would be a unit after the bracket; a number there is beyond us.
    return value, rest[1:]
