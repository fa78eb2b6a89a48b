"""What the page of an import shows, and what its forms say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from jiheng.web.asked import number_or_404
from jiheng.web.execution.importing.applying import fingerprint
from jiheng.web.execution.importing.columns import vocabulary
from jiheng.web.execution.importing.repeated import KEEP
from jiheng.web.execution.models import ImportBatch
from jiheng.web.tabular.columns import UNITS
from jiheng.web.tabular.plans import Plan
from jiheng.web.tabular.told import notes, overlooked, quoted, standing

SHOWN = 200
"""Problems, questions and repetitions that a page lists; the rest is counted."""
_NEEDED = {name for names in vocabulary().needed if len(names) == 1 for name in names}


@dataclass(frozen=True, slots=True)
class Shown:
    """A sheet as the page shows it: what is said of it, and the columns to choose from."""

    number: int
    plan: Plan
    standing: str
    notes: list[str]
    fields: list[tuple[str, str, int | None, bool]]
    headings: list[tuple[int, str, bool]]
    """(column, heading, whether it is hidden)."""


def context_of(batch: ImportBatch) -> dict[str, Any]:
    """All that the page needs beside the batch."""
    plans = batch.plans
    names = [plan.name for plan in plans]
    chosen = [plan.name for plan in plans if plan.is_chosen]
    left = sorted(batch.bad_rows | batch.undecided)
    units = {UNITS[plan.amount_unit] for plan in plans if plan.is_chosen and plan.amount_unit in UNITS}
    return {
        "read_as": "、".join(sorted(units)),
        "sheets": [_shown(n, plan) for n, plan in enumerate(plans)], "several": len(plans) > 1,
        "chosen": quoted(chosen), "overlooked": overlooked(plans, vocabulary()),
        "problems": _named(batch.problems, names), "repeated": _named(batch.repeated, names),
        "held": _named(sorted(batch.held, key=lambda h: bool(h["decision"])), names),
        "sample": _named(batch.sample, names),
        "more_problems": max(0, len(batch.problems) - SHOWN), "more_repeated": max(0, len(batch.repeated) - SHOWN),
        "more_held": max(0, len(batch.held) - SHOWN), "undecided": len(batch.undecided),
        "equal": sum(h["about"] == "equal" for h in batch.held), "keep": KEEP,
        "bad_rows": ",".join(left), "left": len(left), "seen": fingerprint(batch),
    }  # fmt: skip


def _shown(number: int, plan: Plan) -> Shown:
    known = vocabulary()
    fields = [(f.name, f.label, plan.mapping.get(f.name), f.name in _NEEDED) for f in known.fields]
    headings = [(n, text, n in plan.hidden_columns) for n, text in enumerate(plan.headings) if text]
    return Shown(number, plan, standing(plan, known), notes(plan, known) if plan.is_chosen else [], fields, headings)


def _named(rows: Iterable[Mapping[str, Any]], names: list[str]) -> list[dict[str, Any]]:
    """The first rows with the names of their sheets."""
    listed = list(rows)[:SHOWN]
    return [{**row, "sheet_name": names[int(row["sheet"])] if int(row["sheet"]) < len(names) else ""} for row in listed]


def plans_of_form(batch: ImportBatch, form: Any) -> list[Plan]:
    """How the sheets are to be read, as the form says; raises ``Http404`` for nonsense."""
    plans, chosen = batch.plans, form.getlist("chosen")
    for n, plan in enumerate(plans):
        plan.is_chosen = str(n) in chosen
        plan.with_hidden = f"hidden:{n}" in form
        if f"head:{n}" in form:
            said = {f.name: form.get(f"column:{n}:{f.name}", "") for f in vocabulary().fields}
            plan.mapping = {name: number_or_404(text) for name, text in said.items() if text}
            plan.first = number_or_404(form.get(f"head:{n}"))
            plan.last = plan.first + (form.get(f"depth:{n}") == "2")
            plan.amount_unit = form.get(f"unit:{n}", "")
    return plans


def decisions_of_form(batch: ImportBatch, form: Any) -> dict[str, str]:
    """What the form decides of each row that is asked about; ``all`` decides the equal ones that are left at once."""
    said = {name.partition(":")[2]: choice for name, choice in form.items() if name.startswith("row:")}
    if form.get("all"):
        refs = {f"{h['sheet']}:{h['row']}:{h['about']}" for h in batch.held if h["about"] == "equal"}
        said |= dict.fromkeys(refs, form["all"])
    return said
