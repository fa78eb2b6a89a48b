"""Numbers as a spreadsheet prints them: the value 0.25 under the format ``0%`` reads ``25%``."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation

GENERAL = "General"
BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 14: "yyyy/m/d", 15: "d-mmm-yy", 16: "d-mmm",
    17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "yyyy/m/d h:mm",
    27: 'yyyy"年"m"月"', 28: 'm"月"d"日"', 29: 'm"月"d"日"', 30: "m/d/yy", 31: 'yyyy"年"m"月"d"日"', 32: 'h"时"mm"分"',
    33: 'h"时"mm"分"ss"秒"', 36: 'yyyy"年"m"月"', 37: "#,##0", 38: "#,##0", 39: "#,##0.00", 40: "#,##0.00", 41: "#,##0",
    42: "#,##0", 43: "#,##0.00", 44: "#,##0.00", 45: "mm:ss", 50: 'yyyy"年"m"月"', 51: 'm"月"d"日"',
    52: 'yyyy"年"m"月"', 53: 'm"月"d"日"', 54: 'm"月"d"日"', 55: 'yyyy"年"m"月"', 56: 'm"月"d"日"', 57: 'yyyy"年"m"月"',
    58: 'm"月"d"日"',
}  # fmt: skip
"""The formats that files name by number only, as a Chinese Excel shows them; others are ``General``."""

_EXACT = Context(prec=15, rounding=ROUND_HALF_UP)
"""Excel calculates with 15 digits: what is stored beyond them is noise of the binary form."""
_MOST_DIGITS = 30
_CODE = re.compile("0{2,30}")
# No bracket stands in another: one that stays open is looked for up to the next, not to the end each time.
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\[\]]*\]', re.DOTALL)
_SECTION = re.compile(r'((?:"[^"]*"|\\.|\[[^\[\]]*\]|[^;])*+)(?:;|$)', re.DOTALL)
_DIGITS = re.compile(r"[#0?][#0?,.]*|\.[#0?]+")
_TOKEN = re.compile(
    r'"([^"]*)"|\\(.)|_.|\*.|\[\$([^\[\]-]*+)[^\[\]]*\]|\[[^\[\]]*\]|([#0?][#0?,.]*|\.[#0?]+)|(.)', re.DOTALL
)
_DATE_TOKEN = re.compile(
    r'"([^"]*)"|\\(.)|_.|\*.|\[[^\[\]]*\]|(am/pm|a/p|y+|m+|d+|h+|s+|a+)|(.)', re.IGNORECASE | re.DOTALL
)
_WEEKDAYS = "一二三四五六日"
_LAST_DAY = 2_958_465


def print_number(value: str | float, code: str = GENERAL, date1904: bool = False) -> str:
    """A stored number as its format prints it; the plain number where the format is beyond us."""
    try:
        number = _EXACT.create_decimal(str(value))
    except InvalidOperation:
        return str(value)
    if not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
        return str(value)
    sections = [match[1] for match in _SECTION.finditer(code)]
    if is_date(sections[0]):
        return _print_serial(number, sections[0], date1904)
    section = sections[0]
    if number < 0 and len(sections) > 1 and _DIGITS.search(_LITERAL.sub("", sections[1])):
        section, number = sections[1], -number
    return _print_digits(number, section)


def exact_number(value: str | float, code: str = GENERAL, date1904: bool = False) -> str:
    """A stored number with all its digits, whatever its format rounds away; a date with its year (2026-03-05).

    A code that is stored as a number keeps the zeros in front that its format prints (1 under ``0000`` is 0001).
    """
    try:
        number = _EXACT.create_decimal(str(value))
    except InvalidOperation:
        return str(value)
    if not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
        return str(value)
    if _CODE.fullmatch(code) and number >= 0 and number == number.to_integral_value():
        return _plain(number).zfill(len(code))
    return _print_serial(number, "yyyy-mm-dd", date1904) if is_date(code) else _plain(number)


def is_too_long(value: str | float) -> bool:
    """Whether a stored number has more whole digits than the 15 that a workbook keeps: its last ones are lost."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return False
    return number.is_finite() and number.adjusted() >= _EXACT.prec


def is_date(code: str) -> bool:
    """Whether a format prints a date or a time."""
    bare = _LITERAL.sub("", code).lower()
    return "general" not in bare and any(letter in bare for letter in "ymdhs")


def _print_digits(number: Decimal, section: str) -> str:
    bare = _LITERAL.sub("", section)
    places = _DIGITS.search(bare)
    if places is None or "/" in bare or "e+" in bare.lower():
        return _plain(number)
    if "%" in bare:
        number *= 100
    pattern = places[0]
    whole, _, fraction = pattern.rstrip(",").partition(".")
    number /= 1000 ** (len(pattern) - len(pattern.rstrip(",")))
    number = number.quantize(Decimal(1).scaleb(-len(fraction)), ROUND_HALF_UP)
    digits = f"{number:,f}" if "," in whole else f"{number:f}"
    required = len(fraction.rstrip("#?"))
    while "." in digits and digits.endswith("0") and len(digits.partition(".")[2]) > required:
        digits = digits[:-1]
    return _around(section, digits.rstrip(".")).strip()


def _around(section: str, digits: str) -> str:
    """The digits with the words and signs that the format puts before and after them."""
    printed = []
    for match in _TOKEN.finditer(section):
        quoted, escaped, currency, placeholder, other = match.groups()
        if placeholder:
            printed.append(digits)
            digits = ""
        else:
            printed.append(quoted or escaped or currency or other or "")
    return "".join(printed)


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _print_serial(number: Decimal, section: str, date1904: bool) -> str:
    if not 0 <= number <= _LAST_DAY:
        return _plain(number)
    # Excel counts a 29 February 1900 that never was; before it every day is one off, and nobody plans there.
    start = datetime.combine(date(1904, 1, 1) if date1904 else date(1899, 12, 30), time.min)
    moment = start + timedelta(seconds=int((number * 86400).to_integral_value(ROUND_HALF_UP)))
    return print_moment(moment, section)


def print_moment(moment: datetime, section: str) -> str:
    """A date or time as a date format prints it."""
    tokens = list(_DATE_TOKEN.finditer(section))
    names = [(match[3] or "").lower() for match in tokens]
    twelve = any("/p" in name or "/pm" in name for name in names)
    printed = []
    for index, match in enumerate(tokens):
        if names[index]:
            printed.append(_date_field(moment, _minutes_or_months(names, index), twelve))
        else:
            printed.append(match[1] or match[2] or match[4] or "")
    return "".join(printed).strip()


def _minutes_or_months(names: list[str], index: int) -> str:
    """``m`` after hours or before seconds means minutes: it is spelled ``n`` here."""
    name = names[index]
    if not name.startswith("m") or len(name) > 2:
        return name
    before = next((other for other in reversed(names[:index]) if other), "")
    after = next((other for other in names[index + 1 :] if other), "")
    return name.replace("m", "n") if before.startswith("h") or after.startswith("s") else name


def _date_field(moment: datetime, name: str, twelve: bool) -> str:
    letter, long = name[0], len(name) > 1
    if letter == "y":
        return f"{moment.year:04d}" if len(name) > 2 else f"{moment.year % 100:02d}"
    if letter == "a":
        if "/" in name:
            return "上午" if moment.hour < 12 else "下午"
        return ("星期" if len(name) > 3 else "") + _WEEKDAYS[moment.weekday()]
    if letter == "d" and len(name) > 2:
        return "星期" + _WEEKDAYS[moment.weekday()]
    hour = (moment.hour % 12 or 12) if twelve else moment.hour
    value = {"m": moment.month, "d": moment.day, "h": hour, "n": moment.minute, "s": moment.second}[letter]
    return f"{value:02d}" if long and len(name) == 2 else str(value)
