"""The kinds of background work: what does it, in which lane it waits, and whether it can stop and go on later."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jiheng.web.jobs.services import Progress

    Work = Callable[[dict[str, Any], Progress], dict[str, Any] | None]

QUICK, SLOW = "quick", "slow"
"""Exports, reports and mails; files to read, imports, conversions, and what goes over a whole year."""
PROCESSES = {
    QUICK: int(os.environ.get("JIHENG_QUICK_PROCESSES", "1")), SLOW: int(os.environ.get("JIHENG_SLOW_PROCESSES", "2")),
}  # fmt: skip
"""How many processes of a worker do the jobs of each lane: those of one never wait for those of the other."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How jobs of a kind are done."""

    work: Work
    lane: str
    resumes: bool


_kinds: dict[str, Kind] = {}


def job(kind: str, lane: str = QUICK, resumes: bool = False) -> Callable[[Work], Work]:
    """Declare the function below as the work of jobs of this kind.

    It is called with the payload and a :class:`~jiheng.web.jobs.services.Progress`; it must be able to run again after
    being killed half-way (commit step by step, skip what is done). What it returns is the job's result. ``resumes``
    promises that no step is done twice then: such a job lets those of others go before it from time to time.
    """

    def declare(work: Work) -> Work:
        _kinds[kind] = Kind(work, lane, resumes)
        return work

    return declare


def kind_of(name: str) -> Kind:
    """The kind of this name. Raises ``KeyError``."""
    return _kinds[name]


def names_in(lane: str) -> list[str]:
    """The kinds of a lane."""
    return [name for name, kind in _kinds.items() if kind.lane == lane]
