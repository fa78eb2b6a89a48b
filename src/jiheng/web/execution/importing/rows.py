"""The rows of a list understood: entries that can be kept, repetitions, questions, and problems with what to do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from jiheng.readers.sheets import Sheet
from jiheng.readers.values import plain
from jiheng.web.execution import values
from jiheng.web.execution.importing.columns import source_of, vocabulary
from jiheng.web.execution.importing.projects import LEAVE, Disagree, Projects
from jiheng.web.execution.models import FundSource, ImportBatch
from jiheng.web.execution.queries.money import executed_many
from jiheng.web.execution.services.money import Entry, entry_key, obstacle, overdrawn
from jiheng.web.plan.models import Project
from jiheng.web.tabular.body import LOST_DIGITS, lost_digits
from jiheng.web.tabular.columns import UNITS
from jiheng.web.tabular.plans import Line, Plan

_SHOWN = 80
_LONGEST = {"number": 100, "note": 500, "payee": 200}


@dataclass(frozen=True, slots=True)
class Draft:
    """A row that can be kept."""

    sheet: int
    row: int
    project: Project
    entry: Entry
    key: str

    @property
    def ref(self) -> str:
        """What names the row in forms and JSON."""
        return f"{self.sheet}:{self.row}"

    def told(self) -> str:
        """The row in a few words."""
        entry = self.entry
        pieces = (
            str(self.project),
            entry.on.isoformat(),
            f"{entry.amount:,.2f} 元",
            entry.number,
            entry.payee,
            entry.note,
        )
        return "　".join(piece for piece in pieces if piece)


@dataclass(slots=True)
class Understood:
    """What a list says. Rows are numbered as Excel counts."""

    drafts: list[Draft] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)
    repeated: list[dict[str, Any]] = field(default_factory=list)
    held: list[dict[str, Any]] = field(default_factory=list)
    renamed: list[dict[str, Any]] = field(default_factory=list)
    """Rows whose code is known and whose name is nobody's: told, in case the code is wrong."""
    rows: int = 0

    def hold(
        self, ref: str, about: str, text: str, message: str, choices: Iterable[tuple[str, str]], batch: ImportBatch
    ) -> str:
        """Ask about a row; what was decided of it, "" where nothing was."""
        sheet, _, row = ref.partition(":")
        allowed = [list(choice) for choice in choices]
        decision = batch.decisions.get(f"{ref}:{about}", "")
        decision = decision if decision in [value for value, _ in allowed] else ""
        said = {"sheet": int(sheet), "row": int(row), "about": about, "text": text, "message": message}
        self.held.append({**said, "choices": allowed, "decision": decision})
        return str(decision)


def where(batch: ImportBatch, draft: Draft) -> str:
    """A row as messages name it: with its sheet where there are several."""
    name = f"“{batch.sheets[draft.sheet]['name']}”" if len(batch.sheets) > 1 else ""
    return f"{name}第 {draft.row} 行"


def read_line(
    batch: ImportBatch, plan: Plan, sheet: Sheet, line: Line, projects: Projects, today: date, found: Understood
) -> None:  # fmt: skip
    """Add to ``found`` what one row says."""
    draft = _Row(batch, plan, sheet, line, found).draft(projects, today)
    if draft is not None:
        found.drafts.append(draft)


class _Row:
    """One row while it is read; what is wrong in it goes to ``found.problems``, all of it at once."""

    def __init__(self, batch: ImportBatch, plan: Plan, sheet: Sheet, line: Line, found: Understood) -> None:
        self.batch, self.plan, self.sheet, self.line, self.found = batch, plan, sheet, line, found
        self.is_good = True

    def text(self, name: str) -> str:
        return self.line.cells.get(self.plan.mapping.get(name, -1), "").strip()

    def wrong(self, name: str, message: str) -> None:
        """Keep what is wrong, with the column as the file heads it."""
        self.is_good = False
        heading = self.plan.heading(name) or vocabulary().label(name)
        place = {"sheet": self.line.sheet, "row": self.line.row, "column": heading}
        self.found.problems.append({**place, "text": self.text(name)[:_SHOWN], "message": message})

    def read(self, name: str, parse: Any, *rest: Any) -> Any:
        """A cell's value; ``None`` where it is wrong."""
        try:
            return parse(self.text(name), *rest)
        except values.Wrong as wrong:
            self.wrong(name, str(wrong))
            return None

    def source(self) -> str:
        if "source" not in self.plan.mapping:
            return FundSource.FISCAL
        if not self.text("source"):
            self.wrong("source", "资金来源是空的。请填写财政拨款、上年结转或其他资金。")
        found = source_of(self.text("source"))
        if found is None and self.text("source"):
            self.wrong("source", "认不出是哪种资金。请改为财政拨款、上年结转或其他资金。")
        return found or FundSource.FISCAL

    def lost(self) -> bool:
        """Whether a cell that is read has lost digits: what the row says cannot be trusted then."""
        columns = {n: c for n, c in self.plan.mapping.items() if n not in ("amount", "on")}
        lost = [n for n, c in columns.items() if lost_digits(self.sheet, self.line.row, c, self.text(n))]
        for name in lost:
            self.wrong(name, LOST_DIGITS)
        return bool(lost)

    def project(self, projects: Projects) -> Project | None:
        """Which one is meant; ``None`` where that is wrong, or not decided."""
        code, name = self.text("code"), self.text("project")
        by = "code" if code or "project" not in self.plan.mapping else "project"
        try:
            found = projects.find(code, name, self.text("unit"))
        except values.Wrong as wrong:
            self.wrong(by, str(wrong))
            return None
        except Disagree as disagree:
            text = "　".join(text for text in (code, name, self.text("unit"), self.text("amount")) if text)
            decision = self.found.hold(self.line.ref, "project", text, str(disagree), disagree.choices, self.batch)
            if decision in ("", LEAVE):
                self.is_good = False
                return None
            return projects.find(code, name, self.text("unit"), decision)
        if code and name and plain(name) != plain(found.name):
            said = {"sheet": self.line.sheet, "row": self.line.row, "text": name[:_SHOWN], "project": str(found)}
            self.found.renamed.append(said)
        return found

    def draft(self, projects: Projects, today: date) -> Draft | None:
        if self.lost():
            return None
        by = "code" if self.text("code") or "project" not in self.plan.mapping else "project"
        project = self.project(projects)
        day, amount = self.read("on", values.day), self.read("amount", values.amount, UNITS[self.plan.amount_unit])
        source = self.source()
        texts = {name: self.text(name) for name in _LONGEST}
        for name, most in _LONGEST.items():
            if len(texts[name]) > most:
                self.wrong(name, f"超过 {most} 字。请缩短。")
        if not self.is_good or project is None:
            return None
        entry = Entry(day, amount, source, **texts)
        if problem := obstacle(self.batch.kind, project, entry, today):
            self.wrong(_about(problem, by), problem)
            return None
        return Draft(self.line.sheet, self.line.row, project, entry, entry_key(project.pk, entry))


def _about(problem: str, otherwise: str) -> str:
    """The column that an obstacle speaks of."""
    return "on" if problem.startswith("日期") else "amount" if problem.startswith("金额") else otherwise


def drop_overdrawn(plans: Sequence[Plan], found: Understood) -> None:
    """Cuts of budgets that are not there: problems of their rows, once it is known what the whole list does."""
    so_far = executed_many({d.project.pk for d in found.drafts})
    left = {(key, line.source): line.budget for key, money in so_far.items() for line in money.lines}
    for d in found.drafts:
        left[d.project.pk, d.entry.source] += d.entry.amount
    kept = []
    for d in found.drafts:
        problem = overdrawn(d.entry.source, left[d.project.pk, d.entry.source]) if d.entry.amount < 0 else ""
        if problem:
            place = {"sheet": d.sheet, "row": d.row, "column": plans[d.sheet].heading("amount")}
            found.problems.append({**place, "text": f"{d.entry.amount:,.2f}", "message": problem})
        else:
            kept.append(d)
    found.drafts = kept


def sample(drafts: list[Draft], most: int = 50) -> list[dict[str, str]]:
    """The first rows as they were understood, for people to look at."""
    return [
        {
            "sheet": str(d.sheet), "row": str(d.row), "project": str(d.project), "code": d.project.code,
            "unit": d.project.unit.name, "on": d.entry.on.isoformat(), "source": str(FundSource(d.entry.source).label),
            "amount": f"{d.entry.amount:,.2f}", "number": d.entry.number, "payee": d.entry.payee, "note": d.entry.note,
        }
        for d in drafts[:most]
    ]  # fmt: skip


def overspent(batch: ImportBatch, drafts: list[Draft]) -> list[dict[str, str]]:
    """Projects that would have paid more than their budget, by most first: often a list in 万元 read as 元, or the
    other way round; or a cut of what was paid already. Amounts in 元 as text."""
    if batch.kind == ImportBatch.Kind.ALLOTMENT:
        return []
    more: dict[int, Decimal] = defaultdict(Decimal)
    for d in drafts:
        more[d.project.pk] += d.entry.amount
    names, found = {d.project.pk: str(d.project) for d in drafts}, []
    is_payment = batch.kind == ImportBatch.Kind.PAYMENT
    for key, money in executed_many(more).items():
        budget, paid = money.total.budget, money.total.paid
        budget, paid = (budget, paid + more[key]) if is_payment else (budget + more[key], paid)
        if (more[key] > 0) == is_payment and paid > budget:
            found.append((paid - budget, names[key], budget, paid))
    return [{"project": p, "budget": f"{b:,.2f}", "paid": f"{x:,.2f}"} for _, p, b, x in sorted(found, reverse=True)]


def refunded(batch: ImportBatch, drafts: list[Draft]) -> list[dict[str, str]]:
    """Projects that would have got back more than was paid from a fund source, by most first. Amounts in 元 as text."""
    if batch.kind != ImportBatch.Kind.PAYMENT:
        return []
    more: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for d in drafts:
        more[d.project.pk, d.entry.source] += d.entry.amount
    names, so_far = {d.project.pk: str(d.project) for d in drafts}, executed_many({key for key, _ in more})
    found = sorted(
        (so_far[key].of(source).paid + amount, names[key], str(FundSource(source).label))
        for (key, source), amount in more.items()
        if amount < 0 and so_far[key].of(source).paid + amount < 0
    )
    return [{"project": p, "source": s, "paid": f"{x:,.2f}"} for x, p, s in found]


def summary(batch: ImportBatch, drafts: list[Draft]) -> dict[str, Any]:
    """What the good rows make together; amounts in 元 as text."""
    if not drafts:
        return {}
    by_source: dict[str, Decimal] = defaultdict(Decimal)
    for d in drafts:
        by_source[str(FundSource(d.entry.source).label)] += d.entry.amount
    days = [d.entry.on for d in drafts]
    return {
        "projects": len({d.project.pk for d in drafts}), "units": len({d.project.unit_id for d in drafts}),
        "first": min(days).isoformat(), "last": max(days).isoformat(),
        "sources": {name: f"{amount:,.2f}" for name, amount in by_source.items()},
        "overspent": overspent(batch, drafts), "refunded": refunded(batch, drafts),
    }  # fmt: skip
