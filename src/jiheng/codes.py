"""Project codes (项目代码) of the integrated budget system (预算管理一体化): 21 characters with a check character.

Division (6 digits), year (2 digits), ``P``, 11 digits, check character. The check character is computed as in
GB 32100: the first 20 characters, valued by their place in :data:`ALPHABET`, weigh 3^i mod 31.
"""

from __future__ import annotations

import re

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LENGTH = 21
_VALUES = {c: n for n, c in enumerate(ALPHABET)}
_WEIGHTS = tuple(pow(3, i, 31) for i in range(LENGTH - 1))
_SHAPE = re.compile(r"\d{8}P\d{11}[0-9A-HJ-NP-RTUWXY]")
# Codes of 2020 and before: department-serial-source-random, such as 512-0301-JBN-7QKD.
_OLD_SHAPE = re.compile(r"\d{3}-\d{4}-[A-Z]{3}-[A-Z0-9]{4}")


def check_character(code: str) -> str:
    """The check character that belongs to the first 20 characters of ``code``.

    Raises ``ValueError`` where there are fewer, or where one is not of the alphabet.
    """
    body = code[: LENGTH - 1]
    if len(body) < LENGTH - 1 or any(c not in _VALUES for c in body):
        raise ValueError(code)
    # 30 - sum mod 31 lies in 0..30, so every remainder has its character.
    return ALPHABET[30 - sum(_VALUES[c] * w for c, w in zip(body, _WEIGHTS, strict=True)) % 31]


def is_well_formed(code: str) -> bool:
    """Whether ``code`` has the 21 characters in their places; says nothing of the check character."""
    return _SHAPE.fullmatch(code) is not None


def is_old(code: str) -> bool:
    """Whether ``code`` is of the old kind, used until 2020, which has no check character."""
    return _OLD_SHAPE.fullmatch(code) is not None


def is_valid(code: str) -> bool:
    """Whether ``code`` is well formed and ends in its check character."""
    return is_well_formed(code) and check_character(code) == code[-1]


def division_of(code: str) -> str:
    """The administrative division (行政区划, 6 digits) of a well-formed code."""
    return code[:6]


def year_of(code: str) -> int:
    """The year in which the project of a well-formed code entered the project library (入库年度)."""
    return 2000 + int(code[6:8])
