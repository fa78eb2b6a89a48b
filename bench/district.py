"""The platform at the size of a district: 100,000 projects, 50 people at once, on PostgreSQL.

Not called platform.py: the scripts here run with this folder first on the path, and Python has a module of that name.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

from load.fill import PEOPLE, fill
from load.server import DEFAULT, served, set_up, workplace
from load.users import Measured, User, log_in_all, work

THINK = (2.0, 6.0)
GOAL = 200
"""Milliseconds within which 95 of 100 answers are to arrive."""


def arguments() -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", default=os.environ.get("JIHENG_BENCH_SERVER", DEFAULT), help="PostgreSQL")
    parser.add_argument("--database", default="", help="use and keep this database; filled only where it is empty")
    parser.add_argument("--projects", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=120, help="how long people work with pauses")
    parser.add_argument("--closed", type=float, default=30, help="how long they work without")
    parser.add_argument("--workers", type=int, default=2, help="processes of the web server")
    return parser.parse_args()


def prepare(address: str, var: Path, projects: int) -> list[int]:
    """Make the tables and fill them, where they are empty; the keys of the units."""
    set_up(address, var)
    from jiheng.web.org.models import Unit

    if not Unit.objects.exists():
        begin = time.perf_counter()
        done = fill(projects)
        said = "，".join(f"{name} {count:,}" for name, count in done.items())
        print(f"填充用时 {time.perf_counter() - begin:.0f} s：{said}", flush=True)
    return list(Unit.objects.order_by("pk").values_list("pk", flat=True))


def at(times: list[float], share: float) -> float:
    """The value that this share of the sorted times does not exceed."""
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def tell(title: str, measured: Measured, seconds: float) -> bool:
    """A table of the figures; whether the goal was reached without errors."""
    every = [t for times in measured.times.values() for t in times]
    rate, load = len(every) / seconds, os.getloadavg()[0]
    print(f"\n{title}：{len(every)} 次请求，{rate:.1f} 次/秒，{len(measured.errors)} 次出错，机器负载 {load:.1f}")
    print(f"  {'':<12}{'次数':>6}{'p50':>8}{'p95':>8}{'p99':>8}{'最长':>8}  毫秒")
    for what, times in (*sorted(measured.times.items()), ("全部", every)):
        figures = "".join(f"{v:>9.0f}" for v in (at(times, 0.5), at(times, 0.95), at(times, 0.99), max(times)))
        print(f"  {what + '　' * (6 - len(what))}{len(times):>8}{figures}")
    for error in measured.errors[:5]:
        print(f"  出错：{error}")
    return at(every, 0.95) < GOAL and not measured.errors


def measure(address: str, var: Path, options: argparse.Namespace) -> None:
    """Serve, let them work with pauses, then without."""
    units = prepare(address, var, options.projects)
    with served(address, var, options.workers) as port:
        users = [User(port, f"{role}{n}", role, units) for role, count in PEOPLE.items() for n in range(count)]
        begin = time.perf_counter()
        log_in_all(users)
        print(f"{len(users)} 人登录用时 {time.perf_counter() - begin:.0f} s（口令哈希有意做得慢）", flush=True)
        work(users, 10, (0.5, 1))  # every process has loaded what it needs
        mean = sum(THINK) / 2
        reached = tell(
            f"{len(users)} 人同时使用，两次操作之间停 {THINK[0]:.0f}–{THINK[1]:.0f} 秒（平均 {mean:.0f} 秒）",
            work(users, options.seconds, THINK), options.seconds,
        )  # fmt: skip
        print(f"  目标 p95 < {GOAL} ms：{'达到' if reached else '未达到'}", flush=True)
        tell(f"{len(users)} 人不停顿（闭环最大吞吐）", work(users, options.closed, (0, 0)), options.closed)


def main() -> None:
    """Run; says so where there is no PostgreSQL."""
    options = arguments()
    with workplace(options.server, options.database) as (address, var):
        measure(address, var, options)


if __name__ == "__main__":
    main()
