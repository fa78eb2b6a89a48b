"""Run the rules over documents and gather the findings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from jiheng.model import Anchor, Anchors, Document, Indicator, Project
from jiheng.policy import Pack, choose
from jiheng.rules.context import CorpusContext, DocumentContext, IndicatorContext
from jiheng.rules.finding import Finding, Hit, Severity
from jiheng.rules.registry import Rule, Scope, all_rules


def _severity(rule: Rule, hit: Hit, pack: Pack) -> Severity:
    named = pack.severities.get(rule.code)
    return Severity[named.upper()] if named else hit.severity or rule.severity


def _indicator_text(indicator: Indicator, name: str) -> str:
    return indicator.target.raw if name == "target" else str(getattr(indicator, name, None) or "")


def _project_text(project: Project, name: str) -> str:
    base, _, index = name.partition(".")
    if base == "goals":
        return project.goals[int(index)] if index else "\n".join(project.goals)
    if base == "plan":
        return "，".join(f"{a} {b}" for a, b in zip(project.plan.labels, project.plan.raw, strict=False))
    if base == "indicators":
        return "；".join(i.name for i in project.indicators if i.name)
    if base.startswith("budget_"):
        amount = getattr(project.budget, base.removeprefix("budget_"))
        return "" if amount is None else str(amount)
    return str(getattr(project, base, None) or "")


def _finding(rule: Rule, hit: Hit, pack: Pack, project: int, content: str, anchor: Anchor | None) -> Finding:
    return Finding(
        rule.code, _severity(rule, hit, pack), project, None, hit.field, hit.message, hit.advice,
        hit.content or content, hit.anchor or anchor, hit.fix, hit.words,
    )  # fmt: skip


def _first(anchors: Anchors, *names: str) -> Anchor | None:
    """The anchor of the first of these fields that has one; else any, for a finding must stand somewhere."""
    return next((anchors[n] for n in names if n in anchors), None) or next(iter(anchors.values()), None)


def _of_indicator(rule: Rule, hit: Hit, project: Project, row: int, pack: Pack) -> Finding:
    i = project.indicators[row]
    anchor = _first(i.anchors, hit.field, "name") or _first(project.anchors, "indicators", "name")
    found = _finding(rule, hit, pack, project.sequence, _indicator_text(i, hit.field), anchor)
    return replace(found, indicator=i.name, row=row)


def _of_project(rule: Rule, hit: Hit, project: Project, pack: Pack) -> Finding:
    if hit.row is not None:
        return _of_indicator(rule, hit, project, hit.row, pack)
    return _finding(rule, hit, pack, project.sequence, _project_text(project, hit.field), _anchor(project, hit.field))


def _anchor(project: Project, name: str) -> Anchor | None:
    whole_table = name == "indicators" and name not in project.anchors and bool(project.indicators)
    # What is said of the whole table stands at its beginning.
    first_row = _first(project.indicators[0].anchors, "name") if whole_table else None
    return first_row or _first(project.anchors, name, name.partition(".")[0], "name")


def _of_document(rule: Rule, hit: Hit, ctx: DocumentContext) -> Finding:
    if hit.project is not None:
        return _of_project(rule, hit, hit.project, ctx.pack)
    return _finding(rule, hit, ctx.pack, 0, "", _first(ctx.document.anchors, hit.field, "department", "fiscal_year"))


def _each(by_scope: Mapping[Scope, Sequence[Rule]], ctx: DocumentContext) -> Iterator[Finding]:
    for r in by_scope[Scope.DOCUMENT]:
        for hit in r.check(ctx):
            yield _of_document(r, hit, ctx)
    for within in ctx.projects:
        project = within.project
        for r in by_scope[Scope.PROJECT]:
            for hit in r.check(within):
                yield _of_project(r, hit, project, ctx.pack)
        for row, indicator in enumerate(project.indicators):
            one = IndicatorContext(indicator, row, within)
            for r in by_scope[Scope.INDICATOR]:
                for hit in r.check(one):
                    yield _of_indicator(r, hit, project, row, ctx.pack)


def _place(f: Finding) -> tuple[int, int | None, str, Anchor | None]:
    """Where a finding stands, as silences see it: an indicator, a field of the project, a cell of part one."""
    return f.project, f.row, "" if f.row is not None else f.field, None if f.project else f.anchor


def _without_silenced(found: list[Finding], silences: Mapping[str, tuple[str, ...]]) -> list[Finding]:
    """Where two rules say the same of one place, the more exact one speaks (``Rule.silences``)."""
    quiet = {(code, *_place(f)) for f in found for code in silences.get(f.code, ())}
    return [f for f in found if (f.code, *_place(f)) not in quiet] if quiet else found


def _is_chosen(code: str, select: Sequence[str], ignore: Sequence[str]) -> bool:
    return (not select or code.startswith(tuple(select))) and not (ignore and code.startswith(tuple(ignore)))


def selected(pack: Pack, select: Sequence[str] = (), ignore: Sequence[str] = ()) -> list[Rule]:
    """The rules to run. ``select`` and ``ignore`` take codes or their beginnings (``V``, ``V3``, ``V301``)."""
    silent = frozenset(pack.silent_rules)
    return [r for r in all_rules().values() if _is_chosen(r.code, select, ignore) and r.code not in silent]


def check(
    document: Document, pack: Pack | None = None, select: Sequence[str] = (), ignore: Sequence[str] = ()
) -> list[Finding]:
    """All findings of one document in reading order; ``pack`` is chosen from the document where not given."""
    return check_all([document], pack, select, ignore)[0]


def check_all(
    documents: Sequence[Document], pack: Pack | None = None, select: Sequence[str] = (), ignore: Sequence[str] = ()
) -> list[list[Finding]]:
    """The findings of each document in reading order, corpus rules included."""
    contexts = [DocumentContext(d, pack or choose(d)) for d in documents]
    scopes: dict[str, dict[Scope, list[Rule]]] = {}
    found: list[list[Finding]] = []
    for ctx in contexts:
        if ctx.pack.name not in scopes:
            rules = selected(ctx.pack, select, ignore)
            scopes[ctx.pack.name] = {scope: [r for r in rules if r.scope is scope] for scope in Scope}
        found.append(list(_each(scopes[ctx.pack.name], ctx)))
    _add_corpus_findings(contexts, found, select, ignore)
    silences = {r.code: r.silences for r in all_rules().values() if r.silences}
    return [sorted(_without_silenced(f, silences), key=_reading_order) for f in found]


def _add_corpus_findings(
    contexts: list[DocumentContext], found: list[list[Finding]], select: Sequence[str], ignore: Sequence[str]
) -> None:
    places = {id(c): n for n, c in enumerate(contexts)}
    corpus = CorpusContext(contexts)
    for r in all_rules().values():
        if r.scope is Scope.CORPUS and _is_chosen(r.code, select, ignore):
            for ctx, project, hit in r.check(corpus):
                if r.code not in ctx.pack.silent_rules:
                    found[places[id(ctx)]].append(_of_project(r, hit, project, ctx.pack))


def _reading_order(f: Finding) -> tuple[int, int, str, str]:
    return f.project, -1 if f.row is None else f.row, f.code, f.field
