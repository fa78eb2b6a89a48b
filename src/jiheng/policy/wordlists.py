"""The word lists that rules on content read by: ``words/*.toml``, loaded once."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any

import msgspec


class Lexicon(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Words by what they are to a reviewer; see the comments in ``words/lexicon.toml``."""

    terms: list[str]
    stop: list[str]
    generic: list[str]
    stock_verbs: list[str]
    stock_goals: list[str]
    vague_basis: list[str]
    measures: list[str]
    implied_rates: list[str]
    aspects: dict[str, list[str]]


class Sector(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A sector of government: what shows that it is at home, and what is foreign anywhere else."""

    home: list[str]
    foreign: list[str]


class Sectors(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """All sectors, and the beginnings or parts of names of departments to which none is foreign."""

    all_round: list[str]
    sectors: dict[str, Sector]


class DatedPhrase(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What is dated from the fiscal year ``since`` on, and what is said now; silent beside a word of ``unless``."""

    says: list[str]
    since: int
    now: str
    unless: list[str] = []


def _raw(name: str) -> dict[str, Any]:
    return tomllib.loads((resources.files("jiheng.policy") / "words" / f"{name}.toml").read_text("utf-8"))


@cache
def lexicon() -> Lexicon:
    """The general lists."""
    return msgspec.convert(_raw("lexicon"), Lexicon)


@cache
def sectors() -> Sectors:
    """The sectors of government and their words."""
    return msgspec.convert(_raw("sectors"), Sectors)


@cache
def dated_phrases() -> tuple[DatedPhrase, ...]:
    """What is no longer said."""
    return tuple(msgspec.convert(_raw("dated")["phrase"], list[DatedPhrase]))
