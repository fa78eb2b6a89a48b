"""The rows of a list understood: entries that can be kept, repetitions, and problems with what to do about them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from jiheng.readers.sheets import Sheet
from jiheng.readers.values import plain
from jiheng.web.execution import values
from jiheng.web.execution.importing.columns import is_sum, label, source_of
from jiheng.web.execution.models import FundSource, ImportBatch, Payment
from jiheng.web.execution.models.money import ENTRIES
from jiheng.web.execution.queries.money import executed_many
from jiheng.web.execution.services.money import Entry, entry_key, obstacle, overdrawn
from jiheng.web.org.lineage import OtherNames
from jiheng.web.plan.models import Project

MOST_ROWS = 10_000
"""What is looked through and confirmed in one go; a month of a district has less."""
_SHOWN = 80
_LONGEST = {"number": 100, "note": 500, "payee": 200}
_KEYS = 500


@dataclass(frozen=True, slots=True)
class Draft:
    """A row that can be kept."""

    row: int
    project: Project
    entry: Entry
    key: str


@dataclass(slots=True)
class Understood:
    """What a list says. Rows are numbered as Excel counts."""

    drafts: list[Draft] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)
    repeated: list[dict[str, Any]] = field(default_factory=list)
    rows: int = 0


class TooManyRows(Exception):
    """More rows than :data:`MOST_ROWS`; ``str()`` is for the user."""


class Projects:
    """The projects that a list may name, by code and by name."""

    def __init__(self, projects: Iterable[Project]) -> None:
        self._names: OtherNames | None = None
        self.by_code: dict[str, Project] = {}
        self.by_name: dict[str, list[Project]] = defaultdict(list)
        for project in projects:
            if project.code:
                self.by_code.setdefault(plain(project.code).upper(), project)
            self.by_name[plain(project.name)].append(project)

    def _called(self, unit: Any) -> list[tuple[str, str]]:
        """Its codes and names: lists of a year may say the one before it was renamed or the one since."""
        self._names = self._names or OtherNames()
        return [(unit.code, unit.name), *self._names.of(unit.pk)]

    def find(self, code: str, name: str, unit: str) -> Project:
        """The project of a row. Raises :class:`values.Wrong`."""
        if code:
            found = self.by_code.get(plain(code).upper())
            if found is None:
                raise values.Wrong("您可以导入的单位里没有这个代码的项目。请核对项目代码、年度和单位。")
            return found
        if not name:
            raise values.Wrong("没有写项目。请填写项目代码或项目名称。")
        named = self.by_name.get(plain(name), [])
        if unit and len(named) > 1:
            text = plain(unit)
            named = [p for p in named if any(c in text or plain(n) in text for c, n in self._called(p.unit))]
        if not named:
            raise values.Wrong("您可以导入的单位里没有这个名称的项目。请核对名称，或补上项目代码。")
        if len(named) > 1:
            raise values.Wrong(f"有 {len(named)} 个项目都叫这个名称，分不清是哪一个。请补上项目代码或单位编码。")
        return named[0]


def understand(batch: ImportBatch, sheet: Sheet, projects: Projects, today: date) -> Understood:
    """Every row below the header. Raises :class:`TooManyRows`."""
    found = Understood()
    wanted = set(batch.mapping.values())
    body = {n + 1: cells for n, cells in sorted(sheet.rows.items()) if n + 1 > batch.header_row}
    body = {n: cells for n, cells in body.items() if wanted & cells.keys() and not is_sum(cells)}
    if len(body) > MOST_ROWS:
        raise TooManyRows(f"有 {len(body)} 行，一次最多导入 {MOST_ROWS} 行。请按月份或单位拆分后分次导入。")
    found.rows = len(body)
    for row, cells in body.items():
        draft = _Row(batch, row, cells, found.problems).draft(projects, today)
        if draft is not None:
            found.drafts.append(draft)
    _drop_repeated(batch, found)
    if batch.kind == ImportBatch.Kind.ADJUSTMENT:
        _drop_overdrawn(batch, found)
    return found


class _Row:
    """One row while it is read; what is wrong in it goes to ``problems``, all of it at once."""

    def __init__(self, batch: ImportBatch, row: int, cells: Mapping[int, str], problems: list[dict[str, Any]]) -> None:
        self.batch, self.row, self.cells, self.problems = batch, row, cells, problems
        self.is_good = True

    def text(self, name: str) -> str:
        return self.cells.get(self.batch.mapping.get(name, -1), "").strip()

    def wrong(self, name: str, message: str) -> None:
        """Keep what is wrong, with the column as the file heads it."""
        self.is_good = False
        column = self.batch.mapping.get(name)
        heading = self.batch.headings[column] if column is not None and column < len(self.batch.headings) else ""
        self.problems.append(
            {"row": self.row, "column": heading or label(name), "text": self.text(name)[:_SHOWN], "message": message}
        )

    def read(self, name: str, parse: Any, *rest: Any) -> Any:
        """A cell's value; ``None`` where it is wrong."""
        try:
            return parse(self.text(name), *rest)
        except values.Wrong as wrong:
            self.wrong(name, str(wrong))
            return None

    def source(self) -> str:
        if "source" not in self.batch.mapping:
            return FundSource.FISCAL
        if not self.text("source"):
            self.wrong("source", "资金来源是空的。请填写财政拨款、上年结转或其他资金。")
        found = source_of(self.text("source"))
        if found is None and self.text("source"):
            self.wrong("source", "认不出是哪种资金。请改为财政拨款、上年结转或其他资金。")
        return found or FundSource.FISCAL

    def draft(self, projects: Projects, today: date) -> Draft | None:
        unit = ImportBatch.AmountUnit(self.batch.amount_unit).label
        by = "code" if self.text("code") or "project" not in self.batch.mapping else "project"
        project = None
        try:
            project = projects.find(self.text("code"), self.text("project"), self.text("unit"))
        except values.Wrong as wrong:
            self.wrong(by, str(wrong))
        day, amount = self.read("on", values.day), self.read("amount", values.amount, str(unit))
        source = self.source()
        texts = {name: self.text(name) for name in _LONGEST}
        for name, most in _LONGEST.items():
            if len(texts[name]) > most:
                self.wrong(name, f"超过 {most} 字。请缩短。")
        if not self.is_good:
            return None
        entry = Entry(day, amount, source, **texts)
        if problem := obstacle(self.batch.kind, project, entry, today):
            self.wrong(_about(problem, by), problem)
            return None
        return Draft(self.row, project, entry, entry_key(project.pk, entry))


def _about(problem: str, otherwise: str) -> str:
    """The column that an obstacle speaks of."""
    return "on" if problem.startswith("日期") else "amount" if problem.startswith("金额") else otherwise


def _drop_repeated(batch: ImportBatch, found: Understood) -> None:
    """Leave out rows that say what another row, or an entry that is kept, says already."""
    bare = {draft.key: _without_payee(draft) for draft in found.drafts}
    known = _kept_under(batch, [*bare, *(key for key in bare.values() if key)])
    known |= _kept_with_payee(batch, [draft for draft in found.drafts if draft.key not in known])
    kept_drafts = []
    for draft in found.drafts:
        if said := known.get(draft.key) or known.get(bare[draft.key]):
            found.repeated.append({"row": draft.row, "message": said})
        else:
            known[draft.key] = f"与第 {draft.row} 行相同。"
            kept_drafts.append(draft)
    found.drafts = kept_drafts


def _without_payee(draft: Draft) -> str:
    """The key under which a list without payees would have kept a payment with a voucher; "" where there is none."""
    entry = draft.entry
    return entry_key(draft.project.pk, replace(entry, payee="")) if entry.number and entry.payee else ""


def _kept_under(batch: ImportBatch, keys: list[str]) -> dict[str, str]:
    known: dict[str, str] = {}
    for begin in range(0, len(keys), _KEYS):
        rows = ENTRIES[batch.kind].objects.filter(key__in=keys[begin : begin + _KEYS])
        known |= {kept.key: f"已由{_kept_by(kept)}入账。" for kept in rows.select_related("batch", "by")}
    return known


def _kept_by(kept: Any) -> str:
    return f"导入“{kept.batch.name}”" if kept.batch else f"{kept.by.name if kept.by else ''}手工登记"


def _kept_with_payee(batch: ImportBatch, drafts: list[Draft]) -> dict[str, str]:
    """Key of a draft that names a voucher but no payee → who kept the same payment, to whomever it went."""
    unnamed = [d for d in drafts if d.entry.number and not d.entry.payee]
    if batch.kind != ImportBatch.Kind.PAYMENT or not unnamed:
        return {}
    known: dict[Any, str] = {}
    numbers = sorted({d.entry.number for d in unnamed})
    for begin in range(0, len(numbers), _KEYS):
        rows = Payment.objects.filter(number__in=numbers[begin : begin + _KEYS], project__budget_year=batch.budget_year)
        for kept in rows.select_related("batch", "by"):
            same = (kept.project_id, kept.source, kept.on, kept.amount, kept.number)
            known[same] = f"已由{_kept_by(kept)}入账，凭证号、日期和金额相同，收款人“{kept.payee}”。"
    found = {
        d.key: known.get((d.project.pk, d.entry.source, d.entry.on, d.entry.amount, d.entry.number)) for d in unnamed
    }
    return {key: said for key, said in found.items() if said}


def _drop_overdrawn(batch: ImportBatch, found: Understood) -> None:
    """Cuts of budgets that are not there: problems of their rows, once it is known what the whole list does."""
    so_far = executed_many({d.project.pk for d in found.drafts})
    left = {(key, line.source): line.budget for key, money in so_far.items() for line in money.lines}
    for d in found.drafts:
        left[d.project.pk, d.entry.source] += d.entry.amount
    kept = []
    for d in found.drafts:
        problem = overdrawn(d.entry.source, left[d.project.pk, d.entry.source]) if d.entry.amount < 0 else ""
        if problem:
            heading = batch.headings[batch.mapping["amount"]] or label("amount")
            said = {"row": d.row, "column": heading, "text": f"{d.entry.amount:,.2f}", "message": problem}
            found.problems.append(said)
        else:
            kept.append(d)
    found.drafts = kept


def sample(drafts: list[Draft], most: int = 50) -> list[dict[str, str]]:
    """The first rows as they were understood, for people to look at."""
    return [
        {
            "row": str(d.row), "project": str(d.project), "code": d.project.code, "unit": d.project.unit.name,
            "on": d.entry.on.isoformat(), "source": str(FundSource(d.entry.source).label),
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
