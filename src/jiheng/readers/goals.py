"""The 绩效目标 box of a project: its text to single goals, one a printed number."""

from __future__ import annotations

import re

from jiheng.readers.texts import flat

_FIRST = re.compile(
    r"^\s*+(?:(?:绩效)?目标\s*(?:1|一)\s*[:：、.．]?|(?:[（(]\s*)?1\s*(?:[)）、.．:：](?!\d)|(?=[^\d\W]))|①)\s*"
)


def _next(n: int, style: str) -> re.Pattern[str]:
    # Blanks before a number belong to the goal before, which is stripped: to look for them costs the square of them.
    chinese = "零一二三四五六七八九十"[n] if n <= 10 else str(n)
    if style == "word":
        return re.compile(rf"(?:^|(?<=[\n。；;，,！\s]))(?:绩效)?目标\s*(?:{n}(?!\d)|{chinese})\s*[:：、.．]?\s*")
    if style == "circle":
        return re.compile(rf"{chr(0x2460 + n - 1)}\s*")
    return re.compile(rf"(?:^|(?<=[\n。；;！\s]))(?:[（(]\s*)?{n}\s*[)）、.．:：](?!\d)\s*|(?<=\n)[ \t]*{n}(?=[^\d\W])")


def split_goals(text: str) -> list[str]:
    """The goals in the text of a box: cut at ascending numbers (1. 目标1： ①), the numbers gone.

    Without numbers the whole text is one goal; a line that has no number runs on from the one before.
    """
    first = _FIRST.match(text)
    if first is None:
        whole = flat(text)
        return [whole] if whole else []
    style = "word" if "目标" in first[0] else "circle" if "①" in first[0] else "number"
    goals = []
    start, n = first.end(), 2
    while n <= 20 and (match := _next(n, style).search(text, start)):
        goals.append(text[start : match.start()])
        start, n = match.end(), n + 1
    goals.append(text[start:])
    return [goal for part in goals if (goal := flat(part))]
