"""Years of execution, monitoring and self-evaluation for a district of full size, made by the database itself.

Only what overviews add up: no tables of targets. Numbers come from a hash of the key, so that each fill is the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

ROUNDS = (("6月底", date(2026, 6, 30)), ("10月底", date(2026, 10, 31)))
"""Rounds of each year, the last of them the one that is looked at."""
GRADES = "CASE WHEN {s} >= 90 THEN '优' WHEN {s} >= 80 THEN '良' WHEN {s} >= 60 THEN '中' ELSE '差' END"


def luck(salt: int, of: int = 1000) -> str:
    """A number below ``of`` for each project, as SQL."""
    return f"mod(abs(hashint8(p.id * 31 + {salt})::bigint), {of})"


def insert(cursor: Any, model: Any, columns: Mapping[str, str], source: str) -> int:
    """Rows of a model from a FROM clause: what is not named has the model's default, or is empty where it may be."""
    from django.utils import timezone

    given, values = dict(columns), []
    for field in model._meta.concrete_fields:
        if field.column in given or field.primary_key or (field.null and not field.has_default()):
            continue
        if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
            given[field.column], value = "%s", timezone.now()
        else:
            given[field.column], value = "%s", field.get_default()
        values.append(json.dumps(value) if isinstance(value, list | dict) else value)
    names = ", ".join(f'"{name}"' for name in given)
    statement = f'INSERT INTO "{model._meta.db_table}" ({names}) SELECT {", ".join(given.values())} FROM {source}'
    cursor.execute(statement, values)
    return int(cursor.rowcount)


def fill_year(year: Any, projects: int, before: int) -> int:
    """One budget year of so many projects, whose keys begin after ``before``; how many rows in all."""
    from django.db import connection

    from jiheng.web.evaluation.models import EvaluationYear

    EvaluationYear.objects.get_or_create(budget_year=year)
    with connection.cursor() as cursor:
        rows = _projects(cursor, year, projects, before) + _totals(cursor, year)
        rows += sum(_round(cursor, year, n) for n in range(len(ROUNDS))) + _scores(cursor, year)
        cursor.execute("VACUUM ANALYZE")
    return rows


def _projects(cursor: Any, year: Any, projects: int, before: int) -> int:
    from jiheng.web.plan.models import Project

    columns = {
        "id": "p.id", "unit_id": "u.id", "budget_year_id": str(year.pk), "order": "p.id",
        "code": f"'139901{year.year % 100}P' || lpad(p.id::text, 12, '0')",
        "name": "u.name || '第' || p.id || '号项目'",
        "budget_total": f"{luck(1)} + 5", "budget_fiscal": f"{luck(1)} + 5", "state": "'approved'",
    }  # fmt: skip
    units = "(SELECT id, name, row_number() OVER (ORDER BY id) AS place, count(*) OVER () AS many FROM org_unit) u"
    source = (
        f"generate_series({before + 1}, {before + projects}) AS p(id) JOIN {units} ON u.place = mod(p.id, u.many) + 1"
    )
    return insert(cursor, Project, columns, source)


_OF_YEAR = "plan_project p JOIN org_unit u ON u.id = p.unit_id WHERE p.budget_year_id = {}"
_BUDGET = "p.budget_total * 10000"
_PLACE = {"project_id": "p.id", "unit_id": "p.unit_id", "department_id": "u.department_id"}


def _totals(cursor: Any, year: Any) -> int:
    """Plans even through the year; money follows them, more or less closely, up to October."""
    from jiheng.web.execution.models import ExecutionTotal

    pace = f"(0.6 + {luck(2, 40)} / 100.0)"
    columns = _PLACE | {
        "budget_year_id": str(year.pk), "initial_fiscal": _BUDGET, "budget_fiscal": _BUDGET, "allotted": _BUDGET,
        "paid_fiscal": f"{_BUDGET} * {pace} * 10 / 12", "last_paid_on": f"'{year.year}-10-28'::date",
    }  # fmt: skip
    for month in range(1, 13):
        columns[f"planned_{month}"] = f"{_BUDGET} * {month} / 12"
        columns[f"spent_{month}"] = f"{_BUDGET} * {pace} * {min(month, 10)} / 12"
    return insert(cursor, ExecutionTotal, columns, _OF_YEAR.format(year.pk))


def _round(cursor: Any, year: Any, order: int) -> int:
    """A form of each project: of a hundred four red, twelve yellow, five not reported."""
    from jiheng.web.monitoring.models import MonitoringRecord, MonitoringRound

    label, day = ROUNDS[order]
    end = day.replace(year=year.year)
    found = MonitoringRound.objects.create(
        budget_year=year, order=order, label=label, period_end=end, opens_on=end, closes_on=end, locks_on=end,
        state=MonitoringRound.State.CLOSED,
    )  # fmt: skip
    chance, done = luck(3 + order, 100), f"(50 + {luck(5 + order, 50)})"
    shares = " ".join(f"WHEN {chance} < {n} THEN '{light}'" for light, n in (("red", 4), ("yellow", 16), ("grey", 21)))
    light = f"CASE {shares} ELSE 'green' END"
    columns = _PLACE | {
        "round_id": str(found.pk), "state": f"CASE WHEN {chance} BETWEEN 16 AND 20 THEN 'draft' ELSE 'accepted' END",
        "is_reported": f"{chance} NOT BETWEEN 16 AND 20", "budget_fiscal": _BUDGET, "initial_fiscal": _BUDGET,
        "executed_fiscal": f"{_BUDGET} * {done} / 100", "executed_percent": done, "planned_percent": str(end.month * 8),
        "result_percent": f"(40 + {luck(7 + order, 60)})", "light": light, "money_light": light, "result_light": light,
    }  # fmt: skip
    return insert(cursor, MonitoringRecord, columns, _OF_YEAR.format(year.pk))


def _scores(cursor: Any, year: Any) -> int:
    from jiheng.web.evaluation.models import SelfEvaluation

    score = f"(100 - {luck(9, 45)} * {luck(10)} / 1000.0)"
    columns = _PLACE | {
        "budget_year_id": str(year.pk), "state": "'accepted'", "budget": _BUDGET, "executed": f"{_BUDGET} * 0.9",
        "score": score, "computed": score, "whole": f"floor(round({score}, 2))", "grade": GRADES.format(s=score),
    }  # fmt: skip
    return insert(cursor, SelfEvaluation, columns, _OF_YEAR.format(year.pk))
