"""Fill an empty database with a district of full size, by COPY: invented texts from the demonstration's generator."""

from __future__ import annotations

import itertools
import json
import random
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib import resources
from typing import Any

YEARS = (2025, 2026, 2027)
DEPARTMENTS, UNITS = 40, 10
INDICATORS = 8
VARIANTS = 1_000
"""So many different tables are made and checked; every project is one of them under its own name and number."""
PASSWORD = "Bench-2026-mima"
STATES = ("draft", "draft", "submitted", "department_review", "finance_review", "finance_review", "approved")
PEOPLE = {
    "clerk": 24, "unit_head": 4, "department_reviewer": 10, "finance_reviewer": 8, "finance_leader": 2, "auditor": 2,
}  # fmt: skip
"""Fifty of those that use the platform in the weeks of review."""
_PATH = (("submit", "draft", "submitted"), ("department_pass", "submitted", "finance_review"))
_PROJECT = (
    "id unit_id budget_year_id order code name title budget_total budget_fiscal purpose state state_since revision "
    "version previous_id explanation errors warnings hints risk checked_revision findings created_at updated_at"
)
_NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
_ROW_KEY = re.compile(r"\b(indicator|goal|plan):(\d+)")


@dataclass(slots=True)
class Variant:
    """A table with what the checker finds in it; rows are named by places."""

    table: Any
    counts: tuple[int, int, int]
    findings: str


def _things() -> list[tuple[str, Any]]:
    from jiheng.web.demo.projects import Thing

    source = tomllib.loads((resources.files("jiheng.web.demo") / "district.toml").read_text("utf-8"))
    return [(entry["name"], Thing.of(line)) for entry in source["department"] for line in entry["things"]]


def _variants(year: int, unit: Any, budget_year: Any, count: int) -> list[Variant]:
    from jiheng.web.demo.projects import ACTIONS, MISTAKES, code_of, make
    from jiheng.web.plan.checking import counts, findings_of

    rnd, things = random.Random(year), [thing for _, thing in _things()]
    mistakes = itertools.cycle((None, None, None, *MISTAKES))
    found = []
    for n, action in zip(range(count), itertools.cycle(ACTIONS), strict=False):
        thing, other = rnd.sample(things, 2)
        table = make(thing, action, year, code_of("139901", year, n), rnd, next(mistakes))
        more = make(other, action, year, table.code, rnd, None).rows[: INDICATORS - len(table.rows)]
        table.rows = sorted((*table.rows, *more), key=lambda row: "产效满".index(row[0][0]))
        findings = findings_of(_unsaved(table, unit, budget_year), None)
        found.append(Variant(table, counts(findings), json.dumps(findings, ensure_ascii=False)))
    return found


def _unsaved(table: Any, unit: Any, budget_year: Any) -> Any:
    """A project of these texts with its rows, keys counted from 0."""
    from jiheng.web.demo.projects import PERIODS
    from jiheng.web.plan.models import Indicator, PlanPeriod, Project, ProjectGoal

    project = Project(
        pk=0, unit=unit, budget_year=budget_year, code=table.code, name=table.name, title=table.name,
        budget_total=table.budget, budget_fiscal=table.budget, purpose=table.purpose,
    )  # fmt: skip
    names = ("level1", "level2", "name", "description", "target_raw", "basis")
    rows = {
        "periods": [PlanPeriod(pk=n, label=a, raw=b) for n, (a, b) in enumerate(zip(PERIODS, table.plan, strict=True))],
        "goals": [ProjectGoal(pk=n, text=text) for n, text in enumerate(table.goals)],
        "indicators": [Indicator(pk=n, **dict(zip(names, row, strict=True))) for n, row in enumerate(table.rows)],
    }
    cache = project.__dict__.setdefault("_prefetched_objects_cache", {})
    for name, found in rows.items():
        kept = getattr(project, name).all()
        kept._result_cache, kept._prefetch_done = found, True
        cache[name] = kept
    return project


def fill(projects: int) -> dict[str, int]:
    """Everything: units, people, projects with their rows, their path so far, comments, the audit trail; how many."""
    from django.db import connection

    units, years = places()
    tables = {y.year: _variants(y.year, units[0], y, min(VARIANTS, projects)) for y in years}
    each = -(-projects // (len(units) * len(years)))
    with connection.cursor() as cursor:
        raw = cursor.connection
        rows = _Rows(units, years, tables, each, projects)
        done = {name: _copy(raw, name, columns, make) for name, columns, make in rows.all()}
    _head()
    people(units)
    with connection.cursor() as cursor:
        for statement in _sequences():
            cursor.execute(statement)
        cursor.execute("VACUUM ANALYZE")
    return done


def _head() -> None:
    """The next entry of the audit trail follows the last one."""
    from jiheng.web.supervision.models import AuditEntry, AuditHead

    last = AuditEntry.objects.order_by("-sequence")[0]
    AuditHead.objects.create(pk=1, sequence=last.sequence, hash=last.hash)


def places(of: tuple[int, ...] = YEARS) -> tuple[list[Any], list[Any]]:
    from jiheng.web.org.models import Department, District, Unit
    from jiheng.web.plan.models import BudgetYear

    district = District.objects.create(code="139901", name="云溪区")
    names = list(dict.fromkeys(name for name, _ in _things()))
    names += [f"{name}第{n}分局" for n in range(2, 9) for name in names]
    departments = Department.objects.bulk_create(
        Department(district=district, code=f"{300 + n}", name=name) for n, name in enumerate(names[:DEPARTMENTS])
    )
    units = Unit.objects.bulk_create(
        Unit(department=d, code=f"{d.code}{n:03d}", name=f"{d.name}{'本级' if n == 1 else f'第{n}所'}")
        for d in departments
        for n in range(1, UNITS + 1)
    )
    deadlines = {"draft": "2026-10-31", "submitted": "2026-11-15", "finance_review": "2026-12-31"}
    years = [
        BudgetYear.objects.create(
            district=district, year=year, pack="hebei-2023", is_open=year == of[-1], deadlines=deadlines
        )
        for year in of
    ]
    return units, years


def people(units: list[Any]) -> None:
    """Fifty accounts of one password, whose slow hash is computed once."""
    from django.contrib.auth.hashers import make_password

    from jiheng.web.org.models import Person, RoleAssignment
    from jiheng.web.org.roles import DEPARTMENT_ROLES, UNIT_ROLES, Role

    hashed = make_password(PASSWORD)
    for role, count in PEOPLE.items():
        for n in range(count):
            unit = units[(n * 7) % len(units)]
            person = Person.objects.create(
                username=f"{role}{n}", name=f"用户{n}", password=hashed, unit=unit, must_change_password=False,
                password_changed_at=datetime.now(UTC),
            )  # fmt: skip
            RoleAssignment.objects.create(
                person=person, role=role, district=unit.department.district,
                department=unit.department if Role(role) in UNIT_ROLES | DEPARTMENT_ROLES else None,
                unit=unit if Role(role) in UNIT_ROLES else None,
            )  # fmt: skip


class _Rows:
    """The rows of each table as tuples, with keys of our own."""

    def __init__(
        self, units: list[Any], years: list[Any], tables: dict[int, list[Variant]], each: int, most: int
    ) -> None:
        self.units, self.years, self.tables, self.each, self.most = units, years, tables, each, most

    def _placed(self) -> Iterator[tuple[int, Any, Any, int, Variant]]:
        """(key, year, unit, place, table) of every project."""
        found = itertools.product(self.years, self.units, range(self.each))
        for pk, (year, unit, place) in enumerate(itertools.islice(found, self.most), 1):
            yield (
                pk,
                year,
                unit,
                place,
                self.tables[year.year][(unit.pk * 37 + place * 11) % len(self.tables[year.year])],
            )

    def all(self) -> Iterator[tuple[str, str, Iterable[tuple[Any, ...]]]]:
        """(table, columns, rows), each after what it refers to."""
        yield (
            "plan_project",
            _PROJECT,
            self._projects(),
        )
        yield "plan_planperiod", "id project_id order label raw", self._periods()
        yield "plan_projectgoal", "id project_id order text", self._goals()
        yield (
            "plan_indicator",
            "id project_id order level1 level2 name description target_raw comparator value unit kind basis",
            self._indicators(),
        )
        yield "plan_transition", "id project_id name source target reason batch at", self._transitions()
        yield (
            "supervision_auditentry",
            "id sequence at person address action kind object_id object_name before after previous hash",
            self._entries(),
        )

    def _projects(self) -> Iterator[tuple[Any, ...]]:
        from jiheng.web.demo.projects import code_of
        from jiheng.web.plan.checking import risk_of

        size, last = len(self.units) * self.each, self.years[-1].year
        for pk, year, unit, place, v in self._placed():
            t, (errors, warnings, hints) = v.table, v.counts
            offsets = {"indicator": (pk - 1) * INDICATORS + 1, "goal": (pk - 1) * 2 + 1, "plan": (pk - 1) * 4 + 1}
            findings = _ROW_KEY.sub(lambda m: f"{m[1]}:{offsets[m[1]] + int(m[2])}", v.findings)  # noqa: B023
            state = "published" if year.year < last else STATES[(unit.pk + place) % len(STATES)]
            risk, at = risk_of(errors, warnings, t.budget, 0, pk <= size), _NOW - timedelta(minutes=pk % 90_000)
            name, code = f"{t.name}{place + 1}", code_of("139901", year.year, pk)
            yield (
                pk, unit.pk, year.pk, place, code, name, name, t.budget, t.budget, t.purpose, state, at, 0, 1,
                pk - size if pk > size else None, "", errors, warnings, hints, risk, 0, findings, at, at,
            )  # fmt: skip

    def _periods(self) -> Iterator[tuple[Any, ...]]:
        from jiheng.web.demo.projects import PERIODS

        for pk, *_, v in self._placed():
            for n, (label, raw) in enumerate(zip(PERIODS, v.table.plan, strict=True)):
                yield (pk - 1) * 4 + n + 1, pk, n, label, raw

    def _goals(self) -> Iterator[tuple[Any, ...]]:
        for pk, *_, v in self._placed():
            for n, text in enumerate(v.table.goals):
                yield (pk - 1) * 2 + n + 1, pk, n, text

    def _indicators(self) -> Iterator[tuple[Any, ...]]:
        from jiheng.web.plan.mapping import fill_target
        from jiheng.web.plan.models import Indicator

        parsed: dict[str, tuple[Any, ...]] = {}
        for pk, *_, v in self._placed():
            for n, (level1, level2, name, description, target, basis) in enumerate(v.table.rows):
                if target not in parsed:
                    fill_target(row := Indicator(target_raw=target))
                    parsed[target] = (row.comparator, row.value, row.unit, row.kind)
                key = (pk - 1) * INDICATORS + n + 1
                yield key, pk, n, level1, level2, name, description, target, *parsed[target], basis

    def _transitions(self) -> Iterator[tuple[Any, ...]]:
        """Each went its way; every ninth was returned once."""
        key = itertools.count(1)
        for pk, year, unit, place, _ in self._placed():
            beyond = year.year < self.years[-1].year or STATES[(unit.pk + place) % len(STATES)] != "draft"
            for name, source, target in _PATH if beyond else ():
                yield next(key), pk, name, source, target, "", "", _NOW
            if pk % 9 == 0:
                yield next(key), pk, "department_return", "submitted", "draft", "请补充测算依据。", "", _NOW

    def _entries(self) -> Iterator[tuple[Any, ...]]:
        """A whole chain: the audit trail can be verified."""
        from jiheng.web.supervision.chain import FIELDS, GENESIS, entry_hash

        previous, sequence = GENESIS, 0
        for sequence, (pk, *_, v) in enumerate(self._placed(), 1):
            at = (_NOW + timedelta(seconds=sequence)).isoformat(timespec="milliseconds")
            after = json.dumps({"name": v.table.name}, ensure_ascii=False)
            values = (sequence, at, f"clerk{pk % 24} 用户", "127.0.0.1", "修改绩效目标表", "plan.project", str(pk),
                      v.table.name, "", after)  # fmt: skip
            digest = entry_hash(previous, dict(zip(FIELDS, values, strict=True)))
            yield sequence, *values, previous, digest
            previous = digest


def _copy(connection: Any, table: str, columns: str, rows: Iterable[tuple[Any, ...]]) -> int:
    from psycopg import sql

    names = sql.SQL(", ").join(map(sql.Identifier, columns.split()))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)
    count = 0
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([str(v) if isinstance(v, Decimal) else v for v in row])
            count += 1
    return count


def _sequences() -> list[str]:
    """Keys that are given out next stand behind those that were written."""
    from django.apps import apps
    from django.core.management.color import no_style
    from django.db import connection

    return connection.ops.sequence_reset_sql(no_style(), apps.get_models())
