"""What a rule is given: the thing to judge, what surrounds it, and the policy pack. Shared work is done once here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar, cast

from jiheng.model import Document, Indicator, Project
from jiheng.policy import Pack

T = TypeVar("T")


@dataclass(slots=True)
class DocumentContext:
    """A document under a pack. Derived facts that several rules need are cached in ``memo``."""

    document: Document
    pack: Pack
    memo: dict[str, object] = field(default_factory=dict)
    projects: list[ProjectContext] = field(init=False)

    def __post_init__(self) -> None:
        self.projects = [ProjectContext(p, self) for p in self.document.projects]

    def once(self, key: str, compute: Callable[[Document], T]) -> T:
        """What ``compute`` says of the document, worked out on first demand: rules of projects ask it once each."""
        if key not in self.memo:
            self.memo[key] = compute(self.document)
        return cast(T, self.memo[key])


@dataclass(slots=True)
class ProjectContext:
    """A project in its document."""

    project: Project
    within: DocumentContext
    memo: dict[str, object] = field(default_factory=dict)

    @property
    def pack(self) -> Pack:
        """The pack of the document."""
        return self.within.pack


@dataclass(slots=True)
class IndicatorContext:
    """An indicator in its project; ``row`` is its place from 0."""

    indicator: Indicator
    row: int
    within: ProjectContext

    @property
    def pack(self) -> Pack:
        """The pack of the document."""
        return self.within.within.pack

    @property
    def project(self) -> Project:
        """The indicator's project."""
        return self.within.project


@dataclass(slots=True)
class CorpusContext:
    """Many documents judged together."""

    documents: list[DocumentContext]
