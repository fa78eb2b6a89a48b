"""The amounts that a purpose sentence (资金用途) gives: for the whole project, or item by item."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from jiheng.amounts import Amount, amounts_in
from jiheng.readers.values import parse_amount

CENT = Decimal("0.01")


def wan(amount: Decimal) -> str:
    """An amount in 万元 as people write it."""
    text = f"{amount:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) + "万元"


@dataclass(frozen=True, slots=True)
class Claim:
    """An amount that the purpose gives for the whole project, with the words before it."""

    label: str
    amount: Amount

    def agrees_with(self, *amounts: Decimal | None) -> bool:
        """Whether it is one of these amounts, as far as it is printed."""
        step = last_digit(self.amount)
        return any(a is not None and abs(self.amount.value - a) < step for a in amounts)


def last_digit(amount: Amount) -> Decimal:
    """One of the last digit printed: 770万元 stands for 770.49 too."""
    number = re.sub(r"[^\d.]", "", amount.text)
    unit = parse_amount(f"1{amount.text.lstrip('0123456789.,')}") or Decimal(1)
    return max(CENT, unit.scaleb(-len(number.partition(".")[2])))


THIS_YEAR = re.compile(
    r"(?:(?P<year>20\d\d)年度?|本年度?|今年|当年|年度|年内)(?:(?:县|区|市|镇|本)级|财政|计划|拟|共)*(?:预算|安排|支出|支付|拨付|需要|需|申请|投入)(?:[^\d,。;、()]{0,4})$"
    r"|预算(?:数|总额|金额|资金|安排)?(?:为|共计|共|是|:)?$"
)
WHOLE_SUM = re.compile(
    r"(?:总投资|资金总额|投资总额|总金额|总费用)(?:额|约|为|共计|是|:)?$|(?:共需|总需|共安排|安排)(?:资金|经费|预算)?(?:约|为|共|:)?$"
)
_OTHER_YEAR = re.compile(r"(?:上年度?|去年|往年|以前年度|历年|前期|中期)[^,。;]{0,4}$")
_OF_THIS_YEAR = re.compile(r"20\d\d年|本年|今年|当年")
_REACH = 16


def labelled(text: str, pattern: re.Pattern[str], year: int | None) -> list[Claim]:
    """The amounts behind such words (:data:`THIS_YEAR`, :data:`WHOLE_SUM`), other years' and parts left out."""
    claims = []
    for amount in amounts_in(text):
        before = text[max(0, amount.start - _REACH) : amount.start]
        m = pattern.search(before)
        if m is None or amount.is_unit_price:
            continue
        # "其中安排监理费8万元" is a part; "总投资…，其中…，本年度安排120万元" speaks of the year all the same.
        if not _OF_THIS_YEAR.match(m[0]) and _is_part(text, amount.start):
            continue
        stated = m.groupdict().get("year")
        if (stated and year and int(stated) != year) or _is_of_other_year(before[: m.start()], year):
            continue
        claims.append(Claim(m[0], amount))
    return claims


def _is_part(text: str, at: int) -> bool:
    """Whether 其中 stands before this place, in the same clause."""
    return text.find("其中", 1 + max(text.rfind(mark, 0, at) for mark in "。;"), at) >= 0


def _is_of_other_year(before: str, year: int | None) -> bool:
    stated = re.search(r"(20\d\d)年[^,。;]{0,4}$", before)
    return bool(_OTHER_YEAR.search(before)) or bool(stated and year and int(stated[1]) != year)


_SOURCES = re.compile(
    r"(?:财政资金|财政拨款|其他资金|自筹资金|自筹|本级资金|上级资金|转移支付|一般公共预算|债券资金|专项债券?|(?:中央|省级?|市级?|区级?|县级?)(?:资金|补助|配套|财政|拨款)"
    r"[^\d,。;、]{0,4})(?:为|:|安排)?$"
)
_TOTALS = re.compile(r"(?:合计|共计|总计|总额|共|总投资|概算)[^\d,。;、]{0,4}$")
_EXAMPLES = re.compile(
    r"(?:例如|比如|[^假诸]如(?:[^下何]))|等[,。;]|其余|剩余|另外|其中(?!:?(?:财政|本级|其他))|分别|(?:包括|含)(?:(?!包括|含)[^。])*等"
)
_PART_END = re.compile(r"$|[,。;、)]")


def items(text: str, year: int | None) -> list[Amount]:
    """The amounts that a purpose gives item by item, or none where it is no clean list."""
    if _EXAMPLES.search(text):
        return []
    claimed = {c.amount.start for p in (THIS_YEAR, WHOLE_SUM) for c in labelled(text, p, year)}
    items = []
    for a in amounts_in(re.sub(r"\([^()]*\)", lambda m: "☐" * len(m[0]), text)):
        before = text[max(0, a.start - _REACH) : a.start]
        if a.start in claimed or a.is_unit_price or _SOURCES.search(before) or _TOTALS.search(before):
            continue
        ends_its_clause = _PART_END.match(text, a.end) or text[a.end : a.end + 1] == "("
        if not ends_its_clause or _is_of_other_year(before, year):
            return []
        items.append(a)
    return items


def lists_all(text: str, parts: list[Amount]) -> bool:
    """Whether every sentence of the purpose gives an amount, so that nothing is left without one."""
    ends = [m.start() for m in re.finditer(r"[。;]", text)] + [len(text)]
    start = 0
    for end in ends:
        sentence = text[start:end]
        if sentence.strip("。;,") and not any(a.start < end - start for a in amounts_in(sentence)):
            return False
        start = end + 1
    clauses = [c for c in re.split(r"[,。;]", text) if c]
    return len(parts) >= len(clauses) - 2
