"""Load policy packs and choose the one a document falls under."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any

import msgspec

from jiheng import codes
from jiheng.model import Document
from jiheng.policy.pack import Pack, Selection

DEFAULT = "central-2015"


def _files() -> dict[str, Any]:
    folder = resources.files("jiheng.policy") / "packs"
    return {f.name.removesuffix(".toml"): f for f in folder.iterdir() if f.name.endswith(".toml")}


@cache
def names() -> tuple[str, ...]:
    """The names of all packs, sorted."""
    return tuple(sorted(_files()))


def _merged(base: Any, over: Any) -> Any:
    """``over`` laid on ``base``: tables merge key by key, everything else replaces."""
    if isinstance(base, dict) and isinstance(over, dict):
        return base | {k: _merged(base[k], v) if k in base else v for k, v in over.items()}
    return over


def _raw(name: str) -> dict[str, Any]:
    files = _files()
    if name not in files:
        raise KeyError(f"没有名为“{name}”的策略包。可用的有：{'、'.join(sorted(files))}。")
    table = tomllib.loads(files[name].read_text("utf-8"))
    if parent := table.get("extends"):
        inherited = {k: v for k, v in _raw(parent).items() if k != "selection"}
        table = _merged(inherited, table)
    return table


@cache
def load(name: str) -> Pack:
    """The pack of this name with all it inherits. Raises ``KeyError`` with a Chinese message for an unknown name."""
    return msgspec.convert(_raw(name), Pack, strict=False)


def division(document: Document) -> str | None:
    """The administrative division (行政区划, 6 digits) that most of the project codes begin with."""
    found = [codes.division_of(p.code) for p in document.projects if p.code and codes.is_well_formed(p.code)]
    return max(set(found), key=found.count) if found else None


def year(document: Document) -> int | None:
    """The fiscal year of the document, or else the year in most of its project codes."""
    if document.fiscal_year is not None:
        return document.fiscal_year
    years = [codes.year_of(p.code) for p in document.projects if p.code and codes.is_well_formed(p.code)]
    return max(set(years), key=years.count) if years else None


def _is_of_place(document: Document, selection: Selection) -> bool:
    place = division(document)
    if place is not None:
        return place.startswith(tuple(selection.divisions))
    d = document.department
    named = "".join((d.name or "", d.unit_name or "", document.source))
    return any(name in named for name in selection.names)


def _prints(document: Document, level1: list[str]) -> bool:
    """Whether at least half of the projects print one of these level-1 names."""
    printed = [{(i.level1 or "").removesuffix("指标") for i in p.indicators} for p in document.projects if p.indicators]
    return 2 * sum(not names.isdisjoint(level1) for names in printed) >= max(1, len(printed))


def _fits(document: Document, when: int | None, selection: Selection) -> bool:
    # A document without a year is judged by what is in force.
    in_time = selection.first_year <= when <= selection.last_year if when is not None else selection.last_year == 9999
    return (
        in_time
        and (not (selection.divisions or selection.names) or _is_of_place(document, selection))
        and (not selection.level1 or _prints(document, selection.level1))
    )


def choose(document: Document) -> Pack:
    """The pack that fits the document best; :data:`DEFAULT` where none fits.

    What the document prints decides before the place, the place before the year.
    """
    when = year(document)
    fitting = [
        (bool(s.level1), bool(s.divisions), s.priority, s.first_year, name)
        for name in names()
        if _fits(document, when, s := load(name).selection)
    ]
    return load(max(fitting)[-1] if fitting else DEFAULT)
