"""Up to which day the money of a year is known: of each unit by its own payments, of a district by most of its units.

Where the finance system's list of a month has not come yet, nobody is behind the plan of that month; a unit that has
registered payments of it already says so of itself alone. A unit that stopped paying counts with the others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Max

from jiheng.scoring.spending_plan import month_end
from jiheng.web.execution.models import ExecutionTotal
from jiheng.web.plan.models import BudgetYear


@dataclass(frozen=True, slots=True)
class Days:
    """The day up to whose end money is shown (``on``), and the last that any unit knows of (``known``).

    ``ahead`` are the days of units that know of more than ``on``; empty where a certain day was asked for.
    """

    on: date
    known: date
    ahead: tuple[tuple[date, tuple[int, ...]], ...] = ()

    @property
    def is_past(self) -> bool:
        """Whether what was paid later is to be left out."""
        return self.on < self.known and not self.ahead

    def of(self, unit: int) -> date:
        """The day at which the projects of a unit are looked at."""
        return next((day for day, units in self.ahead if unit in units), self.on)

    def parts(self, units: Iterable[int]) -> list[tuple[date, list[int]]]:
        """Days, and which of these units are looked at then."""
        others = {unit: day for day, keys in self.ahead for unit in keys}
        found: dict[date, list[int]] = defaultdict(list)
        for unit in units:
            found[others.get(unit, self.on)].append(unit)
        return sorted(found.items())

    def shown(self, units: Iterable[int]) -> date:
        """The day that a page of these units names: the latest that half of them have reached."""
        days = [day for day, mine in self.parts(units) for _ in mine]
        return days[len(days) // 2] if days else self.on

    def others(self, units: Iterable[int]) -> int:
        """How many of these units are looked at on another day than the one that :meth:`shown` names."""
        mine = list(units)
        named = self.shown(mine)
        return sum(len(keys) for day, keys in self.parts(mine) if day != named)


def last_day(year: BudgetYear, today: date) -> date:
    """Up to which day money of the year can have moved: today, or the end of a year that is over."""
    return max(min(today, date(year.year, 12, 31)), date(year.year, 1, 1))


def _middle(days: list[date]) -> date:
    """The latest day that more than half of these have reached."""
    return sorted(days)[(len(days) - 1) // 2]


def known_days(year: BudgetYear, today: date) -> Days:
    """What is known of the money of a year: a unit's to the end of the month of its last payment, and where most units
    have payments after that, to the end of the month that most have reached."""
    latest = last_day(year, today)
    rows = ExecutionTotal.objects.filter(budget_year=year, last_paid_on__isnull=False).order_by()
    ends = {
        unit: min(latest, month_end(last.year, last.month))
        for unit, last in rows.values_list("unit_id").annotate(Max("last_paid_on"))
    }
    if not ends:
        return Days(latest, latest)
    most = _middle(list(ends.values()))
    ahead: dict[date, list[int]] = defaultdict(list)
    for unit, day in ends.items():
        if day > most:
            ahead[day].append(unit)
    return Days(most, max(ends.values()), tuple((day, tuple(sorted(units))) for day, units in sorted(ahead.items())))
