"""Where a round stands: by department or unit, project by project, money against results. In a handful of queries."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Count, F, QuerySet, Sum, Window
from django.db.models.functions import Floor, RowNumber

from jiheng.scoring.numbers import percent_of
from jiheng.web.execution.kept import FEW, MONITORING, kept
from jiheng.web.monitoring.models import Light, MonitoringRecord, MonitoringRound
from jiheng.web.monitoring.queries.records import COUNTS, SEVERITY, together
from jiheng.web.org.models import Department, Unit
from jiheng.web.org.permissions import units_in
from jiheng.web.pages import sums_by_unit

WAN = Decimal(10000)
UNITS, LONG_UNITS = 40, 20
"""Units on one heat map; fewer where they have many projects."""
CELLS = 30
"""Projects of a unit that are shown, the worst first; of the others only the number."""
SHOWN = 20
SIGNS = {Light.RED: "偏", Light.YELLOW: "警", Light.GREEN: "正", Light.GREY: "未"}
WORST = (F("result_percent").asc(nulls_last=True), F("executed_percent").asc(nulls_last=True), "pk")
POINTS = 400
"""So many projects are drawn one by one; of more, how many lie close together."""


@dataclass(slots=True)
class Group:
    """A department or unit: how many projects of each light, how many are not reported, its money in 万元."""

    pk: int
    code: str
    name: str
    count: int
    lights: dict[str, int]
    drafts: int
    budget: Decimal
    executed: Decimal
    result: Decimal | None
    cells: list[Cell] = field(default_factory=list)

    @property
    def rate(self) -> Decimal | None:
        """Execution rate of all together, in percent."""
        return percent_of(self.executed, self.budget)

    @property
    def hidden(self) -> int:
        """How many projects the heat map leaves out."""
        return self.count - len(self.cells)

    @property
    def bars(self) -> list[tuple[str, int, int]]:
        """(light, where its part of the bar begins, how wide) in percent."""
        found, at = [], 0
        for light in ("red", "yellow", "green", "grey"):
            end = at + self.lights[light]
            if end > at:
                begin = at * 100 // self.count
                found.append((light, begin, end * 100 // self.count - begin))
            at = end
        return found


_MONEY = ("fiscal", "carry_over", "other")
_ABOUT = "2"
"""Another one whenever what is kept of a unit says something else."""


def _sums(forms: QuerySet[MonitoringRecord]) -> list[dict[str, Any]]:
    """The sums of each unit: one pass over the forms, whatever is made of them."""
    budget = sum((Sum(f"budget_{s}") for s in _MONEY[1:]), Sum("budget_fiscal"))
    executed = sum((Sum(f"executed_{s}") for s in _MONEY[1:]), Sum("executed_fiscal"))
    result = {"result": Sum("result_percent"), "known": Count("result_percent")}
    return sums_by_unit(forms, "department", budget=budget, executed=executed, **result, **COUNTS)


@dataclass(frozen=True, slots=True)
class Sums:
    """A round added up: ``units`` and ``departments``, those with most trouble first, and everything together."""

    units: list[Group]
    departments: list[Group]
    tally: dict[str, int]


def kept_rows(person: Any, found: MonitoringRound, unit: int | None = None) -> list[dict[str, Any]]:
    """The sums of the units that a person may see in a round (or of one of them) as they are kept, with their ``worst``
    projects, the ``cells`` of the heat map, and ``clouds``."""
    units = units_in(person, "monitoring.view", found.budget_year)
    if unit is not None:
        units = units.filter(pk=unit)

    def add_up(keys: list[int]) -> dict[int, dict[str, Any]]:
        forms = MonitoringRecord.objects.filter(round=found)
        return _added_up(forms if len(keys) > FEW else forms.filter(unit__in=keys))

    keys = units.order_by("pk").values_list("pk", flat=True)
    rows = kept(MONITORING, found.pk, keys, add_up, _ABOUT).values()
    return [r | {n: r[n] and Decimal(r[n]) for n in ("budget", "executed", "result")} for r in rows]


def _added_up(forms: QuerySet[MonitoringRecord]) -> dict[int, dict[str, Any]]:
    made = {
        r["unit"]: {n: str(v) if isinstance(v, Decimal) else v for n, v in r.items()}
        | {"worst": [], "cells": [], "clouds": {}}
        for r in _sums(forms)
    }
    place = Window(RowNumber(), partition_by="unit", order_by=[SEVERITY.asc(), F("pk").asc()])
    first = forms.order_by().annotate(place=place).filter(place__lte=CELLS)
    for unit, _, pk in sorted(first.values_list("unit", "place", "pk")):
        made[unit]["cells"].append(pk)
    for cloud in _clouds(_known(forms), "unit"):
        made[cloud["unit"]]["clouds"][f"{int(cloud['across'])},{int(cloud['up'])},{cloud['light']}"] = cloud["n"]
    red = forms.filter(light=Light.RED).order_by(*WORST).values_list("unit", "result_percent", "executed_percent", "pk")
    for unit, *facts in red:
        if len(made[unit]["worst"]) < SHOWN:
            made[unit]["worst"].append([None if f is None else float(f) for f in facts[:2]] + facts[2:])
    return made


def sums(forms: QuerySet[MonitoringRecord]) -> Sums:
    """Where these forms stand, by unit, by department and in all; three queries."""
    return put_together(_sums(forms))


def put_together(rows: list[dict[str, Any]]) -> Sums:
    """The same from the sums of units."""
    units = _named(Unit.objects.filter(pk__in=[r["unit"] for r in rows]))
    departments = _named(Department.objects.filter(pk__in={r["department"] for r in rows}))
    by_department: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_department[row["department"]].append(row)
    return Sums(
        _worst_first(_group(r["unit"], units[r["unit"]], [r]) for r in rows),
        _worst_first(_group(pk, departments[pk], found) for pk, found in by_department.items()),
        together(rows),
    )


def _named(places: QuerySet[Any]) -> dict[int, tuple[str, str]]:
    """Key → code, name."""
    return {pk: (code, name) for pk, code, name in places.order_by().values_list("pk", "code", "name")}


def _group(pk: int, named: tuple[str, str], rows: list[dict[str, Any]]) -> Group:
    """Rows of sums as one."""

    def add(name: str) -> Any:
        return sum(r[name] or 0 for r in rows)

    known = add("known")
    result = _rounded(Decimal(add("result")) / known) if known else None
    return Group(
        pk, *named, add("count"), {c: add(c) for c in Light.values}, add("draft"),
        Decimal(add("budget")) / WAN, Decimal(add("executed")) / WAN, result,
    )  # fmt: skip


def _worst_first(groups: Iterable[Group]) -> list[Group]:
    return sorted(groups, key=lambda g: (-g.lights["red"], -g.lights["yellow"], g.code))


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.1"), ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Cell:
    """A project on the heat map."""

    pk: int
    light: str
    title: str

    @property
    def sign(self) -> str:
        """What the cell says to who does not see its colour."""
        return SIGNS[self.light]


def heat(rows: list[dict[str, Any]], shown: list[Group]) -> None:
    """Give each unit its projects, the worst first, as many as a line holds, from the sums of units."""
    keys = {r["unit"]: r["cells"] for r in rows}
    wanted = [pk for group in shown for pk in keys[group.pk]]
    found = MonitoringRecord.objects.order_by().filter(pk__in=wanted)
    cells = {
        pk: Cell(pk, light, f"{name}：{reason}")
        for pk, light, name, reason in found.values_list("pk", "light", "project__name", "light_reason")
    }
    for group in shown:
        group.cells = [cells[pk] for pk in keys[group.pk] if pk in cells]


def red_list(forms: QuerySet[MonitoringRecord], most: int = SHOWN) -> QuerySet[MonitoringRecord]:
    """The projects that are off, those furthest behind first."""
    red = forms.filter(light=Light.RED).select_related("project", "unit").defer("project__findings")
    return red.order_by(*WORST)[:most]


def red_of(rows: list[dict[str, Any]], most: int = SHOWN) -> list[MonitoringRecord]:
    """The same from the sums of units."""
    far = float("inf")
    order = sorted(
        (far if result is None else result, far if executed is None else executed, pk)
        for r in rows for result, executed, pk in r["worst"]
    )  # fmt: skip
    keys = [pk for *_, pk in order[:most]]
    found = MonitoringRecord.objects.select_related("project", "unit").defer("project__findings").in_bulk(keys)
    return [found[pk] for pk in keys if pk in found]


def late(units: list[Group]) -> list[Group]:
    """The units that have not reported everything, those with most open first."""
    return sorted((g for g in units if g.drafts), key=lambda g: (-g.drafts, g.code))


@dataclass(frozen=True, slots=True)
class Dot:
    """A project, or how many, on the chart of money against results; places in the chart's own units."""

    x: int
    y: int
    radius: int
    light: str
    title: str
    pk: int | None = None


LEFT, TOP, WIDTH, HEIGHT = 40, 10, 520, 240
"""Where the axes of the chart lie."""
REACH = 60
"""Percentage points ahead of or behind the plan at the ends of the axis; what is further lies at the end."""


def _x(gap: Any) -> int:
    return LEFT + int((max(-REACH, min(REACH, gap)) + REACH) * WIDTH / (2 * REACH))


def _y(result: Any) -> int:
    return TOP + int((100 - max(0, min(100, result))) * HEIGHT / 100)


def chart(
    forms: QuerySet[MonitoringRecord], count: int, rows: list[dict[str, Any]] | None = None
) -> dict[str, Any]:  # fmt: skip
    """Money (execution rate less plan, across) against results (mean completion, upwards).

    Of many projects from the sums of units, where these are at hand.
    """
    if count <= POINTS:
        dots = _dots(_known(forms))
    else:
        dots = _cloud_dots(_clouds(_known(forms)) if rows is None else _clouds_of(rows))
    return {
        "dots": dots,
        "left": LEFT, "top": TOP, "right": LEFT + WIDTH, "bottom": TOP + HEIGHT, "middle": _x(0),
        "across": [(_x(v), f"{v:+d}" if v else "0") for v in range(-60, 61, 20)],
        "upwards": [(_y(v), v) for v in (0, 50, 70, 90, 100)],
    }  # fmt: skip


def _dots(known: QuerySet[MonitoringRecord]) -> list[Dot]:
    rows = known.order_by("pk").values_list(
        "pk", "project__name", "executed_percent", "planned_percent", "result_percent", "light"
    )
    return [
        Dot(_x(e - p), _y(r), 4, light, f"{name}：比计划 {e - p:+.2f} 个百分点，目标完成率 {r}%", pk)
        for pk, name, e, p, r, light in rows
    ]


def _known(forms: QuerySet[MonitoringRecord]) -> QuerySet[MonitoringRecord]:
    return forms.exclude(executed_percent=None).exclude(planned_percent=None).exclude(result_percent=None)


def _clouds(known: QuerySet[MonitoringRecord], *by: str) -> list[dict[str, Any]]:
    """How many projects lie within the same five points, by light."""
    rows = (
        known.order_by().annotate(
            across=Floor((F("executed_percent") - F("planned_percent")) / 5), up=Floor(F("result_percent") / 5)
        )
        .values(*by, "across", "up", "light").annotate(n=Count("pk"))
    )  # fmt: skip
    return list(rows)


def _clouds_of(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same from the sums of units."""
    counts: Counter[str] = Counter()
    for row in rows:
        counts.update(row["clouds"])
    found = ((*key.split(","), n) for key, n in counts.items())
    return [{"across": int(across), "up": int(up), "light": light, "n": n} for across, up, light, n in found]


def _cloud_dots(found: list[dict[str, Any]]) -> list[Dot]:
    """Of many projects those within five points of each other are one dot, as large as they are many."""
    most = max((r["n"] for r in found), default=1)
    return [
        Dot(
            _x(int(r["across"]) * 5 + 2), _y(int(r["up"]) * 5 + 2), 2 + int(10 * (r["n"] / most) ** 0.5), r["light"],
            f"{r['n']} 个项目：比计划 {int(r['across']) * 5:+d} 个百分点，目标完成率 {int(r['up']) * 5}% 左右",
        )
        for r in sorted(found, key=lambda r: -r["n"])
    ]  # fmt: skip
