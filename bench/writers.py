"""Many write at once while the server is killed: nothing acknowledged is lost, nothing doubled, nobody sent away.

``--server`` names a PostgreSQL or MariaDB server, or ``sqlite``; without it all three are measured, one after the
other. The exit status is 1 where something was lost, doubled, answered 5xx, or (without ``--counts``) too slow.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from load.desks import build
from load.ledger import compare
from load.server import DEFAULT, Served, set_up, workplace
from load.writing import Answer, Write, Writer

AFTER_A_KILL = 5.0
"""Seconds after a kill whose answers are not counted among the times."""
GOALS = {"sqlite": 800, "": 300}
"""Milliseconds within which 95 of 100 answers are to arrive."""
SERVERS = (DEFAULT, "mysql://root@127.0.0.1:3306", "sqlite")
SHOWN = 10


def arguments() -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", default=os.environ.get("JIHENG_BENCH_SERVER", ""))
    parser.add_argument("--minutes", type=float, default=8)
    parser.add_argument("--kills", type=int, default=6)
    parser.add_argument("--writers", type=int, default=20)
    parser.add_argument("--workers", type=int, default=2, help="processes of the web server")
    parser.add_argument("--think", type=float, nargs=2, default=(1, 3), metavar=("FROM", "TO"), help="seconds")
    parser.add_argument("--counts", action="store_true", help="judge by counts, not by times")
    return parser.parse_args()


class Killer(threading.Thread):
    """Kills the server so many times, evenly spread, and starts it again; remembers from when to when it was gone."""

    def __init__(self, server: Served, begin: float, seconds: float, kills: int) -> None:
        super().__init__(daemon=True)
        self.server, self.gone = server, []  # type: tuple[Served, list[tuple[float, float]]]
        self.moments = [begin + seconds * (n + 1) / (kills + 1) for n in range(kills)]
        self.failure: BaseException | None = None

    def run(self) -> None:
        try:
            for moment in self.moments:
                time.sleep(max(0.0, moment - time.monotonic()))
                at = time.monotonic()
                self.server.kill()
                self.server.start()
                self.gone.append((at, time.monotonic()))
        except BaseException as error:
            self.failure = error

    def is_over(self, until: float) -> bool:
        """Whether it is later than that, and the server has been there again for a while since it was killed last."""
        back = max((back for _, back in self.gone), default=0.0)
        return not self.is_alive() and time.monotonic() > max(until, back + AFTER_A_KILL)

    def was_gone(self, answer: Answer, after: float = 0.0) -> bool:
        """Whether a request fell into such a time, or the seconds after the kill."""
        end = answer.at + answer.spent
        return any(begin <= end and answer.at <= max(back, begin + after) for begin, back in self.gone)


def at(times: list[float], share: float) -> float:
    """The value that this share of the times does not exceed; 0 where there are none."""
    return sorted(times)[min(len(times) - 1, int(len(times) * share))] if times else 0.0


def _figures(answers: list[Answer]) -> float:
    """A table of milliseconds; the value that 95 of 100 do not exceed."""
    by_what: dict[str, list[float]] = {}
    for answer in answers:
        by_what.setdefault(answer.what, []).append(answer.spent * 1000)
    every = [t for times in by_what.values() for t in times]
    print(f"  {'':<12}{'次数':>6}{'p50':>8}{'p95':>8}{'p99':>8}{'最长':>8}  毫秒")
    for what, times in (*sorted(by_what.items()), ("全部", every)):
        row = "".join(f"{v:>9.0f}" for v in (at(times, 0.5), at(times, 0.95), at(times, 0.99), at(times, 1)))
        print(f"  {what + '　' * (6 - len(what))}{len(times):>8}{row}")
    return at(every, 0.95)


def judge(server: str, answers: list[Answer], writes: list[Write], killer: Killer, counts_only: bool) -> bool:
    """Print what came out; whether it is as it must be."""
    became = Counter((write.kind, write.became) for write in writes)
    for kind in sorted({kind for kind, _ in became}):
        said = {"kept": "已办成", "refused": "被拒绝", "unknown": "没有读到答复"}
        print(f"  {kind}：" + "，".join(f"{word} {became[kind, key]}" for key, word in said.items()))
    failed = [a for a in answers if a.status >= 500]
    broken = [a for a in answers if a.status == 0 and not killer.was_gone(a)]
    odd = [a for a in answers if 400 <= a.status < 500 and a.status not in (409, 422)]
    wrong = compare(writes)
    for answer in (*failed, *broken, *odd)[:SHOWN]:
        print(f"  出错：{answer.what} {answer.status} {answer.text}")
    for sentence in wrong[:SHOWN]:
        print(f"  {sentence}")
    p95 = _figures([a for a in answers if a.status and not killer.was_gone(a, AFTER_A_KILL)])
    goal = GOALS.get(server, GOALS[""])
    print(
        f"  丢失或重复 {len(wrong)}，5xx {len(failed)}，停机以外的断线 {len(broken)}，其他 4xx {len(odd)}，"
        f"停机 {len(killer.gone)} 次共 {sum(b - a for a, b in killer.gone):.0f} 秒；p95 {p95:.0f} ms（目标 {goal} ms）"
    )
    kept = any(write.became == "kept" for write in writes)
    return kept and not (wrong or failed or broken or odd or killer.failure) and (counts_only or p95 <= goal)


def measure(server: str, address: str, var: Path, options: argparse.Namespace) -> bool:
    """Fill, serve, write, kill; compare. Whether all is as it must be."""
    set_up(address, var)
    desks, seconds = build(options.writers), options.minutes * 60
    platform = Served(address, var, options.workers)
    try:
        platform.start()
        writers = [Writer(platform.port, n, desk) for n, desk in enumerate(desks)]
        with ThreadPoolExecutor(4) as pool:  # a password's hash is slow by design
            list(pool.map(Writer.log_in, writers))
        begin = time.monotonic()
        killer = Killer(platform, begin, seconds, options.kills)
        killer.start()
        with ThreadPoolExecutor(len(writers)) as pool:
            list(pool.map(lambda writer: writer.work(lambda: killer.is_over(begin + seconds), options.think), writers))
        killer.join()
    finally:
        platform.stop()
    if killer.failure is not None:
        print(f"  平台没有再启动：{killer.failure}")
    log_ins = ("登录页", "登录")
    answers = [a for writer in writers for a in writer.notes.answers if a.what not in log_ins]
    writes = [write for writer in writers for write in writer.notes.writes]
    pause = f"{options.think[0]:g}–{options.think[1]:g}"
    print(
        f"{server}：{len(writers)} 人，停顿 {pause} 秒，{seconds:.0f} 秒，{len(answers)} 次请求，{len(writes)} 次写入，"
        f"负载 {os.getloadavg()[0]:.1f}"
    )
    return judge(server, answers, writes, killer, options.counts)


def main() -> int:
    """Run; says so where the server is not there. Each server in a process of its own: Django knows one database."""
    options = arguments()
    if not options.server:
        again = [sys.executable, __file__, *sys.argv[1:], "--server"]
        return max(os.waitstatus_to_exitcode(os.spawnv(os.P_WAIT, sys.executable, [*again, s]) << 8) for s in SERVERS)
    with workplace(options.server) as (address, var):
        return 0 if measure(options.server, address, var, options) else 1


if __name__ == "__main__":
    sys.exit(main())
