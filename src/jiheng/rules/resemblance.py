"""R503: projects that share their whole set of indicators, found over all documents checked together.

The cost stays linear: sets are grouped where they are equal, and unequal ones are only compared where they share one of
their rarest names (prefix filtering): two sets with a Jaccard index of at least t must share a name among the first
``n - ceil(t * n) + 1`` of either, the names being in order of rarity.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from fractions import Fraction
from math import ceil
from typing import NamedTuple

from jiheng.model import Project
from jiheng.rules.context import CorpusContext, DocumentContext
from jiheng.rules.finding import Hit, Severity
from jiheng.rules.registry import Scope, rule
from jiheng.rules.words import bare, clean, content_words, likeness, project_core

LEAST_JACCARD = Fraction(7, 10)
LEAST_NAMES = 4
"""Smaller sets are alike by chance."""
_MOST_CANDIDATES = 50
"""A set that is like so many others needs no further comparison."""
_SIBLING_NAMES = 0.6

Names = frozenset[str]


class Bearer(NamedTuple):
    """A project that bears a set of names."""

    ctx: DocumentContext
    project: Project


def _names(project: Project) -> Names:
    return frozenset(bare(i.name) for i in project.indicators if i.name and bare(i.name))


def _grouped(corpus: CorpusContext) -> dict[Names, list[Bearer]]:
    groups: defaultdict[Names, list[Bearer]] = defaultdict(list)
    for ctx in corpus.documents:
        for p in ctx.document.projects:
            if len(names := _names(p)) >= LEAST_NAMES:
                groups[names].append(Bearer(ctx, p))
    return groups


def _like_sets(sets: list[Names]) -> Iterator[tuple[int, int, Fraction]]:
    """The pairs of unequal sets whose Jaccard index reaches the threshold."""
    rarity = Counter(name for s in sets for name in s)
    holders: defaultdict[str, list[int]] = defaultdict(list)
    for n, own in enumerate(sets):
        ordered = sorted(own, key=lambda name: (rarity[name], name))
        prefix = ordered[: len(own) - ceil(LEAST_JACCARD * len(own)) + 1]
        candidates = {other for name in prefix for other in holders[name][-_MOST_CANDIDATES:]}
        for other in candidates:
            shared = len(own & sets[other])
            jaccard = Fraction(shared, len(own) + len(sets[other]) - shared)
            if jaccard >= LEAST_JACCARD:
                yield other, n, jaccard
        for name in prefix:
            holders[name].append(n)


def _distinct(bearers: list[Bearer]) -> list[Bearer]:
    """One bearer for each name of a project: the same project of many units is no copy."""
    by_name: dict[str, Bearer] = {}
    for b in bearers:
        by_name.setdefault(project_core(b.project.name), b)
    return list(by_name.values())


def _are_siblings(a: Project, b: Project) -> bool:
    """Projects of one programme: their names share a telling word, or most of their characters."""
    if set(content_words(a.name)) & set(content_words(b.name)):
        return True
    return likeness(project_core(a.name), project_core(b.name)) >= _SIBLING_NAMES


def _are_its_own(project: Project) -> bool:
    """Whether a third of the names speak of what the project itself is about: then it is not the copy."""
    subject = set(content_words(project.name)) | set(content_words(project.purpose))
    names = [i.name for i in project.indicators if i.name]
    return 3 * sum(any(w in clean(n) for w in subject) for n in names) >= len(names)


def _another(own: Bearer, others: list[Bearer]) -> Bearer | None:
    """The first of ``others`` whose project has an unlike name, those that are no siblings before the rest."""
    unlike = [o for o in others[:_MOST_CANDIDATES] if project_core(o.project.name) != project_core(own.project.name)]
    strangers = [o for o in unlike if not _are_siblings(own.project, o.project)]
    return next(iter(strangers or unlike), None)


def _hit(own: Bearer, other: Bearer, share: Fraction) -> Hit:
    shared = sorted(_names(own.project) & _names(other.project))
    where = (
        f"项目{other.project.sequence}"
        if own.ctx is other.ctx
        else f"{other.ctx.document.source}项目{other.project.sequence}"
    )
    harmless = _are_siblings(own.project, other.project) or _are_its_own(own.project)
    degree = "完全相同" if share == 1 else f"有{round(share * 100)}%相同"
    advice = (
        "同类项目可以共用指标，核对指标值和内容是否已按本项目改写。"
        if harmless
        else "按本项目的内容重新设置指标，不要整套套用。"
    )
    return Hit(
        "indicators", f"整套指标与{where}“{clean(other.project.name)}”{degree}。", advice,
        words=tuple(shared), severity=Severity.INFO if harmless else None, content="；".join(shared),
    )  # fmt: skip


@rule("R503", "与其他项目整套指标雷同", Severity.WARNING, Scope.CORPUS, basis=("财预〔2015〕88号",))
def copied_indicators(corpus: CorpusContext) -> Iterator[tuple[DocumentContext, Project, Hit]]:
    """两个名称不同的项目，三级指标有七成以上相同（四条以上）：整套套用，没有按项目设置。
    名称相近的同类项目、指标本来就说本项目内容的，只作提示；不同单位的同名项目不报。一次检查多份文件时跨文件比较。

    依据
    财预〔2015〕88号（相关性：指标与项目内容相关）。

    反例
    “电教设备采购”与“老党员慰问”两个项目的九条指标完全相同。

    正例
    两个项目的指标各按内容设置，只有“服务对象满意度”相同。
    """
    groups = _grouped(corpus)
    sets = list(groups)
    distinct = [_distinct(groups[s]) for s in sets]
    closest: dict[int, tuple[Fraction, int]] = {n: (Fraction(1), n) for n, d in enumerate(distinct) if len(d) > 1}
    for a, b, share in _like_sets(sets):
        for own, other in ((a, b), (b, a)):
            if own not in closest or closest[own][0] < share:
                closest[own] = share, other
    for n, (share, other) in closest.items():
        for own_bearer in groups[sets[n]]:
            if found := _another(own_bearer, distinct[other]):
                yield own_bearer.ctx, own_bearer.project, _hit(own_bearer, found, share)
