"""Small questions about printed texts that several stages of reading ask."""

from __future__ import annotations

import re
from functools import lru_cache

from jiheng.policy.labels import bare, labels
from jiheng.readers.values import plain

_PADDING = re.compile(r"[ \t\u00a0\u3000]{2,}")
# A run of blanks is entered at its beginning only: tried from each of them, it costs the square of its length.
_LINES = re.compile(r"(?:(?<![ \t])[ \t]+)?(?:[\n\v\f]+[ \t]*)+")
_CHINESE_NUMBER = "一二三四五六七八九十"
CHINESE_ITEM = re.compile(
    rf"\s*(?:[（(]\s*(?P<bracketed>[{_CHINESE_NUMBER}]{{1,3}})\s*[）)]|(?P<bare>[{_CHINESE_NUMBER}]{{1,3}})\s*[、.．，])[、.．]?\s*"
)
HEADING_NUMBER = re.compile(
    rf"(?:(?<!\s)\s+)?+(?:\d{{1,3}}\s*[.．、]|[（(]\s*(?:\d{{1,3}}|[{_CHINESE_NUMBER}]{{1,3}})\s*[）)]|[{_CHINESE_NUMBER}]{{1,3}}\s*[、.．])\s*"
)


BEGINS = re.compile(
    rf"\s*+(?:{HEADING_NUMBER.pattern}(?!\d)|绩效(?:目标|指标)\s*[:：]|目标\s*[\d一二三四五]|第[一二三]部分)"
)
"""What begins a new paragraph wherever it stands: a number, a label."""


@lru_cache(maxsize=4096)
def flat(text: str) -> str | None:
    """A text of one line: line breaks go, runs of padding blanks are one; ``None`` where nothing is left."""
    if "\n" in text:
        text = _LINES.sub("", text)
    text = text.strip()
    if "  " in text or "\t" in text or "\u3000" in text:
        text = _PADDING.sub(" ", text)
    return text or None


def kept_lines(text: str) -> str | None:
    """A text that keeps its line breaks; runs of padding blanks are one, empty lines go."""
    if "\n" not in text:
        return flat(text)
    return "\n".join(line for part in text.split("\n") if (line := flat(part))) or None


@lru_cache(maxsize=4096)
def label_of(text: str) -> str:
    """A cell's text as a label to look up."""
    return "" if len(text) > 60 else bare(plain(text))


@lru_cache(maxsize=4096)
def head_key(text: str) -> str | None:
    """The key of a label in the head of a form, such as ``code`` or ``total``."""
    return labels().head.get(label_of(text))


def within_budget_key(text: str) -> str | None:
    """The key of a label too general to be one elsewhere than beside 预算规模: 合计, 其他."""
    return labels().within_budget.get(label_of(text))


_MONEY = re.compile(r"\((?:金额)?(?:单位[:：]?)?(万元|元|亿元)\)")


def unit_in_label(label: str) -> str | None:
    """The unit that a label states in brackets: 元 for 预算数（元）."""
    match = _MONEY.search(plain(label)) if len(label) <= 60 else None
    return match[1] if match else None


_UNIT_BEHIND = re.compile(r"[(（]?(?:金额)?单位[:：](?:万元|元|亿元)[)）]?\s*$")
_FIELD_BREAK = re.compile(r"\n|(?<![ \t\u3000\u00a0])[ \t\u3000\u00a0]+(?=[^\s:：]{2,12}[:：])")


def fields_in(text: str) -> list[tuple[str, str, str]]:
    """(key, label, value) of each field of a text that is nothing but fields: 项目名称：…  项目编码：…; else empty."""
    found: list[tuple[str, str, str]] = []
    if ":" not in text and "：" not in text:
        return found
    for part in _FIELD_BREAK.split(text):
        at = [m.start() for m in re.finditer("[:：]", part)][:2]
        labelled = next(((key, n) for n in at if (key := head_key(part[:n])) is not None), None)
        if labelled is None:
            if part.strip() and not _MONEY.fullmatch(f"({plain(part).strip('()')})"):
                return []
            continue
        key, n = labelled
        if value := _UNIT_BEHIND.sub("", part[n + 1 :]).strip():
            found.append((key, part[:n], value))
    return found


@lru_cache(maxsize=4096)
def block_key(text: str) -> str | None:
    """The key of a label that stands beside several rows: budget, plan, goals, indicators."""
    return labels().blocks.get(label_of(text))


@lru_cache(maxsize=4096)
def column_key(text: str) -> str | None:
    """The key of a column of the indicator table."""
    return labels().columns.get(label_of(text))


def is_known(text: str) -> bool:
    """Whether this is a word of the forms themselves: a label, a column's head, a category of indicators."""
    return (
        block_key(text) is not None
        or head_key(text) is not None
        or column_key(text) is not None
        or plain(text) in labels().levels
    )


_PERIOD = re.compile(
    r"(?:截[至止])?(?:\d{1,2}月(?:底|末|份|\d{1,2}日)?|第?[一二三四1-4]个?季度(?:末|底)?|[上下]半年|全年|年[中底末]|1-\d{1,2}月)(?:累计)?"
)


@lru_cache(maxsize=2048)
def is_period(text: str) -> bool:
    """Whether this is the label of a period of the spending plan: 3月底, 第一季度."""
    return len(text) < 30 and _PERIOD.fullmatch(label_of(text)) is not None


@lru_cache(maxsize=2048)
def is_furniture(text: str) -> bool:
    """A line that only says which part of the document begins, a page number and the like."""
    clean = plain(text)
    if not clean:
        return True
    words = HEADING_NUMBER.sub("", clean)
    furniture = labels().furniture
    if words in furniture or words.rstrip(":") in furniture:
        return True
    for part in ("第一部分", "第二部分"):
        if words.startswith(part) and words[len(part) :].lstrip(":、 ") in furniture:
            return True
    return re.fullmatch(r"[-—–]*第?\d{1,4}页?[-—–]*|第\d+页共\d+页", clean) is not None


@lru_cache(maxsize=2048)
def title_suffix(text: str) -> str | None:
    """How a project's heading ends (绩效目标表 …), or ``None`` where the text is no such heading."""
    clean = plain(text)
    if len(clean) > 150 or is_furniture(text):
        return None
    return next((s for s in labels().title_suffixes if clean.endswith(s)), None)


_TITLE_NUMBER = re.compile(
    rf"(?:(?<!\s)\s+)?+(?:(?:项目|附件|附表|表)\s*(?:\d{{1,3}}(?:[-—]\d{{1,3}})?|[{_CHINESE_NUMBER}]{{1,3}})\s*(?:[:：.．、]|\s)|{HEADING_NUMBER.pattern})\s*"
)


def without_suffix(text: str) -> str | None:
    """A heading as the project's title: without its number and without 绩效目标表."""
    line = flat(_TITLE_NUMBER.sub("", text.strip(), count=1)) or ""
    for suffix in labels().title_suffixes:
        pattern = r"\s*".join(re.escape(c) for c in suffix) + r"\s*$"
        cut = re.sub(pattern, "", line)
        if cut != line:
            return cut.strip() or None
    return line or None


_PAGE = re.compile(r"(?<!\d)\d{1,4}\s*$")
_LETTER = re.compile(r"[^\W\d_]")
_LEADERS = ("...", "…", "···")


IMPRINT = re.compile(
    r"(?:(?:编制|填报|申报|预算)?(?:部门|单位)(?:名称)?|部门\(单位\)名称)(?:\((?:公章|盖章)\))?:([^:]+)|([^:]+)编制"
)
"""The line of a form or cover that names who made it, in plain form."""


def is_contents_line(text: str) -> bool:
    """A line of a table of contents: leaders or a tab before a page number, or a heading with one."""
    line = text.strip("\n")
    if len(line) >= 200 or not line.rstrip()[-1:].isdecimal():
        return False
    page = _PAGE.search(line)
    before = line[: page.start()] if page else ""
    words = before.rstrip()
    gap = before[len(words) :]
    if page is None or "\n" in words:
        return False
    if words.endswith(_LEADERS) or "\t" in gap or len(gap) >= 3:
        return True
    words = words.lstrip()
    return bool(gap and _LETTER.search(words)) and (
        HEADING_NUMBER.sub("", plain(words)) in labels().sections
        or is_furniture(words)
        or title_suffix(words) is not None
    )
