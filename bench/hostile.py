"""Reads and checks hostile files: ``python bench/hostile.py --files 3000 --seed 0``.

Each file is read and checked in a process of its own that may take 2 s of processor time and 300 MB more than the
program itself. What comes out is a document or one of the readers' own refusals. Everything else is printed, the file
is kept (``--keep FOLDER``), and the exit status is 1. The same seed gives the same files. Formats that LibreOffice
converts come in a number of their own (``--converted 6``), with its own limits and none of ours.
"""

from __future__ import annotations

import argparse
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests" / "readers"), str(ROOT / "tools")]

from hostile_files import Hostile, hostile, seeds  # noqa: E402
from small_files import FILES  # noqa: E402

from jiheng.readers import ReadError, office, read_bytes  # noqa: E402
from jiheng.rules.engine import check  # noqa: E402

SECONDS = 2
MEGABYTES = 300
BAD = ("foreign error", "over the limit")


class Outcome(NamedTuple):
    """What reading and checking a file came to; ``told`` is what is worth knowing of it."""

    kind: str
    told: str
    seconds: float


def _grown() -> float:
    """Megabytes of address space that this process has."""
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize() / 2**20


def _work(file: Hostile, out: int, seconds: int) -> None:
    """In the child: read and check, and say what came of it."""
    if seconds:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        most = int((_grown() + MEGABYTES) * 2**20)
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    try:
        document = read_bytes(file.data, file.name)
        check(document)
        said = "document"
    except ReadError as error:
        said = f"refused\n{type(error).__name__}: {error}"
    except MemoryError:
        said = f"over the limit\n{traceback.format_exc()}"
    except BaseException:
        said = f"foreign error\n{traceback.format_exc()}"
    os.write(out, said.encode("utf-8", "replace")[-60_000:])


def tried(file: Hostile, seconds: int = SECONDS) -> Outcome:
    """Read and check this file in a fork that has so much processor time; without a limit for 0."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(read_end)
            _work(file, write_end, seconds)
        finally:
            os._exit(0)
    os.close(write_end)
    said = b"".join(iter(lambda: os.read(read_end, 65536), b"")).decode("utf-8", "replace")
    os.close(read_end)
    _, status, used = os.wait4(child, 0)
    kind, _, told = said.partition("\n")
    if os.WIFSIGNALED(status):
        over = os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL)
        kind, told = BAD[1] if over else BAD[0], f"ended by {signal.Signals(os.WTERMSIG(status)).name}"
    return Outcome(kind or BAD[0], told, used.ru_utime + used.ru_stime)


def files(count: int, seed: int) -> Iterator[tuple[int, Hostile]]:
    """So many hostile files with their numbers."""
    for number in range(count):
        yield number, hostile(number, seed)


def warm() -> None:
    """Load in this process what every child would otherwise load for itself."""
    for name, data in seeds().items():
        with suppress(ReadError):
            check(read_bytes(data, name))


def converted(count: int) -> Iterator[tuple[int, Hostile]]:
    """Small damaged files of the formats that LibreOffice converts."""
    whole = b"{\\rtf1\\ansi\\trowd\\cellx2000\\cellx4000\\intbl a\\cell b\\cell\\row \\par}"
    for n in range(count):
        at = 6 + n * 11 % (len(whole) - 6)
        yield n, Hostile("a.rtf", whole[:at] + b"{\\b" * n + FILES["a.txt"][:100] + whole[at + n :], "rtf")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=int, default=SECONDS, help="processor time of one file")
    parser.add_argument("--converted", type=int, default=6 if office.available() else 0)
    parser.add_argument("--keep", type=Path, help="where offending files are kept")
    options = parser.parse_args()
    keep = options.keep or Path(tempfile.mkdtemp(prefix="jiheng-hostile-"))
    begin = time.perf_counter()
    warm()
    table: dict[str, Counter[str]] = defaultdict(Counter)
    slowest, bad = 0.0, 0
    limited = ((options.seconds, *each) for each in files(options.files, options.seed))
    free = ((0, *each) for each in converted(options.converted))
    for seconds, number, file in chain(limited, free):
        came = tried(file, seconds)
        ending = file.name.rpartition(".")[2]
        table[ending][came.kind] += 1
        if seconds:
            slowest = max(slowest, came.seconds)
        if came.kind in BAD:
            bad += 1
            keep.mkdir(parents=True, exist_ok=True)
            (keep / f"{number}.{ending}").write_bytes(file.data)
            print(f"{number} {file.name} ({file.how}): {came.kind}, {came.seconds:.1f} s\n{came.told}", flush=True)
    kinds = ("document", "refused", *BAD)
    print(f"{'':<6}" + "".join(f"{kind:>16}" for kind in kinds))
    for ending, counted in sorted(table.items()):
        print(f"{ending:<6}" + "".join(f"{counted[kind]:>16}" for kind in kinds))
    taken = time.perf_counter() - begin
    print(f"the most that one took: {slowest:.2f} s of processor time; all together {taken:.0f} s")
    if bad:
        print(f"{bad} files are kept in {keep}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
