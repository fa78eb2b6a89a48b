"""Small questions about printed texts that several stages of reading ask."""

from __future__ import annotations

import re
from functools import lru_cache

from jiheng.policy.labels import bare, labels
from jiheng.readers.values import plain

_PADDING = re.compile(r"[ \t\u00a0\u3000]{2,}")
_LINES = re.compile(r"[ \t]*[\n\v\f]+[ \t]*")
_CHINESE_NUMBER = "一二三四五六七八九十"
CHINESE_ITEM = re.compile(
    rf"\s*(?:[（(]\s*(?P<bracketed>[{_CHINESE_NUMBER}]{{1,3}})\s*[）)]|(?P<bare>[{_CHINESE_NUMBER}]{{1,3}})\s*[、.．，])[、.．]?\s*"
)
HEADING_NUMBER = re.compile(
    rf"\s*(?:\d{{1,3}}\s*[.．、]|[（(]\s*(?:\d{{1,3}}|[{_CHINESE_NUMBER}]{{1,3}})\s*[）)]|[{_CHINESE_NUMBER}]{{1,3}}\s*[、.．])\s*"
)


BEGINS = re.compile(
    rf"\s*(?:{HEADING_NUMBER.pattern}(?!\d)|绩效(?:目标|指标)\s*[:：]|目标\s*[\d一二三四五]|第[一二三]部分)"
)
"""What begins a new paragraph wherever it stands: a number, a label."""


@lru_cache(maxsize=65536)
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


@lru_cache(maxsize=65536)
def label_of(text: str) -> str:
    """A cell's text as a label to look up."""
    return "" if len(text) > 60 else bare(plain(text))


@lru_cache(maxsize=65536)
def head_key(text: str) -> str | None:
    """The key of a label in the head of a form, such as ``code`` or ``total``."""
    return labels().head.get(label_of(text))


@lru_cache(maxsize=65536)
def block_key(text: str) -> str | None:
    """The key of a label that stands beside several rows: budget, plan, goals, indicators."""
    return labels().blocks.get(label_of(text))


@lru_cache(maxsize=65536)
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


@lru_cache(maxsize=8192)
def is_period(text: str) -> bool:
    """Whether this is the label of a period of the spending plan: 3月底, 第一季度."""
    return len(text) < 30 and _PERIOD.fullmatch(label_of(text)) is not None


@lru_cache(maxsize=8192)
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
    return re.fullmatch(r"-?第?\d{1,4}页?-?|第\d+页共\d+页", clean) is not None


@lru_cache(maxsize=8192)
def title_suffix(text: str) -> str | None:
    """How a project's heading ends (绩效目标表 …), or ``None`` where the text is no such heading."""
    clean = plain(text)
    if len(clean) > 150 or is_furniture(text):
        return None
    return next((s for s in labels().title_suffixes if clean.endswith(s)), None)


def without_suffix(text: str) -> str | None:
    """A heading as the project's title: without its number and without 绩效目标表."""
    line = flat(HEADING_NUMBER.sub("", text.strip(), count=1)) or ""
    for suffix in labels().title_suffixes:
        pattern = r"\s*".join(re.escape(c) for c in suffix) + r"\s*$"
        cut = re.sub(pattern, "", line)
        if cut != line:
            return cut.strip() or None
    return line or None


_TOC = re.compile(r".*(?:\t|\.{3,}|…{1,}|·{3,}|\s{3,})\s*\d{1,4}\s*$")


IMPRINT = re.compile(
    r"(?:(?:编制|填报|申报|预算)?(?:部门|单位)(?:名称)?|部门\(单位\)名称)(?:\((?:公章|盖章)\))?:([^:]+)|([^:]+)编制"
)
"""The line of a form or cover that names who made it, in plain form."""


def is_contents_line(text: str) -> bool:
    """A line of a table of contents: leaders or a tab before a page number."""
    return len(text) < 200 and _TOC.fullmatch(text.strip("\n")) is not None
