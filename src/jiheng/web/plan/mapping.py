"""Rows of the database to the model of the core, and back: the core serves the platform as it is."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from jiheng import model
from jiheng.readers.values import parse_percent, parse_target
from jiheng.web.plan import models as rows


def plain_amount(amount: Decimal | None) -> Decimal | None:
    """An amount as people write it: at least two decimals, no zeros beyond (12.50, 0.3625)."""
    if amount is None:
        return None
    short = amount.normalize()
    exponent = short.as_tuple().exponent
    return amount.quantize(Decimal("0.01")) if isinstance(exponent, int) and exponent >= -2 else short


def to_indicator(row: rows.Indicator) -> model.Indicator:
    """One row of the indicator table."""
    target = parse_target(row.target_raw)
    return model.Indicator(
        row.level1 or None, row.level2 or None, row.name or None, row.description or None, target, row.basis or None
    )


def to_project(row: rows.Project, sequence: int = 1) -> model.Project:
    """One target table; uses what was prefetched (periods, goals, indicators)."""
    periods = list(row.periods.all())
    return model.Project(
        sequence=sequence,
        name=row.name or None,
        title=row.title or row.name or None,
        code=row.code or None,
        unit_code=row.unit.code,
        unit_name=row.unit.name,
        budget=model.Budget(
            plain_amount(row.budget_total), plain_amount(row.budget_fiscal), plain_amount(row.budget_other)
        ),
        purpose=row.purpose or None,
        plan=model.SpendingPlan(
            tuple(p.label for p in periods), tuple(p.raw for p in periods), tuple(parse_percent(p.raw) for p in periods)
        ),
        goals=tuple(g.text for g in row.goals.all() if g.text.strip()),
        indicators=tuple(to_indicator(i) for i in row.indicators.all()),
    )


def to_goals(row: rows.DepartmentGoals | None) -> model.Goals:
    """Part one of the document."""
    if row is None:
        return model.Goals()
    return model.Goals(
        overall=tuple(line for line in row.overall.splitlines() if line.strip()),
        itemized=tuple(
            model.ItemizedGoal(g.number or None, g.title or None, g.goal or None, g.indicators_text or None)
            for g in row.itemized.all()
        ),
        safeguards=tuple(
            model.Safeguard(s.number or None, s.title or None, s.text or None) for s in row.safeguards.all()
        ),
    )


def to_document(
    projects: Iterable[rows.Project], goals: rows.DepartmentGoals | None, name: str, year: int
) -> model.Document:
    """A document of these projects, in order; ``name`` is the department's or unit's."""
    found = list(projects)
    units = {p.unit_id: p.unit for p in found}
    unit = next(iter(units.values())) if len(units) == 1 else None
    department = model.Department(name, unit.code if unit else None, unit.name if unit else name)
    return model.Document(
        source=f"{name}{year}年绩效文本",
        format="platform",
        department=department,
        fiscal_year=year,
        printed_unit="万元",
        goals=to_goals(goals),
        projects=tuple(to_project(p, n) for n, p in enumerate(found, 1)),
    )


def fill_target(row: rows.Indicator) -> None:
    """Read comparator, value, unit and kind out of ``target_raw``; to be called wherever it changes."""
    target = parse_target(row.target_raw)
    # A number beyond what the column holds stays in the text, which is what counts.
    value = target.value if target.value is not None and abs(target.value) < 10**17 else None
    row.comparator, row.value = target.comparator or "", None if value is None else round(value, 6)
    row.unit, row.kind = (target.unit or "")[:50], target.kind or ""


def indicator_row(project: rows.Project, order: int, indicator: model.Indicator) -> rows.Indicator:
    """A row (not saved) of an indicator of the core."""
    row = rows.Indicator(
        project=project, order=order, level1=(indicator.level1 or "")[:50], level2=(indicator.level2 or "")[:50],
        name=(indicator.name or "")[:500], description=indicator.description or "",
        target_raw=indicator.target.raw[:500],
        basis=indicator.basis or "",
    )  # fmt: skip
    fill_target(row)
    return row
