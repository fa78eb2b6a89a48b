"""Quantities that a text states: 建成4个智能教室, 培训村医120人."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from jiheng.model import Target
from jiheng.readers.values import plain
from jiheng.rules.words import content_words

_ONES = "零一二三四五六七八九"
_UNITS = (
    "万人次|人次|公里|千米|平方米|平米|立方米|公顷|万亩|亩|个村|个|次|人|名|所|户|场次|场|期|篇|册|台套|台|套|辆|座|条|件|项|处|部|支|家|间|批|盏|"
    "株|棵|例|吨|米|张|床|班"
)
_QUANTITY = re.compile(
    rf"(?P<number>(?<!\d)\d++(?:\.\d+)?|[二两三四五六七八九十]{{1,3}})(?P<many>万)?(?:余|多)?(?P<unit>{_UNITS})"
)
_CLAUSE = re.compile(r"[,，。;；:：、()（）\n“”\"《》!！]")
_POLITICAL = re.compile(
    r"[二两三四五六七八九十]个(?:代表|意识|自信|维护|确立|全面|一百年|文明|务必|坚持|服从|结合|责任|优先|革命)"
)
# A calculation (19人*450元/人天) is judged as such elsewhere.
_FORMULA = re.compile(r"[*×+/=]")
_OTHER_TIME = re.compile(
    r"前[一二两三四五\d]年|后[一二两三四五\d]年|[二三四五两\d]年(?:计划|规划|内)|已(?:经)?(?:建成|建|完成|有|达|投入|开展|培训|实现)|累计|现有|目前|原有|上年|去年|往年|"
    r"历年|以来|截至|截止|规划|再建|到20\d\d年|共有|下属|下设|辖|每|其中|人均|平均|分别|至少再|最后一年"
)
_FLOOR = re.compile(r"(?:不少于|不低于|至少|超过|不小于|大于)$")
_CEILING = re.compile(r"(?:不超过|不多于|控制在|最多|至多)$")
_SAME_UNIT = {"名": "人", "平米": "平方米", "千米": "公里", "场": "次", "场次": "次"}
# A year, a money sum or a share is no quantity of things.
_MONEY_AFTER = re.compile(r"^(?:元|%|月|天|日|小时|分)")


# 二期工程 is the second phase.
_IS_PHASE = re.compile(r"[二三四五六七八九十]+期")


class Quantity(NamedTuple):
    """So many of something: the number, its unit, the words that say of what, and the clause it stands in."""

    number: Decimal
    unit: str
    things: frozenset[str]
    clause: str
    printed: str
    is_floor: bool = False
    is_ceiling: bool = False


def same_unit(unit: str | None) -> str:
    """Units that count the same: 名 and 人."""
    return _SAME_UNIT.get(unit or "", unit or "")


def _number(printed: str, many: str | None) -> Decimal:
    if printed[0].isdigit():
        value = Decimal(printed)
    else:
        numeral = printed.replace("两", "二")
        tens, ten, ones = numeral.rpartition("十")
        first = _ONES.index(tens) if tens else 1
        value = Decimal(10 * first + (_ONES.index(ones) if ones else 0)) if ten else Decimal(_ONES.index(numeral[-1]))
    return value * 10000 if many else value


def is_of_other_time(clause: str) -> bool:
    """Whether a clause speaks of another span than the year itself, or of what there is already."""
    return _OTHER_TIME.search(clause) is not None


@lru_cache(maxsize=1 << 14)
def quantities(text: str) -> tuple[Quantity, ...]:
    """The quantities that a text states, each with the words of its clause."""
    found = []
    for clause in _CLAUSE.split(plain(text)):
        is_plan = not _POLITICAL.search(clause) and not _FORMULA.search(clause)
        matches = list(_QUANTITY.finditer(clause)) if is_plan else []
        for n, m in enumerate(matches):
            if (
                _MONEY_AFTER.match(clause[m.end() :])
                or clause[: m.start()].endswith(("第", "届"))
                or _IS_PHASE.match(m[0])
            ):
                continue
            start = matches[n - 1].end() if n else 0
            stop = matches[n + 1].start() if n + 1 < len(matches) else len(clause)
            before, after = clause[start : m.start()], clause[m.end() : stop]
            # What is counted stands after the unit, or, where nothing does, before the number.
            things = content_words(after) or content_words(before)
            found.append(Quantity(
                _number(m["number"], m["many"]), same_unit(m["unit"]), frozenset(things), clause, m[0],
                bool(_FLOOR.search(before)) or after.startswith("以上"), bool(_CEILING.search(before)),
            ))  # fmt: skip
    return tuple(found)


def is_within(stated: Quantity, target: Target) -> bool:
    """Whether a stated number can be true beside a target value."""
    if target.value is None:
        return True
    value = target.value * 10000 if (target.unit or "").startswith("万") else target.value
    if target.comparator in (">=", ">"):
        return stated.number >= value
    if target.comparator in ("<=", "<"):
        return stated.number <= value
    if target.upper is not None:
        return value <= stated.number <= target.upper
    return stated.number == value or (stated.is_floor and value >= stated.number) or (
        stated.is_ceiling and value <= stated.number
    )  # fmt: skip
