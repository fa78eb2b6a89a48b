"""What rules on content ask of a text: its words, what is left without stock phrases, how like two texts are.

Segmentation is rjieba with the terms of ``policy/words/lexicon.toml``. All answers are cached: the same cells come
again and again, in one document and over many.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import cast

import rjieba
from rapidfuzz import fuzz

from jiheng.policy.wordlists import lexicon
from jiheng.readers.values import plain

_MARKS = re.compile(r"[^\w%]+|_+")
_CACHED = 1 << 16


def clean(text: str | None) -> str:
    """The text in half-width forms and without any blank; empty where there is none."""
    return plain(text) if text else ""


@lru_cache(maxsize=_CACHED)
def bare(text: str | None) -> str:
    """The plain text without punctuation and quotation marks."""
    return _MARKS.sub("", clean(text))


@cache
def _cut() -> Callable[[str], list[str]]:
    """rjieba's own segmenter, with our terms: importing it loads the dictionary, another one would load it again."""
    for term in lexicon().terms:
        # Frequent enough that no cut through the term can be likelier.
        rjieba.add_word(term, 1_000_000, "n")
    return cast(Callable[[str], list[str]], rjieba.cut)


@lru_cache(maxsize=_CACHED)
def words(text: str | None) -> tuple[str, ...]:
    """The words of a text in order, without punctuation."""
    return tuple(w for w in _cut()(clean(text)) if not _MARKS.fullmatch(w)) if text else ()


@cache
def _empty_words() -> frozenset[str]:
    lists = lexicon()
    return frozenset(lists.stop) | frozenset(lists.generic)


@lru_cache(maxsize=_CACHED)
def content_words(text: str | None) -> tuple[str, ...]:
    """The words that say what a text is about: no stop words, no words that fit any project, no numbers, no single
    characters; each once, in order."""
    kept = (w for w in words(text) if len(w) > 1 and not _is_empty(w) and not any(c.isdigit() for c in w))
    return tuple(dict.fromkeys(kept))


@lru_cache(maxsize=_CACHED)
def _is_empty(word: str) -> bool:
    """Whether a word says nothing of its own, or is made of two such words (举办活动)."""
    empty = _empty_words()
    return word in empty or any(word[:n] in empty and word[n:] in empty for n in range(1, len(word)))


@cache
def _stock_words() -> frozenset[str]:
    lists = lexicon()
    return frozenset(lists.stock_verbs) | frozenset(lists.stop)


@lru_cache(maxsize=_CACHED)
def without_stock(text: str | None) -> tuple[str, ...]:
    """The words of a text without stock verbs (保障 完成 确保 做好 …) and stop words."""
    stock = _stock_words()
    return tuple(w for w in words(text) if w not in stock)


_PROJECT_SUFFIXES = ("项目", "经费", "资金", "专项", "费用")
_YEAR_PREFIX = re.compile(r"^20\d\d年度?")
_JOINING = re.compile(r"[和及与的]")


@lru_cache(maxsize=_CACHED)
def project_core(name: str | None) -> str:
    """The name of a project without what may be printed or not: its year, 项目 经费 资金 at its end, 和 and 的."""
    core = _YEAR_PREFIX.sub("", bare(name))
    end = len(core)
    while core.endswith(_PROJECT_SUFFIXES, 0, end):
        end -= 2
    return _JOINING.sub("", core[:end])


@lru_cache(maxsize=_CACHED)
def likeness(one: str, other: str) -> float:
    """How like two texts are, 0 to 1, by their characters in order."""
    return float(fuzz.ratio(one, other)) / 100


def partial_likeness(part: str, whole: str) -> float:
    """How like ``part`` is to the most similar stretch of ``whole``, 0 to 1."""
    return float(fuzz.partial_ratio(part, whole)) / 100


def pattern_of(listed: list[str] | tuple[str, ...]) -> re.Pattern[str]:
    """One pattern that finds any of these literal words, the longest first."""
    return re.compile("|".join(re.escape(w) for w in sorted(set(listed), key=len, reverse=True)))
