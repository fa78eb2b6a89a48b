"""What leaders look at, over 100,000 projects a year on PostgreSQL, with one year kept and with several."""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path
from typing import Any

from district import at
from load.fill import people, places
from load.server import DEFAULT, served, set_up, workplace
from load.users import User
from load.year import fill_year

GOAL = 300
"""Milliseconds within which 95 of 100 answers are to arrive."""
YEAR = 2026
PAGES = {
    "工作台": "/",
    "执行汇总": "/execution/overview/?year={year}",
    "执行清单": "/execution/?year={year}",
    "监控总览、预警图": "/monitoring/overview/?round={round}",
    "监控清单": "/monitoring/?round={round}",
    "部门排名、分布": "/evaluation/ranking/?year={year}",
    "单位排名、分布": "/evaluation/ranking/?year={year}&level=unit",
    "自评清单": "/evaluation/?year={year}",
}


def arguments() -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", default=os.environ.get("JIHENG_BENCH_SERVER", DEFAULT), help="PostgreSQL")
    parser.add_argument("--database", default="", help="make and keep this database, to look into afterwards")
    parser.add_argument("--projects", type=int, default=100_000, help="of each year")
    parser.add_argument("--years", type=int, default=3, help="how many are kept in the end")
    parser.add_argument("--times", type=int, default=40, help="how often each page is opened")
    return parser.parse_args()


def prepare(address: str, var: Path, years: int) -> list[Any]:
    """Make the tables, the places and the people; the budget years, the last one first."""
    set_up(address, var)
    units, found = places(tuple(range(YEAR - years + 1, YEAR + 1)))
    people(units)
    return found[::-1]


def measure(address: str, var: Path, role: str, times: int) -> dict[str, list[float]]:
    """Open each page so many times, one after the other, after it was opened three times."""
    from jiheng.web.monitoring.models import MonitoringRound

    key = MonitoringRound.objects.filter(budget_year__year=YEAR).order_by("-order")[0].pk
    with served(address, var, 1) as port:
        user = User(port, f"{role}0", role, [])
        user.log_in()
        for _ in range(times + 3):
            for name, path in PAGES.items():
                user.ask(name, path.format(year=YEAR, round=key))
    if user.measured.errors:
        raise SystemExit("出错：" + user.measured.errors[0])
    return {name: user.measured.times[name][3:] for name in PAGES}


def tell(figures: dict[int, dict[str, list[float]]]) -> bool:
    """A table of the figures, in milliseconds; whether the goal was reached."""
    print(f"\n  {'毫秒':<18}" + "".join(f"{n:>3} 年 p50{'p95':>8}" for n in figures))
    for name in PAGES:
        cells = "".join(f"{at(f[name], 0.5):>9.0f}{at(f[name], 0.95):>8.0f}" for f in figures.values())
        print(f"  {name + '　' * (10 - len(name))}{cells}")
    worst = max(at(f[name], 0.95) for f in figures.values() for name in PAGES)
    said, load = "达到" if worst < GOAL else "未达到", os.getloadavg()[0]
    print(f"  目标 p95 < {GOAL} ms：{said}（最慢 {worst:.0f}），机器负载 {load:.1f}")
    return worst < GOAL


def run(address: str, var: Path, options: argparse.Namespace) -> bool:
    """Fill a year, measure; fill the others, measure again."""
    years = prepare(address, var, options.years)
    reached = True
    figures: dict[str, dict[int, dict[str, list[float]]]] = {"finance_leader": {}, "department_reviewer": {}}
    for n, year in enumerate(years):
        begin = time.perf_counter()
        rows = fill_year(year, options.projects, n * options.projects)
        print(f"{year.year} 年：{rows:,} 行，用时 {time.perf_counter() - begin:.0f} s", flush=True)
        if n in (0, len(years) - 1):
            for role, found in figures.items():
                found[n + 1] = measure(address, var, role, options.times)
    for role, found in figures.items():
        print(f"\n{role}，每年 {options.projects:,} 个项目", end="")
        reached &= tell(found)
    return reached


def main() -> None:
    """Run; says so where there is no PostgreSQL."""
    options = arguments()
    with workplace(options.server, options.database) as (address, var):
        run(address, var, options)


if __name__ == "__main__":
    main()
