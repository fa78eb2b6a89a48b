"""The texts that cost a pattern most, made from the pattern itself, and what they cost.

A pattern of Python's backtracks: it becomes slow where it can share out one stretch of text among several repeats, or
where it sets out again at each of many places and each time goes far. So each repeat is given the characters that it
takes (and its neighbours', for they are in the list too), long and behind whatever leads there, with an end that does
not fit; and what begins a match is repeated without an end.
"""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import product
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from types import FrameType
from typing import Any

SHORT, LONG = 4_000, 8_000
GROWTH = 3
"""What a text twice as long may cost at most; a linear pattern takes 2, a quadratic one 4."""
FLOOR = 0.008
"""Seconds below which nothing is compared: the cheapest pattern that goes on to the end from each of 8,000 characters
takes 32 million steps, 16 milliseconds or more; a linear
one takes some 8,000. (Clocks of processor time may tick every 4 milliseconds.)"""
ENOUGH = 0.06
"""Seconds of processor time that a comparison measures over."""
GIVEN_UP = 1.0
"""Seconds of processor time after which a text is called too slow whatever its double costs."""
COMMON = (
    " ",
    "\n",
    "\t",
    "　",
    "1",
    ",",
    ".",
    "、",
    "。",
    "（",
    "(",
    "一",
    "十",
    "年",
    "的",
    "元",
    "A",
    "a",
    ":",
    "-",
    "《",
    "[",
    "<",
)
"""What documents are full of, long runs of it included."""
MIXED = (
    "1,",
    "1.",
    "1 ",
    "一、",
    "（一）",
    "1、",
    " \n",
    "元1",
    "第1",
    "1月",
    "目标",
    "年1",
    "a1",
    "每一",
    "1-",
    "(1",
    "1%",
)
ENDS = ("", "\0", "!", "。", "x")

Method = Callable[[re.Pattern, Any], object]
METHODS: dict[str, Method] = {
    "match": lambda p, text: p.match(text),
    "fullmatch": lambda p, text: p.fullmatch(text),
    "search": lambda p, text: p.search(text),
    "all": lambda p, text: sum(1 for _ in p.finditer(text)),
}
ALIKE = {"sub": "all", "subn": "all", "split": "all", "findall": "all", "finditer": "all"}
"""These go through the whole text, one match after the other."""


@dataclass(frozen=True)
class Slow:
    """A text that costs too much: ``head`` once, ``unit`` as often as there is room, ``end`` once."""

    method: str
    head: str
    unit: str
    end: str
    seconds: float
    growth: float

    def __str__(self) -> str:
        return f"{self.method}: {self.head!r} + {self.unit!r} × n + {self.end!r}: {self.seconds:.3f} s, × {self.growth:.1f}"


# What a part of a pattern takes


def _taken(node: tuple[Any, Any], flags: int, prefer: str = "") -> str:
    """A short text that this part of a pattern takes."""
    kind, value = node
    if kind is op.LITERAL:
        return chr(value)
    if kind in (op.NOT_LITERAL, op.ANY, op.IN):
        return next((c for c in (*prefer, *_alphabet_of(node), *COMMON, "é", "\0") if _takes(node, c, flags)), "")
    if kind is op.BRANCH:
        return _shortest(value[1][0], flags)
    if kind is op.SUBPATTERN:
        return _shortest(value[3], flags)
    if kind is op.ATOMIC_GROUP:
        return _shortest(value, flags)
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
        return _shortest(value[2], flags) * value[0]
    if kind is op.ASSERT and value[0] == 1:
        return _shortest(value[1], flags)
    return ""


def _shortest(nodes: Any, flags: int) -> str:
    return "".join(_taken(node, flags) for node in nodes)


def _takes(node: tuple[Any, Any], character: str, flags: int) -> bool:
    return _compiled(node, flags).fullmatch(character) is not None


_KEPT: dict[str, re.Pattern[str]] = {}


def _compiled(node: tuple[Any, Any], flags: int) -> re.Pattern[str]:
    from re import _compiler as compiler  # type: ignore[attr-defined]

    key = f"{node} {flags}"
    if key not in _KEPT:
        state = parser.State()
        state.flags = flags
        state.str = ""
        _KEPT[key] = compiler.compile(parser.SubPattern(state, [node]), flags)
    return _KEPT[key]


def _alphabet_of(node: tuple[Any, Any]) -> Iterator[str]:
    """The characters that a class names itself."""
    if node[0] is op.IN:
        for kind, value in node[1]:
            if kind is op.LITERAL:
                yield chr(value)
            elif kind is op.RANGE:
                yield chr(value[0])


# Texts


def _inside(node: tuple[Any, Any]) -> list[Any]:
    """The sequences that a part of a pattern holds."""
    kind, value = node
    if kind is op.BRANCH:
        return list(value[1])
    if kind is op.SUBPATTERN:
        return [value[3]]
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
        return [value[2]]
    if kind is op.ATOMIC_GROUP:
        return [value]
    if kind in (op.ASSERT, op.ASSERT_NOT):
        return [value[1]]
    if kind is op.GROUPREF_EXISTS:
        return [part for part in value[1:] if part]
    return []


def _repeats(nodes: Any, head: str, flags: int) -> Iterator[tuple[str, Any]]:
    """(what leads there, the body) of each repeat that may go on for long."""
    for node in nodes:
        if node[0] in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT) and node[1][1] > 50:
            yield head, node[1][2]
        for part in _inside(node):
            yield from _repeats(part, head, flags)
        head += _taken(node, flags)


def _heads(nodes: Any, flags: int) -> Iterator[str]:
    """What the pattern takes up to each of its parts: a match begun and not ended."""
    head = ""
    for node in nodes:
        head += _taken(node, flags)
        yield head
        for part in _inside(node):
            yield from (
                before + rest
                for before in [head[: len(head) - len(_taken(node, flags))]]
                for rest in _heads(part, flags)
            )


def _units(body: Any, flags: int) -> list[str]:
    """What makes a repeat go on: each kind of character that it takes, and each of its branches."""
    found = [_shortest(body, flags)]
    for node in body:
        if node[0] in (op.IN, op.ANY, op.NOT_LITERAL):
            found += [c for c in (*_alphabet_of(node), *COMMON) if _takes(node, c, flags)]
        for part in _inside(node):
            found += _units(part, flags)
    return found


def _refused(nodes: Any) -> Iterator[str]:
    """What stops a repeat: the characters that classes shut out."""
    for node in nodes:
        if node[0] is op.NOT_LITERAL:
            yield chr(node[1])
        if node[0] is op.IN and node[1][0][0] is op.NEGATE:
            yield from list(_alphabet_of(node))[:3]
        for part in _inside(node):
            yield from _refused(part)


def texts(pattern: str, flags: int) -> list[tuple[str, str, str]]:
    """(head, unit, end) of everything worth trying."""
    tree = parser.parse(pattern, flags)
    real = tree.state.flags
    found: dict[tuple[str, str, str], None] = {}
    heads = list(dict.fromkeys(h for h in _heads(tree, real) if h))[:24]
    ends = list(dict.fromkeys((*ENDS, *_refused(tree))))[:8]
    found.update(dict.fromkeys(product([""], (*COMMON, *MIXED), ENDS[:2])))
    found.update(dict.fromkeys(product([""], heads, ends)))
    for head, body in _repeats(tree, "", real):
        units = [u for u in dict.fromkeys(_units(body, real)) if u][:12]
        for unit, end in product(units, ends):
            found[head, unit, end] = None
            found["", head + unit, end] = found["", unit + head, end] = None
        for first, second in product(units[:4], units[:4]):
            found[head, first + second, "\0"] = None
    return list(found)


# Costs


class _TooSlow(Exception):
    pass


def _stop(number: int, frame: FrameType | None) -> None:
    raise _TooSlow


def _cost(use: Callable[[], object], enough: float) -> float:
    """Seconds of processor time that one use takes, measured over so many seconds; ``GIVEN_UP`` where it takes longer."""
    rounds, begin = 0, time.process_time()
    old = signal.signal(signal.SIGVTALRM, _stop)
    try:
        while not rounds or time.process_time() - begin < enough:
            signal.setitimer(signal.ITIMER_VIRTUAL, GIVEN_UP)
            use()
            rounds += 1
        return (time.process_time() - begin) / rounds
    except _TooSlow:
        return GIVEN_UP
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, old)


def _grows(long: Callable[[], object], short: Callable[[], object]) -> tuple[float, float] | None:
    """(seconds of the long text, growth) where it costs too much; the look gets closer as long as it seems so."""
    at_once = _cost(long, 0)
    if at_once <= FLOOR:
        return None
    if at_once >= GIVEN_UP:
        return at_once, float("inf")
    seconds = growth = 0.0
    for enough in (ENOUGH / 3, ENOUGH, 3 * ENOUGH):
        seconds = _cost(long, enough)
        growth = seconds / max(_cost(short, enough), 1e-9)
        if seconds < GIVEN_UP and (seconds <= FLOOR or growth <= GROWTH):
            return None
    return seconds, growth


def of_length(head: str, unit: str, end: str, length: int) -> str:
    return head + unit * max((length - len(head) - len(end)) // len(unit), 1) + end


def slowest(pattern: str, flags: int, methods: tuple[str, ...], as_bytes: bool = False) -> list[Slow]:
    """The texts of which 8,000 characters cost this pattern more than ``GROWTH`` times 4,000, one a method."""
    made = re.compile(pattern.encode("latin-1") if as_bytes else pattern, flags)
    found: dict[str, Slow] = {}
    for head, unit, end in texts(pattern, flags):
        short, long = (_given(of_length(head, unit, end, n), as_bytes) for n in (SHORT, LONG))
        for name in {ALIKE.get(m, m) for m in methods or METHODS} - found.keys():
            use = METHODS[name]
            if grown := _grows(partial(use, made, long), partial(use, made, short)):
                found[name] = Slow(name, head, unit, end, *grown)
    return list(found.values())


def _given(text: str, as_bytes: bool) -> str | bytes:
    return text.encode("utf-8", "replace") if as_bytes else text
